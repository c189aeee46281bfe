/* SPDX-License-Identifier: Apache-2.0 */
/* Reply heads (RFC 9112 section 4), and how a reply's body is framed (section 6.3). */
#include "wire_internal.h"

static bool parse_status(struct text digits, struct http_head *head, struct detail *detail)
{
    uint64_t status;
    if (!text_to_number(digits, 999, &status) || digits.length != 3 || status < 100)
        return detail_say(detail, "the status is not a number of three digits");
    if (status > 599)
        return detail_say(detail, "status %u, above 599", (unsigned)status);
    head->message->status = (uint16_t)status;
    return true;
}

static bool parse_status_line(struct text line, struct http_head *head, struct detail *detail)
{
    bool is_http1 = text_starts_with(line, TEXT("HTTP/1.")) && line.length >= 9 && line.data[8] == ' ';
    if (!is_http1 || (line.data[7] != '1' && line.data[7] != '0'))
        return detail_say(detail, "the status line does not begin with HTTP/1.1 or HTTP/1.0");
    head->message->version = line.data[7] == '1' ? HTTP_1_1 : HTTP_1_0;
    if (!parse_status(text_part(line, 9, text_index(line, ' ', 9) - 9), head, detail))
        return false;
    head->message->phrase = text_after(line, 13);
    return is_field_value(head->message->phrase) || detail_say(detail, "a control byte in the status line");
}

static void frame_reply(struct text method, struct http_head *head)
{
    bool successful_connect = text_equal(method, TEXT("CONNECT")) && head->message->status / 100 == 2;
    if (head->message->status < 200 || head->message->status == 204 || head->message->status == 304 ||
        successful_connect || text_equal(method, TEXT("HEAD"))) {
        head->framing = FRAMING_NONE;
        return;
    }
    if (head->framing == FRAMING_NONE) {
        head->framing = FRAMING_UNTIL_CLOSE;
        head->keep_alive = false;
    }
}

static enum parse refuse(struct fault *fault, enum flaw flaw)
{
    fault->reason = REASON_UPSTREAM_BROKEN;
    fault->flaw = flaw;
    return PARSE_BAD;
}

static enum parse refuse_long(struct fault *fault, const struct http_limits *limits)
{
    (void)detail_say(&fault->detail, "a head of more than %zu bytes: limits.head", limits->head);
    return refuse(fault, FLAW_HEAD_SIZE);
}

static enum parse parse_whole(
    struct text lines, enum line_end line_end, const struct http_limits *limits, struct http_head *head,
    struct fault *fault)
{
    const struct reading reading = {.line_end = line_end, .trims_names = true};
    struct text line;
    if (!take_line(&lines, line_end, &line)) {
        (void)detail_say(&fault->detail, "a CR or LF that stands alone in the status line");
        return refuse(fault, FLAW_SYNTAX);
    }
    if (!parse_status_line(line, head, &fault->detail))
        return refuse(fault, FLAW_SYNTAX);
    switch (parse_fields(lines, &reading, limits, head, &fault->detail)) {
    case FIELDS_BAD:
        return refuse(fault, FLAW_SYNTAX);
    case FIELDS_TOO_MANY:
        return refuse(fault, FLAW_HEAD_SIZE);
    case FIELDS_GOOD:
        break;
    }
    bool good = parse_framing(head, &fault->detail) && parse_control(head, &fault->detail);
    return good ? PARSE_DONE : refuse(fault, FLAW_SYNTAX);
}

/* Some hosts end their lines in LF alone; the first line tells. */
static enum line_end line_end_of(struct text input, struct http_scan *scan)
{
    size_t end = first_line_end(input, scan);
    return end < input.length && (end == 0 || input.data[end - 1] != '\r') ? LINE_LF : LINE_CRLF;
}

/* The CR or LF at `at`: may it be of a line's end? */
static bool ends_line(struct text input, size_t at, enum line_end line_end)
{
    if (line_end == LINE_LF)
        return input.data[at] == '\n';
    if (input.data[at] == '\r')
        return at + 1 == input.length || input.data[at + 1] == '\n';
    return at > 0 && input.data[at - 1] == '\r';
}

/* Not whole yet. A head whose lines end in two ways may never end: said now, not at the deadline. */
static enum parse parse_partial(struct text input, enum line_end line_end, struct http_scan *scan, struct fault *fault)
{
    size_t last = scan->seen == 0 ? 0 : scan->seen - 1; /* a CR there had nothing behind it */
    for (size_t at = last; at < input.length; at++) {
        if ((input.data[at] != '\r' && input.data[at] != '\n') || ends_line(input, at, line_end))
            continue;
        (void)detail_say(&fault->detail, "lines that end in two ways, or a CR or LF that ends none");
        return refuse(fault, FLAW_SYNTAX);
    }
    scan->seen = input.length;
    return PARSE_NEED_MORE;
}

enum parse http_reply_parse(
    struct text input, const struct http_limits *limits, struct text method, struct http_head *head, size_t *used,
    struct fault *fault)
{
    struct http_scan scan = {0};
    return http_reply_scan(input, limits, &scan, method, head, used, fault);
}

enum parse http_reply_scan(
    struct text input, const struct http_limits *limits, struct http_scan *scan, struct text method,
    struct http_head *head, size_t *used, struct fault *fault)
{
    enum line_end line_end = line_end_of(input, scan);
    size_t length = head_length(input, scan, line_end);
    if (!text_starts_with(input, text_part(TEXT("HTTP/1."), 0, input.length))) {
        (void)detail_say(&fault->detail, "it does not begin with HTTP/1.");
        return refuse(fault, FLAW_SYNTAX);
    }
    if (length > limits->head || (length == 0 && input.length > limits->head))
        return refuse_long(fault, limits);
    if (length == 0)
        return parse_partial(input, line_end, scan, fault);
    head->message->length = 0;
    if (parse_whole(text_part(input, 0, length), line_end, limits, head, fault) != PARSE_DONE)
        return PARSE_BAD;
    frame_reply(method, head);
    head->message->content = content_framed(head->framing);
    if (line_end == LINE_LF)
        head->keep_alive = false; /* what others would make of its lines is not known: one reply is enough */
    *used = length;
    return PARSE_DONE;
}
