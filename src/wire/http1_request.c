/* SPDX-License-Identifier: Apache-2.0 */
/* Request heads (RFC 9112 section 3). */
#include "wire_internal.h"

enum { METHOD_MAX = 32, EMPTY_LINES = 2 };

/* Printable ASCII without what would end or restart a target: space, "#", and backslash. */
static bool is_target(struct text text)
{
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.data[i];
        if (byte <= 0x20 || byte >= 0x7f || byte == '#' || byte == '\\')
            return false;
    }
    return text.length > 0;
}

static void split_query(struct text target, struct http_head *head)
{
    size_t mark = text_index(target, '?', 0);
    head->target.path = mark == 0 ? TEXT("/") : text_part(target, 0, mark);
    if (target.length == 0)
        head->target.path = TEXT("/");
    head->target.has_query = mark < target.length;
    head->target.query = head->target.has_query ? text_after(target, mark + 1) : TEXT("");
}

static bool parse_absolute(struct text target, struct http_head *head)
{
    head->target.form = TARGET_ABSOLUTE;
    if (text_equal_nocase(text_part(target, 0, 7), TEXT("http://"))) {
        head->target.scheme = SCHEME_HTTP;
        target = text_after(target, 7);
    } else if (text_equal_nocase(text_part(target, 0, 8), TEXT("https://"))) {
        head->target.scheme = SCHEME_HTTPS;
        target = text_after(target, 8);
    } else {
        return false;
    }
    size_t end = 0;
    while (end < target.length && target.data[end] != '/' && target.data[end] != '?')
        end++;
    head->target.authority = text_part(target, 0, end);
    split_query(text_after(target, end), head);
    return end > 0 && !text_has(head->target.authority, '@');
}

static bool parse_target(struct http_head *head)
{
    struct text target = head->target.whole;
    bool connect = text_equal(head->method, TEXT("CONNECT"));
    if (!is_target(target))
        return false;
    if (connect) {
        head->target.form = TARGET_AUTHORITY;
        head->target.authority = target;
        return !text_has(target, '/') && !text_has(target, '@') && !text_has(target, '?');
    }
    if (text_equal(target, TEXT("*"))) {
        head->target.form = TARGET_ASTERISK;
        head->target.path = target;
        return text_equal(head->method, TEXT("OPTIONS"));
    }
    if (target.data[0] == '/') {
        head->target.form = TARGET_ORIGIN;
        split_query(target, head);
        return true;
    }
    return parse_absolute(target, head);
}

static bool parse_version(struct text text, struct http_head *head)
{
    head->minor = text_equal(text, TEXT("HTTP/1.1")) ? 1 : 0;
    return head->minor == 1 || text_equal(text, TEXT("HTTP/1.0"));
}

static bool parse_request_line(struct text line, struct http_head *head)
{
    size_t first = text_index(line, ' ', 0);
    size_t second = text_index(line, ' ', first + 1);
    if (first > METHOD_MAX || second >= line.length)
        return false;
    head->method = text_part(line, 0, first);
    head->target.whole = text_part(line, first + 1, second - first - 1);
    return is_token(head->method) && parse_version(text_after(line, second + 1), head);
}

/* A server may ignore an empty line before a request (RFC 9112 2.2): some clients send one after a body. */
static size_t empty_lines(struct text input)
{
    size_t skipped = 0;
    while (skipped < (size_t)EMPTY_LINES * 2 && text_starts_with(text_after(input, skipped), TEXT("\r\n")))
        skipped += 2;
    return skipped;
}

static enum parse refuse(enum reason *reason, enum reason why)
{
    *reason = why;
    return PARSE_BAD;
}

/* A line that ends in LF alone never ends a head: say so now, not at the deadline. */
static bool has_bare_newline(struct text input)
{
    for (size_t at = text_index(input, '\n', 0); at < input.length; at = text_index(input, '\n', at + 1))
        if (at == 0 || input.data[at - 1] != '\r')
            return true;
    return false;
}

/* Not whole yet: too long already, or no head at all? */
static enum parse parse_partial(struct text input, const struct http_limits *limits, enum reason *reason)
{
    size_t line_end = text_index(input, '\n', 0);
    struct text line = text_part(input, 0, line_end);
    if (input.length > limits->head)
        return refuse(reason, line_end >= limits->head ? REASON_TARGET_TOO_LONG : REASON_HEAD_TOO_LARGE);
    if (input.length > 0 && input.data[0] != '\r' && !is_token_byte(input.data[0]))
        return refuse(reason, REASON_MALFORMED_HEAD);
    if (has_bare_newline(input))
        return refuse(reason, REASON_MALFORMED_HEAD);
    size_t method = text_index(line, ' ', 0);
    if (method > METHOD_MAX || (line_end < input.length && text_index(line, ' ', method + 1) == line.length))
        return refuse(reason, REASON_MALFORMED_HEAD);
    return PARSE_NEED_MORE;
}

static bool host_is_as_required(const struct http_head *head)
{
    if (head->target.form == TARGET_AUTHORITY || head->has_host)
        return true;
    return head->minor == 0;
}

static enum parse
parse_whole(struct text lines, const struct http_limits *limits, struct http_head *head, enum reason *reason)
{
    struct text line;
    bool too_many;
    if (!take_line(&lines, &line) || !parse_request_line(line, head))
        return refuse(reason, REASON_MALFORMED_HEAD);
    if (!parse_target(head))
        return refuse(reason, REASON_BAD_TARGET);
    if (!parse_fields(lines, limits, head, &too_many))
        return refuse(reason, too_many ? REASON_HEAD_TOO_LARGE : REASON_MALFORMED_HEAD);
    if (!parse_framing(head))
        return refuse(reason, REASON_MALFORMED_BODY);
    if (!parse_control(head) || !host_is_as_required(head))
        return refuse(reason, REASON_MALFORMED_HEAD);
    if (head->target.form == TARGET_AUTHORITY && head->framing != FRAMING_NONE)
        return refuse(reason, REASON_MALFORMED_BODY);
    return PARSE_DONE;
}

enum parse http_request_parse(
    struct text input, const struct http_limits *limits, struct http_head *head, size_t *used, enum reason *reason)
{
    size_t skipped = empty_lines(input);
    struct text rest = text_after(input, skipped);
    size_t length = head_length(rest);
    if (length == 0)
        return parse_partial(rest, limits, reason);
    if (length > limits->head) {
        bool line = text_index(rest, '\n', 0) >= limits->head;
        return refuse(reason, line ? REASON_TARGET_TOO_LONG : REASON_HEAD_TOO_LARGE);
    }
    head->target.scheme = 0;
    head->target.authority = TEXT("");
    head->target.query = TEXT("");
    head->target.path = TEXT("");
    head->target.has_query = false;
    head->content_length = 0;
    head->status = 0;
    *used = skipped + length;
    return parse_whole(text_part(rest, 0, length), limits, head, reason);
}
