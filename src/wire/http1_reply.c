/* SPDX-License-Identifier: Apache-2.0 */
/* Reply heads (RFC 9112 section 4), and how a reply's body is framed (section 6.3). */
#include "wire_internal.h"

static bool parse_status_line(struct text line, struct http_head *head)
{
    uint64_t status;
    if (!text_starts_with(line, TEXT("HTTP/1.")) || line.length < 12 || line.data[8] != ' ')
        return false;
    head->minor = line.data[7] == '1' ? 1 : 0;
    if (line.data[7] != '1' && line.data[7] != '0')
        return false;
    if (!text_to_number(text_part(line, 9, 3), 599, &status) || status < 100)
        return false;
    if (line.length > 12 && line.data[12] != ' ')
        return false;
    head->status = (uint16_t)status;
    head->phrase = text_after(line, 13);
    return is_field_value(head->phrase);
}

static void frame_reply(struct text method, struct http_head *head)
{
    bool successful_connect = text_equal(method, TEXT("CONNECT")) && head->status / 100 == 2;
    if (head->status < 200 || head->status == 204 || head->status == 304 || successful_connect ||
        text_equal(method, TEXT("HEAD"))) {
        head->framing = FRAMING_NONE;
        return;
    }
    if (head->framing == FRAMING_NONE) {
        head->framing = FRAMING_UNTIL_CLOSE;
        head->keep_alive = false;
    }
}

enum parse http_reply_parse(
    struct text input, const struct http_limits *limits, struct text method, struct http_head *head, size_t *used)
{
    size_t length = head_length(input);
    struct text lines = text_part(input, 0, length);
    struct text line;
    bool too_many;
    struct text start = text_part(TEXT("HTTP/1."), 0, input.length);
    if (!text_starts_with(input, start))
        return PARSE_BAD;
    if (length == 0)
        return input.length > limits->head ? PARSE_BAD : PARSE_NEED_MORE;
    head->content_length = 0;
    if (length > limits->head || !take_line(&lines, &line) || !parse_status_line(line, head))
        return PARSE_BAD;
    if (!parse_fields(lines, limits, head, &too_many) || !parse_framing(head) || !parse_control(head))
        return PARSE_BAD;
    frame_reply(method, head);
    *used = length;
    return PARSE_DONE;
}
