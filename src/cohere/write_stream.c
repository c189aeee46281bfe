/* SPDX-License-Identifier: Apache-2.0 */
/* A stream in Cohere's words: a message begins, contents and calls begin and end one after the other, and what it ended
 * for comes last. Of several calls that come piece by piece in turns, the first is told as it comes, and the others are
 * held until it is known that no more comes. */
#include "cohere_write.h"
#include "exeat/base/memory.h"
#include "exeat/canon/out.h"

enum open { OPEN_NONE, OPEN_TEXT, OPEN_THOUGHT, OPEN_CALL };

struct cohere_stream {
    const struct canon_call *call; /* borrowed */
    size_t limit;
    bool has_begun;
    enum open open;
    size_t contents;          /* the index of the open content, or of the next */
    size_t calls;             /* the same of calls */
    struct canon_turns turns; /* of its calls */
    enum canon_finish finish;
    struct buffer stop;
};

void *cohere_begin_stream(const struct canon_call *call, size_t limit)
{
    struct cohere_stream *stream = base_zalloc(sizeof(*stream));
    stream->call = call;
    stream->limit = limit;
    return stream;
}

void cohere_end_stream(void *of)
{
    struct cohere_stream *stream = of;
    canon_held_clear(&stream->turns.held);
    buffer_clear(&stream->stop);
    base_free(stream);
}

/* --- events --------------------------------------------------------------------------------------------------------
 */

static void begin_event(struct text name, struct buffer *out)
{
    BUFFER_APPEND_ALL(out, TEXT("event: "), name, TEXT("\ndata: {\"type\":\""), name, TEXT("\""));
}

static void begin_indexed(struct text name, size_t index, struct buffer *out)
{
    begin_event(name, out);
    out_name(out, TEXT("index"));
    buffer_append_number(out, index);
}

static void end_event(struct buffer *out)
{
    buffer_append(out, TEXT("}\n\n"));
}

static void begin_message(struct cohere_stream *stream, struct buffer *out)
{
    if (stream->has_begun)
        return;
    stream->has_begun = true;
    begin_event(TEXT("message-start"), out);
    out_text(out, TEXT("id"), stream->call->id);
    buffer_append(
        out, TEXT(",\"delta\":{\"message\":{\"role\":\"assistant\",\"content\":[],\"tool_plan\":\"\",\"tool_calls\":[],"
                  "\"citations\":[]}}"));
    end_event(out);
}

/* --- contents and calls --------------------------------------------------------------------------------------------
 */

static void end_open(struct cohere_stream *stream, struct buffer *out)
{
    bool is_call = stream->open == OPEN_CALL;
    if (stream->open == OPEN_NONE)
        return;
    begin_indexed(
        is_call ? TEXT("tool-call-end") : TEXT("content-end"), is_call ? stream->calls++ : stream->contents++, out);
    end_event(out);
    stream->open = OPEN_NONE;
}

static void open_content(struct cohere_stream *stream, enum open open, struct buffer *out)
{
    struct text type = open == OPEN_THOUGHT ? TEXT("thinking") : TEXT("text");
    if (stream->open == open)
        return;
    end_open(stream, out);
    begin_indexed(TEXT("content-start"), stream->contents, out);
    BUFFER_APPEND_ALL(out, TEXT(",\"delta\":{\"message\":{\"content\":{\"type\":\""), type, TEXT("\""));
    out_text(out, type, TEXT(""));
    buffer_append(out, TEXT("}}}"));
    end_event(out);
    stream->open = open;
}

static void say_content(struct cohere_stream *stream, enum open open, struct text text, struct buffer *out)
{
    open_content(stream, open, out);
    begin_indexed(TEXT("content-delta"), stream->contents, out);
    buffer_append(out, TEXT(",\"delta\":{\"message\":{\"content\":{"));
    out_text(out, open == OPEN_THOUGHT ? TEXT("thinking") : TEXT("text"), text);
    buffer_append(out, TEXT("}}}"));
    end_event(out);
}

