/* SPDX-License-Identifier: Apache-2.0 */
/* Streams on their way to the caller. */
#include "dialect_internal.h"
#include "exeat/base/json_view.h"
#include "exeat/base/memory.h"
#include "exeat/compatible.h"

/* An error of the endpoint's is told like one of ours. */
static void tell_failure(const struct dialect_stream *stream, struct text words, struct buffer *out)
{
    const struct dialect_call *call = stream->call;
    struct buffer message = {0};
    json_spelled_append(&message, words);
    const struct refusal refusal = {
        .status = 500,
        .message = buffer_text(&message),
        .code = TEXT("upstream_broken"),
        .id = call->canon.id,
    };
    call->words->write_error_event(&call->canon, stream->caller, &refusal, out);
    buffer_clear(&message);
}

static bool take_event(void *to, const struct canon_event *event, struct buffer *out)
{
    struct dialect_stream *stream = to;
    if (event->kind == CANON_FINISHES && stream->finish == CANON_UNFINISHED)
        stream->finish = event->finish;
    if (event->kind == CANON_FAILS) {
        tell_failure(stream, event->text, out);
        return true;
    }
    size_t before = out->length;
    bool good = stream->call->words->write_event(stream->caller, event, out);
    if (!good)
        out->length = before; /* no half of an event */
    return good;
}

struct dialect_stream *dialect_stream_new(const struct dialect_call *call, size_t limit)
{
    struct dialect_stream *stream = base_zalloc(sizeof(*stream));
    const struct canon_sink sink = {take_event, stream};
    stream->call = call;
    stream->hosted = hosted_new(call);
    if (!call_passes(call))
        stream->caller = call->words->begin_stream(&call->canon, limit);
    if (!call_is_openai(call)) {
        stream->told = canon_stream_new(call->server, &call->said, limit, sink);
        return stream;
    }
    stream->endpoint = compatible_stream_new(&call->canon, limit);
    if (!call_passes(call))
        compatible_stream_translate(stream->endpoint, sink);
    return stream;
}

void dialect_stream_free(struct dialect_stream *stream)
{
    if (stream == NULL)
        return;
    if (stream->caller != NULL)
        stream->call->words->end_stream(stream->caller);
    compatible_stream_free(stream->endpoint);
    canon_stream_free(stream->told);
    hosted_free(stream->hosted);
    base_free(stream);
}

static struct buffer *events_of(struct dialect_stream *stream, struct buffer *out)
{
    return stream->hosted == NULL ? out : hosted_events(stream->hosted);
}

static void frame(struct dialect_stream *stream, struct buffer *out)
{
    if (stream->hosted != NULL)
        hosted_frame(stream->hosted, out);
}

enum dialect_progress dialect_stream_feed(struct dialect_stream *stream, struct text bytes, struct buffer *out)
{
    struct buffer *events = events_of(stream, out);
    enum canon_progress progress = stream->told != NULL ? canon_stream_feed(stream->told, bytes, events)
                                                        : compatible_stream_feed(stream->endpoint, bytes, events);
    frame(stream, out);
    switch (progress) {
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
    struct buffer *events = events_of(stream, out);
    bool is_complete =
        stream->told != NULL ? canon_stream_end(stream->told, events) : compatible_stream_end(stream->endpoint, events);
    frame(stream, out);
    return is_complete;
}

bool dialect_stream_has_spoken(const struct dialect_stream *stream)
{
    return stream->told != NULL ? canon_stream_has_spoken(stream->told)
                                : compatible_stream_has_spoken(stream->endpoint);
}

bool dialect_stream_has_told(const struct dialect_stream *stream)
{
    return stream->told != NULL ? canon_stream_has_told(stream->told) : compatible_stream_has_told(stream->endpoint);
}

bool dialect_stream_is_lost(const struct dialect_stream *stream)
{
    return stream->told != NULL ? canon_stream_is_lost(stream->told) : compatible_stream_is_lost(stream->endpoint);
}

void dialect_stream_usage(const struct dialect_stream *stream, struct dialect_usage *usage)
{
    struct canon_usage counted =
        stream->told != NULL ? canon_stream_usage(stream->told) : compatible_stream_usage(stream->endpoint);
    if (counted.finish == CANON_UNFINISHED)
        counted.finish = stream->finish;
    *usage = usage_of(&counted);
}

bool dialect_write_waiting(const struct dialect_call *call, int64_t now, struct buffer *out)
{
    if (call->vendor->write_waiting == NULL || !canon_streams(&call->canon))
        return false;
    call->vendor->write_waiting(&call->canon, now, out);
    return true;
}
