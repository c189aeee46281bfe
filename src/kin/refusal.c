/* SPDX-License-Identifier: Apache-2.0 */
/* No, in the words of those of the kin whose clients know no other: codes that are numbers, or an error that is but a
 * sentence. In responses all of them have OpenAI's. */
#include "exeat/base/json.h"
#include "exeat/openai.h"
#include "kin_internal.h"

/* --- bodies ----------------------------------------------------------------------------------------------------------
 */

/* Up to what else is known: {"error":{"code":403,"message":"..." */
static void begin_numbered(const struct refusal *refusal, struct buffer *out)
{
    buffer_printf(out, "\"error\":{\"code\":%u", (unsigned)refusal->status);
    refusal_append_member(out, TEXT("message"), refusal->message);
}

/* OpenRouter has a place for it. */
static void write_metadata(const struct refusal *refusal, struct buffer *out)
{
    buffer_append(out, TEXT(",\"metadata\":{\"error_type\":"));
    json_append_string(out, refusal->code);
    refusal_append_facts(refusal, out);
    buffer_append(out, TEXT("}}"));
}

void kin_refuse_by_openrouter(const struct refusal *refusal, struct buffer *out)
{
    buffer_append_byte(out, '{');
    begin_numbered(refusal, out);
    write_metadata(refusal, out);
    buffer_append_byte(out, '}');
}

void kin_refuse_by_perplexity(const struct refusal *refusal, struct buffer *out)
{
    buffer_append_byte(out, '{');
    begin_numbered(refusal, out);
    refusal_append_member(out, TEXT("type"), refusal->code);
    refusal_append_facts(refusal, out);
    buffer_append(out, TEXT("}}"));
}

void kin_refuse_by_xai(const struct refusal *refusal, struct buffer *out)
{
    buffer_append(out, TEXT("{\"code\":"));
    json_append_string(out, refusal->code);
    refusal_append_member(out, TEXT("error"), refusal->message);
    refusal_append_facts(refusal, out);
    buffer_append_byte(out, '}');
}

void kin_refuse_by_hugging_face(const struct refusal *refusal, struct buffer *out)
{
    buffer_append(out, TEXT("{\"error\":"));
    json_append_string(out, refusal->message);
    refusal_append_member(out, TEXT("code"), refusal->code);
    refusal_append_facts(refusal, out);
    buffer_append_byte(out, '}');
}

/* --- events ----------------------------------------------------------------------------------------------------------
 */

typedef void (*body_writer)(const struct refusal *refusal, struct buffer *out);

static void
write_event(const struct canon_call *call, const struct refusal *refusal, body_writer write_body, struct buffer *out)
{
    if (call->operation == LLM_RESPONSES) {
        openai_write_error_event(call, NULL, refusal, out);
        return;
    }
    buffer_append(out, TEXT("data: "));
    write_body(refusal, out);
    buffer_append(out, TEXT("\n\n"));
}

void kin_break_by_perplexity(
    const struct canon_call *call, const void *stream, const struct refusal *refusal, struct buffer *out)
{
    (void)stream;
    write_event(call, refusal, kin_refuse_by_perplexity, out);
}

void kin_break_by_xai(
    const struct canon_call *call, const void *stream, const struct refusal *refusal, struct buffer *out)
{
    (void)stream;
    write_event(call, refusal, kin_refuse_by_xai, out);
}

void kin_break_by_hugging_face(
    const struct canon_call *call, const void *stream, const struct refusal *refusal, struct buffer *out)
{
    (void)stream;
    write_event(call, refusal, kin_refuse_by_hugging_face, out);
}

/* OpenRouter's is an event like any other of the stream, with the error beside. */
void kin_break_by_openrouter(
    const struct canon_call *call, const void *stream, const struct refusal *refusal, struct buffer *out)
{
    (void)stream;
    if (call->operation != LLM_CHAT) {
        write_event(call, refusal, kin_refuse_by_openrouter, out);
        return;
    }
    BUFFER_APPEND_ALL(
        out, TEXT("data: {\"id\":\"chatcmpl-"), call->id,
        TEXT("\",\"object\":\"chat.completion.chunk\",\"created\":0,\"provider\":\"local\",\"model\":"));
    json_append_string(out, call->model_name);
    buffer_append_byte(out, ',');
    begin_numbered(refusal, out);
    write_metadata(refusal, out);
    buffer_append(
        out, TEXT(",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":"
                  "\"error\",\"native_finish_reason\":\"error\"}]}\n\n"));
}
