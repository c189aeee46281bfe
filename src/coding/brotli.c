/* SPDX-License-Identifier: Apache-2.0 */
/* Brotli. Its metadata blocks (RFC 7932 section 9.2) are bytes that no decoder shows: what was coded so goes on
 * decoded. */
#include <brotli/decode.h>

#include "coding_internal.h"

static enum coding_fault take_all(BrotliDecoderState *state, struct bytes *in, struct coding_undoing *undoing)
{
    BrotliDecoderResult result = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
    while (result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) {
        size_t room;
        enum coding_fault fault = coding_room(undoing, &room);
        if (fault != CODING_FINE)
            return fault;
        size_t left = room;
        uint8_t *out = (uint8_t *)undoing->out->data + undoing->out->length;
        result = BrotliDecoderDecompressStream(state, &in->length, &in->data, &left, &out, NULL);
        undoing->out->length += room - left;
    }
    if (result == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT)
        return coding_fail(undoing, CODING_TRUNCATED, "its brotli stream has no end");
    if (result != BROTLI_DECODER_RESULT_SUCCESS)
        return coding_fail(undoing, CODING_MALFORMED, "its brotli stream is malformed");
    return CODING_FINE;
}

enum coding_fault brotli_undo(struct bytes in, struct coding_undoing *undoing)
{
    BrotliDecoderState *state = BrotliDecoderCreateInstance(NULL, NULL, NULL);
    if (state == NULL)
        return coding_fail(undoing, CODING_MALFORMED, "brotli could not begin");
    enum coding_fault fault = take_all(state, &in, undoing);
    BrotliDecoderDestroyInstance(state);
    if (fault == CODING_FINE && in.length > 0)
        return coding_fail(undoing, CODING_TRAILING, "bytes behind its brotli stream");
    return fault;
}
