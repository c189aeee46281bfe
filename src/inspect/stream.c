/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of events. Texts of models go on from event to event; what is held back of one goes before the next piece at
 * the same place, or is said by its newest event once more, before the one that ends it. */
#include <string.h>

#include "exeat/base/memory.h"
#include "lane.h"

enum { LANES_MAX = 256 };

struct inspect_stream {
    struct inspected *inspected; /* borrowed */
    struct body_stream *events;
    enum body_kind kind;
    size_t limit;
    struct look look;
    struct lane *lanes[LANES_MAX]; /* owned */
    size_t lane_count;
    struct marks marks; /* of the present event, as are the next */
    bool is_last;       /* it ends the texts that it has */
    struct lane *alone; /* what of an event that is said once more is said; NULL: it is one that came */
    struct buffer words;
};

struct inspect_stream *inspect_stream_new(struct inspected *inspected, enum body_kind kind, size_t limit)
{
    struct inspect_stream *stream = base_zalloc(sizeof(*stream));
    stream->inspected = inspected;
    stream->events = body_stream_new(kind, limit);
    stream->kind = kind;
    stream->limit = limit;
    stream->look = answer_look(inspected, NULL);
    return stream;
}

void inspect_stream_free(struct inspect_stream *stream)
{
    if (stream == NULL)
        return;
    for (size_t i = 0; i < stream->lane_count; i++) {
        lane_clear(stream->lanes[i]);
        base_free(stream->lanes[i]);
    }
    body_stream_free(stream->events);
    buffer_forget(&stream->words);
    base_free(stream);
}

/* --- what an event says of itself ------------------------------------------------------------------------------------
 */

static bool is_mark(struct text field)
{
    static const struct text names[] = {
        TEXT_INIT("index"), TEXT_INIT("output_index"), TEXT_INIT("content_index"), TEXT_INIT("summary_index"),
        TEXT_INIT("contentBlockIndex")};
    return text_is_among(field, names, COUNT_OF(names));
}

static bool is_end(struct text field)
{
    static const struct text names[] = {
        TEXT_INIT("finish_reason"), TEXT_INIT("finishReason"), TEXT_INIT("stop_reason"), TEXT_INIT("stopReason"),
        TEXT_INIT("done_reason")};
    return text_is_among(field, names, COUNT_OF(names));
}

/* Members in which models go on with a text. All others are whole in each event. */
static bool goes_on(struct text field)
{
    static const struct text names[] = {
        TEXT_INIT("content"),           TEXT_INIT("text"),       TEXT_INIT("delta"),
        TEXT_INIT("arguments"),         TEXT_INIT("input"),      TEXT_INIT("partial_json"),
        TEXT_INIT("thinking"),          TEXT_INIT("response"),   TEXT_INIT("reasoning"),
        TEXT_INIT("reasoning_content"), TEXT_INIT("refusal"),    TEXT_INIT("completion"),
        TEXT_INIT("tool_plan"),         TEXT_INIT("transcript"), TEXT_INIT("outputText")};
    return text_is_among(field, names, COUNT_OF(names));
}

static bool is_json_inside(struct text field)
{
    static const struct text names[] = {TEXT_INIT("arguments"), TEXT_INIT("partial_json"), TEXT_INIT("input")};
    return text_is_among(field, names, COUNT_OF(names));
}

static struct text path_of(struct inspect_stream *stream, struct body *body, const struct body_place *place)
{
    struct buffer *path = &stream->inspected->inspector->path;
    buffer_empty(path);
    body_path(body, place, path);
    return buffer_text(path);
}

/* Events that have a type go on with a text only where they say so: others tell all of it again. */
static bool is_whole_by_type(struct text field, struct text path, struct text value)
{
    return text_equal(field, TEXT("type")) && text_equal(path, TEXT("type")) && !text_ends_with(value, TEXT("delta"));
}

