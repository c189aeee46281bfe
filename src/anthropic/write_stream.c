/* SPDX-License-Identifier: Apache-2.0 */
/* A stream in Anthropic's words, block by block. */
#include "anthropic_write.h"
#include "exeat/base/json.h"
#include "exeat/canon/blocks.h"
#include "exeat/canon/out.h"

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

static void begin_block_event(const struct canon_blocks *blocks, struct text name, struct buffer *out)
{
    begin_event(name, out);
    out_name(out, TEXT("index"));
    buffer_append_number(out, canon_blocks_index(blocks));
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
static void begin_message(const struct canon_blocks *blocks, struct buffer *out)
{
    static const struct canon_usage unknown = {0};
    begin_event(TEXT("message_start"), out);
    buffer_append(out, TEXT(",\"message\":"));
    anthropic_begin_message(blocks->call, out);
    buffer_append(out, TEXT("],\"stop_reason\":null,\"stop_sequence\":null"));
    anthropic_write_usage(&unknown, out);
    buffer_append_byte(out, '}');
    end_event(out);
    write_ping(out);
}

static void end_message(const struct canon_blocks *blocks, const struct canon_usage *usage, struct buffer *out)
{
    enum canon_finish finish = canon_finish_behind(blocks->finish, blocks->turns.has_call);
    begin_event(TEXT("message_delta"), out);
    buffer_append(out, TEXT(",\"delta\":{"));
    anthropic_write_stop(blocks->call, finish, buffer_text(&blocks->stop), out);
    buffer_append_byte(out, '}');
    anthropic_write_usage(usage, out);
    end_event(out);
    begin_event(TEXT("message_stop"), out);
    end_event(out);
}

/* --- blocks ----------------------------------------------------------------------------------------------------------
 */

static void close_block(const struct canon_blocks *blocks, struct buffer *out)
{
    begin_block_event(blocks, TEXT("content_block_stop"), out);
    end_event(out);
}

static void begin_block(const struct canon_blocks *blocks, struct text type, struct buffer *out)
{
    begin_block_event(blocks, TEXT("content_block_start"), out);
    BUFFER_APPEND_ALL(out, TEXT(",\"content_block\":{\"type\":\""), type, TEXT("\""));
}

static void open_content(const struct canon_blocks *blocks, enum canon_open what, struct buffer *out)
{
    bool is_thought = what == CANON_OPEN_THOUGHT;
    begin_block(blocks, is_thought ? TEXT("thinking") : TEXT("text"), out);
    buffer_append(out, is_thought ? TEXT(",\"thinking\":\"\",\"signature\":\"\"}") : TEXT(",\"text\":\"\"}"));
    end_event(out);
}

static void
open_call(const struct canon_blocks *blocks, const struct canon_part *part, size_t index, struct buffer *out)
{
    begin_block(blocks, TEXT("tool_use"), out);
    anthropic_write_call_id(blocks->call, part->call_id, index, out);
    out_text(out, TEXT("name"), part->name);
    buffer_append(out, TEXT(",\"input\":{}}"));
    end_event(out);
}

static void say(const struct canon_blocks *blocks, struct text piece, struct buffer *out)
{
    static const struct {
        struct text type;
        struct text member;
    } deltas[] = {
        [CANON_OPEN_TEXT] = {TEXT_INIT("text_delta"), TEXT_INIT("text")},
        [CANON_OPEN_THOUGHT] = {TEXT_INIT("thinking_delta"), TEXT_INIT("thinking")},
        [CANON_OPEN_CALL] = {TEXT_INIT("input_json_delta"), TEXT_INIT("partial_json")},
    };
    begin_block_event(blocks, TEXT("content_block_delta"), out);
    BUFFER_APPEND_ALL(out, TEXT(",\"delta\":{\"type\":\""), deltas[blocks->open].type, TEXT("\""));
    out_text(out, deltas[blocks->open].member, piece);
    buffer_append_byte(out, '}');
    end_event(out);
}

static const struct canon_blocks_words words = {
    .begin = begin_message,
    .open_content = open_content,
    .open_call = open_call,
    .say = say,
    .close = close_block,
    .end = end_message,
};

/* --- the stream ------------------------------------------------------------------------------------------------------
 */

void *anthropic_begin_stream(const struct canon_call *call, size_t limit)
{
    return canon_blocks_new(&words, call, limit);
}

bool anthropic_write_event(void *stream, const struct canon_event *event, struct buffer *out)
{
    if (event->kind == CANON_WAITS && event->reply == 0) {
        canon_blocks_begin(stream, out);
        write_ping(out);
    }
    return canon_blocks_take(stream, event, out);
}
