/* SPDX-License-Identifier: Apache-2.0 */
/* Heads written anew: what concerns one hop stays behind, framing and Via are ours (RFC 9110 7.6). */
#include "wire_internal.h"

/* Fields of one hop, or that only a proxy may set. */
static const struct text hop_by_hop[] = {
    TEXT_INIT("Connection"),        TEXT_INIT("Keep-Alive"),     TEXT_INIT("TE"),    TEXT_INIT("Trailer"),
    TEXT_INIT("Transfer-Encoding"), TEXT_INIT("Content-Length"), TEXT_INIT("Proxy"), TEXT_INIT("HTTP2-Settings"),
};
/* Further ones that a request must not carry on. */
static const struct text request_only[] = {
    TEXT_INIT("Host"),
    TEXT_INIT("Expect"),
    TEXT_INIT("Forwarded"),
};
/* End-to-end fields that a Connection field cannot make hop-by-hop, whatever it says. */
static const struct text end_to_end[] = {
    TEXT_INIT("Authorization"),
    TEXT_INIT("Content-Type"),
    TEXT_INIT("Content-Encoding"),
    TEXT_INIT("Cookie"),
    TEXT_INIT("Accept"),
    TEXT_INIT("User-Agent"),
    TEXT_INIT("Set-Cookie"),
    TEXT_INIT("Cache-Control"),
    TEXT_INIT("Date"),
    TEXT_INIT("Via"),
    TEXT_INIT("Location"),
    TEXT_INIT("Range"),
    TEXT_INIT("ETag"),
    TEXT_INIT("Origin"),
    TEXT_INIT("Referer"),
    TEXT_INIT("WWW-Authenticate"),
    TEXT_INIT("Accept-Encoding"),
    TEXT_INIT("X-Api-Key"),
    TEXT_INIT("X-Goog-Api-Key"),
    TEXT_INIT("Api-Key"),
    TEXT_INIT("Vary"),
    TEXT_INIT("Expires"),
    TEXT_INIT("Retry-After"),
};

static bool is_among(struct text name, const struct text *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal_nocase(name, names[i]))
            return true;
    return false;
}

static bool has_prefix(struct text name, struct text prefix)
{
    return name.length > prefix.length && text_equal_nocase(text_part(name, 0, prefix.length), prefix);
}

static bool stays_behind(const struct http_head *head, struct text name, const struct http_forward *forward)
{
    if (is_among(name, hop_by_hop, COUNT_OF(hop_by_hop)) || has_prefix(name, TEXT("Proxy-")))
        return true;
    if (text_equal_nocase(name, TEXT("Upgrade")))
        return !forward->keep_upgrade;
    if (is_among(name, forward->drop, forward->drop_count))
        return true;
    return connection_names(head, name) && !is_among(name, end_to_end, COUNT_OF(end_to_end));
}

static bool
request_field_stays_behind(const struct http_head *head, struct text name, const struct http_forward *forward)
{
    return is_among(name, request_only, COUNT_OF(request_only)) || has_prefix(name, TEXT("X-Forwarded-")) ||
           stays_behind(head, name, forward);
}

static void write_field(struct buffer *out, struct text name, struct text value)
{
    buffer_append(out, name);
    buffer_append(out, TEXT(": "));
    buffer_append(out, value);
    buffer_append(out, TEXT("\r\n"));
}

static void write_end(struct buffer *out, const struct http_head *head, const struct http_forward *forward)
{
    for (size_t i = 0; i < forward->add_count; i++)
        write_field(out, forward->add[i].name, forward->add[i].value);
    if (forward->via.length > 0)
        buffer_printf(out, "Via: 1.%u %.*s\r\n", head->minor, TEXT_ARG(forward->via));
    if (forward->framing == FRAMING_LENGTH) {
        buffer_append(out, TEXT("Content-Length: "));
        buffer_append_number(out, forward->content_length);
        buffer_append(out, TEXT("\r\n"));
    }
    if (forward->framing == FRAMING_CHUNKED)
        buffer_append(out, TEXT("Transfer-Encoding: chunked\r\n"));
    if (forward->keep_upgrade)
        buffer_append(out, TEXT("Connection: Upgrade\r\n"));
    else if (!forward->keep_alive)
        buffer_append(out, TEXT("Connection: close\r\n"));
    buffer_append(out, TEXT("\r\n"));
}

void http_request_write(
    struct buffer *out, const struct http_head *head, struct text authority, const struct http_forward *forward)
{
    buffer_append(out, head->method);
    buffer_append_byte(out, ' ');
    buffer_append(out, head->path);
    if (head->has_query) {
        buffer_append_byte(out, '?');
        buffer_append(out, head->query);
    }
    buffer_append(out, TEXT(" HTTP/1.1\r\n"));
    write_field(out, TEXT("Host"), authority);
    for (size_t i = 0; i < head->field_count; i++)
        if (!request_field_stays_behind(head, head->fields[i].name, forward))
            write_field(out, head->fields[i].name, head->fields[i].value);
    write_end(out, head, forward);
}

void http_reply_write(struct buffer *out, const struct http_head *head, const struct http_forward *forward)
{
    buffer_printf(out, "HTTP/1.1 %u %.*s\r\n", head->status, TEXT_ARG(head->phrase));
    for (size_t i = 0; i < head->field_count; i++)
        if (!stays_behind(head, head->fields[i].name, forward))
            write_field(out, head->fields[i].name, head->fields[i].value);
    write_end(out, head, forward);
}