static bool note_place(void *context, struct body *body, const struct body_place *place)
{
    struct inspect_stream *stream = context;
    if (place->layer != 0)
        return true;
    if (place->what == BODY_NUMBER && is_mark(place->field))
        marks_add(&stream->marks, path_of(stream, body, place), place->field, place->value);
    if (place->what == BODY_VALUE && place->value.length > 0 &&
        (is_end(place->field) || is_whole_by_type(place->field, path_of(stream, body, place), place->value)))
        stream->is_last = true;
    return true;
}

/* "done": true, of Ollama's: a word that is no place. */
static bool says_done(struct text data)
{
    static const char name[] = "\"done\"";
    const char *at = memmem(data.data, data.length, name, sizeof(name) - 1);
    if (at == NULL)
        return false;
    struct text rest = text_after(data, (size_t)(at - data.data) + sizeof(name) - 1);
    return text_starts_with(text_trim(rest, " :\t"), TEXT("true"));
}

/* --- texts -----------------------------------------------------------------------------------------------------------
 */

static struct lane *find_lane(struct inspect_stream *stream, struct text path, struct text field)
{
    struct buffer key = {0};
    size_t scope = marks_key(&stream->marks, path, &key);
    struct lane *lane = NULL;
    for (size_t i = 0; i < stream->lane_count && lane == NULL; i++)
        if (text_equal(buffer_text(&stream->lanes[i]->key), buffer_text(&key)))
            lane = stream->lanes[i];
    if (lane != NULL || stream->lane_count == LANES_MAX) {
        buffer_clear(&key);
        return lane;
    }
    lane = stream->lanes[stream->lane_count++] = base_zalloc(sizeof(*lane));
    *lane = (struct lane){.key = key, .scope = scope, .is_json = is_json_inside(field)};
    buffer_append(&lane->field, field);
    return lane;
}

static void put(struct inspect_stream *stream, struct body *body, const struct body_place *place)
{
    struct text words = buffer_text(&stream->words);
    if (text_equal(words, place->value))
        return;
    if (!body_edit(body, place, 0, place->value.length, words))
        look_raise(&stream->look, INSPECT_UNCHANGEABLE);
}

/* More of a text, or, in an event that is said once more, what was left of it. */
static void
take_lane(struct inspect_stream *stream, struct lane *lane, struct body *body, const struct body_place *place)
{
    buffer_empty(&stream->words);
    if (stream->alone == NULL) {
        lane->is_here = true;
        lane_take(lane, &stream->look, place->value, stream->is_last, &stream->words);
    } else if (stream->alone == lane) {
        lane_take(lane, &stream->look, TEXT(""), true, &stream->words);
    }
    put(stream, body, place);
}

/* A value that is whole. */
static void take_whole(struct inspect_stream *stream, struct body *body, const struct body_place *place)
{
    struct lane once = {.beside = place->beside};
    buffer_empty(&stream->words);
    buffer_append(&once.field, place->what == BODY_NAME ? TEXT("") : place->field);
    lane_take(&once, &stream->look, place->value, true, &stream->words);
    lane_clear(&once);
    put(stream, body, place);
}

static bool see_place(void *context, struct body *body, const struct body_place *place)
{
    struct inspect_stream *stream = context;
    stream->look.place = path_of(stream, body, place);
    struct lane *lane = NULL;
    if (place->what == BODY_VALUE && place->layer == 0 && goes_on(place->field))
        lane = find_lane(stream, stream->look.place, place->field);
    if (lane != NULL)
        take_lane(stream, lane, body, place);
    else if (stream->alone == NULL)
        take_whole(stream, body, place);
    return true;
}

/* --- events ----------------------------------------------------------------------------------------------------------
 */

static void
write_event(struct inspect_stream *stream, const struct body_event *event, struct body *body, struct buffer *out)
{
    struct buffer data = {0};
    if (!body_is_edited(body)) {
        buffer_append(out, event->raw);
        return;
    }
    if (body_rewrite(body, &data))
        body_event_write(stream->kind, event, buffer_text(&data), out);
    else
        look_raise(&stream->look, INSPECT_UNCHANGEABLE);
    buffer_forget(&data);
}

