/* SPDX-License-Identifier: Apache-2.0 */
/* A whole answer in Gemini's words, vectors, counts of tokens and lists of models. */
#include "exeat/base/json.h"
#include "exeat/canon/out.h"
#include "gemini_write.h"

/* --- candidates ------------------------------------------------------------------------------------------------------
 */

static struct text word_of(enum canon_finish finish)
{
    switch (finish) {
    case CANON_TOO_LONG:
        return TEXT("MAX_TOKENS");
    case CANON_FILTERED:
        return TEXT("SAFETY");
    case CANON_UNFINISHED:
        return TEXT("");
    case CANON_FINISHED:
    case CANON_CALLS:
        break;
    }
    return TEXT("STOP");
}

void gemini_begin_answer(struct buffer *out)
{
    buffer_append(out, TEXT("{\"candidates\":["));
}

void gemini_begin_candidate(struct buffer *out)
{
    out_comma(out);
    buffer_append(out, TEXT("{\"content\":{\"role\":\"model\",\"parts\":["));
}

/* Clients read the first part unasked. */
void gemini_end_candidate(
    const struct canon_call *call, enum canon_finish finish, size_t index, struct text logprobs, struct buffer *out)
{
    struct text word = word_of(finish);
    if (out->data[out->length - 1] == '[')
        buffer_append(out, TEXT("{\"text\":\"\"}"));
    buffer_append(out, TEXT("]}"));
    if (word.length > 0)
        out_text(out, TEXT("finishReason"), word);
    out_name(out, TEXT("index"));
    buffer_append_number(out, index);
    gemini_write_logprobs(call, logprobs, out);
    buffer_append_byte(out, '}');
}

static void write_count(struct buffer *out, struct text name, uint64_t count)
{
    out_name(out, name);
    buffer_append_number(out, count);
}

/* Clients read the total in every object. Thoughts are counted apart. */
static void write_usage(const struct canon_usage *usage, struct buffer *out)
{
    uint64_t thought = usage->thought < usage->tokens_out ? usage->thought : 0;
    out_name(out, TEXT("usageMetadata"));
    buffer_append_byte(out, '{');
    write_count(out, TEXT("promptTokenCount"), usage->tokens_in);
    write_count(out, TEXT("candidatesTokenCount"), usage->tokens_out - thought);
    if (thought > 0)
        write_count(out, TEXT("thoughtsTokenCount"), thought);
    if (usage->cached > 0)
        write_count(out, TEXT("cachedContentTokenCount"), usage->cached);
    write_count(out, TEXT("totalTokenCount"), usage->tokens_in + usage->tokens_out);
    buffer_append_byte(out, '}');
}

void gemini_end_answer(const struct canon_call *call, const struct canon_usage *usage, struct buffer *out)
{
    buffer_append_byte(out, ']');
    write_usage(usage, out);
    out_name(out, TEXT("modelVersion"));
    json_append_string(out, call->model_name);
    out_text(out, TEXT("responseId"), call->id);
    buffer_append_byte(out, '}');
}

/* --- parts -----------------------------------------------------------------------------------------------------------
 */

static void write_text(struct text text, bool is_thought, struct buffer *out)
{
    out_comma(out);
    buffer_append_byte(out, '{');
    out_text(out, TEXT("text"), text);
    if (is_thought)
        out_raw(out, TEXT("thought"), TEXT("true"));
    buffer_append_byte(out, '}');
}

static bool write_call(const struct canon_part *part, struct buffer *out)
{
    out_comma(out);
    buffer_append(out, TEXT("{\"functionCall\":{"));
    if (part->call_id.length > 0)
        out_text(out, TEXT("id"), part->call_id);
    out_text(out, TEXT("name"), part->name);
    out_name(out, TEXT("args"));
    bool good = canon_append_arguments(out, part->text);
    buffer_append(out, TEXT("}}"));
    return good;
}

bool gemini_write_part(const struct canon_call *call, const struct canon_part *part, struct buffer *out)
{
    switch (part->kind) {
    case CANON_TEXT:
    case CANON_REFUSAL:
        write_text(part->text, false, out);
        return true;
    case CANON_REASONING:
    case CANON_SUMMARY:
        if (call->wish.thoughts == CANON_YES)
            write_text(part->text, true, out);
        return true;
    case CANON_TOOL_CALL:
        return write_call(part, out);
    case CANON_IMAGE:
    case CANON_AUDIO:
    case CANON_FILE:
        break; /* no answer has them */
    }
    return true;
}

/* --- answers ---------------------------------------------------------------------------------------------------------
 */

static bool write_candidates(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out)
{
    bool good = answer->reply_count > 0;
    gemini_begin_answer(out);
    for (size_t i = 0; good && i < answer->reply_count; i++) {
        const struct canon_reply *reply = &answer->replies[i];
        gemini_begin_candidate(out);
        for (size_t k = 0; good && k < reply->part_count; k++)
            good = gemini_write_part(call, &reply->parts[k], out);
        gemini_end_candidate(call, reply->finish, i, reply->logprobs, out);
    }
    gemini_end_answer(call, &answer->usage, out);
    return good;
}

static void write_vector(struct text vector, struct buffer *out)
{
    out_comma(out);
    BUFFER_APPEND_ALL(out, TEXT("{\"values\":"), vector, TEXT("}"));
}

/* Clients read the count of each; endpoints count all of them together, and the first one has it. */
static bool write_predictions(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out)
{
    buffer_append(out, TEXT("{\"predictions\":["));
    for (size_t i = 0; i < answer->vector_count; i++) {
        out_comma(out);
        buffer_append(out, TEXT("{\"embeddings\":{\"statistics\":{\"truncated\":false"));
        write_count(out, TEXT("token_count"), i == 0 ? answer->usage.tokens_in : 0);
        BUFFER_APPEND_ALL(out, TEXT("},\"values\":"), answer->vectors[i], TEXT("}}"));
    }
    buffer_append(out, TEXT("]}"));
    return answer->vector_count == call->input.count;
}

static bool write_vectors(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out)
{
    if (text_ends_with(call->path, TEXT(":predict")))
        return write_predictions(call, answer, out);
    bool is_batch = call->input.form == CANON_MANY;
    buffer_append(out, is_batch ? TEXT("{\"embeddings\":[") : TEXT("{\"embedding\":"));
    for (size_t i = 0; i < answer->vector_count; i++)
        write_vector(answer->vectors[i], out);
    buffer_append(out, is_batch ? TEXT("]}") : TEXT("}"));
    return canon_has_vectors(call, answer);
}

bool gemini_write_answer(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out)
{
    if (call->operation == LLM_EMBEDDINGS)
        return write_vectors(call, answer, out);
    if (call->operation == LLM_COUNT_TOKENS) {
        buffer_printf(out, "{\"totalTokens\":%llu}", (unsigned long long)answer->usage.tokens_in);
        return answer->usage.tokens_in > 0;
    }
    return write_candidates(call, answer, out);
}
