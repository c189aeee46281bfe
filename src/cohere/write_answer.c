/* SPDX-License-Identifier: Apache-2.0 */
/* A whole answer in Cohere's words. */
#include "cohere_write.h"
#include "exeat/base/json.h"
#include "exeat/canon/out.h"
#include "exeat/canon/rank.h"

/* --- its end -------------------------------------------------------------------------------------------------------
 */

/* Servers that say "stop" behind a call mean that they wait for its result. */
static struct text word_of(const struct canon_call *call, const struct canon_reply *reply, bool has_calls)
{
    switch (reply->finish) {
    case CANON_TOO_LONG:
        return TEXT("MAX_TOKENS");
    case CANON_CALLS:
        return TEXT("TOOL_CALL");
    case CANON_FILTERED:
        return TEXT("ERROR");
    case CANON_UNFINISHED:
    case CANON_FINISHED:
        break;
    }
    if (has_calls)
        return TEXT("TOOL_CALL");
    return canon_is_asked_stop(call, reply->stop) ? TEXT("STOP_SEQUENCE") : TEXT("COMPLETE");
}

static void write_tokens(struct text name, const struct canon_usage *usage, struct buffer *out)
{
    out_name(out, name);
    buffer_printf(
        out, "{\"input_tokens\":%llu,\"output_tokens\":%llu}", (unsigned long long)usage->tokens_in,
        (unsigned long long)usage->tokens_out);
}

void cohere_write_end(
    const struct canon_call *call, const struct canon_reply *reply, bool has_calls, const struct canon_usage *usage,
    struct buffer *out)
{
    out_text(out, TEXT("finish_reason"), word_of(call, reply, has_calls));
    out_name(out, TEXT("usage"));
    buffer_append_byte(out, '{');
    write_tokens(TEXT("billed_units"), usage, out);
    write_tokens(TEXT("tokens"), usage, out);
    buffer_append_byte(out, '}');
}

/* --- content -------------------------------------------------------------------------------------------------------
 */

bool cohere_wants_thoughts(const struct canon_call *call)
{
    return call->wish.thoughts == CANON_YES;
}

static bool is_text(const struct canon_part *part)
{
    return part->kind == CANON_TEXT || part->kind == CANON_REFUSAL;
}

static bool is_thought(const struct canon_part *part)
{
    return part->kind == CANON_REASONING || part->kind == CANON_SUMMARY;
}

static void write_item(struct text type, struct text text, struct buffer *out)
{
    out_comma(out);
    BUFFER_APPEND_ALL(out, TEXT("{\"type\":\""), type, TEXT("\""));
    out_text(out, type, text);
    buffer_append_byte(out, '}');
}

static void
write_content(const struct canon_call *call, const struct canon_reply *reply, bool has_calls, struct buffer *out)
{
    out_name(out, TEXT("content"));
    buffer_append_byte(out, '[');
    for (size_t i = 0; i < reply->part_count; i++) {
        if (is_thought(&reply->parts[i]) && cohere_wants_thoughts(call))
            write_item(TEXT("thinking"), reply->parts[i].text, out);
        if (is_text(&reply->parts[i]) && !has_calls)
            write_item(TEXT("text"), reply->parts[i].text, out);
    }
    buffer_append_byte(out, ']');
}

/* What is said before tools are called is a plan there. */
static void write_plan(const struct canon_reply *reply, struct buffer *out)
{
    out_name(out, TEXT("tool_plan"));
    buffer_append_byte(out, '"');
    for (size_t i = 0; i < reply->part_count; i++)
        if (is_text(&reply->parts[i]))
            buffer_append(out, reply->parts[i].text);
    buffer_append_byte(out, '"');
}

void cohere_write_call(const struct canon_call *call, const struct canon_part *part, size_t index, struct buffer *out)
{
    out_comma(out);
    buffer_append_byte(out, '{');
    out_call_id(out, call, part->call_id, 0, index);
    buffer_append(out, TEXT(",\"type\":\"function\",\"function\":{"));
    out_text(out, TEXT("name"), part->name);
    out_name(out, TEXT("arguments"));
    out_quoted(out, part->text);
    buffer_append(out, TEXT("}}"));
}

