/* SPDX-License-Identifier: Apache-2.0 */
/* A stream in Cohere's words: contents and calls, each counted for itself. */
#include "cohere_write.h"
#include "exeat/canon/blocks.h"
#include "exeat/canon/out.h"

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

static void begin_message(const struct canon_blocks *blocks, struct buffer *out)
{
    begin_event(TEXT("message-start"), out);
    out_text(out, TEXT("id"), blocks->call->id);
    buffer_append(
        out, TEXT(",\"delta\":{\"message\":{\"role\":\"assistant\",\"content\":[],\"tool_plan\":\"\",\"tool_calls\":[],"
                  "\"citations\":[]}}"));
    end_event(out);
}

static void end_message(const struct canon_blocks *blocks, const struct canon_usage *usage, struct buffer *out)
{
    const struct canon_reply reply = {.finish = blocks->finish, .stop = buffer_text(&blocks->stop)};
    begin_event(TEXT("message-end"), out);
    out_name(out, TEXT("delta"));
    buffer_append_byte(out, '{');
    cohere_write_end(blocks->call, &reply, blocks->turns.has_call, usage, out);
    buffer_append_byte(out, '}');
    end_event(out);
}

/* --- contents and calls --------------------------------------------------------------------------------------------
 */

static void close_block(const struct canon_blocks *blocks, struct buffer *out)
{
    bool is_call = blocks->open == CANON_OPEN_CALL;
    begin_indexed(
        is_call ? TEXT("tool-call-end") : TEXT("content-end"), is_call ? blocks->calls : blocks->contents, out);
    end_event(out);
}

static void open_content(const struct canon_blocks *blocks, enum canon_open what, struct buffer *out)
{
    struct text type = what == CANON_OPEN_THOUGHT ? TEXT("thinking") : TEXT("text");
    begin_indexed(TEXT("content-start"), blocks->contents, out);
    BUFFER_APPEND_ALL(out, TEXT(",\"delta\":{\"message\":{\"content\":{\"type\":\""), type, TEXT("\""));
    out_text(out, type, TEXT(""));
    buffer_append(out, TEXT("}}}"));
    end_event(out);
}

/* Its arguments come behind it. */
static void
open_call(const struct canon_blocks *blocks, const struct canon_part *part, size_t index, struct buffer *out)
{
    struct canon_part front = *part;
    front.text = TEXT("");
    begin_indexed(TEXT("tool-call-start"), blocks->calls, out);
    buffer_append(out, TEXT(",\"delta\":{\"message\":{\"tool_calls\":"));
    cohere_write_call(blocks->call, &front, index, out);
    buffer_append(out, TEXT("}}"));
    end_event(out);
}

static void say_content(const struct canon_blocks *blocks, struct text text, struct buffer *out)
{
    begin_indexed(TEXT("content-delta"), blocks->contents, out);
    buffer_append(out, TEXT(",\"delta\":{\"message\":{\"content\":{"));
    out_text(out, blocks->open == CANON_OPEN_THOUGHT ? TEXT("thinking") : TEXT("text"), text);
    buffer_append(out, TEXT("}}}"));
    end_event(out);
}

static void say_arguments(const struct canon_blocks *blocks, struct text piece, struct buffer *out)
{
    begin_indexed(TEXT("tool-call-delta"), blocks->calls, out);
    buffer_append(out, TEXT(",\"delta\":{\"message\":{\"tool_calls\":{\"function\":{"));
    out_text(out, TEXT("arguments"), piece);
    buffer_append(out, TEXT("}}}}"));
    end_event(out);
}

static void say(const struct canon_blocks *blocks, struct text piece, struct buffer *out)
{
    if (blocks->open == CANON_OPEN_CALL)
        say_arguments(blocks, piece, out);
    else
        say_content(blocks, piece, out);
}

static const struct canon_blocks_words words = {
    .begin = begin_message,
    .open_content = open_content,
    .open_call = open_call,
    .say = say,
    .close = close_block,
    .end = end_message,
};

/* --- the stream ----------------------------------------------------------------------------------------------------
 */

void *cohere_begin_stream(const struct canon_call *call, size_t limit)
{
    return canon_blocks_new(&words, call, limit);
}

static bool is_thought(const struct canon_event *event)
{
    return event->kind == CANON_SAYS && (event->part == CANON_REASONING || event->part == CANON_SUMMARY);
}

bool cohere_write_event(void *stream, const struct canon_event *event, struct buffer *out)
{
    struct canon_blocks *blocks = stream;
    if (event->kind == CANON_WAITS && event->reply == 0)
        buffer_append(out, TEXT(": waiting\n\n"));
    if (!is_thought(event) || event->reply > 0 || cohere_wants_thoughts(blocks->call))
        return canon_blocks_take(blocks, event, out);
    canon_blocks_begin(blocks, out);
    return true;
}
