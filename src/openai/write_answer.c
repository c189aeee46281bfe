/* SPDX-License-Identifier: Apache-2.0 */
/* An answer of a server that speaks otherwise, in OpenAI's words: chat, completions, embeddings, lists of models. */
#include "exeat/canon/out.h"
#include "openai_internal.h"

static bool is_chat(const struct canon_call *call)
{
    return call->operation == LLM_CHAT;
}

/* OpenAI's chat has no member for thoughts; who reads them looks for this one, unless he says so. */
struct text openai_thoughts_name(const struct canon_call *call)
{
    bool is_said = call->manner != NULL && call->manner->thoughts.length > 0;
    return is_said ? call->manner->thoughts : TEXT("reasoning_content");
}

void openai_begin_answer(const struct canon_call *call, struct text object, uint64_t created, struct buffer *out)
{
    BUFFER_APPEND_ALL(
        out, TEXT("{\"id\":\""), is_chat(call) ? TEXT("chatcmpl-") : TEXT("cmpl-"), call->id, TEXT("\",\"object\":\""),
        is_chat(call) ? object : TEXT("text_completion"), TEXT("\",\"created\":"));
    buffer_append_number(out, created);
    buffer_append(out, TEXT(",\"model\":"));
    json_append_string(out, call->model_name);
}

static void write_count(struct buffer *out, struct text name, uint64_t count)
{
    out_name(out, name);
    buffer_append_number(out, count);
}

/* With the details that the vendor always sends: typed SDKs read them unasked. */
void openai_write_usage(const struct canon_usage *usage, struct buffer *out)
{
    buffer_append(out, TEXT(",\"usage\":{"));
    write_count(out, TEXT("prompt_tokens"), usage->tokens_in);
    write_count(out, TEXT("completion_tokens"), usage->tokens_out);
    write_count(out, TEXT("total_tokens"), usage->tokens_in + usage->tokens_out);
    buffer_append(out, TEXT(",\"prompt_tokens_details\":{"));
    write_count(out, TEXT("cached_tokens"), usage->cached);
    buffer_append(out, TEXT(",\"audio_tokens\":0},\"completion_tokens_details\":{"));
    write_count(out, TEXT("reasoning_tokens"), usage->thought);
    buffer_append(out, TEXT(",\"audio_tokens\":0}}"));
}

void openai_write_finish(enum canon_finish finish, struct buffer *out)
{
    static const struct text words[] = {
        [CANON_UNFINISHED] = TEXT_INIT("null"),
        [CANON_FINISHED] = TEXT_INIT("\"stop\""),
        [CANON_TOO_LONG] = TEXT_INIT("\"length\""),
        [CANON_CALLS] = TEXT_INIT("\"tool_calls\""),
        [CANON_FILTERED] = TEXT_INIT("\"content_filter\""),
    };
    out_raw(out, TEXT("finish_reason"), words[finish]);
}

void openai_write_logprobs(const struct canon_call *call, struct text logprobs, struct buffer *out)
{
    out_name(out, TEXT("logprobs"));
    size_t from = out->length;
    if (call->wish.logprobs == CANON_YES && logprobs.length > 0)
        BUFFER_APPEND_ALL(out, TEXT("{\"content\":"), logprobs, TEXT(",\"refusal\":null}"));
    else
        buffer_append(out, TEXT("null"));
    out_flatten(out, from);
}

/* --- a message -------------------------------------------------------------------------------------------------------
 */

static void append_texts(const struct canon_reply *reply, enum canon_part_kind kind, struct buffer *out)
{
    for (size_t i = 0; i < reply->part_count; i++)
        if (reply->parts[i].kind == kind)
            buffer_append(out, reply->parts[i].text);
}

static bool has(const struct canon_reply *reply, enum canon_part_kind kind)
{
    for (size_t i = 0; i < reply->part_count; i++)
        if (reply->parts[i].kind == kind)
            return true;
    return false;
}

static void write_texts(
    struct text name, const struct canon_reply *reply, enum canon_part_kind kind, bool is_empty_null,
    struct buffer *out)
{
    out_name(out, name);
    if (is_empty_null && !has(reply, kind)) {
        buffer_append(out, TEXT("null"));
        return;
    }
    buffer_append_byte(out, '"');
    append_texts(reply, kind, out);
    buffer_append_byte(out, '"');
}