static bool read_event(struct inspect_stream *stream, struct text data)
{
    const struct body_label label = body_label_of(BODY_JSON);
    return body_read(
               stream->inspected->inspector->body, &label, bytes_of_text(data), &body_limits_usual,
               stream->look.detail) == BODY_FINE;
}

/* What is held of a text, by the newest event that had some of it. */
static void say_held(struct inspect_stream *stream, struct lane *lane, struct buffer *out)
{
    struct body *body = stream->inspected->inspector->body;
    const struct body_event event = {.raw = buffer_text(&lane->event), .data = buffer_text(&lane->data)};
    struct marks marks = stream->marks;
    if (lane->held.length == 0)
        return;
    stream->marks = (struct marks){0};
    stream->alone = lane;
    if (read_event(stream, event.data) && body_walk(body, note_place, stream, NULL) == BODY_FINE &&
        body_walk(body, see_place, stream, NULL) == BODY_FINE)
        write_event(stream, &event, body, out);
    stream->alone = NULL;
    stream->marks = marks;
    body_forget(body);
    lane_forget(lane);
}

static void say_all_held(struct inspect_stream *stream, struct buffer *out)
{
    for (size_t i = 0; i < stream->lane_count; i++)
        say_held(stream, stream->lanes[i], out);
}

/* A block that the event is about, and whose text it does not go on with, has ended. */
static void say_ended(struct inspect_stream *stream, struct buffer *out)
{
    bool is_last = stream->is_last;
    for (size_t i = 0; i < stream->lane_count; i++) {
        struct lane *lane = stream->lanes[i];
        struct text scope = text_part(buffer_text(&lane->key), 0, lane->scope);
        if (lane->held.length > 0 && !lane->is_here && marks_touch(&stream->marks, scope))
            say_held(stream, lane, out);
    }
    stream->is_last = is_last;
}

static bool mark_here(void *context, struct body *body, const struct body_place *place)
{
    struct inspect_stream *stream = context;
    if (place->what == BODY_VALUE && place->layer == 0 && goes_on(place->field)) {
        struct lane *lane = find_lane(stream, path_of(stream, body, place), place->field);
        if (lane != NULL)
            lane->is_here = true;
    }
    return true;
}

static void keep_newest(struct inspect_stream *stream, const struct body_event *event)
{
    for (size_t i = 0; i < stream->lane_count; i++) {
        struct lane *lane = stream->lanes[i];
        if (!lane->is_here || lane->held.length == 0)
            continue;
        buffer_empty(&lane->event);
        buffer_empty(&lane->data);
        buffer_append(&lane->event, event->raw);
        buffer_append(&lane->data, event->data);
    }
}

/* The first look finds out what it is about, the second changes it. */
static bool take_json(struct inspect_stream *stream, const struct body_event *event, struct buffer *out)
{
    struct body *body = stream->inspected->inspector->body;
    stream->marks = (struct marks){0};
    stream->is_last = says_done(event->data);
    for (size_t i = 0; i < stream->lane_count; i++)
        stream->lanes[i]->is_here = false;
    if (!read_event(stream, event->data) || body_walk(body, note_place, stream, NULL) != BODY_FINE ||
        body_walk(body, mark_here, stream, NULL) != BODY_FINE) {
        body_forget(body);
        return false;
    }
    say_ended(stream, out);
    if (!read_event(stream, event->data) || body_walk(body, see_place, stream, NULL) != BODY_FINE)
        look_raise(&stream->look, INSPECT_UNREADABLE);
    else
        write_event(stream, event, body, out);
    keep_newest(stream, event);
    body_forget(body);
    return true;
}

/* Data that is no JSON is a text of its own, and ends all others: "[DONE]". */
static void take_text(struct inspect_stream *stream, const struct body_event *event, struct buffer *out)
{
    struct lane once = {0};
    say_all_held(stream, out);
    buffer_empty(&stream->words);
    stream->look.place = TEXT("");
    lane_take(&once, &stream->look, event->data, true, &stream->words);
    lane_clear(&once);
    if (text_equal(buffer_text(&stream->words), event->data))
        buffer_append(out, event->raw);
    else
        body_event_write(stream->kind, event, buffer_text(&stream->words), out);
}

