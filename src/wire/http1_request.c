/* SPDX-License-Identifier: Apache-2.0 */
/* Request heads (RFC 9112 section 3). */
#include "eight.h"
#include "wire_internal.h"

enum { EMPTY_LINES = 2 };

/* Without what would end or restart a target: space, "#", and backslash. Bytes above 0x7f are no part of a URI, but
 * clients send them in paths and queries (seen: curl, PHP), where they mean their escapes. */
static bool is_target_byte(char byte)
{
    return (unsigned char)byte > 0x20 && byte != 0x7f && byte != '#' && byte != '\\';
}

/* Surely. */
static bool are_target_bytes(const char *bytes)
{
    uint64_t eight = eight_of(bytes);
    uint64_t wrong =
        eight_below(eight, 0x21) | eight_equal(eight, 0x7f) | eight_equal(eight, '#') | eight_equal(eight, '\\');
    return wrong == 0;
}

static bool check_target(struct text text, struct detail *detail)
{
    for (size_t i = 0; i < text.length; i++) {
        while (text.length - i >= 8 && are_target_bytes(text.data + i))
            i += 8;
        if (i == text.length || is_target_byte(text.data[i]))
            continue;
        if (text.data[i] == '#')
            return detail_say(detail, "a fragment in the target: leave out '#' and what follows it");
        return detail_say(
            detail, "byte 0x%02X in the target: percent-encode it, or leave it out", (unsigned char)text.data[i]);
    }
    return text.length > 0 || detail_say(detail, "the target is empty");
}

static void split_query(struct text target, struct http_head *head)
{
    size_t mark = text_index(target, '?', 0);
    head->message->target.path = mark == 0 ? TEXT("/") : text_part(target, 0, mark);
    if (target.length == 0)
        head->message->target.path = TEXT("/");
    head->message->target.has_query = mark < target.length;
    head->message->target.query = head->message->target.has_query ? text_after(target, mark + 1) : TEXT("");
}

static bool check_authority(struct text authority, struct detail *detail)
{
    if (authority.length == 0)
        return detail_say(detail, "no host in the target");
    if (text_has(authority, '@'))
        return detail_say(detail, "user name or password in the target: send them as Authorization");
    return true;
}

bool take_scheme(struct text *target, enum scheme *scheme)
{
    static const struct {
        struct text prefix;
        enum scheme scheme;
    } schemes[] = {
        {TEXT_INIT("http://"), SCHEME_HTTP},
        {TEXT_INIT("https://"), SCHEME_HTTPS},
        {TEXT_INIT("ws://"), SCHEME_HTTP},
        {TEXT_INIT("wss://"), SCHEME_HTTPS},
    };
    for (size_t i = 0; i < COUNT_OF(schemes); i++) {
        struct text prefix = schemes[i].prefix;
        if (!text_equal_nocase(text_part(*target, 0, prefix.length), prefix))
            continue;
        *scheme = schemes[i].scheme;
        *target = text_after(*target, prefix.length);
        return true;
    }
    return false;
}

static bool parse_absolute(struct text target, struct http_head *head, struct detail *detail)
{
    head->message->target.form = TARGET_ABSOLUTE;
    if (!take_scheme(&target, &head->message->target.scheme))
        return detail_say(detail, "the target is neither a path nor a URL of http");
    size_t end = 0;
    while (end < target.length && target.data[end] != '/' && target.data[end] != '?')
        end++;
    head->message->target.authority = text_part(target, 0, end);
    split_query(text_after(target, end), head);
    if (end == target.length && text_equal(head->message->method, TEXT("OPTIONS")))
        head->message->target.path = TEXT("*"); /* RFC 9112 3.2.4: the last proxy sends it so */
    return check_authority(head->message->target.authority, detail);
}

static bool parse_connect(struct http_head *head, struct detail *detail)
{
    struct text target = head->message->target.whole;
    head->message->target.form = TARGET_AUTHORITY;
    head->message->target.authority = target;
    if (text_has(target, '/') || text_has(target, '@') || text_has(target, '?'))
        return detail_say(detail, "the target of CONNECT is host:port and nothing else");
    return true;
}

