/* SPDX-License-Identifier: Apache-2.0 */
/* A stream in Bedrock's words. Of ConverseStream a message begins, blocks begin and end one after the other, then comes
 * what it ended for, and last what it counted. Of several calls that come piece by piece in turns, the first is told as
 * it comes, and the others are held until no more comes: only one block can be open. Of a prompt's answer each event is
 * a piece of the text. */
#include "bedrock_read.h"
#include "bedrock_write.h"
#include "exeat/base/memory.h"
#include "exeat/canon/out.h"
#include "frame.h"

enum open { OPEN_NONE, OPEN_TEXT, OPEN_THOUGHT, OPEN_CALL };

struct bedrock_stream {
    const struct canon_call *call; /* borrowed */
    size_t limit;
    bool is_prompted;
    bool has_begun;
    enum open open;
    size_t block;             /* the index of the open block, or of the next */
    struct canon_turns turns; /* of its calls */
    enum canon_finish finish;
    struct buffer stop;
};

void *bedrock_begin_stream(const struct canon_call *call, size_t limit)
{
    struct bedrock_stream *stream = base_zalloc(sizeof(*stream));
    stream->call = call;
    stream->limit = limit;
    stream->is_prompted = bedrock_body_of(call) != BODY_CONVERSE;
    return stream;
}

void bedrock_end_stream(void *of)
{
    struct bedrock_stream *stream = of;
    canon_held_clear(&stream->turns.held);
    buffer_clear(&stream->stop);
    base_free(stream);
}

/* --- blocks ----------------------------------------------------------------------------------------------------------
 */

static void begin_message(struct bedrock_stream *stream, struct buffer *out)
{
    if (stream->has_begun)
        return;
    stream->has_begun = true;
    size_t start = frame_begin(TEXT("messageStart"), out);
    buffer_append(out, TEXT("{\"role\":\"assistant\"}"));
    frame_end(start, out);
}

static void end_block_event(const struct bedrock_stream *stream, size_t start, struct buffer *out)
{
    buffer_append(out, TEXT("\"contentBlockIndex\":"));
    buffer_append_number(out, stream->block);
    buffer_append_byte(out, '}');
    frame_end(start, out);
}

static void close_block(struct bedrock_stream *stream, struct buffer *out)
{
    if (stream->open == OPEN_NONE)
        return;
    size_t start = frame_begin(TEXT("contentBlockStop"), out);
    buffer_append_byte(out, '{');
    end_block_event(stream, start, out);
    stream->open = OPEN_NONE;
    stream->block++;
}

/* Only calls say that they begin. */
static void open_call(struct bedrock_stream *stream, struct text id, struct text name, size_t index, struct buffer *out)
{
    close_block(stream, out);
    size_t start = frame_begin(TEXT("contentBlockStart"), out);
    buffer_append(out, TEXT("{\"start\":{\"toolUse\":{"));
    bedrock_write_call_id(stream->call, id, index, out);
    out_text(out, TEXT("name"), name);
    buffer_append(out, TEXT("}},"));
    end_block_event(stream, start, out);
    stream->open = OPEN_CALL;
}

static void write_delta(
    const struct bedrock_stream *stream, struct text before, struct text text, struct text after, struct buffer *out)
{
    size_t start = frame_begin(TEXT("contentBlockDelta"), out);
    BUFFER_APPEND_ALL(out, TEXT("{\"delta\":"), before, text, after, TEXT(","));
    end_block_event(stream, start, out);
}

static void write_arguments(const struct bedrock_stream *stream, struct text piece, struct buffer *out)
{
    if (piece.length > 0)
        write_delta(stream, TEXT("{\"toolUse\":{\"input\":\""), piece, TEXT("\"}}"), out);
}

static void write_words(struct bedrock_stream *stream, enum open open, struct text text, struct buffer *out)
{
    if (stream->open != open)
        close_block(stream, out);
    stream->open = open;
    if (open == OPEN_THOUGHT)
        write_delta(stream, TEXT("{\"reasoningContent\":{\"text\":\""), text, TEXT("\"}}"), out);
    else
        write_delta(stream, TEXT("{\"text\":\""), text, TEXT("\"}"), out);
}

/* --- pieces ----------------------------------------------------------------------------------------------------------
 */

static bool say_call(struct bedrock_stream *stream, const struct canon_event *event, struct buffer *out)
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

static bool say(struct bedrock_stream *stream, const struct canon_event *event, struct buffer *out)
{
    switch (event->part) {
    case CANON_TEXT:
    case CANON_REFUSAL:
        write_words(stream, OPEN_TEXT, event->text, out);
        return true;
    case CANON_REASONING:
    case CANON_SUMMARY:
        write_words(stream, OPEN_THOUGHT, event->text, out);
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

static void say_held(struct bedrock_stream *stream, struct buffer *out)
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
static void end_message(struct bedrock_stream *stream, const struct canon_usage *usage, struct buffer *out)
{
    begin_message(stream, out);
    say_held(stream, out);
    close_block(stream, out);
    bool waits = stream->turns.has_call && stream->finish == CANON_FINISHED;
    size_t start = frame_begin(TEXT("messageStop"), out);
    buffer_append_byte(out, '{');
    bedrock_write_stop(stream->call, waits ? CANON_CALLS : stream->finish, buffer_text(&stream->stop), out);
    buffer_append_byte(out, '}');
    frame_end(start, out);
    start = frame_begin(TEXT("metadata"), out);
    buffer_append_byte(out, '{');
    bedrock_write_usage(usage, out);
    buffer_append_byte(out, '}');
    frame_end(start, out);
}

static void
write_chunk(const struct bedrock_stream *stream, struct text text, const struct canon_usage *usage, struct buffer *out)
{
    struct buffer json = {0};
    bedrock_write_piece(stream->call, text, stream->finish, usage, &json);
    frame_chunk(buffer_text(&json), out);
    buffer_clear(&json);
}

/* --- events ----------------------------------------------------------------------------------------------------------
 */

static bool say_piece(struct bedrock_stream *stream, const struct canon_event *event, struct buffer *out)
{
    if (!stream->is_prompted) {
        begin_message(stream, out);
        return say(stream, event, out);
    }
    if (event->part == CANON_TEXT || event->part == CANON_REFUSAL)
        write_chunk(stream, event->text, NULL, out);
    return true;
}

bool bedrock_write_event(void *of, const struct canon_event *event, struct buffer *out)
{
    struct bedrock_stream *stream = of;
    if (event->reply > 0)
        return true; /* this dialect has one answer to a question */
    switch (event->kind) {
    case CANON_SAYS:
        return say_piece(stream, event, out);
    case CANON_FINISHES:
        stream->finish = event->finish;
        buffer_empty(&stream->stop);
        buffer_append(&stream->stop, event->stop);
        return true;
    case CANON_ENDS:
        if (stream->is_prompted)
            write_chunk(stream, TEXT(""), &event->usage, out);
        else
            end_message(stream, &event->usage, out);
        return true;
    case CANON_WAITS:
    case CANON_FAILS:
        break; /* the dialect has no word for it; told by dialect */
    }
    return true;
}
