/* SPDX-License-Identifier: Apache-2.0 */
/* What the parsers of C2SP texts share. */
#ifndef EXEAT_TLOG_NOTE_INTERNAL_H
#define EXEAT_TLOG_NOTE_INTERNAL_H

#include "exeat/tlog/note.h"

/* A line that ends in LF, without it. */
bool note_take_line(struct text *rest, struct text *line);
/* Digits without a leading zero, at most INT64_MAX. */
bool note_read_number(struct text text, uint64_t *number);
bool note_read_digest(struct text text, struct digest *digest);
/* Hashes, one a line, up to an empty line; at most 63. */
bool note_take_proof(struct text *rest, struct tlog_proof *proof);
void note_write_proof(const struct tlog_proof *proof, struct buffer *out);

#endif