static bool parse_target(struct http_head *head, struct detail *detail)
{
    struct text target = head->message->target.whole;
    if (!check_target(target, detail))
        return false;
    if (text_equal(head->message->method, TEXT("CONNECT")))
        return parse_connect(head, detail);
    if (text_equal(target, TEXT("*"))) {
        head->message->target.form = TARGET_ASTERISK;
        head->message->target.path = target;
        return text_equal(head->message->method, TEXT("OPTIONS")) ||
               detail_say(detail, "the target * is for OPTIONS alone");
    }
    if (target.data[0] == '/') {
        head->message->target.form = TARGET_ORIGIN;
        split_query(target, head);
        return true;
    }
    return parse_absolute(target, head, detail);
}

static bool parse_version(struct text text, struct http_head *head, struct detail *detail)
{
    head->message->version = text_equal(text, TEXT("HTTP/1.1")) ? HTTP_1_1 : HTTP_1_0;
    if (head->message->version == HTTP_1_1 || text_equal(text, TEXT("HTTP/1.0")))
        return true;
    bool is_other = text.length == 8 && text_starts_with(text, TEXT("HTTP/"));
    return detail_say(
        detail, is_other ? "the version is neither HTTP/1.0 nor HTTP/1.1"
                         : "the request line is not METHOD TARGET HTTP/1.1 with one space between them");
}

static bool parse_request_line(struct text line, struct http_head *head, struct detail *detail)
{
    size_t first = text_index(line, ' ', 0);
    size_t second = text_index(line, ' ', first + 1);
    if (second >= line.length)
        return detail_say(detail, "the request line is not METHOD TARGET HTTP/1.1");
    head->message->method = text_part(line, 0, first);
    head->message->target.whole = text_part(line, first + 1, second - first - 1);
    if (first > METHOD_MAX || !is_token(head->message->method))
        return detail_say(detail, "the method is not a word of at most %d letters", METHOD_MAX);
    return parse_version(text_after(line, second + 1), head, detail);
}

/* A server may ignore an empty line before a request (RFC 9112 2.2): some clients send one after a body. */
size_t empty_lines(struct text input)
{
    size_t skipped = 0;
    while (skipped < (size_t)EMPTY_LINES * 2 && text_starts_with(text_after(input, skipped), TEXT("\r\n")))
        skipped += 2;
    return skipped;
}

/* The detail is there already. */
static enum parse refuse(struct fault *fault, enum reason reason)
{
    fault->reason = reason;
    fault->flaw = FLAW_NONE;
    return PARSE_BAD;
}

static enum parse refuse_saying(struct fault *fault, enum reason reason, const char *what)
{
    (void)detail_say(&fault->detail, "%s", what);
    return refuse(fault, reason);
}

static enum parse refuse_long(struct fault *fault, const struct http_limits *limits, bool is_target)
{
    (void)detail_say(&fault->detail, "more than %zu bytes: limits.head", limits->head);
    return refuse(fault, is_target ? REASON_TARGET_TOO_LONG : REASON_HEAD_TOO_LARGE);
}

/* A line that ends in LF alone never ends a head: say so now, not at the deadline. */
static bool has_bare_newline(struct text input, size_t from)
{
    for (size_t at = text_index(input, '\n', from); at < input.length; at = text_index(input, '\n', at + 1))
        if (at == 0 || input.data[at - 1] != '\r')
            return true;
    return false;
}

/* Of a line that is whole, or may be longer. */
static bool may_be_request_line(struct text line, bool is_whole)
{
    size_t method = text_index(text_part(line, 0, METHOD_MAX + 1), ' ', 0);
    return method <= METHOD_MAX && (!is_whole || text_index(line, ' ', method + 1) < line.length);
}

