/* SPDX-License-Identifier: Apache-2.0 */
/* One event of a stream, as it goes on: its texts that go on from event to event lane by lane, as they stand; all else
 * as in a whole answer. */
#include "stream_internal.h"

enum { PATH_MOST = 200 }; /* of body's paths: what is longer is cut off */

static struct text path_of(struct inspect_stream *stream, struct body *body, const struct body_place *place)
{
    buffer_empty(&stream->path);
    body_path(body, place, &stream->path);
    return buffer_text(&stream->path);
}

static const struct about *about_of(const struct inspect_stream *stream)
{
    return stream->saying == NULL ? &stream->about : &stream->about_saying;
}

static void cannot_be_seen(struct inspect_stream *stream, const char *why)
{
    look_raise(&stream->look, INSPECT_UNREADABLE);
    look_tell(&stream->look, TEXT("a text"), buffer_text(&stream->path), why);
}

/* --- what it is about ------------------------------------------------------------------------------------------------
 */

struct noting {
    struct inspect_stream *stream;
    struct about *about;
};

static bool keep_any(void *context, struct body *body, const struct body_place *place)
{
    (void)context;
    (void)body;
    (void)place;
    return true;
}

static bool note_place(void *context, struct body *body, const struct body_place *place)
{
    const struct noting *noting = context;
    if (place->layer == 0 && place->field.length > 0 && place->what <= BODY_NUMBER)
        about_note(
            noting->about, place->what == BODY_NUMBER ? ABOUT_NUMBER : ABOUT_TEXT, place->field,
            path_of(noting->stream, body, place), place->value);
    return true;
}

/* "done": true, of Ollama's: a word that is no place. */
static bool says_done(struct text data)
{
    static const struct text name = TEXT_INIT("\"done\"");
    for (size_t at = text_index(data, '"', 0); at < data.length; at = text_index(data, '"', at + 1))
        if (text_starts_with(text_after(data, at), name))
            return text_starts_with(text_trim(text_after(data, at + name.length), " :\t\r\n"), TEXT("true"));
    return false;
}

bool stream_read(struct inspect_stream *stream, struct about *about, struct text data)
{
    struct body *body = stream->inspected->inspector->body;
    const struct body_label label = body_label_of(BODY_JSON);
    struct noting noting = {stream, about};
    about_begin(about);
    if (body_read(body, &label, bytes_of_text(data), &body_limits_usual, NULL) != BODY_FINE ||
        body_walk_keeping(body, keep_any, note_place, &noting, NULL) != BODY_FINE)
        return false;
    if (says_done(data))
        about_end_all(about);
    return true;
}

/* --- its texts -------------------------------------------------------------------------------------------------------
 */

static bool goes_on(void *context, struct body *body, const struct body_place *place)
{
    struct inspect_stream *stream = context;
    return about_goes_on(about_of(stream), place->field, path_of(stream, body, place));
}

/* NULL: it cannot be told apart from others. */
static struct lane *lane_of(struct inspect_stream *stream, const struct body_place *place)
{
    const struct about *about = about_of(stream);
    struct text path = buffer_text(&stream->path);
    struct buffer key = {0};
    size_t scope = about_key(about, path, &key);
    struct lane *lane = lanes_find(&stream->lanes, &key, scope, place->field);
    if (lane == NULL || about->sense == ABOUT_UNCLEAR || path.length >= PATH_MOST)
        return NULL;
    if (lane->reads == LANE_UNDECIDED && about_is_arguments(about, place->field, path))
        lane->reads = LANE_ARGUMENTS;
    return lane;
}

/* A member that stands twice: nobody knows which of them a reader takes. */
static bool stands_twice(struct inspect_stream *stream, struct lane *lane)
{
    bool is_here = lane->seen_in == stream->number;
    bool is_same = text_equal(buffer_text(&lane->seen_at), buffer_text(&stream->path));
    lane->seen_in = stream->number;
    buffer_empty(&lane->seen_at);
    buffer_append(&lane->seen_at, buffer_text(&stream->path));
    return is_here && is_same;
}

static void take_more(struct inspect_stream *stream, struct lane *lane, struct text more)
{
    bool is_last = about_ends(&stream->about, buffer_text(&lane->key), lane->scope);
    if (stands_twice(stream, lane))
        cannot_be_seen(stream, "it stands twice in one event");
    stream->look.place = buffer_text(&stream->path);
    lane_take(lane, &stream->look, more, is_last, &stream->words);
    stream->look.place = TEXT("");
}

