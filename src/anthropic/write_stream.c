/* SPDX-License-Identifier: Apache-2.0 */
/* A stream in Anthropic's words: a message begins, blocks begin and end one after the other, and what the message ended
 * for comes last. Of several calls that come piece by piece in turns, the first is told as it comes, and the others are
 * held until it is known that no more comes: only one block can be open. */
#include "anthropic_write.h"
#include "exeat/base/json.h"
#include "exeat/base/memory.h"
#include "exeat/canon/out.h"

enum open { OPEN_NONE, OPEN_TEXT, OPEN_THOUGHT, OPEN_CALL };

struct anthropic_stream {
    const struct canon_call *call; /* borrowed */
    size_t limit;
    bool has_begun;
    enum open open;
    size_t block;             /* the index of the open block, or of the next */
    struct canon_turns turns; /* of its calls */
    enum canon_finish finish;
    struct buffer stop;
};

void *anthropic_begin_stream(const struct canon_call *call, size_t limit)
{
    struct anthropic_stream *stream = base_zalloc(sizeof(*stream));
    stream->call = call;
    stream->limit = limit;
    return stream;
}

void anthropic_end_stream(void *of)
{
    struct anthropic_stream *stream = of;
    canon_held_clear(&stream->turns.held);
    buffer_clear(&stream->stop);
    base_free(stream);
}

/* --- events ----------------------------------------------------------------------------------------------------------
 */

static void begin_event(struct text name, struct buffer *out)
{
    BUFFER_APPEND_ALL(out, TEXT("event: "), name, TEXT("\ndata: {\"type\":\""), name, TEXT("\""));
}

static void end_event(struct buffer *out)
{
    buffer_append(out, TEXT("}\n\n"));
}

static void begin_block_event(const struct anthropic_stream *stream, struct text name, struct buffer *out)
{
    begin_event(name, out);
    out_name(out, TEXT("index"));
    buffer_append_number(out, stream->block);
}

static void write_ping(struct buffer *out)
{
    begin_event(TEXT("ping"), out);
    end_event(out);
}

/* Theirs says it so too, before its answer begins and within. */
void anthropic_write_waiting(const struct canon_call *call, int64_t now, struct buffer *out)
{
    (void)call, (void)now;
    write_ping(out);
}

/* What the prompt counted is known at the end, and said there. */
static void begin_message(struct anthropic_stream *stream, struct buffer *out)
{
    static const struct canon_usage unknown = {0};
    if (stream->has_begun)
        return;
    stream->has_begun = true;
    begin_event(TEXT("message_start"), out);
    buffer_append(out, TEXT(",\"message\":"));
    anthropic_begin_message(stream->call, out);
    buffer_append(out, TEXT("],\"stop_reason\":null,\"stop_sequence\":null"));
    anthropic_write_usage(&unknown, out);
    buffer_append_byte(out, '}');
    end_event(out);
    write_ping(out);
}

/* --- blocks ----------------------------------------------------------------------------------------------------------
 */

static void close_block(struct anthropic_stream *stream, struct buffer *out)
{
    if (stream->open == OPEN_NONE)
        return;
    begin_block_event(stream, TEXT("content_block_stop"), out);
    end_event(out);
    stream->open = OPEN_NONE;
    stream->block++;
}

static void begin_block(struct anthropic_stream *stream, struct text type, struct buffer *out)
{
    begin_block_event(stream, TEXT("content_block_start"), out);
    BUFFER_APPEND_ALL(out, TEXT(",\"content_block\":{\"type\":\""), type, TEXT("\""));
}

static void open_text(struct anthropic_stream *stream, enum open open, struct buffer *out)
{
    if (stream->open == open)
        return;
    close_block(stream, out);
    begin_block(stream, open == OPEN_THOUGHT ? TEXT("thinking") : TEXT("text"), out);
    buffer_append(out, open == OPEN_THOUGHT ? TEXT(",\"thinking\":\"\",\"signature\":\"\"}") : TEXT(",\"text\":\"\"}"));
    end_event(out);
    stream->open = open;
}