/* Not whole yet: too long already, or no head at all? */
static enum parse
parse_partial(struct text input, const struct http_limits *limits, struct http_scan *scan, struct fault *fault)
{
    size_t line_end = first_line_end(input, scan);
    bool is_new = line_end >= scan->seen;
    if (input.length > limits->head)
        return refuse_long(fault, limits, line_end >= limits->head);
    if (input.length > 0 && input.data[0] != '\r' && !is_token_byte(input.data[0])) {
        (void)detail_say(&fault->detail, "it begins with byte 0x%02X, not with a method", (unsigned char)input.data[0]);
        return refuse(fault, REASON_MALFORMED_HEAD);
    }
    if (has_bare_newline(input, scan->seen))
        return refuse_saying(fault, REASON_MALFORMED_HEAD, "a line that ends in LF alone");
    if (is_new && !may_be_request_line(text_part(input, 0, line_end), line_end < input.length))
        return refuse_saying(fault, REASON_MALFORMED_HEAD, "the request line is not METHOD TARGET HTTP/1.1");
    scan->seen = input.length;
    return PARSE_NEED_MORE;
}

bool http_asks_for_websocket(const struct message_head *request)
{
    return request->names_websocket && request->content == CONTENT_NONE && text_equal(request->method, TEXT("GET"));
}

static bool host_is_as_required(const struct http_head *head)
{
    if (head->message->target.form == TARGET_AUTHORITY || head->message->has_host)
        return true;
    return head->message->version == HTTP_1_0;
}

static const struct reading as_written = {.line_end = LINE_CRLF};

/* A length of zero says what RFC 9110 9.3.6 says anyway (seen: Node's request library, ServiceTalk). */
static bool connect_has_no_body(struct http_head *head)
{
    if (head->framing == FRAMING_LENGTH && head->message->length == 0)
        head->framing = FRAMING_NONE;
    return head->framing == FRAMING_NONE;
}

static enum parse
parse_whole(struct text lines, const struct http_limits *limits, struct http_head *head, struct fault *fault)
{
    struct text line;
    if (!take_line(&lines, LINE_CRLF, &line))
        return refuse_saying(fault, REASON_MALFORMED_HEAD, "a CR or LF that stands alone in the request line");
    if (!parse_request_line(line, head, &fault->detail))
        return refuse(fault, REASON_MALFORMED_HEAD);
    if (!parse_target(head, &fault->detail))
        return refuse(fault, REASON_BAD_TARGET);
    switch (parse_fields(lines, &as_written, limits, head, &fault->detail)) {
    case FIELDS_BAD:
        return refuse(fault, REASON_MALFORMED_HEAD);
    case FIELDS_TOO_MANY:
        return refuse(fault, REASON_HEAD_TOO_LARGE);
    case FIELDS_GOOD:
        break;
    }
    if (!parse_framing(head, &fault->detail))
        return refuse(fault, REASON_MALFORMED_BODY);
    if (!parse_control(head, &fault->detail))
        return refuse(fault, REASON_MALFORMED_HEAD);
    if (!host_is_as_required(head))
        return refuse_saying(fault, REASON_MALFORMED_HEAD, "no Host, which HTTP/1.1 requires");
    if (head->message->target.form == TARGET_AUTHORITY && !connect_has_no_body(head))
        return refuse_saying(fault, REASON_MALFORMED_BODY, "a CONNECT with content, which it cannot have");
    head->message->content = content_framed(head->framing);
    return PARSE_DONE;
}

enum parse http_request_parse(
    struct text input, const struct http_limits *limits, struct http_head *head, size_t *used, struct fault *fault)
{
    struct http_scan scan = {0};
    return http_request_scan(input, limits, &scan, head, used, fault);
}

enum parse http_request_scan(
    struct text input, const struct http_limits *limits, struct http_scan *scan, struct http_head *head, size_t *used,
    struct fault *fault)
{
    size_t skipped = empty_lines(input);
    struct text rest = text_after(input, skipped);
    if (skipped > scan->skipped)
        *scan = (struct http_scan){.skipped = skipped};
    size_t length = head_length(rest, scan, LINE_CRLF);
    if (length == 0)
        return parse_partial(rest, limits, scan, fault);
    if (length > limits->head)
        return refuse_long(fault, limits, text_index(rest, '\n', 0) >= limits->head);
    head->message->target.scheme = 0;
    head->message->target.authority = TEXT("");
    head->message->target.query = TEXT("");
    head->message->target.path = TEXT("");
    head->message->target.has_query = false;
    head->message->length = 0;
    head->message->status = 0;
    *used = skipped + length;
    return parse_whole(text_part(rest, 0, length), limits, head, fault);
}
