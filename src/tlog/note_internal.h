/* SPDX-License-Identifier: Apache-2.0 */
/* What the parsers of C2SP texts share. */
#ifndef EXEAT_TLOG_NOTE_INTERNAL_H
#define EXEAT_TLOG_NOTE_INTERNAL_H

#include "exeat/tlog/note.h"

/* Digits without a leading zero, at most INT64_MAX. */
bool note_read_number(struct text text, uint64_t *number);
bool note_read_digest(struct text text, struct digest *digest);

#endif
