/* SPDX-License-Identifier: Apache-2.0 */
/* A request head that is taken, written anew and taken again must be the same head: no smuggling through our own
 * serialiser. In pieces it is what it is at once. */
#include "head_in_pieces.h"

static const struct http_limits limits = {.head = 8192, .fields = 50};
/* A short head meets them. */
static const struct http_limits narrow = {.head = 96, .fields = 3};

static void take(struct text input, struct http_scan *scan, struct taken *out)
{
    out->parse = http_request_scan(input, &limits, scan, &out->head, &out->used, &out->fault);
}

static void take_narrow(struct text input, struct http_scan *scan, struct taken *out)
{
    out->parse = http_request_scan(input, &narrow, scan, &out->head, &out->used, &out->fault);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text input = text_of_bytes((struct bytes){data, size});
    struct message_head message;
    struct http_head head = {.message = &message};
    struct message_head message_again;
    struct http_head again = {.message = &message_again};
    struct http_glimpse glimpse;
    size_t used = 0;
    check_in_pieces(take, input);
    check_in_pieces(take_narrow, input);
    (void)http_looks_so(input, &(struct opening_scan){0});
    http_request_glimpse(input, &glimpse);
    ASSERT(glimpse.method.length <= size && glimpse.path.length <= size && glimpse.query.length <= size);
    ASSERT(!text_has(glimpse.authority, '@') && glimpse.authority.length <= size);
    struct fault fault = {0};
    if (http_request_parse(input, &limits, &head, &used, &fault) != PARSE_DONE ||
        head.message->target.form == TARGET_AUTHORITY)
        return 0;
    ASSERT(used <= size);
    struct http_forward forward = {.keep_alive = true, .framing = head.framing, .content_length = head.message->length};
    struct buffer out = {0};
    http_request_write(&out, head.message, TEXT("a.example"), &forward);
    static const struct http_limits wide = {.head = 65536, .fields = FIELDS_MAX};
    ASSERT(http_request_parse(buffer_text(&out), &wide, &again, &used, &fault) == PARSE_DONE);
    ASSERT(
        !http_binds_connection(again.message) || http_binds_connection(head.message)); /* what goes on is seen before */
    ASSERT(
        used == out.length && again.framing == head.framing && text_equal(again.message->method, head.message->method));
    ASSERT(
        text_equal(again.message->target.path, head.message->target.path) &&
        text_equal(again.message->target.query, head.message->target.query));
    buffer_clear(&out);
    return 0;
}
