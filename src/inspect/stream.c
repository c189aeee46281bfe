/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of events. Texts of models go on from event to event; what is held back of one goes before the next piece at
 * the same place, or is said by its newest event once more, before the one that ends it. */
#include <string.h>

#include "exeat/base/memory.h"
#include "stream_internal.h"

static enum feed_kind feed_of(enum body_kind kind)
{
    if (kind == BODY_LINES)
        return FEED_LINES;
    return kind == BODY_SEQUENCE ? FEED_SEQUENCE : FEED_EVENTS;
}

struct inspect_stream *inspect_stream_new(struct inspected *inspected, enum body_kind kind, size_t limit)
{
    struct inspect_stream *stream = base_zalloc(sizeof(*stream));
    stream->inspected = inspected;
    stream->events = feed_new(feed_of(kind), limit);
    stream->kind = feed_of(kind);
    stream->limit = limit;
    stream->look = answer_look(inspected, NULL);
    return stream;
}

void inspect_stream_free(struct inspect_stream *stream)
{
    if (stream == NULL)
        return;
    lanes_clear(&stream->lanes);
    feed_free(stream->events);
    buffer_forget(&stream->path);
    buffer_forget(&stream->words);
    base_free(stream);
}

/* --- events ----------------------------------------------------------------------------------------------------------
 */

/* Where nothing is held, and nothing kept out, what has nothing that a word could begin with goes on as it is. */
static bool may_matter(const struct inspect_stream *stream, struct text data)
{
    if (stream->look.side->set != NULL || stream->inspected->inspection->source->format == INSPECT_PRESERVE)
        return true;
    for (size_t i = 0; i < stream->lanes.count; i++)
        if (lane_held(stream->lanes.list[i]) > 0)
            return true;
    for (size_t at = text_index(data, '[', 0); at < data.length; at = text_index(data, '[', at + 1)) {
        char next = at + 1 < data.length ? data.data[at + 1] : '"';
        if (next == '"' || next == '\\' || (next >= 'A' && next <= 'Z'))
            return true;
    }
    return text_has(data, '%') || text_has(data, '&') || memmem(data.data, data.length, "\\u", 2) != NULL;
}

/* What it ends, and does not have itself, is said before it. */
static void take_json(struct inspect_stream *stream, const struct feed_event *event, struct buffer *out)
{
    struct buffer written = {0};
    stream_write(stream, event, &written);
    say_held(stream, SAY_ENDED, out);
    buffer_append(out, buffer_text(&written));
    lanes_keep(&stream->lanes, event, stream->number);
    buffer_forget(&written);
}

/* Lines and records are JSON, or nobody knows what a reader makes of them. */
static void take_other(struct inspect_stream *stream, const struct feed_event *event, struct buffer *out)
{
    if (stream->kind == FEED_EVENTS) {
        stream_write_text(stream, event, out);
        lanes_keep(&stream->lanes, event, stream->number);
        return;
    }
    look_raise(&stream->look, INSPECT_UNREADABLE);
    look_tell(&stream->look, TEXT("a line"), TEXT("the answer"), "it is no JSON");
    buffer_append(out, event->raw);
}

static bool is_structure(enum feed_kind kind, struct text data)
{
    struct text begin = text_trim(data, " \t\r\n");
    return kind != FEED_EVENTS || (begin.length > 0 && text_has(TEXT("{[\""), begin.data[0]));
}

static void take_data(struct inspect_stream *stream, const struct feed_event *event, struct buffer *out)
{
    if (event->data.length == 0) {
        buffer_append(out, event->raw);
    } else if (text_equal(event->data, TEXT("[DONE]"))) {
        say_held(stream, SAY_ALL, out);
        buffer_append(out, event->raw);
    } else if (is_structure(stream->kind, event->data) && stream_read(stream, &stream->about, event->data)) {
        take_json(stream, event, out);
    } else {
        take_other(stream, event, out);
    }
}

static enum inspect_says says(const struct inspect_stream *stream)
{
    enum inspect_says word = stream->look.says;
    return answer_settle(stream->inspected, word == INSPECT_CHANGED ? INSPECT_PASSES : word);
}

/* Nothing of an event that is kept out. */
static void cut_off(struct buffer *out, size_t length)
{
    if (length < out->length)
        memset(out->data + length, 0, out->length - length);
    out->length = length;
}

static void take_event(struct inspect_stream *stream, struct feed_event *event, struct buffer *out)
{
    struct buffer kept = {0};
    size_t before = out->length;
    stream->number++;
    if (may_matter(stream, event->data)) {
        outside_take(stream, event, &kept);
        take_data(stream, event, out);
    } else {
        buffer_append(out, event->raw);
    }
    if (lanes_held(&stream->lanes) > stream->limit) {
        look_raise(&stream->look, INSPECT_UNREADABLE);
        look_tell(&stream->look, TEXT("more"), TEXT("the answer"), "it has to be held back, and is too much for that");
    }
    buffer_forget(&kept);
    if (stream->look.says > INSPECT_CHANGED && says(stream) != INSPECT_PASSES)
        cut_off(out, before);
}

static enum inspect_says take_events(struct inspect_stream *stream, struct buffer *out, struct detail *detail)
{
    struct feed_event event;
    stream->look.detail = detail;
    for (;;) {
        switch (feed_next(stream->events, &event)) {
        case FEED_MORE:
            return says(stream);
        case FEED_TOO_LARGE:
            (void)detail_say(detail, "an event of the answer is larger than can be held");
            return INSPECT_UNREADABLE;
        case FEED_EVENT:
            break;
        }
        take_event(stream, &event, out);
        if (says(stream) != INSPECT_PASSES)
            return says(stream);
    }
}

enum inspect_says
inspect_stream_feed(struct inspect_stream *stream, struct text piece, struct buffer *out, struct detail *detail)
{
    feed_add(stream->events, piece);
    return take_events(stream, out, detail);
}

enum inspect_says inspect_stream_end(struct inspect_stream *stream, struct buffer *out, struct detail *detail)
{
    feed_end(stream->events);
    enum inspect_says word = take_events(stream, out, detail);
    if (word != INSPECT_PASSES)
        return word;
    say_held(stream, SAY_ALL, out);
    return says(stream);
}
