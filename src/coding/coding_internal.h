/* SPDX-License-Identifier: Apache-2.0 */
/* What the codings share, and each of them. */
#ifndef EXEAT_CODING_INTERNAL_H
#define EXEAT_CODING_INTERNAL_H

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/base/detail.h"
#include "exeat/coding.h"

enum { DECODED_CHUNK = 65536 };

MUST_CHECK enum coding_fault gzip_undo(struct bytes in, struct coding_undoing *undoing);
MUST_CHECK enum coding_fault deflate_undo(struct bytes in, struct coding_undoing *undoing);
MUST_CHECK enum coding_fault brotli_undo(struct bytes in, struct coding_undoing *undoing);
MUST_CHECK enum coding_fault zstd_undo(struct bytes in, struct coding_undoing *undoing);

/* Room for one chunk more, where the limit has any. */
MUST_CHECK enum coding_fault coding_room(struct coding_undoing *undoing, size_t *room);
/* Bytes beside the content: as UTF-8 or windows-1252, where they are text; false: they are none. */
MUST_CHECK bool coding_beside(struct coding_undoing *undoing, struct text bytes);
enum coding_fault coding_fail(struct coding_undoing *undoing, enum coding_fault fault, const char *clause);

#endif