/* Comments and the like cannot be changed, and need not be: they are left out where something is in them. */
static bool is_clean_outside(struct inspect_stream *stream, struct text outside)
{
    const struct detect_hint hint = {0};
    const struct detect_matches *matches = &stream->inspected->inspector->matches;
    bool is_clean = true;
    look_detect(&stream->look, outside, &hint);
    for (size_t i = 0; i < matches->count; i++) {
        struct text kind = side_kind(stream->look.side, &matches->items[i]);
        enum inspect_action action = look_action(&stream->look, &matches->items[i]);
        findings_add(stream->look.findings, kind, action, TEXT("outside"));
        if (action == ACTION_DENY)
            look_keep_out(&stream->look, kind, TEXT("outside"));
        is_clean = is_clean && action < ACTION_REDACT;
    }
    return is_clean;
}

/* Where nothing is held, and nothing kept out, what has no bracket that a word could begin with goes on as it is. */
static bool may_matter(const struct inspect_stream *stream, struct text data)
{
    if (stream->look.side->set != NULL || stream->inspected->inspection->source->format == INSPECT_PRESERVE)
        return true;
    for (size_t i = 0; i < stream->lane_count; i++)
        if (stream->lanes[i]->held.length > 0)
            return true;
    for (size_t at = text_index(data, '[', 0); at < data.length; at = text_index(data, '[', at + 1)) {
        char next = at + 1 < data.length ? data.data[at + 1] : '"';
        if (next == '"' || next == '\\' || (next >= 'A' && next <= 'Z'))
            return true;
    }
    return memmem(data.data, data.length, "\\u", 2) != NULL;
}

static void take_event(struct inspect_stream *stream, const struct body_event *event, struct buffer *out)
{
    if (!may_matter(stream, event->data)) {
        buffer_append(out, event->raw);
        return;
    }
    if (event->outside.length > 0 && !is_clean_outside(stream, event->outside))
        return;
    if (event->data.length == 0)
        buffer_append(out, event->raw);
    else if (!take_json(stream, event, out))
        take_text(stream, event, out);
}

static enum inspect_says says(const struct inspect_stream *stream)
{
    enum inspect_says word = stream->look.says;
    return answer_settle(stream->inspected, word == INSPECT_CHANGED ? INSPECT_PASSES : word);
}

static bool holds_too_much(const struct inspect_stream *stream)
{
    for (size_t i = 0; i < stream->lane_count; i++)
        if (stream->lanes[i]->held.length > stream->limit)
            return true;
    return false;
}

static enum inspect_says take_events(struct inspect_stream *stream, struct buffer *out, struct detail *detail)
{
    struct body_event event;
    stream->look.detail = detail;
    for (;;) {
        switch (body_stream_next(stream->events, &event)) {
        case BODY_MORE:
            return says(stream);
        case BODY_EVENT_TOO_LARGE:
            (void)detail_say(detail, "an event of the answer is larger than can be held");
            return INSPECT_UNREADABLE;
        case BODY_EVENT:
            break;
        }
        take_event(stream, &event, out);
        if (holds_too_much(stream))
            look_raise(&stream->look, INSPECT_UNREADABLE);
        if (says(stream) != INSPECT_PASSES)
            return says(stream);
    }
}

enum inspect_says
inspect_stream_feed(struct inspect_stream *stream, struct text piece, struct buffer *out, struct detail *detail)
{
    body_stream_add(stream->events, piece);
    return take_events(stream, out, detail);
}

enum inspect_says inspect_stream_end(struct inspect_stream *stream, struct buffer *out, struct detail *detail)
{
    body_stream_end(stream->events);
    enum inspect_says word = take_events(stream, out, detail);
    if (word != INSPECT_PASSES)
        return word;
    say_all_held(stream, out);
    return says(stream);
}
