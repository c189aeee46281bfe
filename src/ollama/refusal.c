/* SPDX-License-Identifier: Apache-2.0 */
/* No, in Ollama's words: one member, in a body or as a line of a stream. */
#include "exeat/base/json.h"
#include "ollama_write.h"

void ollama_write_refusal(const struct refusal *refusal, struct buffer *out)
{
    buffer_append(out, TEXT("{\"error\":"));
    json_append_string(out, refusal->message);
    refusal_append_member(out, TEXT("code"), refusal->code);
    refusal_append_facts(refusal, out);
    buffer_append(out, TEXT("}"));
}

void ollama_write_error_event(
    const struct canon_call *call, const void *stream, const struct refusal *refusal, struct buffer *out)
{
    (void)call;
    (void)stream;
    ollama_write_refusal(refusal, out);
    buffer_append_byte(out, '\n');
}

void ollama_write_context_full(const struct canon_overflow *overflow, struct buffer *out)
{
    buffer_append(out, TEXT("the input length exceeds the context length"));
    if (canon_is_counted(overflow))
        buffer_printf(
            out, ": %llu tokens, and %llu at most", (unsigned long long)overflow->tokens,
            (unsigned long long)overflow->limit);
    else
        BUFFER_APPEND_ALL(out, TEXT(": "), overflow->words);
}
