/* SPDX-License-Identifier: Apache-2.0 */
/* A whole answer of Converse, counts of tokens and vectors. */
#include "bedrock_read.h"
#include "bedrock_write.h"
#include "exeat/canon/out.h"

/* --- its end -------------------------------------------------------------------------------------------------------
 */

static struct text word_of(enum canon_finish finish)
{
    switch (finish) {
    case CANON_TOO_LONG:
        return TEXT("max_tokens");
    case CANON_CALLS:
        return TEXT("tool_use");
    case CANON_FILTERED:
        return TEXT("content_filtered");
    case CANON_UNFINISHED:
    case CANON_FINISHED:
        break;
    }
    return TEXT("end_turn");
}

/* Endpoints may end at sequences of their own, which are no matter of the caller's. */
static bool is_asked_for(const struct canon_call *call, struct text stop)
{
    for (size_t i = 0; stop.length > 0 && i < call->wish.stop.count; i++)
        if (text_equal(call->wish.stop.entries[i].text, stop))
            return true;
    return false;
}

void bedrock_write_stop(const struct canon_call *call, enum canon_finish finish, struct text stop, struct buffer *out)
{
    bool by_sequence = finish == CANON_FINISHED && is_asked_for(call, stop);
    out_text(out, TEXT("stopReason"), by_sequence ? TEXT("stop_sequence") : word_of(finish));
}

static void write_count(struct buffer *out, struct text name, uint64_t count)
{
    out_name(out, name);
    buffer_append_number(out, count);
}

/* What was read again is counted apart. How long it took is not measured here, and its member must be there. */
void bedrock_write_usage(const struct canon_usage *usage, struct buffer *out)
{
    uint64_t cached = usage->cached < usage->tokens_in ? usage->cached : 0;
    out_name(out, TEXT("usage"));
    buffer_append_byte(out, '{');
    write_count(out, TEXT("inputTokens"), usage->tokens_in - cached);
    write_count(out, TEXT("outputTokens"), usage->tokens_out);
    write_count(out, TEXT("totalTokens"), usage->tokens_in + usage->tokens_out);
    if (cached > 0)
        write_count(out, TEXT("cacheReadInputTokens"), cached);
    buffer_append(out, TEXT("},\"metrics\":{\"latencyMs\":0}"));
}

/* --- blocks ----------------------------------------------------------------------------------------------------------
 */

void bedrock_write_call_id(const struct canon_call *call, struct text id, size_t index, struct buffer *out)
{
    if (id.length > 0)
        out_text(out, TEXT("toolUseId"), id);
    else
        buffer_printf(out, "\"toolUseId\":\"tooluse_%.*s_%zu\"", TEXT_ARG(call->id), index);
}

static bool write_call(const struct canon_call *call, const struct canon_part *part, size_t index, struct buffer *out)
{
    buffer_append(out, TEXT("{\"toolUse\":{"));
    bedrock_write_call_id(call, part->call_id, index, out);
    out_text(out, TEXT("name"), part->name);
    out_name(out, TEXT("input"));
    bool good = canon_append_arguments(out, part->text);
    buffer_append(out, TEXT("}}"));
    return good;
}

static bool write_block(const struct canon_call *call, const struct canon_part *part, size_t index, struct buffer *out)
{
    out_comma(out);
    switch (part->kind) {
    case CANON_REASONING:
    case CANON_SUMMARY:
        BUFFER_APPEND_ALL(
            out, TEXT("{\"reasoningContent\":{\"reasoningText\":{\"text\":\""), part->text, TEXT("\"}}}"));
        return true;
    case CANON_TOOL_CALL:
        return write_call(call, part, index, out);
    case CANON_TEXT:
    case CANON_REFUSAL:
    case CANON_IMAGE: /* no answer has these */
    case CANON_AUDIO:
    case CANON_FILE:
        break;
    }
    BUFFER_APPEND_ALL(out, TEXT("{\"text\":\""), part->text, TEXT("\"}"));
    return true;
}

static bool write_message(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out)
{
    const struct canon_reply *reply = &answer->replies[0];
    bool good = true;
    buffer_append(out, TEXT("{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":["));
    for (size_t i = 0; good && i < reply->part_count; i++)
        good = write_block(call, &reply->parts[i], i, out);
    buffer_append(out, TEXT("]}}"));
    bedrock_write_stop(call, canon_reply_finish(reply), reply->stop, out);
    bedrock_write_usage(&answer->usage, out);
    buffer_append_byte(out, '}');
    return good;
}

/* --- answers ---------------------------------------------------------------------------------------------------------
 */

static bool write_vector(const struct canon_replies *answer, struct buffer *out)
{
    if (answer->vector_count != 1)
        return false;
    BUFFER_APPEND_ALL(
        out, TEXT("{\"embedding\":"), answer->vectors[0], TEXT(",\"embeddingsByType\":{\"float\":"), answer->vectors[0],
        TEXT("}"));
    write_count(out, TEXT("inputTextTokenCount"), answer->usage.tokens_in);
    buffer_append_byte(out, '}');
    return true;
}

bool bedrock_write_answer(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out)
{
    if (call->operation == LLM_EMBEDDINGS)
        return write_vector(answer, out);
    if (call->operation == LLM_COUNT_TOKENS) {
        buffer_printf(out, "{\"inputTokens\":%llu}", (unsigned long long)answer->usage.tokens_in);
        return answer->usage.tokens_in > 0;
    }
    if (answer->reply_count == 0)
        return false;
    return bedrock_body_of(call) == BODY_CONVERSE ? write_message(call, answer, out)
                                                  : bedrock_write_prompted(call, answer, out);
}
