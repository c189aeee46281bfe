/* SPDX-License-Identifier: Apache-2.0 */
/* What settings come to, key by key, from the tables that read them: what a running gate has of a file, and what it
 * will have after a restart only. Keys about the policy (clients, groups, rules...) are not told by value. */
#ifndef EXEAT_IN_FORCE_H
#define EXEAT_IN_FORCE_H

#include "exeat/config.h"

/* The keys that take effect at the next start, with their values, one a line: kept by who runs with them. */
void in_force_start_values(const struct settings *settings, struct buffer *out);
/* Those of them whose value in `settings` is not that of `running` (in_force_start_values): "listen.forward, workers".
 * Nothing when none. */
void in_force_waiting(const struct settings *settings, struct text running, struct buffer *names);
/* All keys as YAML that reads back to the same settings, secrets never; defaults are marked, and what waits for a
 * restart. `running` as above; empty: nothing runs. */
void in_force_show(const struct settings *settings, struct text running, struct buffer *out);

#endif
