/* SPDX-License-Identifier: Apache-2.0 */
/* No, in Bedrock's words: a body, and the exception that ends a stream. */
#include "bedrock_write.h"
#include "exeat/base/json.h"
#include "exeat/canon/scan.h"
#include "frame.h"

void bedrock_write_refusal(const struct refusal *refusal, struct buffer *out)
{
    buffer_append(out, TEXT("{\"message\":"));
    json_append_string(out, refusal->message);
    refusal_append_facts(refusal, out);
    buffer_append_byte(out, '}');
}

void bedrock_write_context_full(const struct canon_overflow *overflow, struct buffer *out)
{
    BUFFER_APPEND_ALL(out, TEXT("Input is too long for requested model: "), overflow->words);
}

void bedrock_write_error_event(
    const struct canon_call *call, const void *stream, const struct refusal *refusal, struct buffer *out)
{
    (void)call;
    (void)stream;
    size_t start = frame_begin_exception(TEXT("modelStreamErrorException"), out);
    bedrock_write_refusal(refusal, out);
    frame_end(start, out);
}

/* All vendors whose models are called here have the same member for it. */
void bedrock_frame(struct text json, struct buffer *out)
{
    struct scan whole;
    struct scan error;
    struct scan message;
    bool fails = scan_whole(json, &whole) && scan_member(whole, TEXT("error"), &error) && error.kind == SCAN_OBJECT;
    if (!fails) {
        frame_chunk(json, out);
        return;
    }
    size_t start = frame_begin_exception(TEXT("modelStreamErrorException"), out);
    buffer_append(out, TEXT("{\"message\":"));
    bool is_told = scan_member(error, TEXT("message"), &message) && message.kind == SCAN_STRING;
    buffer_append(out, is_told ? message.text : TEXT("\"the model's stream failed\""));
    buffer_append_byte(out, '}');
    frame_end(start, out);
}
