/* SPDX-License-Identifier: Apache-2.0 */
/* A stream in Mistral's words. Calls of tools have no pieces there: its clients take what a chunk has for whole calls,
 * so they are held until they are. Why a choice ended stands in its last chunk, and the usage in the last of all. */
#include "exeat/base/memory.h"
#include "exeat/canon/out.h"
#include "mistral_write.h"

struct choice {
    struct canon_held held;
    enum canon_finish finish;
    bool has_begun;
};

struct mistral_stream {
    const struct canon_call *call; /* borrowed */
    size_t limit;
    size_t bytes; /* that all choices hold */
    uint64_t created;
    struct choice *choices; /* owned; as many as were asked for */
    size_t count;
};

void *mistral_begin_stream(const struct canon_call *call, size_t limit)
{
    struct mistral_stream *stream = base_zalloc(sizeof(*stream));
    stream->call = call;
    stream->limit = limit;
    stream->count = canon_choices(call);
    stream->choices = base_array(stream->count, sizeof(*stream->choices));
    return stream;
}

void mistral_end_stream(void *of)
{
    struct mistral_stream *stream = of;
    for (size_t i = 0; i < stream->count; i++)
        canon_held_clear(&stream->choices[i].held);
    base_free(stream->choices);
    base_free(stream);
}

/* --- chunks --------------------------------------------------------------------------------------------------------
 */

static void begin_chunk(struct mistral_stream *stream, size_t index, struct buffer *out)
{
    struct choice *choice = &stream->choices[index];
    buffer_append(out, TEXT("data: "));
    mistral_begin_answer(stream->call, TEXT("chat.completion.chunk"), stream->created, out);
    buffer_printf(out, "{\"index\":%zu,\"delta\":{", index);
    if (!choice->has_begun)
        buffer_append(out, TEXT("\"role\":\"assistant\""));
    choice->has_begun = true;
}

static void end_chunk(struct text finish, const struct canon_usage *usage, struct buffer *out)
{
    buffer_append_byte(out, '}');
    if (finish.length > 0)
        out_text(out, TEXT("finish_reason"), finish);
    else
        out_raw(out, TEXT("finish_reason"), TEXT("null"));
    buffer_append(out, TEXT("}]"));
    if (usage != NULL)
        mistral_write_usage(usage, out);
    buffer_append(out, TEXT("}\n\n"));
}

static void say_text(struct mistral_stream *stream, const struct canon_event *event, struct buffer *out)
{
    begin_chunk(stream, event->reply, out);
    out_text(out, TEXT("content"), event->text);
    end_chunk(TEXT(""), NULL, out);
}

static void say_thought(struct mistral_stream *stream, const struct canon_event *event, struct buffer *out)
{
    if (!mistral_wants_thoughts(stream->call))
        return;
    begin_chunk(stream, event->reply, out);
    out_name(out, TEXT("content"));
    buffer_append_byte(out, '[');
    mistral_write_thought(event->text, out);
    buffer_append_byte(out, ']');
    end_chunk(TEXT(""), NULL, out);
}

static bool say(struct mistral_stream *stream, const struct canon_event *event, struct buffer *out)
{
    struct choice *choice = &stream->choices[event->reply];
    switch (event->part) {
    case CANON_TEXT:
    case CANON_REFUSAL:
        say_text(stream, event, out);
        return true;
    case CANON_REASONING:
    case CANON_SUMMARY:
        say_thought(stream, event, out);
        return true;
    case CANON_TOOL_CALL:
        return canon_hold_shared(&choice->held, event, &stream->bytes, stream->limit);
    case CANON_IMAGE:
    case CANON_AUDIO:
    case CANON_FILE:
        break; /* no answer has them */
    }
    return true;
}

/* --- its end -------------------------------------------------------------------------------------------------------
 */

static size_t write_held(const struct mistral_stream *stream, size_t reply, struct buffer *out)
{
    const struct canon_held *held = &stream->choices[reply].held;
    size_t count = 0;
    for (size_t i = 0; i < held->count; i++) {
        const struct canon_part part = canon_held_part(held, i);
        if (part.name.length == 0)
            continue;
        if (count == 0)
            buffer_append(out, TEXT(",\"tool_calls\":["));
        mistral_write_call(stream->call, &part, reply, count++, out);
    }
    if (count > 0)
        buffer_append_byte(out, ']');
    return count;
}

static void end_choice(struct mistral_stream *stream, size_t index, const struct canon_usage *usage, struct buffer *out)
{
    const struct choice *choice = &stream->choices[index];
    begin_chunk(stream, index, out);
    out_text(out, TEXT("content"), TEXT(""));
    size_t calls = write_held(stream, index, out);
    end_chunk(mistral_finish_word(choice->finish, calls > 0), usage, out);
}

/* The endpoint may have given fewer than were asked for. */
static void end_stream(struct mistral_stream *stream, const struct canon_usage *usage, struct buffer *out)
{
    size_t last = 0;
    for (size_t i = 0; i < stream->count; i++)
        if (stream->choices[i].finish != CANON_UNFINISHED)
            last = i;
    for (size_t i = 0; i <= last; i++)
        if (i == last || stream->choices[i].finish != CANON_UNFINISHED)
            end_choice(stream, i, i == last ? usage : NULL, out);
    buffer_append(out, TEXT("data: [DONE]\n\n"));
}

bool mistral_write_event(void *of, const struct canon_event *event, struct buffer *out)
{
    struct mistral_stream *stream = of;
    if (event->reply >= stream->count)
        return true; /* more than were asked for */
    if (event->created > 0)
        stream->created = event->created;
    switch (event->kind) {
    case CANON_SAYS:
        return say(stream, event, out);
    case CANON_FINISHES:
        stream->choices[event->reply].finish = event->finish;
        return true;
    case CANON_ENDS:
        end_stream(stream, &event->usage, out);
        return true;
    case CANON_WAITS:
        buffer_append(out, TEXT(": waiting\n\n"));
        return true;
    case CANON_FAILS:
        break; /* told by dialect */
    }
    return true;
}