/* In an event that is said once more: what was left of it, if that is due; else it was said. */
static void take_rest(struct inspect_stream *stream, struct lane *lane)
{
    if (!lane->is_due || lane->event != stream->saying)
        return;
    lane->is_due = false;
    stream->look.place = buffer_text(&stream->path);
    lane_take(lane, &stream->look, TEXT(""), true, &stream->words);
    stream->look.place = TEXT("");
}

static void put(struct inspect_stream *stream, struct body *body, const struct body_place *place, struct text words)
{
    if (!text_equal(words, place->value) && !body_edit(body, place, 0, place->value.length, words))
        look_raise(&stream->look, INSPECT_UNCHANGEABLE);
}

static void take_text(struct inspect_stream *stream, struct body *body, const struct body_place *place)
{
    struct lane *lane = lane_of(stream, place);
    buffer_empty(&stream->words);
    if (lane == NULL) {
        cannot_be_seen(stream, "it cannot be told apart from the others of the stream");
        return;
    }
    if (stream->saying == NULL)
        take_more(stream, lane, place->value);
    else
        take_rest(stream, lane);
    put(stream, body, place, buffer_text(&stream->words));
}

/* Clients put strings of a delta together, whatever they are: names and ids of calls must not come twice. */
static bool is_put_together(struct text path, struct text field)
{
    return text_starts_with(path, TEXT("choices[")) && !text_equal(field, TEXT("type")) &&
           text_starts_with(text_after(path, text_index(path, '.', 0)), TEXT(".delta."));
}

/* Looked at as a whole, as it stands there; what follows it is looked at together with its end. */
static void begin_text(struct inspect_stream *stream, struct text path, struct text begun)
{
    struct buffer key = {0};
    size_t scope;
    struct text field;
    if (!about_begins(&stream->about, path, &key, &scope, &field))
        return;
    struct lane *lane = lanes_find(&stream->lanes, &key, scope, field);
    if (lane == NULL)
        cannot_be_seen(stream, "it cannot be told apart from the others of the stream");
    else if (lane_held(lane) == 0)
        lane_begin_behind(lane, begun);
}

static bool take_whole(struct inspect_stream *stream, struct body *body, const struct body_place *place, bool is_text)
{
    if (is_text)
        begin_text(stream, buffer_text(&stream->path), place->value);
    return look_at_place(&stream->look, body, place);
}

static bool see_place(void *context, struct body *body, const struct body_place *place)
{
    struct inspect_stream *stream = context;
    struct text path = path_of(stream, body, place);
    bool is_text = place->what == BODY_VALUE && place->layer == 0;
    if (is_text && about_goes_on(about_of(stream), place->field, path))
        take_text(stream, body, place);
    else if (stream->saying == NULL)
        return take_whole(stream, body, place, is_text);
    else if (is_text && is_put_together(path, place->field))
        put(stream, body, place, TEXT(""));
    return true;
}

static void write_edits(struct inspect_stream *stream, const struct feed_event *event, struct buffer *out)
{
    struct body *body = stream->inspected->inspector->body;
    struct buffer data = {0};
    if (!body_is_edited(body))
        buffer_append(out, event->raw);
    else if (body_rewrite(body, &data))
        feed_event_write(stream->kind, event, buffer_text(&data), out);
    else
        look_raise(&stream->look, INSPECT_UNCHANGEABLE);
    buffer_forget(&data);
}

void stream_write(struct inspect_stream *stream, const struct feed_event *event, struct buffer *out)
{
    struct body *body = stream->inspected->inspector->body;
    if (body_walk_keeping(body, goes_on, see_place, stream, stream->look.detail) != BODY_FINE)
        look_raise(&stream->look, INSPECT_UNREADABLE);
    write_edits(stream, event, out);
    body_forget(body);
}

/* --- data that is no JSON --------------------------------------------------------------------------------------------
 */

void stream_write_text(struct inspect_stream *stream, const struct feed_event *event, struct buffer *out)
{
    struct buffer key = {0};
    BUFFER_APPEND_ALL(&key, TEXT("\n"), event->name); /* no path of JSON begins so */
    struct lane *lane = lanes_find(&stream->lanes, &key, 0, TEXT(""));
    buffer_empty(&stream->words);
    buffer_empty(&stream->path);
    if (lane == NULL) {
        cannot_be_seen(stream, "it cannot be told apart from the others of the stream");
        buffer_append(out, event->raw);
        return;
    }
    if (stream->saying == NULL) {
        lane->seen_in = stream->number;
        lane_take(lane, &stream->look, event->data, false, &stream->words);
    } else {
        take_rest(stream, lane);
    }
    if (text_equal(buffer_text(&stream->words), event->data))
        buffer_append(out, event->raw);
    else
        feed_event_write(stream->kind, event, buffer_text(&stream->words), out);
}
