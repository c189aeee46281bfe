/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in an event beside its data. */
#include "stream_internal.h"

static bool is_clean(struct inspect_stream *stream, struct text text)
{
    struct lane once = {0};
    struct buffer words = {0};
    struct look look = stream->look;
    look.restores = false;
    look.place = TEXT("outside");
    lane_take(&once, &look, text, true, &words);
    look_raise(&stream->look, look.says);
    bool is_clean = text_equal(buffer_text(&words), text);
    buffer_forget(&words);
    lane_clear(&once);
    return is_clean;
}

/* Comments and other fields, as they stand in the event. */
static void append_outside(const struct feed_event *event, struct buffer *out)
{
    struct text rest = text_after(event->raw, event->has_mark ? 3 : 0);
    while (rest.length > 0) {
        size_t length = 0;
        while (length < rest.length && rest.data[length] != '\r' && rest.data[length] != '\n')
            length++;
        struct text line = text_part(rest, 0, length);
        struct text name = text_part(line, 0, text_index(line, ':', 0));
        if (length > 0 && !text_equal(name, TEXT("data")) && !text_equal(name, TEXT("event")))
            BUFFER_APPEND_ALL(out, line, TEXT("\n"));
        rest = text_after(rest, length + 1);
    }
}

static void append_lines(struct text data, struct buffer *out)
{
    struct text line;
    bool is_over = data.data == NULL;
    while (!is_over) {
        size_t length = text_index(data, '\n', 0);
        line = text_part(data, 0, length);
        BUFFER_APPEND_ALL(out, TEXT("data: "), line, TEXT("\n"));
        is_over = length == data.length;
        data = text_after(data, length + 1);
    }
}

void outside_take(struct inspect_stream *stream, struct feed_event *event, struct buffer *kept)
{
    if (stream->look.side->set == NULL || event->outside.length + event->name.length == 0)
        return;
    bool has_name = event->name.length > 0 && is_clean(stream, event->name);
    bool has_rest = is_clean(stream, event->outside);
    if (has_rest && has_name == (event->name.length > 0))
        return;
    if (has_name)
        BUFFER_APPEND_ALL(kept, TEXT("event: "), event->name, TEXT("\n"));
    if (has_rest)
        append_outside(event, kept);
    if (event->data.length > 0)
        append_lines(event->data, kept);
    buffer_append_byte(kept, '\n');
    event->raw = buffer_text(kept);
    event->has_mark = false;
    if (!has_name)
        event->name = TEXT("");
}
