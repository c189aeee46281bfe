/* SPDX-License-Identifier: Apache-2.0 */
/* Server-sent events, rewritten one by one: an event goes on when its empty line has come, not before and not later.
 * 1. A stream is complete when it says so ([DONE], or the last event of `responses`), or when each of its choices has a
 *    finish reason and the body ends in order; the end that is missing then is added.
 * 2. What the gate does not understand goes on as it came; only the model's name is looked for.
 * 3. The usage event that the gate asked for itself is noted and left out. */
#include "choices.h"
#include "exeat/base/memory.h"
#include "exeat/canon/lines.h"
#include "exeat/canon/server.h"

/* STREAM_TOLD: an error was told, which ends the stream for who reads it. STREAM_LOST: what came cannot be told to a
 * caller of another dialect, so nothing more is taken. */
enum stream_end { STREAM_OPEN, STREAM_LOST, STREAM_TOLD, STREAM_COMPLETE };

struct compatible_stream {
    const struct canon_call *call; /* borrowed */
    size_t limit;
    struct lines lines;
    struct buffer event; /* the event's lines but `data` */
    struct buffer name;  /* its `event` field */
    struct buffer data;  /* its data, joined */
    bool has_data;
    struct canon_usage usage;
    struct choices choices;
    enum stream_end end;
    struct canon_sink sink; /* who gets events; none: they are rewritten */
    struct arena arena;     /* of one event for the sink */
};

struct compatible_stream *compatible_stream_new(const struct canon_call *call, size_t limit)
{
    struct compatible_stream *stream = base_zalloc(sizeof(*stream));
    stream->call = call;
    stream->limit = limit;
    return stream;
}

void compatible_stream_free(struct compatible_stream *stream)
{
    if (stream == NULL)
        return;
    lines_clear(&stream->lines);
    buffer_clear(&stream->event);
    buffer_clear(&stream->name);
    buffer_clear(&stream->data);
    arena_clear(&stream->arena);
    base_free(stream);
}

void compatible_stream_translate(struct compatible_stream *stream, struct canon_sink sink)
{
    stream->sink = sink;
}

bool compatible_stream_has_spoken(const struct compatible_stream *stream)
{
    return stream->choices.spoke || stream->end != STREAM_OPEN;
}

bool compatible_stream_has_told(const struct compatible_stream *stream)
{
    return stream->end > STREAM_LOST;
}

bool compatible_stream_is_lost(const struct compatible_stream *stream)
{
    return stream->end == STREAM_LOST;
}

struct canon_usage compatible_stream_usage(const struct compatible_stream *stream)
{
    return stream->usage;
}

/* --- what an event says ----------------------------------------------------------------------------------------------
 */

/* `responses` says its end by the type of an event; the others by [DONE]. */
static enum stream_end end_by_type(struct text type)
{
    static const struct {
        struct text type;
        enum stream_end end;
    } ends[] = {
        {TEXT_INIT("response.completed"), STREAM_COMPLETE},
        {TEXT_INIT("response.failed"), STREAM_COMPLETE},
        {TEXT_INIT("response.incomplete"), STREAM_COMPLETE},
        {TEXT_INIT("error"), STREAM_TOLD},
    };
    for (size_t i = 0; i < COUNT_OF(ends); i++)
        if (text_equal(type, ends[i].type))
            return ends[i].end;
    return STREAM_OPEN;
}

static enum stream_end end_of(const struct compatible_stream *stream, struct scan object)
{
    struct scan value;
    enum stream_end end = end_by_type(buffer_text(&stream->name));
    if (end == STREAM_OPEN && stream->call->operation == LLM_RESPONSES && scan_member(object, TEXT("type"), &value))
        end = end_by_type(scan_spelled(value));
    if (end == STREAM_OPEN && scan_member(object, TEXT("error"), &value) && !scan_is_null(value))
        end = STREAM_TOLD;
    return end;
}

static void note_event(struct compatible_stream *stream, struct scan object)
{
    struct scan choices;
    enum stream_end end = end_of(stream, object);
    if (end > stream->end)
        stream->end = end;
    if (stream->call->operation == LLM_RESPONSES && text_ends_with(buffer_text(&stream->name), TEXT(".delta")))
        stream->choices.spoke = true;
    if (scan_member(object, TEXT("choices"), &choices))
        choices_note(&stream->choices, choices);
}

