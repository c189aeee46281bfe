/* SPDX-License-Identifier: Apache-2.0 */
/* Zstandard: one frame after the other. Skippable frames are text beside, or refused; a frame that wants a dictionary
 * is one that nobody here can read. A window is at most 8 MiB (RFC 9659). */
#include <zstd.h>

#include "coding.h"

enum { MAGIC_SIZE = 4, SKIPPABLE_HEAD = 8, WINDOW_LOG = 23 };
#define ZSTD_MAGIC 0xfd2fb528U
#define SKIPPABLE_MAGIC 0x184d2a50U

static struct bytes after(struct bytes bytes, size_t from)
{
    return (struct bytes){bytes.data + from, bytes.length - from};
}

static uint32_t little32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static enum body_fault take_skippable(struct bytes *in, struct decoding *decoding)
{
    size_t length = in->length < SKIPPABLE_HEAD ? 0 : little32(in->data + MAGIC_SIZE);
    if (in->length < SKIPPABLE_HEAD + length)
        return decoding_fault(decoding, BODY_TRUNCATED, "a skippable frame has no end");
    if (!decoding_beside(decoding, (struct text){(const char *)in->data + SKIPPABLE_HEAD, length}))
        return decoding_fault(decoding, BODY_TRAILING, "a skippable frame is no text");
    *in = after(*in, SKIPPABLE_HEAD + length);
    return BODY_FINE;
}

static enum body_fault take_frame(ZSTD_DCtx *context, struct bytes *in, struct decoding *decoding)
{
    ZSTD_inBuffer from = {in->data, in->length, 0};
    size_t result = 1;
    if (ZSTD_getDictID_fromFrame(in->data, in->length) != 0)
        return decoding_fault(decoding, BODY_CODING_UNKNOWN, "a zstd frame wants a dictionary");
    while (result != 0) {
        size_t room;
        enum body_fault fault = decoding_room(decoding, &room);
        if (fault != BODY_FINE)
            return fault;
        ZSTD_outBuffer to = {decoding->out->data + decoding->out->length, room, 0};
        size_t used = from.pos;
        result = ZSTD_decompressStream(context, &to, &from);
        decoding->out->length += to.pos;
        if (ZSTD_isError(result))
            return decoding_fault(
                decoding, BODY_CODING_MALFORMED, "its zstd frame is malformed, or its window too large");
        if (result != 0 && from.pos == used && to.pos == 0)
            return decoding_fault(decoding, BODY_TRUNCATED, "its zstd frame has no end");
    }
    *in = after(*in, from.pos);
    return BODY_FINE;
}

static enum body_fault take_next(ZSTD_DCtx *context, struct bytes *in, bool is_first, struct decoding *decoding)
{
    uint32_t magic = in->length < MAGIC_SIZE ? 0 : little32(in->data);
    if ((magic & 0xfffffff0U) == SKIPPABLE_MAGIC)
        return take_skippable(in, decoding);
    if (magic == ZSTD_MAGIC)
        return take_frame(context, in, decoding);
    return is_first ? decoding_fault(decoding, BODY_CODING_MALFORMED, "it is no zstd frame")
                    : decoding_fault(decoding, BODY_TRAILING, "bytes behind its last zstd frame");
}

enum body_fault zstd_undo(struct bytes in, struct decoding *decoding)
{
    ZSTD_DCtx *context = ZSTD_createDCtx();
    if (context == NULL || ZSTD_isError(ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, WINDOW_LOG))) {
        (void)ZSTD_freeDCtx(context);
        return decoding_fault(decoding, BODY_CODING_MALFORMED, "zstd could not begin");
    }
    enum body_fault fault = take_next(context, &in, true, decoding);
    while (fault == BODY_FINE && in.length > 0)
        fault = take_next(context, &in, false, decoding);
    (void)ZSTD_freeDCtx(context);
    return fault;
}