static void open_call(struct cohere_stream *stream, const struct canon_part *part, size_t index, struct buffer *out)
{
    end_open(stream, out);
    begin_indexed(TEXT("tool-call-start"), stream->calls, out);
    buffer_append(out, TEXT(",\"delta\":{\"message\":{\"tool_calls\":"));
    cohere_write_call(stream->call, part, index, out);
    buffer_append(out, TEXT("}}"));
    end_event(out);
    stream->turns.has_call = true;
    stream->open = OPEN_CALL;
}

static void say_arguments(const struct cohere_stream *stream, struct text piece, struct buffer *out)
{
    if (piece.length == 0)
        return;
    begin_indexed(TEXT("tool-call-delta"), stream->calls, out);
    buffer_append(out, TEXT(",\"delta\":{\"message\":{\"tool_calls\":{\"function\":{"));
    out_text(out, TEXT("arguments"), piece);
    buffer_append(out, TEXT("}}}}"));
    end_event(out);
}

/* --- pieces --------------------------------------------------------------------------------------------------------
 */

static void begin_call(struct cohere_stream *stream, const struct canon_event *event, struct buffer *out)
{
    const struct canon_part part = {.name = event->name, .call_id = event->call_id, .text = TEXT("")};
    open_call(stream, &part, event->call, out);
}

static bool say_call(struct cohere_stream *stream, const struct canon_event *event, struct buffer *out)
{
    switch (canon_take_turn(&stream->turns, event, stream->open == OPEN_CALL, stream->limit)) {
    case CANON_TURN_BEGINS:
        begin_call(stream, event, out);
        say_arguments(stream, event->text, out);
        return true;
    case CANON_TURN_GOES_ON:
        say_arguments(stream, event->text, out);
        return true;
    case CANON_TURN_WAITS:
        return true;
    case CANON_TURN_FAILS:
        break;
    }
    return false;
}

static bool say(struct cohere_stream *stream, const struct canon_event *event, struct buffer *out)
{
    switch (event->part) {
    case CANON_TEXT:
    case CANON_REFUSAL:
        say_content(stream, OPEN_TEXT, event->text, out);
        return true;
    case CANON_REASONING:
    case CANON_SUMMARY:
        if (cohere_wants_thoughts(stream->call))
            say_content(stream, OPEN_THOUGHT, event->text, out);
        return true;
    case CANON_TOOL_CALL:
        return say_call(stream, event, out);
    case CANON_IMAGE:
    case CANON_AUDIO:
    case CANON_FILE:
        break; /* no answer has them */
    }
    return true;
}

static void say_held(struct cohere_stream *stream, struct buffer *out)
{
    for (size_t i = 0; i < stream->turns.held.count; i++) {
        struct canon_part part = canon_held_part(&stream->turns.held, i);
        struct text arguments = part.text;
        part.text = TEXT("");
        if (part.name.length == 0)
            continue;
        open_call(stream, &part, i, out);
        say_arguments(stream, arguments, out);
    }
}

static void end_message(struct cohere_stream *stream, const struct canon_usage *usage, struct buffer *out)
{
    const struct canon_reply reply = {.finish = stream->finish, .stop = buffer_text(&stream->stop)};
    say_held(stream, out);
    end_open(stream, out);
    begin_event(TEXT("message-end"), out);
    out_name(out, TEXT("delta"));
    buffer_append_byte(out, '{');
    cohere_write_end(stream->call, &reply, stream->turns.has_call, usage, out);
    buffer_append_byte(out, '}');
    end_event(out);
}

bool cohere_write_event(void *of, const struct canon_event *event, struct buffer *out)
{
    struct cohere_stream *stream = of;
    if (event->reply > 0)
        return true; /* this dialect has one answer to a question */
    switch (event->kind) {
    case CANON_WAITS:
        buffer_append(out, TEXT(": waiting\n\n"));
        return true;
    case CANON_SAYS:
        begin_message(stream, out);
        return say(stream, event, out);
    case CANON_FINISHES:
        stream->finish = event->finish;
        buffer_empty(&stream->stop);
        buffer_append(&stream->stop, event->stop);
        return true;
    case CANON_ENDS:
        begin_message(stream, out);
        end_message(stream, &event->usage, out);
        return true;
    case CANON_FAILS:
        break; /* told by dialect */
    }
    return true;
}
