/* SPDX-License-Identifier: Apache-2.0 */
/* What was held back of texts that go on no more: it is said by the newest event that had some of it, once more, with
 * nothing in it but that. */
#include "stream_internal.h"

static bool is_due(const struct inspect_stream *stream, const struct lane *lane, enum say which)
{
    if (lane_held(lane) == 0)
        return false;
    bool is_here = lane->seen_in == stream->number;
    return which == SAY_ALL || (!is_here && about_ends(&stream->about, buffer_text(&lane->key), lane->scope));
}

static void say_event(struct inspect_stream *stream, struct kept_event *kept, struct buffer *out)
{
    const struct feed_event event = {
        .raw = buffer_text(&kept->raw), .data = buffer_text(&kept->data), .name = buffer_text(&kept->name)};
    struct text begin = text_trim(event.data, " \t\r\n");
    bool is_structure = begin.length > 0 && text_has(TEXT("{[\""), begin.data[0]);
    kept->users++;
    stream->saying = kept;
    if (is_structure && stream_read(stream, &stream->about_saying, event.data))
        stream_write(stream, &event, out);
    else
        stream_write_text(stream, &event, out);
    stream->saying = NULL;
    kept_event_drop(kept);
}

void say_held(struct inspect_stream *stream, enum say which, struct buffer *out)
{
    struct lanes *lanes = &stream->lanes;
    for (size_t i = 0; i < lanes->count; i++)
        lanes->list[i]->is_due = is_due(stream, lanes->list[i], which);
    for (size_t i = 0; i < lanes->count; i++) {
        struct lane *lane = lanes->list[i];
        if (lane->is_due && lane->event != NULL)
            say_event(stream, lane->event, out);
        if (lane->is_due) /* its event does not have it any more: that cannot be */
            look_raise(&stream->look, INSPECT_UNREADABLE);
        lane->is_due = false;
    }
}
