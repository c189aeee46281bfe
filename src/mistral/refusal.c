/* SPDX-License-Identifier: Apache-2.0 */
/* No, in Mistral's words: an error is the body itself, and no member of it. */
#include "exeat/base/json.h"
#include "mistral_write.h"

void mistral_write_refusal(const struct refusal *refusal, struct buffer *out)
{
    static const struct text types[] = {
        [BLAME_POLICY] = TEXT_INIT("invalid_request_error"),
        [BLAME_CALLER] = TEXT_INIT("invalid_request_error"),
        [BLAME_PACE] = TEXT_INIT("rate_limited"),
        [BLAME_NOBODY] = TEXT_INIT("internal_server_error"),
    };
    buffer_append(out, TEXT("{\"object\":\"error\",\"message\":"));
    json_append_string(out, refusal->message);
    refusal_append_member(out, TEXT("type"), types[refusal_blame(refusal)]);
    buffer_append(out, TEXT(",\"param\":null"));
    refusal_append_member(out, TEXT("code"), refusal->code);
    refusal_append_facts(refusal, out);
    buffer_append(out, TEXT("}"));
}

void mistral_write_error_event(
    const struct canon_call *call, const void *stream, const struct refusal *refusal, struct buffer *out)
{
    (void)call;
    (void)stream;
    buffer_append(out, TEXT("data: "));
    mistral_write_refusal(refusal, out);
    buffer_append(out, TEXT("\n\n"));
}

void mistral_write_context_full(const struct canon_overflow *overflow, struct buffer *out)
{
    if (canon_is_counted(overflow))
        buffer_printf(
            out, "Prompt contains %llu tokens, too large for model with %llu maximum context length",
            (unsigned long long)overflow->tokens, (unsigned long long)overflow->limit);
    else
        BUFFER_APPEND_ALL(out, TEXT("Prompt is too large for the model's maximum context length: "), overflow->words);
}