static size_t count_calls(const struct canon_reply *reply)
{
    size_t count = 0;
    for (size_t i = 0; i < reply->part_count; i++)
        count += reply->parts[i].kind == CANON_TOOL_CALL;
    return count;
}

static void write_calls(const struct canon_call *call, const struct canon_reply *reply, struct buffer *out)
{
    size_t index = 0;
    write_plan(reply, out);
    out_name(out, TEXT("tool_calls"));
    buffer_append_byte(out, '[');
    for (size_t i = 0; i < reply->part_count; i++) {
        struct canon_part part = reply->parts[i];
        if (part.kind != CANON_TOOL_CALL)
            continue;
        if (part.text.length == 0)
            part.text = TEXT("{}");
        cohere_write_call(call, &part, index++, out);
    }
    buffer_append_byte(out, ']');
}

/* --- answers -------------------------------------------------------------------------------------------------------
 */

static void write_reply(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out)
{
    const struct canon_reply *reply = &answer->replies[0];
    bool has_calls = count_calls(reply) > 0;
    BUFFER_APPEND_ALL(out, TEXT("{\"id\":\""), call->id, TEXT("\",\"message\":{\"role\":\"assistant\""));
    if (has_calls)
        write_calls(call, reply, out);
    if (!has_calls || cohere_wants_thoughts(call))
        write_content(call, reply, has_calls, out);
    buffer_append_byte(out, '}');
    cohere_write_end(call, reply, has_calls, &answer->usage, out);
    buffer_append_byte(out, '}');
}

static void write_vectors(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out)
{
    struct text type = canon_wants_base64(call) ? TEXT("base64") : TEXT("float");
    BUFFER_APPEND_ALL(
        out, TEXT("{\"response_type\":\"embeddings_by_type\",\"id\":\""), call->id, TEXT("\",\"embeddings\":{\""), type,
        TEXT("\":["));
    for (size_t i = 0; i < answer->vector_count; i++) {
        out_comma(out);
        buffer_append(out, answer->vectors[i]);
    }
    buffer_append(out, TEXT("]}"));
    const struct canon_list texts = {CANON_MANY, call->input.entries, call->input.count};
    out_list(out, TEXT("texts"), &texts);
    buffer_printf(
        out, ",\"meta\":{\"api_version\":{\"version\":\"2\"},\"billed_units\":{\"input_tokens\":%llu}}}",
        (unsigned long long)answer->usage.tokens_in);
}

/* The first API repeats documents where that is asked for; in the second nobody asks. What a search costs is counted in
 * searches there. */
static void write_ranks(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out)
{
    bool is_first = text_starts_with(call->path, TEXT("/v1/"));
    BUFFER_APPEND_ALL(out, TEXT("{\"id\":\""), call->id, TEXT("\""));
    canon_write_ranks(call, answer, TEXT("results"), CANON_DOCUMENTS_AS_OBJECTS, out);
    BUFFER_APPEND_ALL(
        out, TEXT(",\"meta\":{\"api_version\":{\"version\":\""), is_first ? TEXT("1") : TEXT("2"),
        TEXT("\"},\"billed_units\":{\"search_units\":1}}}"));
}

bool cohere_write_answer(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out)
{
    if (call->operation == LLM_EMBEDDINGS) {
        write_vectors(call, answer, out);
        return canon_has_vectors(call, answer);
    }
    if (call->operation == LLM_RERANK) {
        write_ranks(call, answer, out);
        return answer->rank_count > 0;
    }
    if (answer->reply_count > 0)
        write_reply(call, answer, out);
    return answer->reply_count > 0;
}

/* --- models --------------------------------------------------------------------------------------------------------
 */

const struct models_words cohere_models = {
    .head = TEXT_INIT("{\"models\":["),
    .one = TEXT_INIT(
        "{\"name\":\"%\",\"is_deprecated\":false,\"endpoints\":[\"chat\",\"embed\",\"rerank\"],\"finetuned\":false,"
        "\"context_length\":128000,\"default_endpoints\":[]}"),
    .tail = TEXT_INIT("]}"),
};
