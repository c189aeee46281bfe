/* SPDX-License-Identifier: Apache-2.0 */
/* A stream in Bedrock's words. ConverseStream tells block by block, then what it ended for, and last what it counted.
 * Of a prompt's answer each event is a piece of the text. */
#include "bedrock_read.h"
#include "bedrock_write.h"
#include "exeat/canon/blocks.h"
#include "exeat/canon/out.h"
#include "frame.h"

/* --- a message of blocks ---------------------------------------------------------------------------------------------
 */

static void begin_message(const struct canon_blocks *blocks, struct buffer *out)
{
    (void)blocks;
    size_t start = frame_begin(TEXT("messageStart"), out);
    buffer_append(out, TEXT("{\"role\":\"assistant\"}"));
    frame_end(start, out);
}

static void end_message(const struct canon_blocks *blocks, const struct canon_usage *usage, struct buffer *out)
{
    enum canon_finish finish = canon_finish_behind(blocks->finish, blocks->turns.has_call);
    size_t start = frame_begin(TEXT("messageStop"), out);
    buffer_append_byte(out, '{');
    bedrock_write_stop(blocks->call, finish, buffer_text(&blocks->stop), out);
    buffer_append_byte(out, '}');
    frame_end(start, out);
    start = frame_begin(TEXT("metadata"), out);
    buffer_append_byte(out, '{');
    bedrock_write_usage(usage, out);
    buffer_append_byte(out, '}');
    frame_end(start, out);
}

static void end_block_event(const struct canon_blocks *blocks, size_t start, struct buffer *out)
{
    buffer_append(out, TEXT("\"contentBlockIndex\":"));
    buffer_append_number(out, canon_blocks_index(blocks));
    buffer_append_byte(out, '}');
    frame_end(start, out);
}

static void close_block(const struct canon_blocks *blocks, struct buffer *out)
{
    size_t start = frame_begin(TEXT("contentBlockStop"), out);
    buffer_append_byte(out, '{');
    end_block_event(blocks, start, out);
}

static void
open_call(const struct canon_blocks *blocks, const struct canon_part *part, size_t index, struct buffer *out)
{
    size_t start = frame_begin(TEXT("contentBlockStart"), out);
    buffer_append(out, TEXT("{\"start\":{\"toolUse\":{"));
    bedrock_write_call_id(blocks->call, part->call_id, index, out);
    out_text(out, TEXT("name"), part->name);
    buffer_append(out, TEXT("}},"));
    end_block_event(blocks, start, out);
}

static void say(const struct canon_blocks *blocks, struct text piece, struct buffer *out)
{
    static const struct {
        struct text before;
        struct text after;
    } deltas[] = {
        [CANON_OPEN_TEXT] = {TEXT_INIT("{\"text\":\""), TEXT_INIT("\"}")},
        [CANON_OPEN_THOUGHT] = {TEXT_INIT("{\"reasoningContent\":{\"text\":\""), TEXT_INIT("\"}}")},
        [CANON_OPEN_CALL] = {TEXT_INIT("{\"toolUse\":{\"input\":\""), TEXT_INIT("\"}}")},
    };
    size_t start = frame_begin(TEXT("contentBlockDelta"), out);
    BUFFER_APPEND_ALL(
        out, TEXT("{\"delta\":"), deltas[blocks->open].before, piece, deltas[blocks->open].after, TEXT(","));
    end_block_event(blocks, start, out);
}

/* Only calls say that they begin. */
static const struct canon_blocks_words words = {
    .begin = begin_message,
    .open_call = open_call,
    .say = say,
    .close = close_block,
    .end = end_message,
};

/* --- pieces of a prompt's answer -------------------------------------------------------------------------------------
 */

static void
write_chunk(const struct canon_blocks *blocks, struct text text, const struct canon_usage *usage, struct buffer *out)
{
    struct buffer json = {0};
    bedrock_write_piece(blocks->call, text, blocks->finish, usage, &json);
    frame_chunk(buffer_text(&json), out);
    buffer_clear(&json);
}

static bool write_piece(struct canon_blocks *blocks, const struct canon_event *event, struct buffer *out)
{
    if (event->kind == CANON_ENDS)
        write_chunk(blocks, TEXT(""), &event->usage, out);
    else if (event->kind != CANON_SAYS)
        return canon_blocks_take(blocks, event, out);
    else if (event->part == CANON_TEXT || event->part == CANON_REFUSAL)
        write_chunk(blocks, event->text, NULL, out);
    return true;
}

/* --- the stream ------------------------------------------------------------------------------------------------------
 */

void *bedrock_begin_stream(const struct canon_call *call, size_t limit)
{
    return canon_blocks_new(&words, call, limit);
}

bool bedrock_write_event(void *stream, const struct canon_event *event, struct buffer *out)
{
    struct canon_blocks *blocks = stream;
    if (event->reply == 0 && bedrock_body_of(blocks->call) != BODY_CONVERSE)
        return write_piece(blocks, event, out);
    return canon_blocks_take(blocks, event, out);
}
