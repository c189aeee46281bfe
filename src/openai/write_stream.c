/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of a server that speaks otherwise, in OpenAI's words: a chunk for each event, one that has the role alone
 * before them, and [DONE] behind. */
#include "exeat/base/memory.h"
#include "exeat/canon/out.h"
#include "openai_internal.h"

/* More answers than this are asked for by nobody. */
enum { REPLIES_MAX = 128 };
struct chunks {
    const struct canon_call *call; /* borrowed */
    uint64_t created;
    struct telling {
        bool has_begun;
        uint64_t calls[CANON_CALLS_MAX / 64]; /* a bit each: its first piece was told */
    } told[REPLIES_MAX];
};

void *openai_begin_stream(const struct canon_call *call, size_t limit)
{
    struct chunks *chunks = base_zalloc(sizeof(*chunks));
    (void)limit; /* nothing is held back */
    chunks->call = call;
    return chunks;
}

void openai_end_stream(void *of)
{
    base_free(of);
}

/* --- chunks ----------------------------------------------------------------------------------------------------------
 */

static void begin_chunk(const struct chunks *chunks, struct buffer *out)
{
    buffer_append(out, TEXT("data: "));
    openai_begin_answer(chunks->call, TEXT("chat.completion.chunk"), chunks->created, out);
    buffer_append(out, TEXT(",\"choices\":["));
}

/* Up to what is said: of chat a delta, which is left open. */
static void begin_choice(const struct chunks *chunks, size_t reply, struct buffer *out)
{
    begin_chunk(chunks, out);
    buffer_printf(out, "{\"index\":%zu", reply);
    if (chunks->call->operation == LLM_CHAT)
        buffer_append(out, TEXT(",\"delta\":{"));
}

static void end_choice(const struct chunks *chunks, struct text logprobs, enum canon_finish finish, struct buffer *out)
{
    if (chunks->call->operation == LLM_CHAT)
        buffer_append_byte(out, '}');
    openai_write_logprobs(chunks->call, logprobs, out);
    openai_write_finish(finish, out);
    buffer_append(out, TEXT("}]}\n\n"));
}

static void begin_once(struct chunks *chunks, size_t reply, struct buffer *out)
{
    if (chunks->told[reply].has_begun || chunks->call->operation != LLM_CHAT)
        return;
    chunks->told[reply].has_begun = true;
    begin_choice(chunks, reply, out);
    buffer_append(out, TEXT("\"role\":\"assistant\",\"content\":\"\""));
    end_choice(chunks, TEXT(""), CANON_UNFINISHED, out);
}

/* Once for each. */
static bool begins(struct telling *told, size_t call)
{
    uint64_t bit = UINT64_C(1) << (call % 64);
    bool is_first = (told->calls[call / 64] & bit) == 0;
    told->calls[call / 64] |= bit;
    return is_first;
}

static bool write_call(struct chunks *chunks, const struct canon_event *event, struct buffer *out)
{
    if (event->call >= CANON_CALLS_MAX)
        return false;
    buffer_printf(out, "\"tool_calls\":[{\"index\":%zu", event->call);
    if (begins(&chunks->told[event->reply], event->call)) {
        out_call_id(out, chunks->call, event->call_id, event->reply, event->call);
        buffer_append(out, TEXT(",\"type\":\"function\""));
    }
    buffer_append(out, TEXT(",\"function\":{"));
    if (event->name.length > 0)
        out_text(out, TEXT("name"), event->name);
    out_text(out, TEXT("arguments"), event->text.data != NULL ? event->text : TEXT(""));
    buffer_append(out, TEXT("}}]"));
    return true;
}

static bool write_said(struct chunks *chunks, const struct canon_event *event, struct buffer *out)
{
    bool is_chat = chunks->call->operation == LLM_CHAT;
    switch (event->part) {
    case CANON_TEXT:
        out_text(out, is_chat ? TEXT("content") : TEXT("text"), event->text);
        return true;
    case CANON_REFUSAL:
        out_text(out, TEXT("refusal"), event->text);
        return true;
    case CANON_REASONING:
    case CANON_SUMMARY:
        out_text(out, openai_thoughts_name(chunks->call), event->text);
        return true;
    case CANON_TOOL_CALL:
        return write_call(chunks, event, out);
    case CANON_IMAGE:
    case CANON_AUDIO:
    case CANON_FILE:
        break; /* no answer has them */
    }
    return false;
}

static bool say(struct chunks *chunks, const struct canon_event *event, struct buffer *out)
{
    begin_once(chunks, event->reply, out);
    begin_choice(chunks, event->reply, out);
    bool good = write_said(chunks, event, out);
    end_choice(chunks, event->logprobs, CANON_UNFINISHED, out);
    return good;
}

static bool say_finish(struct chunks *chunks, const struct canon_event *event, struct buffer *out)
{
    begin_once(chunks, event->reply, out);
    begin_choice(chunks, event->reply, out);
    if (chunks->call->operation == LLM_COMPLETIONS)
        out_text(out, TEXT("text"), TEXT(""));
    end_choice(chunks, TEXT(""), event->finish, out);
    return true;
}

static bool say_end(const struct chunks *chunks, const struct canon_usage *usage, struct buffer *out)
{
    if (canon_wants_usage(chunks->call)) {
        begin_chunk(chunks, out);
        buffer_append_byte(out, ']');
        openai_write_usage(usage, out);
        buffer_append(out, TEXT("}\n\n"));
    }
    buffer_append(out, TEXT("data: [DONE]\n\n"));
    return true;
}

bool openai_write_event(void *of, const struct canon_event *event, struct buffer *out)
{
    struct chunks *chunks = of;
    if (event->reply >= REPLIES_MAX)
        return false;
    if (event->created > 0)
        chunks->created = event->created;
    switch (event->kind) {
    case CANON_SAYS:
        return say(chunks, event, out);
    case CANON_FINISHES:
        return say_finish(chunks, event, out);
    case CANON_ENDS:
        return say_end(chunks, &event->usage, out);
    case CANON_WAITS:
        buffer_append(out, TEXT(": waiting\n\n"));
        return true;
    case CANON_FAILS:
        break; /* told by dialect */
    }
    return true;
}
