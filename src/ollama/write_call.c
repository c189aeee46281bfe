/* SPDX-License-Identifier: Apache-2.0 */
/* A canonical call in Ollama's words: chat, and generate for completions. How the engine runs (num_ctx, keep_alive) is
 * its own matter and not said. */
#include "exeat/base/json.h"
#include "ollama_server.h"

/* --- options ---------------------------------------------------------------------------------------------------------
 */

/* Here it is always a list. */
static void write_stop(struct buffer *out, const struct canon_list *stop)
{
    struct canon_list list = *stop;
    if (list.count == 0)
        return;
    list.form = CANON_MANY;
    out_list(out, TEXT("stop"), &list);
}

static struct text limit_of(const struct canon_call *call)
{
    if (call->operation == LLM_COUNT_TOKENS)
        return TEXT("1"); /* it counts what it reads; one token is the least that it gives */
    return call->wish.old_limit.data != NULL ? call->wish.old_limit : call->wish.limit;
}

static void write_options(struct buffer *out, const struct canon_call *call)
{
    const struct canon_sampling *sampling = &call->sampling;
    out_name(out, TEXT("options"));
    buffer_append_byte(out, '{');
    out_raw(out, TEXT("num_predict"), limit_of(call));
    write_stop(out, &call->wish.stop);
    out_raw(out, TEXT("temperature"), sampling->temperature);
    out_raw(out, TEXT("top_p"), sampling->top_p);
    out_raw(out, TEXT("top_k"), sampling->top_k);
    out_raw(out, TEXT("min_p"), sampling->min_p);
    out_raw(out, TEXT("presence_penalty"), sampling->presence_penalty);
    out_raw(out, TEXT("frequency_penalty"), sampling->frequency_penalty);
    out_raw(out, TEXT("repeat_penalty"), sampling->repetition_penalty);
    out_raw(out, TEXT("seed"), sampling->seed);
    buffer_append_byte(out, '}');
}

/* --- how the answer shall be -----------------------------------------------------------------------------------------
 */

static void write_format(struct buffer *out, const struct canon_format *format)
{
    if (text_equal(format->kind, TEXT("json_object")))
        out_text(out, TEXT("format"), TEXT("json"));
    else if (format->schema.data != NULL)
        out_raw(out, TEXT("format"), format->schema);
}

/* Its words for how much are three, and no is false. */
static void write_think(struct buffer *out, const struct canon_wish *wish)
{
    static const struct {
        struct text word;
        struct text json;
    } rows[] = {
        {TEXT_INIT("none"), TEXT_INIT("false")},    {TEXT_INIT("minimal"), TEXT_INIT("\"low\"")},
        {TEXT_INIT("low"), TEXT_INIT("\"low\"")},   {TEXT_INIT("medium"), TEXT_INIT("\"medium\"")},
        {TEXT_INIT("high"), TEXT_INIT("\"high\"")}, {TEXT_INIT("xhigh"), TEXT_INIT("\"high\"")},
        {TEXT_INIT("max"), TEXT_INIT("\"high\"")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (text_equal(wish->effort, rows[i].word)) {
            out_raw(out, TEXT("think"), rows[i].json);
            return;
        }
    out_flag(out, TEXT("think"), wish->thoughts);
}

/* Streams are what it does unless it is told not to. */
static void write_wish(struct buffer *out, const struct canon_call *call)
{
    const struct canon_wish *wish = &call->wish;
    write_format(out, &wish->format);
    write_think(out, wish);
    if (wish->logprobs == CANON_YES) {
        out_flag(out, TEXT("logprobs"), wish->logprobs);
        out_raw(out, TEXT("top_logprobs"), wish->top_logprobs);
    }
    out_flag(out, TEXT("stream"), canon_streams(call) ? CANON_YES : CANON_NO);
    write_options(out, call);
}

/* --- operations ------------------------------------------------------------------------------------------------------
 */

static void write_completion(struct buffer *out, const struct canon_call *call)
{
    out_text(out, TEXT("prompt"), call->input.count > 0 ? call->input.entries[0].text : TEXT(""));
    if (call->suffix.length > 0)
        out_text(out, TEXT("suffix"), call->suffix);
    write_wish(out, call);
}

static void write_chat(struct buffer *out, const struct canon_call *call)
{
    ollama_write_turns(out, call);
    ollama_write_tools(out, call);
    write_wish(out, call);
}

void ollama_write_call(const struct canon_call *call, const struct canon_endpoint *endpoint, struct buffer *out)
{
    if (call->operation == LLM_MODELS)
        return;
    buffer_append(out, TEXT("{\"model\":"));
    json_append_string(out, endpoint->model);
    if (call->operation == LLM_EMBEDDINGS) {
        out_list(out, TEXT("input"), &call->input);
        out_raw(out, TEXT("dimensions"), call->wish.dimensions);
    } else if (call->operation == LLM_RERANK) {
        struct arena arena = {0};
        const struct canon_list texts = canon_rank_texts(call, &arena);
        out_list(out, TEXT("input"), &texts);
        arena_clear(&arena);
    } else if (call->operation == LLM_COMPLETIONS) {
        write_completion(out, call);
    } else {
        write_chat(out, call);
    }
    buffer_append_byte(out, '}');
}

struct text ollama_path(const struct canon_call *call)
{
    switch (call->operation) {
    case LLM_CHAT:
    case LLM_COUNT_TOKENS:
        return TEXT("/api/chat");
    case LLM_COMPLETIONS:
        return TEXT("/api/generate");
    case LLM_EMBEDDINGS:
    case LLM_RERANK: /* it has vectors alone */
        return TEXT("/api/embed");
    case LLM_MODELS:
        return TEXT("/api/tags");
    case LLM_RESPONSES:
    case LLM_NONE:
    case LLM_OTHER:
    case LLM_UNKNOWN:
        break;
    }
    return TEXT("");
}
