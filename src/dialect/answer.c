/* SPDX-License-Identifier: Apache-2.0 */
/* Answers on their way to the caller. Who speaks as endpoints do gets their bytes. */
#include "dialect_internal.h"
#include "exeat/base/memory.h"
#include "exeat/openai.h"

void answer_add(struct dialect_answer *answer, struct text name, struct text value)
{
    if (answer->field_count < DIALECT_FIELDS_MAX && value.length > 0)
        answer->fields[answer->field_count++] = (struct field){name, value};
}

void dialect_answer_fields(const struct dialect_call *call, struct text id, bool streams, struct dialect_answer *answer)
{
    const struct vendor *vendor = call->vendor;
    answer_add(
        answer, TEXT("Content-Type"), streams ? TEXT("text/event-stream; charset=utf-8") : TEXT("application/json"));
    if (streams)
        answer_add(answer, TEXT("Cache-Control"), TEXT("no-cache"));
    answer_add(answer, TEXT("X-Request-Id"), id);
    for (size_t i = 0; i < vendor->field_count; i++)
        answer_add(answer, vendor->fields[i].name, vendor->fields[i].value);
}

bool dialect_reply_rewrite(
    const struct dialect_call *call, struct text body, struct buffer *out, struct dialect_usage *usage)
{
    struct canon_usage counted = {.tokens_in = usage->tokens_in, .tokens_out = usage->tokens_out};
    bool good = openai_pass_answer(&call->canon, body, out, &counted);
    *usage = (struct dialect_usage){.tokens_in = counted.tokens_in, .tokens_out = counted.tokens_out};
    return good;
}

void dialect_objection(
    const struct dialect_call *call, uint16_t status, struct text body, struct text id, struct dialect_answer *answer)
{
    dialect_answer_fields(call, id, false, answer);
    openai_pass_objection(status, body, id, &answer->body);
}

bool dialect_canned(const struct dialect_call *call, struct text text, struct text id, int64_t now, struct buffer *out)
{
    return openai_write_canned(&call->canon, text, id, now, out);
}

void dialect_models(
    const struct dialect_call *call, const struct text *names, size_t count, struct text name, struct buffer *out)
{
    call->vendor->write_models(names, count, name, out);
}

/* --- streams -------------------------------------------------------------------------------------------------------
 */

struct dialect_stream {
    struct openai_stream *endpoint;
};

struct dialect_stream *dialect_stream_new(const struct dialect_call *call, size_t limit)
{
    struct dialect_stream *stream = base_zalloc(sizeof(*stream));
    stream->endpoint = openai_stream_new(&call->canon, limit);
    return stream;
}

void dialect_stream_free(struct dialect_stream *stream)
{
    if (stream == NULL)
        return;
    openai_stream_free(stream->endpoint);
    base_free(stream);
}

enum dialect_progress dialect_stream_feed(struct dialect_stream *stream, struct text bytes, struct buffer *out)
{
    switch (openai_stream_feed(stream->endpoint, bytes, out)) {
    case CANON_GOES_ON:
        break;
    case CANON_IS_COMPLETE:
        return DIALECT_IS_COMPLETE;
    case CANON_TOO_LARGE:
        return DIALECT_TOO_LARGE;
    }
    return DIALECT_GOES_ON;
}

bool dialect_stream_end(struct dialect_stream *stream, struct buffer *out)
{
    return openai_stream_end(stream->endpoint, out);
}

bool dialect_stream_has_told(const struct dialect_stream *stream)
{
    return openai_stream_has_told(stream->endpoint);
}

void dialect_stream_usage(const struct dialect_stream *stream, struct dialect_usage *usage)
{
    struct canon_usage counted = openai_stream_usage(stream->endpoint);
    *usage = (struct dialect_usage){.tokens_in = counted.tokens_in, .tokens_out = counted.tokens_out};
}
