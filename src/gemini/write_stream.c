/* SPDX-License-Identifier: Apache-2.0 */
/* A stream in Gemini's words, in both of its framings: server-sent events where `alt=sse` was asked for, else the items
 * of one JSON array. Each piece is an answer of its own. Calls of tools have no pieces there, so they are held until
 * they are whole; why the candidates ended stands in the last answer. */
#include "exeat/base/json_view.h"
#include "exeat/base/memory.h"
#include "exeat/canon/out.h"
#include "gemini_write.h"

struct candidate {
    struct canon_held held;
    enum canon_finish finish;
};

struct gemini_stream {
    const struct canon_call *call; /* borrowed */
    size_t limit;
    size_t bytes; /* that all candidates hold */
    bool has_begun;
    struct candidate *candidates; /* owned; as many as were asked for */
    size_t count;
};

void *gemini_begin_stream(const struct canon_call *call, size_t limit)
{
    struct gemini_stream *stream = base_zalloc(sizeof(*stream));
    stream->call = call;
    stream->limit = limit;
    stream->count = canon_choices(call);
    stream->candidates = base_array(stream->count, sizeof(*stream->candidates));
    return stream;
}

void gemini_end_stream(void *of)
{
    struct gemini_stream *stream = of;
    for (size_t i = 0; i < stream->count; i++)
        canon_held_clear(&stream->candidates[i].held);
    base_free(stream->candidates);
    base_free(stream);
}

/* --- framing ---------------------------------------------------------------------------------------------------------
 */

static bool wants_events(const struct canon_call *call)
{
    struct text query = call->query;
    struct text pair;
    while (text_split(&query, '&', &pair))
        if (text_equal(pair, TEXT("alt=sse")) || text_equal(pair, TEXT("$alt=sse")) ||
            text_equal_nocase(pair, TEXT("%24alt=sse")))
            return true;
    return false;
}

struct text gemini_type_of(const struct canon_call *call, bool streams)
{
    return streams && wants_events(call) ? TEXT("text/event-stream") : TEXT("application/json; charset=UTF-8");
}

static void begin_item(const struct canon_call *call, bool is_first, struct buffer *out)
{
    if (wants_events(call))
        buffer_append(out, TEXT("data: "));
    else
        buffer_append(out, is_first ? TEXT("[") : TEXT(",\r\n"));
}

static void end_item(const struct canon_call *call, struct buffer *out)
{
    if (wants_events(call))
        buffer_append(out, TEXT("\r\n\r\n"));
}

static void end_all(const struct canon_call *call, struct buffer *out)
{
    if (!wants_events(call))
        buffer_append(out, TEXT("\n]"));
}

/* An array that comes piece by piece may have blanks between its items, and before it. */
void gemini_write_waiting(const struct canon_call *call, int64_t now, struct buffer *out)
{
    if (wants_events(call))
        vendor_comment(call, now, out);
    else
        buffer_append_byte(out, '\n');
}

void gemini_write_error_event(
    const struct canon_call *call, const void *of, const struct refusal *refusal, struct buffer *out)
{
    const struct gemini_stream *stream = of;
    begin_item(call, stream == NULL || !stream->has_begun, out);
    gemini_write_refusal(refusal, out);
    end_item(call, out);
    end_all(call, out);
}

/* --- answers ---------------------------------------------------------------------------------------------------------
 */

static void begin_answer(struct gemini_stream *stream, struct buffer *out)
{
    begin_item(stream->call, !stream->has_begun, out);
    stream->has_begun = true;
    gemini_begin_answer(out);
}

static bool say(struct gemini_stream *stream, const struct canon_event *event, struct buffer *out)
{
    static const struct canon_usage unknown = {0};
    const struct canon_part part = {.kind = event->part, .text = event->text};
    if (event->part == CANON_REASONING && stream->call->wish.thoughts != CANON_YES)
        return true;
    begin_answer(stream, out);
    gemini_begin_candidate(out);
    bool good = gemini_write_part(stream->call, &part, out);
    gemini_end_candidate(stream->call, CANON_UNFINISHED, event->reply, event->logprobs, out);
    gemini_end_answer(stream->call, &unknown, out);
    end_item(stream->call, out);
    return good;
}

static bool write_held(const struct gemini_stream *stream, const struct canon_held *held, struct buffer *out)
{
    bool good = true;
    size_t from = out->length;
    for (size_t i = 0; good && i < held->count; i++) {
        const struct canon_part part = canon_held_part(held, i);
        good = part.name.length == 0 || gemini_write_part(stream->call, &part, out);
    }
    out_flatten(out, from);
    return good;
}

static bool end_answers(struct gemini_stream *stream, const struct canon_usage *usage, struct buffer *out)
{
    bool good = true;
    begin_answer(stream, out);
    for (size_t i = 0; good && i < stream->count; i++) {
        const struct candidate *candidate = &stream->candidates[i];
        if (i > 0 && candidate->finish == CANON_UNFINISHED)
            continue; /* the endpoint gave fewer */
        gemini_begin_candidate(out);
        good = write_held(stream, &candidate->held, out);
        enum canon_finish finish = candidate->finish == CANON_UNFINISHED ? CANON_FINISHED : candidate->finish;
        gemini_end_candidate(stream->call, finish, i, TEXT(""), out);
    }
    gemini_end_answer(stream->call, usage, out);
    end_item(stream->call, out);
    end_all(stream->call, out);
    return good;
}

static bool hold(struct gemini_stream *stream, struct candidate *candidate, const struct canon_event *event)
{
    return canon_hold_shared(&candidate->held, event, &stream->bytes, stream->limit);
}

bool gemini_write_event(void *of, const struct canon_event *event, struct buffer *out)
{
    struct gemini_stream *stream = of;
    if (event->reply >= stream->count)
        return true; /* more than were asked for */
    struct candidate *candidate = &stream->candidates[event->reply];
    switch (event->kind) {
    case CANON_SAYS:
        return event->part == CANON_TOOL_CALL ? hold(stream, candidate, event) : say(stream, event, out);
    case CANON_FINISHES:
        candidate->finish = event->finish;
        return true;
    case CANON_ENDS:
        return end_answers(stream, &event->usage, out);
    case CANON_WAITS:
    case CANON_FAILS:
        break; /* the dialect has no word for it; told by dialect */
    }
    return true;
}