static void
open_call(struct anthropic_stream *stream, struct text id, struct text name, size_t index, struct buffer *out)
{
    close_block(stream, out);
    begin_block(stream, TEXT("tool_use"), out);
    anthropic_write_call_id(stream->call, id, index, out);
    out_text(out, TEXT("name"), name);
    buffer_append(out, TEXT(",\"input\":{}}"));
    end_event(out);
    stream->open = OPEN_CALL;
}

static void write_delta(
    const struct anthropic_stream *stream, struct text type, struct text member, struct text text, struct buffer *out)
{
    begin_block_event(stream, TEXT("content_block_delta"), out);
    BUFFER_APPEND_ALL(out, TEXT(",\"delta\":{\"type\":\""), type, TEXT("\""));
    out_text(out, member, text);
    buffer_append_byte(out, '}');
    end_event(out);
}

static void write_arguments(const struct anthropic_stream *stream, struct text piece, struct buffer *out)
{
    if (piece.length > 0)
        write_delta(stream, TEXT("input_json_delta"), TEXT("partial_json"), piece, out);
}

/* --- pieces ----------------------------------------------------------------------------------------------------------
 */

static bool say_call(struct anthropic_stream *stream, const struct canon_event *event, struct buffer *out)
{
    switch (canon_take_turn(&stream->turns, event, stream->open == OPEN_CALL, stream->limit)) {
    case CANON_TURN_BEGINS:
        open_call(stream, event->call_id, event->name, event->call, out);
        write_arguments(stream, event->text, out);
        return true;
    case CANON_TURN_GOES_ON:
        write_arguments(stream, event->text, out);
        return true;
    case CANON_TURN_WAITS:
        return true;
    case CANON_TURN_FAILS:
        break;
    }
    return false;
}

static bool say(struct anthropic_stream *stream, const struct canon_event *event, struct buffer *out)
{
    switch (event->part) {
    case CANON_TEXT:
    case CANON_REFUSAL:
        open_text(stream, OPEN_TEXT, out);
        write_delta(stream, TEXT("text_delta"), TEXT("text"), event->text, out);
        return true;
    case CANON_REASONING:
    case CANON_SUMMARY:
        open_text(stream, OPEN_THOUGHT, out);
        write_delta(stream, TEXT("thinking_delta"), TEXT("thinking"), event->text, out);
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

static void say_held(struct anthropic_stream *stream, struct buffer *out)
{
    for (size_t i = 0; i < stream->turns.held.count; i++) {
        const struct canon_held_call *call = &stream->turns.held.calls[i];
        if (call->name.length == 0)
            continue;
        stream->turns.has_call = true;
        open_call(stream, buffer_text(&call->id), buffer_text(&call->name), i, out);
        write_arguments(stream, buffer_text(&call->arguments), out);
    }
}

/* Servers that say "stop" behind a call mean that they wait for its result. */
static void end_message(struct anthropic_stream *stream, const struct canon_usage *usage, struct buffer *out)
{
    say_held(stream, out);
    close_block(stream, out);
    bool waits = stream->turns.has_call && stream->finish == CANON_FINISHED;
    begin_event(TEXT("message_delta"), out);
    buffer_append(out, TEXT(",\"delta\":{"));
    anthropic_write_stop(stream->call, waits ? CANON_CALLS : stream->finish, buffer_text(&stream->stop), out);
    buffer_append_byte(out, '}');
    anthropic_write_usage(usage, out);
    end_event(out);
    begin_event(TEXT("message_stop"), out);
    end_event(out);
}

bool anthropic_write_event(void *of, const struct canon_event *event, struct buffer *out)
{
    struct anthropic_stream *stream = of;
    if (event->reply > 0)
        return true; /* this dialect has one answer to a question */
    switch (event->kind) {
    case CANON_WAITS:
        begin_message(stream, out);
        write_ping(out);
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