/* --- events ----------------------------------------------------------------------------------------------------------
 */

/* Each line of the data is a line of the event. */
static void write_event(const struct compatible_stream *stream, struct text data, struct buffer *out)
{
    buffer_append(out, buffer_text(&stream->event));
    for (;;) {
        size_t end = text_index(data, '\n', 0);
        BUFFER_APPEND_ALL(out, TEXT("data: "), text_part(data, 0, end), TEXT("\n"));
        if (end == data.length)
            break;
        data = text_after(data, end + 1);
    }
    buffer_append_byte(out, '\n');
}

/* --- for a caller of another dialect -------------------------------------------------------------------------------
 */

static void tell(struct compatible_stream *stream, enum canon_event_kind kind, struct buffer *out)
{
    const struct canon_event event = {.kind = kind, .usage = stream->usage};
    if (!stream->sink.take(stream->sink.to, &event, out))
        stream->end = STREAM_LOST;
}

/* The words of an error that the endpoint sent. */
static void tell_error(struct compatible_stream *stream, struct scan object, struct buffer *out)
{
    struct buffer words = {0};
    struct canon_overflow ignored = {0};
    (void)canon_read_objection(500, object.text, &words, &ignored);
    const struct canon_event event = {.kind = CANON_FAILS, .text = canon_spell(&stream->arena, buffer_text(&words))};
    if (!stream->sink.take(stream->sink.to, &event, out))
        stream->end = STREAM_LOST;
    buffer_clear(&words);
}

/* What is no JSON may have been the half of an answer. */
static void translate_event(struct compatible_stream *stream, struct buffer *out)
{
    struct scan whole;
    struct scan usage;
    if (!scan_whole(buffer_text(&stream->data), &whole) || whole.kind != SCAN_OBJECT) {
        stream->end = STREAM_LOST;
        return;
    }
    note_event(stream, whole);
    if (scan_member(whole, TEXT("usage"), &usage))
        compatible_note_usage(usage, &stream->usage);
    if (stream->end == STREAM_TOLD)
        tell_error(stream, whole, out);
    else if (!compatible_tell(whole, &stream->arena, &stream->sink, out))
        stream->end = STREAM_LOST;
    arena_clear(&stream->arena);
}

static void rewrite_event(struct compatible_stream *stream, struct buffer *out)
{
    struct scan whole;
    struct buffer text = {0};
    bool is_ours = false;
    struct text data = buffer_text(&stream->data);
    if (scan_whole(data, &whole) && whole.kind == SCAN_OBJECT) {
        note_event(stream, whole);
        compatible_restore(stream->call, whole, &text, &stream->usage);
        is_ours = compatible_is_usage_alone(stream->call, whole) && !canon_wants_usage(stream->call);
    } else {
        compatible_restore_loosely(stream->call, data, &text);
    }
    if (!is_ours)
        write_event(stream, buffer_text(&text), out);
    buffer_clear(&text);
}

static void forget_event(struct compatible_stream *stream)
{
    buffer_empty(&stream->event);
    buffer_empty(&stream->name);
    buffer_empty(&stream->data);
    stream->has_data = false;
}

/* The empty line: the event is whole. What has no data is nothing to who reads it, and goes on all the same. */
static void end_event(struct compatible_stream *stream, struct buffer *out)
{
    if (stream->has_data) {
        (stream->sink.take != NULL ? translate_event : rewrite_event)(stream, out);
    } else if (stream->event.length > 0 && stream->sink.take == NULL) {
        buffer_append(out, buffer_text(&stream->event));
        buffer_append_byte(out, '\n');
    }
    forget_event(stream);
}

/* The line that all readers know by its beginning. */
static bool is_done(struct text data)
{
    return text_starts_with(data, TEXT("[DONE]"));
}

static void finish(struct compatible_stream *stream, struct buffer *out)
{
    if (stream->has_data)
        end_event(stream, out);
    if (stream->sink.take == NULL)
        write_event(stream, TEXT("[DONE]"), out);
    else if (stream->end == STREAM_OPEN)
        tell(stream, CANON_ENDS, out);
    forget_event(stream);
    if (stream->end != STREAM_LOST)
        stream->end = STREAM_COMPLETE;
}

