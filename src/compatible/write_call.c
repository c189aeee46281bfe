/* SPDX-License-Identifier: Apache-2.0 */
/* The top level of what an endpoint gets. */
#include "compatible_write.h"

static void write_sampling(struct buffer *out, const struct canon_sampling *sampling)
{
    out_raw(out, TEXT("temperature"), sampling->temperature);
    out_raw(out, TEXT("top_p"), sampling->top_p);
    out_raw(out, TEXT("top_k"), sampling->top_k);
    out_raw(out, TEXT("min_p"), sampling->min_p);
    out_raw(out, TEXT("presence_penalty"), sampling->presence_penalty);
    out_raw(out, TEXT("frequency_penalty"), sampling->frequency_penalty);
    out_raw(out, TEXT("repetition_penalty"), sampling->repetition_penalty);
    out_raw(out, TEXT("seed"), sampling->seed);
    out_raw(out, TEXT("logit_bias"), sampling->logit_bias);
}

/* Tokens are counted for the records, so they are asked for; where an endpoint cannot be asked, they are not. */
static void write_stream(struct buffer *out, const struct canon_call *call, const struct canon_endpoint *endpoint)
{
    out_flag(out, TEXT("stream"), call->wish.streams);
    if (call->wish.streams != CANON_YES || !endpoint->takes_usage)
        return;
    out_raw(out, TEXT("stream_options"), TEXT("{\"include_usage\":true}"));
}

/* Engines that are older than `max_completion_tokens` pass over it: without a limit an answer could take minutes. */
static void write_chat_limit(struct buffer *out, const struct canon_wish *wish)
{
    out_raw(out, TEXT("max_completion_tokens"), wish->limit);
    out_raw(out, TEXT("max_tokens"), wish->old_limit.data != NULL ? wish->old_limit : wish->limit);
}

static void write_messages_and_tools(struct buffer *out, const struct canon_call *call)
{
    compatible_write_messages(out, call);
    compatible_write_tools(out, call);
}

static void write_chat(struct buffer *out, const struct canon_call *call)
{
    const struct canon_wish *wish = &call->wish;
    write_messages_and_tools(out, call);
    write_chat_limit(out, wish);
    out_raw(out, TEXT("n"), wish->count);
    out_list(out, TEXT("stop"), &wish->stop);
    out_flag(out, TEXT("logprobs"), wish->logprobs);
    out_raw(out, TEXT("top_logprobs"), wish->top_logprobs);
    compatible_write_format(out, TEXT("response_format"), &wish->format, false);
    out_text(out, TEXT("reasoning_effort"), wish->effort);
    out_text(out, TEXT("verbosity"), wish->verbosity);
}

/* Endpoints count what they read; an answer of one token is the least that they give. */
static void write_count(struct buffer *out, const struct canon_call *call)
{
    write_messages_and_tools(out, call);
    out_raw(out, TEXT("max_completion_tokens"), TEXT("1"));
    out_raw(out, TEXT("max_tokens"), TEXT("1"));
}

static void write_completion(struct buffer *out, const struct canon_call *call)
{
    const struct canon_wish *wish = &call->wish;
    out_list(out, TEXT("prompt"), &call->input);
    out_text(out, TEXT("suffix"), call->suffix);
    out_raw(out, TEXT("max_tokens"), wish->old_limit);
    out_raw(out, TEXT("n"), wish->count);
    out_raw(out, TEXT("best_of"), wish->best_of);
    out_flag(out, TEXT("echo"), wish->echo);
    out_raw(out, TEXT("logprobs"), wish->top_logprobs);
    out_list(out, TEXT("stop"), &wish->stop);
}

static void write_embedding(struct buffer *out, const struct canon_call *call)
{
    out_list(out, TEXT("input"), &call->input);
    out_text(out, TEXT("encoding_format"), call->wish.encoding);
    out_raw(out, TEXT("dimensions"), call->wish.dimensions);
}

static void write_text(struct buffer *out, const struct canon_wish *wish)
{
    if (wish->format.kind.data == NULL && wish->verbosity.data == NULL)
        return;
    out_name(out, TEXT("text"));
    buffer_append_byte(out, '{');
    compatible_write_format(out, TEXT("format"), &wish->format, true);
    out_text(out, TEXT("verbosity"), wish->verbosity);
    buffer_append_byte(out, '}');
}

static void write_reasoning(struct buffer *out, const struct canon_wish *wish)
{
    if (wish->effort.data == NULL && wish->summary.data == NULL)
        return;
    out_name(out, TEXT("reasoning"));
    buffer_append_byte(out, '{');
    out_text(out, TEXT("effort"), wish->effort);
    out_text(out, TEXT("summary"), wish->summary);
    buffer_append_byte(out, '}');
}

/* Nothing is to be kept by the endpoint either. */
static void write_response(struct buffer *out, const struct canon_call *call)
{
    const struct canon_wish *wish = &call->wish;
    out_text(out, TEXT("instructions"), call->instructions);
    if (call->has_messages)
        compatible_write_items(out, call);
    else
        out_list(out, TEXT("input"), &call->input);
    compatible_write_tools(out, call);
    out_raw(out, TEXT("max_output_tokens"), wish->limit);
    out_raw(out, TEXT("top_logprobs"), wish->top_logprobs);
    write_text(out, wish);
    write_reasoning(out, wish);
    out_list(out, TEXT("include"), &wish->include);
    out_text(out, TEXT("truncation"), wish->truncation);
    out_flag(out, TEXT("store"), CANON_NO);
}

void compatible_write_call(const struct canon_call *call, const struct canon_endpoint *endpoint, struct buffer *out)
{
    if (call->operation == LLM_MODELS)
        return;
    buffer_append(out, TEXT("{\"model\":"));
    json_append_string(out, endpoint->model);
    switch (call->operation) {
    case LLM_CHAT:
        write_chat(out, call);
        write_sampling(out, &call->sampling);
        write_stream(out, call, endpoint);
        break;
    case LLM_COMPLETIONS:
        write_completion(out, call);
        write_sampling(out, &call->sampling);
        write_stream(out, call, endpoint);
        break;
    case LLM_EMBEDDINGS:
        write_embedding(out, call);
        break;
    case LLM_COUNT_TOKENS:
        write_count(out, call);
        break;
    case LLM_RESPONSES:
        write_response(out, call);
        write_sampling(out, &call->sampling);
        out_flag(out, TEXT("stream"), call->wish.streams);
        break;
    case LLM_MODELS:
    case LLM_NONE:
    case LLM_OTHER:
    case LLM_UNKNOWN:
    case LLM_RERANK:
        break;
    }
    buffer_append_byte(out, '}');
}
