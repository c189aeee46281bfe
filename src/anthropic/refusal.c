/* SPDX-License-Identifier: Apache-2.0 */
/* No, in Anthropic's words: a body, and the event that ends a stream. */
#include "anthropic_write.h"
#include "exeat/base/json.h"

static struct text type_of(const struct refusal *refusal)
{
    static const struct {
        uint16_t status;
        struct text type;
    } rows[] = {
        {401, TEXT_INIT("authentication_error")}, {403, TEXT_INIT("permission_error")},
        {404, TEXT_INIT("not_found_error")},      {413, TEXT_INIT("request_too_large")},
        {429, TEXT_INIT("rate_limit_error")},     {504, TEXT_INIT("timeout_error")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (refusal->status == rows[i].status)
            return rows[i].type;
    if (refusal->is_limit)
        return TEXT("overloaded_error");
    return refusal_blame(refusal) == BLAME_NOBODY ? TEXT("api_error") : TEXT("invalid_request_error");
}

void anthropic_write_refusal(const struct refusal *refusal, struct buffer *out)
{
    BUFFER_APPEND_ALL(
        out, TEXT("{\"type\":\"error\",\"error\":{\"type\":\""), type_of(refusal), TEXT("\",\"message\":"));
    json_append_string(out, refusal->message);
    buffer_append(out, TEXT("}"));
    refusal_append_facts(refusal, out);
    buffer_append(out, TEXT("}"));
}

void anthropic_write_error_event(
    const struct canon_call *call, const void *stream, const struct refusal *refusal, struct buffer *out)
{
    (void)call;
    (void)stream;
    buffer_append(out, TEXT("event: error\ndata: "));
    anthropic_write_refusal(refusal, out);
    buffer_append(out, TEXT("\n\n"));
}

/* Its clients read the numbers to know how much must go. */
void anthropic_write_context_full(const struct canon_overflow *overflow, struct buffer *out)
{
    buffer_append(out, TEXT("prompt is too long: "));
    if (canon_is_counted(overflow))
        buffer_printf(
            out, "%llu tokens > %llu maximum", (unsigned long long)overflow->tokens,
            (unsigned long long)overflow->limit);
    else
        buffer_append(out, overflow->words);
}
