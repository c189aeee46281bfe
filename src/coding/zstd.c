/* SPDX-License-Identifier: Apache-2.0 */
/* Zstandard: one frame after the other. Skippable frames are text beside, or refused; a frame that wants a dictionary
 * is one that nobody here can read. A window is at most 8 MiB (RFC 9659). */
#include <zstd.h>

#include "coding_internal.h"

enum { MAGIC_SIZE = 4, SKIPPABLE_HEAD = 8, WINDOW_LOG = 23 };
#define ZSTD_MAGIC 0xfd2fb528U
#define SKIPPABLE_MAGIC 0x184d2a50U

static enum coding_fault take_skippable(struct bytes *in, struct coding_undoing *undoing)
{
    size_t length = in->length < SKIPPABLE_HEAD ? 0 : read_little32(in->data + MAGIC_SIZE);
    if (in->length < SKIPPABLE_HEAD + length)
        return coding_fail(undoing, CODING_TRUNCATED, "a skippable frame has no end");
    if (!coding_beside(undoing, (struct text){(const char *)in->data + SKIPPABLE_HEAD, length}))
        return coding_fail(undoing, CODING_TRAILING, "a skippable frame is no text");
    *in = bytes_behind(*in, SKIPPABLE_HEAD + length);
    return CODING_FINE;
}

static enum coding_fault take_frame(ZSTD_DCtx *context, struct bytes *in, struct coding_undoing *undoing)
{
    ZSTD_inBuffer from = {in->data, in->length, 0};
    size_t result = 1;
    if (ZSTD_getDictID_fromFrame(in->data, in->length) != 0)
        return coding_fail(undoing, CODING_UNKNOWN, "a zstd frame wants a dictionary");
    while (result != 0) {
        size_t room;
        enum coding_fault fault = coding_room(undoing, &room);
        if (fault != CODING_FINE)
            return fault;
        ZSTD_outBuffer to = {undoing->out->data + undoing->out->length, room, 0};
        size_t used = from.pos;
        result = ZSTD_decompressStream(context, &to, &from);
        undoing->out->length += to.pos;
        if (ZSTD_isError(result))
            return coding_fail(undoing, CODING_MALFORMED, "its zstd frame is malformed, or its window too large");
        if (result != 0 && from.pos == used && to.pos == 0)
            return coding_fail(undoing, CODING_TRUNCATED, "its zstd frame has no end");
    }
    *in = bytes_behind(*in, from.pos);
    return CODING_FINE;
}

static enum coding_fault take_next(ZSTD_DCtx *context, struct bytes *in, bool is_first, struct coding_undoing *undoing)
{
    uint32_t magic = in->length < MAGIC_SIZE ? 0 : read_little32(in->data);
    if ((magic & 0xfffffff0U) == SKIPPABLE_MAGIC)
        return take_skippable(in, undoing);
    if (magic == ZSTD_MAGIC)
        return take_frame(context, in, undoing);
    return is_first ? coding_fail(undoing, CODING_MALFORMED, "it is no zstd frame")
                    : coding_fail(undoing, CODING_TRAILING, "bytes behind its last zstd frame");
}

enum coding_fault zstd_undo(struct bytes in, struct coding_undoing *undoing)
{
    ZSTD_DCtx *context = ZSTD_createDCtx();
    if (context == NULL || ZSTD_isError(ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, WINDOW_LOG))) {
        (void)ZSTD_freeDCtx(context);
        return coding_fail(undoing, CODING_MALFORMED, "zstd could not begin");
    }
    enum coding_fault fault = take_next(context, &in, true, undoing);
    while (fault == CODING_FINE && in.length > 0)
        fault = take_next(context, &in, false, undoing);
    (void)ZSTD_freeDCtx(context);
    return fault;
}
