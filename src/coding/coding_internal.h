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

static inline struct bytes bytes_behind(struct bytes bytes, size_t from) /* <= bytes.length */
{
    return (struct bytes){bytes.data + from, bytes.length - from};
}
static inline uint32_t read_little32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}
static inline bool is_blank(char byte) /* what may stand between digits of base64 */
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* Room for one chunk more, where the limit has any. */
MUST_CHECK enum coding_fault coding_room(struct coding_undoing *undoing, size_t *room);
/* Bytes beside the content: as UTF-8 or windows-1252, where they are text; false: they are none. */
MUST_CHECK bool coding_beside(struct coding_undoing *undoing, struct text bytes);
enum coding_fault coding_fail(struct coding_undoing *undoing, enum coding_fault fault, const char *clause);

#endif