/* --- lines -----------------------------------------------------------------------------------------------------------
 */

struct event_field {
    struct text name;
    struct text value;
};

static struct event_field field_of(struct text line)
{
    size_t colon = text_index(line, ':', 0);
    struct text value = text_after(line, colon + 1);
    if (text_starts_with(value, TEXT(" ")))
        value = text_after(value, 1);
    return (struct event_field){text_part(line, 0, colon), value};
}

static void take_data(struct compatible_stream *stream, struct text data)
{
    if (stream->has_data)
        buffer_append_byte(&stream->data, '\n');
    buffer_append(&stream->data, data);
    stream->has_data = true;
}

/* A comment keeps the connection alive, so it goes on at once, as an event of its own. */
static void say_waiting(struct compatible_stream *stream, struct text line, struct buffer *out)
{
    if (stream->sink.take == NULL)
        BUFFER_APPEND_ALL(out, line, TEXT("\n\n"));
    else
        tell(stream, CANON_WAITS, out);
}

static void take_line(struct compatible_stream *stream, struct text line, struct buffer *out)
{
    struct event_field field = field_of(line);
    if (line.length == 0) {
        end_event(stream, out);
    } else if (field.name.length == 0) {
        say_waiting(stream, line, out);
    } else if (!text_equal(field.name, TEXT("data"))) {
        BUFFER_APPEND_ALL(&stream->event, line, TEXT("\n"));
        if (text_equal(field.name, TEXT("event"))) {
            buffer_empty(&stream->name);
            buffer_append(&stream->name, field.value);
        }
    } else if (is_done(field.value)) {
        finish(stream, out);
    } else {
        take_data(stream, field.value);
    }
}

static bool is_too_large(const struct compatible_stream *stream)
{
    size_t held = lines_rest(&stream->lines).length + stream->event.length + stream->data.length;
    return held > stream->limit;
}

/* Some servers say [DONE] and end neither the line nor the body. */
static bool is_done_begun(const struct compatible_stream *stream)
{
    enum { BEGINNING = 16 };
    struct event_field field = field_of(text_part(lines_rest(&stream->lines), 0, BEGINNING));
    return text_equal(field.name, TEXT("data")) && is_done(field.value);
}

/* Nothing more is taken. Who reads rewritten events may read on behind an error. */
static bool is_over(const struct compatible_stream *stream)
{
    return stream->end == STREAM_COMPLETE || (stream->sink.take != NULL && stream->end != STREAM_OPEN);
}

enum canon_progress compatible_stream_feed(struct compatible_stream *stream, struct text bytes, struct buffer *out)
{
    struct text line;
    if (is_over(stream))
        bytes = TEXT("");
    while (!is_over(stream) && lines_next(&stream->lines, &bytes, &line))
        take_line(stream, line, out);
    if (!is_over(stream) && is_done_begun(stream))
        finish(stream, out);
    if (is_over(stream) && compatible_stream_has_told(stream))
        return CANON_IS_COMPLETE;
    return is_too_large(stream) ? CANON_TOO_LARGE : CANON_GOES_ON;
}

/* An event whose empty line never came counts when it is whole. */
static void take_last_event(struct compatible_stream *stream, struct buffer *out)
{
    struct scan whole;
    struct text line;
    struct text end = TEXT("\n");
    if (lines_rest(&stream->lines).length > 0 && lines_next(&stream->lines, &end, &line))
        take_line(stream, line, out);
    if (stream->has_data && scan_whole(buffer_text(&stream->data), &whole) && whole.kind == SCAN_OBJECT)
        end_event(stream, out);
}

bool compatible_stream_end(struct compatible_stream *stream, struct buffer *out)
{
    if (is_over(stream))
        return compatible_stream_has_told(stream);
    take_last_event(stream, out);
    if (stream->end == STREAM_OPEN && stream->call->operation != LLM_RESPONSES &&
        choices_are_finished(&stream->choices))
        finish(stream, out);
    return compatible_stream_has_told(stream);
}