static void
write_calls(const struct canon_call *call, const struct canon_reply *reply, size_t which, struct buffer *out)
{
    size_t index = 0;
    for (size_t i = 0; i < reply->part_count; i++) {
        const struct canon_part *part = &reply->parts[i];
        if (part->kind != CANON_TOOL_CALL)
            continue;
        buffer_append(out, index == 0 ? TEXT(",\"tool_calls\":[{") : TEXT(",{"));
        out_call_id(out, call, part->call_id, which, index++);
        buffer_append(out, TEXT(",\"type\":\"function\",\"function\":{"));
        out_text(out, TEXT("name"), part->name);
        out_text(out, TEXT("arguments"), part->text.length > 0 ? part->text : TEXT("{}"));
        buffer_append(out, TEXT("}}"));
    }
    buffer_append(out, index > 0 ? TEXT("]") : TEXT(""));
}

static void
write_message(const struct canon_call *call, const struct canon_reply *reply, size_t which, struct buffer *out)
{
    bool has_calls = has(reply, CANON_TOOL_CALL);
    enum canon_part_kind thoughts = has(reply, CANON_REASONING) ? CANON_REASONING : CANON_SUMMARY;
    buffer_append(out, TEXT(",\"message\":{\"role\":\"assistant\""));
    write_texts(TEXT("content"), reply, CANON_TEXT, has_calls, out);
    if (has(reply, CANON_REASONING) || has(reply, CANON_SUMMARY))
        write_texts(openai_thoughts_name(call), reply, thoughts, false, out);
    write_texts(TEXT("refusal"), reply, CANON_REFUSAL, true, out);
    write_calls(call, reply, which, out);
    buffer_append_byte(out, '}');
}

/* --- answers ---------------------------------------------------------------------------------------------------------
 */

static void
write_choice(const struct canon_call *call, const struct canon_reply *reply, size_t index, struct buffer *out)
{
    out_comma(out);
    buffer_append(out, TEXT("{\"index\":"));
    buffer_append_number(out, index);
    if (is_chat(call))
        write_message(call, reply, index, out);
    else
        write_texts(TEXT("text"), reply, CANON_TEXT, false, out);
    openai_write_logprobs(call, reply->logprobs, out);
    openai_write_finish(reply->finish, out);
    buffer_append_byte(out, '}');
}

static bool write_replies(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out)
{
    openai_begin_answer(call, TEXT("chat.completion"), answer->created, out);
    buffer_append(out, TEXT(",\"choices\":["));
    for (size_t i = 0; i < answer->reply_count; i++)
        write_choice(call, &answer->replies[i], i, out);
    buffer_append_byte(out, ']');
    openai_write_usage(&answer->usage, out);
    buffer_append_byte(out, '}');
    return answer->reply_count > 0;
}

bool openai_write_vectors(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out)
{
    buffer_append(out, TEXT("{\"object\":\"list\",\"data\":["));
    for (size_t i = 0; i < answer->vector_count; i++) {
        out_comma(out);
        buffer_printf(out, "{\"object\":\"embedding\",\"index\":%zu,\"embedding\":", i);
        BUFFER_APPEND_ALL(out, answer->vectors[i], TEXT("}"));
    }
    buffer_append(out, TEXT("],\"model\":"));
    json_append_string(out, call->model_name);
    buffer_printf(
        out, ",\"usage\":{\"prompt_tokens\":%llu,\"total_tokens\":%llu}}", (unsigned long long)answer->usage.tokens_in,
        (unsigned long long)answer->usage.tokens_in);
    return answer->vector_count == call->input.count;
}

bool openai_write_answer(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out)
{
    switch (call->operation) {
    case LLM_CHAT:
    case LLM_COMPLETIONS:
        return write_replies(call, answer, out);
    case LLM_EMBEDDINGS:
        return openai_write_vectors(call, answer, out);
    case LLM_MODELS: /* told by dialect */
    case LLM_RESPONSES:
    case LLM_COUNT_TOKENS:
    case LLM_NONE:
    case LLM_OTHER:
    case LLM_UNKNOWN:
    case LLM_RERANK:
        break;
    }
    return false;
}
