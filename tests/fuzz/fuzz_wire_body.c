/* SPDX-License-Identifier: Apache-2.0 */
/* A chunked body read whole and byte by byte must give the same content and the same end. */
#include "exeat/base/check.h"
#include "exeat/wire.h"

static enum parse read_in_pieces(struct text input, size_t piece, struct buffer *content)
{
    static const struct http_limits limits = {.head = 4096, .fields = 20};
    struct http_head head = {.framing = FRAMING_CHUNKED};
    struct http_body body;
    size_t start = 0;
    size_t end = piece < input.length ? piece : input.length;
    http_body_begin(&body, &head, &limits);
    for (;;) {
        struct text slice;
        size_t used;
        enum parse result = http_body_read(&body, text_part(input, start, end - start), &slice, &used);
        buffer_append(content, slice);
        start += used;
        if (result != PARSE_NEED_MORE || (used == 0 && end == input.length))
            return result;
        if (used == 0)
            end = end + piece < input.length ? end + piece : input.length;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text input = text_of_bytes((struct bytes){data, size});
    struct buffer whole = {0};
    struct buffer pieces = {0};
    enum parse first = read_in_pieces(input, size, &whole);
    enum parse second = read_in_pieces(input, 1, &pieces);
    if (first == PARSE_DONE)
        ASSERT(second == PARSE_DONE && text_equal(buffer_text(&whole), buffer_text(&pieces)));
    buffer_clear(&whole);
    buffer_clear(&pieces);
    return 0;
}
