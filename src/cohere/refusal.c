/* SPDX-License-Identifier: Apache-2.0 */
/* No, in Cohere's words: a body, and the end of a message by which a stream says that it failed. */
#include "cohere_write.h"
#include "exeat/base/json.h"

void cohere_write_refusal(const struct refusal *refusal, struct buffer *out)
{
    BUFFER_APPEND_ALL(out, TEXT("{\"id\":\""), refusal->id, TEXT("\",\"message\":"));
    json_append_string(out, refusal->message);
    refusal_append_member(out, TEXT("code"), refusal->code);
    refusal_append_facts(refusal, out);
    buffer_append(out, TEXT("}"));
}

void cohere_write_error_event(
    const struct canon_call *call, const void *stream, const struct refusal *refusal, struct buffer *out)
{
    (void)call;
    (void)stream;
    buffer_append(
        out, TEXT("event: message-end\ndata: {\"type\":\"message-end\",\"delta\":{\"finish_reason\":\"ERROR\""));
    refusal_append_member(out, TEXT("error"), refusal->message);
    buffer_append(out, TEXT("}}\n\n"));
}

void cohere_write_context_full(const struct canon_overflow *overflow, struct buffer *out)
{
    if (canon_is_counted(overflow))
        buffer_printf(
            out,
            "too many tokens: total number of tokens in the prompt cannot exceed %llu - received %llu. Try using a "
            "shorter prompt.",
            (unsigned long long)overflow->limit, (unsigned long long)overflow->tokens);
    else
        BUFFER_APPEND_ALL(out, TEXT("too many tokens: "), overflow->words);
}
