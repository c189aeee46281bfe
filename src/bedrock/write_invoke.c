/* SPDX-License-Identifier: Apache-2.0 */
/* What InvokeModel answers for models that are asked by a prompt (Llama, Mistral) or a text (Titan): one text, whole or
 * in pieces, of which the last has the vendor's counts. */
#include "bedrock_read.h"
#include "bedrock_write.h"
#include "exeat/canon/out.h"

static void write_count(struct buffer *out, struct text name, uint64_t count)
{
    out_name(out, name);
    buffer_append_number(out, count);
}

static struct text titan_word(enum canon_finish finish)
{
    switch (finish) {
    case CANON_TOO_LONG:
        return TEXT("LENGTH");
    case CANON_FILTERED:
        return TEXT("CONTENT_FILTERED");
    case CANON_UNFINISHED:
    case CANON_FINISHED:
    case CANON_CALLS:
        break;
    }
    return TEXT("FINISH");
}

static struct text prompt_word(enum canon_finish finish)
{
    return finish == CANON_TOO_LONG ? TEXT("length") : TEXT("stop");
}

static void write_word(struct buffer *out, struct text name, struct text word, bool is_known)
{
    if (is_known)
        out_text(out, name, word);
    else
        out_raw(out, name, TEXT("null"));
}

/* --- one of them -----------------------------------------------------------------------------------------------------
 * Up to the last brace. `usage` NULL: the answer goes on. */

static void write_llama(struct text text, enum canon_finish finish, const struct canon_usage *usage, struct buffer *out)
{
    BUFFER_APPEND_ALL(out, TEXT("{\"generation\":\""), text, TEXT("\""));
    if (usage != NULL)
        write_count(out, TEXT("prompt_token_count"), usage->tokens_in);
    else
        out_raw(out, TEXT("prompt_token_count"), TEXT("null"));
    write_count(out, TEXT("generation_token_count"), usage != NULL ? usage->tokens_out : 0);
    write_word(out, TEXT("stop_reason"), prompt_word(finish), usage != NULL);
}

static void
write_mistral(struct text text, enum canon_finish finish, const struct canon_usage *usage, struct buffer *out)
{
    BUFFER_APPEND_ALL(out, TEXT("{\"outputs\":[{\"text\":\""), text, TEXT("\""));
    write_word(out, TEXT("stop_reason"), prompt_word(finish), usage != NULL);
    buffer_append(out, TEXT("}]"));
}

static void
write_titan_whole(struct text text, enum canon_finish finish, const struct canon_usage *usage, struct buffer *out)
{
    buffer_append(out, TEXT("{"));
    write_count(out, TEXT("inputTextTokenCount"), usage->tokens_in);
    buffer_append(out, TEXT(",\"results\":[{"));
    write_count(out, TEXT("tokenCount"), usage->tokens_out);
    out_text(out, TEXT("outputText"), text);
    out_text(out, TEXT("completionReason"), titan_word(finish));
    buffer_append(out, TEXT("}]"));
}

static void
write_titan_piece(struct text text, enum canon_finish finish, const struct canon_usage *usage, struct buffer *out)
{
    BUFFER_APPEND_ALL(out, TEXT("{\"outputText\":\""), text, TEXT("\",\"index\":0"));
    write_count(out, TEXT("totalOutputTextTokenCount"), usage != NULL ? usage->tokens_out : 0);
    write_word(out, TEXT("completionReason"), titan_word(finish), usage != NULL);
    write_count(out, TEXT("inputTextTokenCount"), usage != NULL ? usage->tokens_in : 0);
}

/* --- answers ---------------------------------------------------------------------------------------------------------
 */

static void write_body(
    const struct canon_call *call, struct text text, enum canon_finish finish, const struct canon_usage *usage,
    struct buffer *out)
{
    if (bedrock_body_of(call) == BODY_LLAMA)
        write_llama(text, finish, usage, out);
    else if (bedrock_body_of(call) == BODY_MISTRAL)
        write_mistral(text, finish, usage, out);
    else if (canon_streams(call))
        write_titan_piece(text, finish, usage, out);
    else
        write_titan_whole(text, finish, usage, out);
}

void bedrock_write_piece(
    const struct canon_call *call, struct text text, enum canon_finish finish, const struct canon_usage *usage,
    struct buffer *out)
{
    write_body(call, text, finish, usage, out);
    if (usage != NULL) {
        buffer_append(out, TEXT(",\"amazon-bedrock-invocationMetrics\":{"));
        write_count(out, TEXT("inputTokenCount"), usage->tokens_in);
        write_count(out, TEXT("outputTokenCount"), usage->tokens_out);
        buffer_append(out, TEXT(",\"invocationLatency\":0,\"firstByteLatency\":0}"));
    }
    buffer_append_byte(out, '}');
}

bool bedrock_write_prompted(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out)
{
    const struct canon_reply *reply = &answer->replies[0];
    struct buffer text = {0};
    for (size_t i = 0; i < reply->part_count; i++)
        if (reply->parts[i].kind == CANON_TEXT || reply->parts[i].kind == CANON_REFUSAL)
            buffer_append(&text, reply->parts[i].text);
    write_body(call, buffer_text(&text), reply->finish, &answer->usage, out);
    buffer_append_byte(out, '}');
    buffer_clear(&text);
    return true;
}
