/* SPDX-License-Identifier: Apache-2.0 */
/* A stream in Ollama's words: lines of JSON, each with what is new. Calls of tools have no pieces there, so they are
 * held until they are whole; the last line says why it ended, and counts. */
#include "exeat/base/memory.h"
#include "exeat/canon/out.h"
#include "ollama_write.h"

struct ollama_stream {
    const struct canon_call *call; /* borrowed */
    size_t limit;
    uint64_t created;
    struct canon_held held;
    enum canon_finish finish;
};

struct text ollama_type_of(const struct canon_call *call, bool streams)
{
    (void)call;
    return streams ? TEXT("application/x-ndjson") : TEXT("application/json; charset=utf-8");
}

/* A piece of nothing: an empty line is none to clients that read each line as JSON. */
void ollama_write_waiting(const struct canon_call *call, int64_t now, struct buffer *out)
{
    ollama_begin(call, (uint64_t)now, out);
    if (!ollama_write_said(call, NULL, 0, out))
        return; /* nothing can be said in every dialect */
    out_raw(out, TEXT("done"), TEXT("false"));
    buffer_append(out, TEXT("}\n"));
}

void *ollama_begin_stream(const struct canon_call *call, size_t limit)
{
    struct ollama_stream *stream = base_zalloc(sizeof(*stream));
    stream->call = call;
    stream->limit = limit;
    return stream;
}

void ollama_end_stream(void *of)
{
    struct ollama_stream *stream = of;
    canon_held_clear(&stream->held);
    base_free(stream);
}

static bool say_parts(
    const struct ollama_stream *stream, const struct canon_part *parts, size_t count, struct text logprobs,
    struct buffer *out)
{
    ollama_begin(stream->call, stream->created, out);
    bool good = ollama_write_said(stream->call, parts, count, out);
    ollama_write_logprobs(stream->call, logprobs, out);
    out_raw(out, TEXT("done"), TEXT("false"));
    buffer_append(out, TEXT("}\n"));
    return good;
}

static bool say(struct ollama_stream *stream, const struct canon_event *event, struct buffer *out)
{
    const struct canon_part part = {.kind = event->part, .text = event->text};
    if (event->part == CANON_TOOL_CALL)
        return canon_hold(&stream->held, event) && stream->held.bytes <= stream->limit;
    if (event->part == CANON_REASONING && stream->call->wish.thoughts == CANON_NO)
        return true;
    return say_parts(stream, &part, 1, event->logprobs, out);
}

static bool say_held(const struct ollama_stream *stream, struct buffer *out)
{
    struct canon_part parts[CANON_CALLS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < stream->held.count; i++) {
        parts[count] = canon_held_part(&stream->held, i);
        count += parts[count].name.length > 0 ? 1 : 0;
    }
    return count == 0 || say_parts(stream, parts, count, TEXT(""), out);
}

static bool end_stream(const struct ollama_stream *stream, const struct canon_usage *usage, struct buffer *out)
{
    bool good = say_held(stream, out);
    ollama_begin(stream->call, stream->created, out);
    good = ollama_write_said(stream->call, NULL, 0, out) && good;
    ollama_end(stream->finish, usage, out);
    buffer_append_byte(out, '\n');
    return good;
}

bool ollama_write_event(void *of, const struct canon_event *event, struct buffer *out)
{
    struct ollama_stream *stream = of;
    if (event->reply > 0)
        return true; /* this dialect has one answer to a question */
    if (event->created > 0)
        stream->created = event->created;
    switch (event->kind) {
    case CANON_SAYS:
        return say(stream, event, out);
    case CANON_FINISHES:
        stream->finish = event->finish;
        return true;
    case CANON_ENDS:
        return end_stream(stream, &event->usage, out);
    case CANON_WAITS:
    case CANON_FAILS:
        break; /* the dialect has no word for it; told by dialect */
    }
    return true;
}
