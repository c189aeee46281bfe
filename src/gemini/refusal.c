/* SPDX-License-Identifier: Apache-2.0 */
/* No, in Gemini's words. */
#include "exeat/base/json.h"
#include "gemini_write.h"

static struct text status_of(const struct refusal *refusal)
{
    static const struct {
        uint16_t status;
        struct text word;
    } rows[] = {
        {401, TEXT_INIT("UNAUTHENTICATED")}, {403, TEXT_INIT("PERMISSION_DENIED")},
        {404, TEXT_INIT("NOT_FOUND")},       {429, TEXT_INIT("RESOURCE_EXHAUSTED")},
        {500, TEXT_INIT("INTERNAL")},        {504, TEXT_INIT("DEADLINE_EXCEEDED")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (refusal->status == rows[i].status)
            return rows[i].word;
    return refusal_blame(refusal) == BLAME_NOBODY ? TEXT("UNAVAILABLE") : TEXT("INVALID_ARGUMENT");
}

void gemini_write_refusal(const struct refusal *refusal, struct buffer *out)
{
    buffer_append(out, TEXT("{\"error\":{\"code\":"));
    buffer_append_number(out, refusal->status);
    buffer_append(out, TEXT(",\"message\":"));
    json_append_string(out, refusal->message);
    refusal_append_member(out, TEXT("status"), status_of(refusal));
    refusal_append_facts(refusal, out);
    buffer_append(out, TEXT("}}"));
}

void gemini_write_context_full(const struct canon_overflow *overflow, struct buffer *out)
{
    if (canon_is_counted(overflow))
        buffer_printf(
            out, "The input token count (%llu) exceeds the maximum number of tokens allowed (%llu).",
            (unsigned long long)overflow->tokens, (unsigned long long)overflow->limit);
    else
        BUFFER_APPEND_ALL(
            out, TEXT("The input token count exceeds the maximum number of tokens allowed: "), overflow->words);
}
