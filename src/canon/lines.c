/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of an event stream, as they come. A CR ends its line at once: whether an LF follows is seen when it is there.
 */
#include "exeat/canon/lines.h"

static size_t line_length(struct text bytes)
{
    size_t at = 0;
    while (at < bytes.length && bytes.data[at] != '\n' && bytes.data[at] != '\r')
        at++;
    return at;
}

static void skip_second_half(struct lines *lines, struct text *bytes)
{
    if (bytes->length == 0)
        return;
    if (lines->after_return && bytes->data[0] == '\n')
        *bytes = text_after(*bytes, 1);
    lines->after_return = false;
}

static struct text without_mark(struct lines *lines, struct text line)
{
    static const struct text mark = TEXT_INIT("\xef\xbb\xbf");
    bool is_first = !lines->has_begun;
    lines->has_begun = true;
    return is_first && text_starts_with(line, mark) ? text_after(line, mark.length) : line;
}

bool lines_next(struct lines *lines, struct text *bytes, struct text *line)
{
    if (lines->is_taken)
        buffer_empty(&lines->held);
    lines->is_taken = false;
    skip_second_half(lines, bytes);
    size_t length = line_length(*bytes);
    *line = text_part(*bytes, 0, length);
    if (length == bytes->length || lines->held.length > 0)
        buffer_append(&lines->held, *line);
    if (length == bytes->length) {
        *bytes = TEXT("");
        return false;
    }
    lines->after_return = bytes->data[length] == '\r';
    *bytes = text_after(*bytes, length + 1);
    if (lines->held.length > 0) {
        *line = buffer_text(&lines->held);
        lines->is_taken = true;
    }
    *line = without_mark(lines, *line);
    return true;
}

struct text lines_rest(const struct lines *lines)
{
    return lines->is_taken ? TEXT("") : buffer_text(&lines->held);
}

void lines_clear(struct lines *lines)
{
    buffer_clear(&lines->held);
}
