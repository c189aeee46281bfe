/* SPDX-License-Identifier: Apache-2.0 */
/* A chunked body read whole and byte by byte must give the same content and the same end; what is taken of a client is
 * taken of a host, and is the same. */
#include "exeat/base/check.h"
#include "exeat/wire.h"

static enum parse read_in_pieces(struct text input, uint16_t status, size_t piece, struct buffer *content)
{
    static const struct http_limits limits = {.head = 4096, .fields = 20};
    struct message_head message = {.status = status};
    struct http_head head = {.message = &message, .framing = FRAMING_CHUNKED};
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

/* Whole and byte by byte; how it ended. */
static enum parse read_both_ways(struct text input, uint16_t status, struct buffer *content)
{
    struct buffer pieces = {0};
    enum parse first = read_in_pieces(input, status, input.length, content);
    enum parse second = read_in_pieces(input, status, 1, &pieces);
    if (first == PARSE_DONE)
        ASSERT(second == PARSE_DONE && text_equal(buffer_text(content), buffer_text(&pieces)));
    buffer_clear(&pieces);
    return first;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text input = text_of_bytes((struct bytes){data, size});
    struct buffer of_client = {0};
    struct buffer of_host = {0};
    enum parse strict = read_both_ways(input, 0, &of_client);
    enum parse lenient = read_both_ways(input, 200, &of_host);
    if (strict == PARSE_DONE)
        ASSERT(lenient == PARSE_DONE && text_equal(buffer_text(&of_client), buffer_text(&of_host)));
    buffer_clear(&of_client);
    buffer_clear(&of_host);
    return 0;
}
