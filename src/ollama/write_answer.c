/* SPDX-License-Identifier: Apache-2.0 */
/* A whole answer in Ollama's words. It is one line: clients that asked for a stream read it as the last of one. */
#include "exeat/base/clock.h"
#include "exeat/base/json.h"
#include "exeat/canon/out.h"
#include "ollama_read.h"
#include "ollama_write.h"

void ollama_begin(const struct canon_call *call, uint64_t created, struct buffer *out)
{
    char time[CLOCK_TEXT_SIZE];
    clock_write((int64_t)created * 1000000, time);
    buffer_append(out, TEXT("{\"model\":"));
    json_append_string(out, call->model_name);
    out_text(out, TEXT("created_at"), text_from(time));
}

/* How long it took is not known here. */
void ollama_end(enum canon_finish finish, const struct canon_usage *usage, struct buffer *out)
{
    out_raw(out, TEXT("done"), TEXT("true"));
    out_text(out, TEXT("done_reason"), finish == CANON_TOO_LONG ? TEXT("length") : TEXT("stop"));
    buffer_printf(
        out,
        ",\"total_duration\":0,\"load_duration\":0,\"prompt_eval_count\":%llu,\"prompt_eval_duration\":0,"
        "\"eval_count\":%llu,\"eval_duration\":0}",
        (unsigned long long)usage->tokens_in, (unsigned long long)usage->tokens_out);
}

/* --- what is said --------------------------------------------------------------------------------------------------
 */

static bool is_text(const struct canon_part *part)
{
    return part->kind == CANON_TEXT || part->kind == CANON_REFUSAL;
}

static bool is_thought(const struct canon_part *part)
{
    return part->kind == CANON_REASONING || part->kind == CANON_SUMMARY;
}

/* All texts of one sort, as one member. */
static void write_joined(
    struct text name, bool (*is_one)(const struct canon_part *part), const struct canon_part *parts, size_t count,
    struct buffer *out)
{
    out_name(out, name);
    buffer_append_byte(out, '"');
    for (size_t i = 0; i < count; i++)
        if (is_one(&parts[i]))
            buffer_append(out, parts[i].text);
    buffer_append_byte(out, '"');
}

static bool has_thoughts(const struct canon_call *call, const struct canon_part *parts, size_t count)
{
    for (size_t i = 0; i < count && call->wish.thoughts != CANON_NO; i++)
        if (is_thought(&parts[i]))
            return true;
    return false;
}

static bool write_tool_call(const struct canon_part *part, size_t index, struct buffer *out)
{
    out_comma(out);
    buffer_append_byte(out, '{');
    if (part->call_id.length > 0)
        out_text(out, TEXT("id"), part->call_id);
    out_name(out, TEXT("function"));
    buffer_printf(out, "{\"index\":%zu", index);
    out_text(out, TEXT("name"), part->name);
    out_name(out, TEXT("arguments"));
    bool good = canon_append_arguments(out, part->text);
    buffer_append(out, TEXT("}}"));
    return good;
}

static bool write_tool_calls(const struct canon_part *parts, size_t count, struct buffer *out)
{
    size_t index = 0;
    bool good = true;
    for (size_t i = 0; good && i < count; i++) {
        if (parts[i].kind != CANON_TOOL_CALL)
            continue;
        if (index == 0)
            buffer_append(out, TEXT(",\"tool_calls\":["));
        good = write_tool_call(&parts[i], index++, out);
    }
    if (index > 0)
        buffer_append_byte(out, ']');
    return good;
}

bool ollama_write_said(const struct canon_call *call, const struct canon_part *parts, size_t count, struct buffer *out)
{
    bool is_chat = !ollama_is_generate(call);
    size_t from = out->length;
    if (is_chat)
        buffer_append(out, TEXT(",\"message\":{\"role\":\"assistant\""));
    write_joined(is_chat ? TEXT("content") : TEXT("response"), is_text, parts, count, out);
    if (has_thoughts(call, parts, count))
        write_joined(TEXT("thinking"), is_thought, parts, count, out);
    bool good = !is_chat || write_tool_calls(parts, count, out);
    buffer_append(out, is_chat ? TEXT("}") : TEXT(""));
    out_flatten(out, from);
    return good;
}

void ollama_write_logprobs(const struct canon_call *call, struct text logprobs, struct buffer *out)
{
    size_t from = out->length;
    if (call->wish.logprobs == CANON_YES && logprobs.length > 0)
        out_raw(out, TEXT("logprobs"), logprobs);
    out_flatten(out, from);
}

/* --- answers -------------------------------------------------------------------------------------------------------
 */

static bool write_reply(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out)
{
    const struct canon_reply *reply = &answer->replies[0];
    ollama_begin(call, answer->created, out);
    bool good = ollama_write_said(call, reply->parts, reply->part_count, out);
    ollama_write_logprobs(call, reply->logprobs, out);
    ollama_end(reply->finish, &answer->usage, out);
    return good;
}

static void write_vectors(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out)
{
    buffer_append(out, TEXT("{\"model\":"));
    json_append_string(out, call->model_name);
    buffer_append(out, TEXT(",\"embeddings\":["));
    for (size_t i = 0; i < answer->vector_count; i++) {
        out_comma(out);
        buffer_append(out, answer->vectors[i]);
    }
    buffer_printf(
        out, "],\"total_duration\":0,\"load_duration\":0,\"prompt_eval_count\":%llu}",
        (unsigned long long)answer->usage.tokens_in);
}

static bool write_embeddings(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out)
{
    if (!canon_has_vectors(call, answer))
        return false;
    if (text_ends_with(call->path, TEXT("/api/embeddings")))
        BUFFER_APPEND_ALL(out, TEXT("{\"embedding\":"), answer->vectors[0], TEXT("}"));
    else
        write_vectors(call, answer, out);
    return true;
}

bool ollama_write_answer(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out)
{
    if (call->operation == LLM_EMBEDDINGS)
        return write_embeddings(call, answer, out);
    return answer->reply_count > 0 && write_reply(call, answer, out);
}
