/* SPDX-License-Identifier: Apache-2.0 */
/* No, in OpenAI's words: a body, and the event that ends a stream. */
#include "exeat/base/json.h"
#include "openai_internal.h"

void openai_write_refusal(const struct refusal *refusal, struct buffer *out)
{
    static const struct text types[] = {
        [BLAME_POLICY] = TEXT_INIT("invalid_request_error"),
        [BLAME_CALLER] = TEXT_INIT("invalid_request_error"),
        [BLAME_PACE] = TEXT_INIT("rate_limit_error"),
        [BLAME_NOBODY] = TEXT_INIT("server_error"),
    };
    buffer_append(out, TEXT("{\"error\":{\"message\":"));
    json_append_string(out, refusal->message);
    refusal_append_member(out, TEXT("type"), refusal->type.length > 0 ? refusal->type : types[refusal_blame(refusal)]);
    buffer_append(out, TEXT(",\"param\":null"));
    refusal_append_member(out, TEXT("code"), refusal->code);
    refusal_append_facts(refusal, out);
    buffer_append(out, TEXT("}}"));
}

/* `responses` has a shape of its own for it. */
static void write_response_error(const struct refusal *refusal, struct buffer *out)
{
    buffer_append(out, TEXT("event: error\ndata: {\"type\":\"error\",\"code\":"));
    json_append_string(out, refusal->reason);
    buffer_append(out, TEXT(",\"message\":"));
    json_append_string(out, refusal->message);
    buffer_append(out, TEXT(",\"param\":null,\"sequence_number\":0}\n\n"));
}

void openai_write_error_event(
    const struct canon_call *call, const void *stream, const struct refusal *refusal, struct buffer *out)
{
    (void)stream;
    if (call->operation == LLM_RESPONSES) {
        write_response_error(refusal, out);
        return;
    }
    buffer_append(out, TEXT("data: "));
    openai_write_refusal(refusal, out);
    buffer_append(out, TEXT("\n\n"));
}
