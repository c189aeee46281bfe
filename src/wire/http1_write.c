/* SPDX-License-Identifier: Apache-2.0 */
/* Heads written anew: what concerns one hop stays behind, framing and Via are ours (RFC 9110 7.6). The room is made
 * once, for the most that can be written. */
#include <string.h>

#include "exeat/base/check.h"
#include "wire_internal.h"

enum { NUMBER_MAX = 20, START_MAX = 32, END_MAX = 128 };

static bool
stays_behind(const struct message_head *head, size_t index, const struct http_forward *forward, bool is_request)
{
    const struct field *field = &head->fields[index];
    for (size_t i = 0; i < forward->drop_count; i++)
        if (text_equal_nocase(field->name, forward->drop[i]))
            return true;
    switch ((enum field_kind)head->kinds[index]) {
    case FIELD_OTHER:
        return head->places[FIELD_CONNECTION].count > 0 && connection_names(head, field->name);
    case FIELD_END_TO_END:
    case FIELD_VIA:
        return false;
    case FIELD_HOST:
    case FIELD_REQUEST_HOP:
        return is_request || connection_names(head, field->name);
    case FIELD_EXPECT: /* of a client of HTTP/1.0, who cannot mean it (RFC 9110 10.1.1) */
        return is_request && head->version == HTTP_1_0;
    case FIELD_UPGRADE:
        return !forward->keep_upgrade;
    case FIELD_HOP:
    case FIELD_CONNECTION:
    case FIELD_CONTENT_LENGTH:
    case FIELD_TRANSFER_ENCODING:
    case FIELD_KIND_COUNT:
        break;
    }
    return true;
}

static char *put(char *at, struct text text)
{
    if (text.length > 0)
        memcpy(at, text.data, text.length);
    return at + text.length;
}

static char *put_number(char *at, uint64_t number)
{
    char digits[NUMBER_MAX];
    size_t from = sizeof(digits);
    do {
        digits[--from] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return put(at, (struct text){digits + from, sizeof(digits) - from});
}

static char *put_field(char *at, struct text name, struct text value)
{
    at = put(at, name);
    at = put(at, TEXT(": "));
    at = put(at, value);
    return put(at, TEXT("\r\n"));
}

static char *put_fields(char *at, const struct message_head *head, const struct http_forward *forward, bool is_request)
{
    for (size_t i = 0; i < head->field_count; i++)
        if (!stays_behind(head, i, forward, is_request))
            at = put_field(at, head->fields[i].name, head->fields[i].value);
    for (size_t i = 0; i < forward->add_count; i++)
        at = put_field(at, forward->add[i].name, forward->add[i].value);
    return at;
}

static char *put_framing(char *at, const struct http_forward *forward)
{
    if (forward->framing == FRAMING_LENGTH)
        return put(put_number(put(at, TEXT("Content-Length: ")), forward->content_length), TEXT("\r\n"));
    return forward->framing == FRAMING_CHUNKED ? put(at, TEXT("Transfer-Encoding: chunked\r\n")) : at;
}

/* The last field, and the empty line. */
static char *put_connection(char *at, const struct http_forward *forward)
{
    if (forward->keep_upgrade)
        at = put(at, TEXT("Connection: Upgrade\r\n"));
    else if (!forward->keep_alive)
        at = put(at, TEXT("Connection: close\r\n"));
    else if (forward->says_keep_alive)
        at = put(at, TEXT("Connection: keep-alive\r\n"));
    return put(at, TEXT("\r\n"));
}

static const struct text via_version[] = {
    [HTTP_1_0] = TEXT_INIT("Via: 1.0 "), [HTTP_1_1] = TEXT_INIT("Via: 1.1 "), [HTTP_2] = TEXT_INIT("Via: 2.0 ")};

static char *put_end(char *at, const struct message_head *head, const struct http_forward *forward)
{
    if (forward->via.length > 0) {
        at = put(at, via_version[head->version]);
        at = put(put(at, forward->via), TEXT("\r\n"));
    }
    return put_connection(put_framing(at, forward), forward);
}

static size_t field_room(const struct field *field)
{
    return field->name.length + field->value.length + TEXT(": \r\n").length;
}

/* The most that the fields and the end can take. */
static size_t room_for(const struct message_head *head, const struct http_forward *forward)
{
    size_t room = END_MAX + forward->via.length;
    for (size_t i = 0; i < head->field_count; i++)
        room += field_room(&head->fields[i]);
    for (size_t i = 0; i < forward->add_count; i++)
        room += field_room(&forward->add[i]);
    return room;
}

static char *begin(struct buffer *out, size_t room)
{
    buffer_reserve(out, room);
    return out->data + out->length;
}

static void end(struct buffer *out, const char *at)
{
    out->length = (size_t)(at - out->data);
    ASSERT(out->length <= out->capacity);
}

void http_request_write(
    struct buffer *out, const struct message_head *head, struct text authority, const struct http_forward *forward)
{
    size_t line = head->method.length + head->target.path.length + head->target.query.length + 2 * authority.length;
    char *at = begin(out, START_MAX + line + room_for(head, forward));
    at = put(put(at, head->method), TEXT(" "));
    if (forward->is_absolute)
        at = put(put(at, TEXT("http://")), authority);
    if (!forward->is_absolute || !text_equal(head->target.path, TEXT("*"))) /* OPTIONS *: RFC 9112 3.2.4 */
        at = put(at, head->target.path);
    if (head->target.has_query)
        at = put(put(at, TEXT("?")), head->target.query);
    at = put(at, TEXT(" HTTP/1.1\r\n"));
    at = put_field(at, TEXT("Host"), authority);
    at = put_fields(at, head, forward, true);
    end(out, put_end(at, head, forward));
}

void http_reply_write(struct buffer *out, const struct message_head *head, const struct http_forward *forward)
{
    char *at = begin(out, START_MAX + head->phrase.length + room_for(head, forward));
    at = put_number(put(at, TEXT("HTTP/1.1 ")), head->status);
    at = put(put(put(at, TEXT(" ")), head->phrase), TEXT("\r\n"));
    at = put_fields(at, head, forward, false);
    end(out, put_end(at, head, forward));
}

void http_own_head_write(struct buffer *out, uint16_t status, const struct http_forward *forward)
{
    struct text phrase = text_from(http_status_phrase(status));
    size_t room = START_MAX + END_MAX + phrase.length;
    for (size_t i = 0; i < forward->add_count; i++)
        room += field_room(&forward->add[i]);
    char *at = begin(out, room);
    at = put_number(put(at, TEXT("HTTP/1.1 ")), status);
    at = put(put(put(at, TEXT(" ")), phrase), TEXT("\r\n"));
    for (size_t i = 0; i < forward->add_count; i++)
        at = put_field(at, forward->add[i].name, forward->add[i].value);
    end(out, put_connection(put_framing(at, forward), forward));
}
