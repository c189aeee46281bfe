/* SPDX-License-Identifier: Apache-2.0 */
/* Brotli. Its metadata blocks (RFC 7932 section 9.2) are bytes that no decoder shows: what was coded so goes on
 * decoded. */
#include <brotli/decode.h>

#include "coding.h"

static enum body_fault take_all(BrotliDecoderState *state, struct bytes *in, struct decoding *decoding)
{
    BrotliDecoderResult result = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
    while (result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) {
        size_t room;
        enum body_fault fault = decoding_room(decoding, &room);
        if (fault != BODY_FINE)
            return fault;
        size_t left = room;
        uint8_t *out = (uint8_t *)decoding->out->data + decoding->out->length;
        result = BrotliDecoderDecompressStream(state, &in->length, &in->data, &left, &out, NULL);
        decoding->out->length += room - left;
    }
    if (result == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT)
        return decoding_fault(decoding, BODY_TRUNCATED, "its brotli stream has no end");
    if (result != BROTLI_DECODER_RESULT_SUCCESS)
        return decoding_fault(decoding, BODY_CODING_MALFORMED, "its brotli stream is malformed");
    return BODY_FINE;
}

enum body_fault brotli_undo(struct bytes in, struct decoding *decoding)
{
    BrotliDecoderState *state = BrotliDecoderCreateInstance(NULL, NULL, NULL);
    if (state == NULL)
        return decoding_fault(decoding, BODY_CODING_MALFORMED, "brotli could not begin");
    enum body_fault fault = take_all(state, &in, decoding);
    BrotliDecoderDestroyInstance(state);
    if (fault == BODY_FINE && in.length > 0)
        return decoding_fault(decoding, BODY_TRAILING, "bytes behind its brotli stream");
    return fault;
}
