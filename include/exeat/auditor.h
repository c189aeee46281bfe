/* SPDX-License-Identifier: Apache-2.0 */
/* exeat audit …: what an auditor asks of a store, beside the gate or far from it. */
#ifndef EXEAT_AUDITOR_H
#define EXEAT_AUDITOR_H

#include "exeat/option.h"

/* Runs the command that `line->command->name` names, "audit export". Data goes to stdout, complaints to stderr. */
enum exit_code auditor_run(const struct command_line *line);

#endif
