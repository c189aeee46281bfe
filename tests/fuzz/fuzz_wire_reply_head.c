/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a reply head; what is taken is written anew, and that is taken again, as it was meant. In pieces it is
 * what it is at once. */
#include "head_in_pieces.h"

static const struct http_limits limits = {.head = 16384, .fields = FIELDS_MAX};
/* A short head meets them. */
static const struct http_limits narrow = {.head = 96, .fields = 3};

static void take(struct text input, struct http_scan *scan, struct taken *out)
{
    out->parse = http_reply_scan(input, &limits, scan, TEXT("GET"), &out->head, &out->used, &out->fault);
}

static void take_narrow(struct text input, struct http_scan *scan, struct taken *out)
{
    out->parse = http_reply_scan(input, &narrow, scan, TEXT("GET"), &out->head, &out->used, &out->fault);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text input = {(const char *)data, size};
    struct message_head message;
    struct http_head head = {.message = &message};
    size_t used;
    struct fault fault;
    check_in_pieces(take, input);
    check_in_pieces(take_narrow, input);
    if (http_reply_parse(input, &limits, TEXT("GET"), &head, &used, &fault) != PARSE_DONE)
        return 0;
    ASSERT(used <= size && head.message->status >= 100 && head.message->status <= 599);
    uint64_t seconds;
    if (http_keep_alive_seconds(head.message, &seconds))
        ASSERT(http_field_find(head.message, TEXT("Keep-Alive")) != NULL && seconds <= UINT32_MAX);
    (void)http_binds_connection(head.message);
    struct http_forward forward = {.via = TEXT_INIT("exeat-0"), .framing = FRAMING_CHUNKED};
    struct buffer out = {0};
    http_reply_write(&out, head.message, &forward);
    struct message_head message_again;
    struct http_head again = {.message = &message_again};
    size_t length;
    struct http_limits wide = {.head = out.length, .fields = FIELDS_MAX};
    enum parse parse = http_reply_parse(buffer_text(&out), &wide, TEXT("GET"), &again, &length, &fault);
    bool has_room = head.message->field_count < FIELDS_MAX - 3; /* Via, framing and Connection are added */
    ASSERT(!has_room || (parse == PARSE_DONE && length == out.length && again.message->status == head.message->status));
    buffer_clear(&out);
    return 0;
}
