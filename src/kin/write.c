/* SPDX-License-Identifier: Apache-2.0 */
/* What a server with other words said, or a fixed text, in OpenAI's words and dressed as the kin's callers know it. In
 * streams, some take what an event has of a tool's call for all of it: calls are held there until they are whole. */
#include "exeat/base/memory.h"
#include "exeat/openai.h"
#include "kin_internal.h"

bool kin_write_answer(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out)
{
    struct buffer plain = {0};
    bool good = openai_write_answer(call, answer, &plain);
    kin_dress(call, buffer_text(&plain), &answer->usage, out);
    buffer_clear(&plain);
    return good;
}

struct kin_stream {
    const struct canon_call *call; /* borrowed */
    void *plain;                   /* owned: OpenAI's writer */
    size_t limit;
    size_t bytes;            /* that all replies hold */
    struct canon_held *held; /* owned; of each reply; NULL: calls are told as they come */
    size_t count;
};

void *kin_begin_stream(const struct canon_call *call, size_t limit)
{
    struct kin_stream *stream = base_zalloc(sizeof(*stream));
    stream->call = call;
    stream->plain = openai_begin_stream(call, limit);
    stream->limit = limit;
    if (kin_of(call)->vendor_of_calls == NULL)
        return stream;
    stream->count = canon_choices(call);
    stream->held = base_array(stream->count, sizeof(*stream->held));
    return stream;
}

void kin_end_stream(void *of)
{
    struct kin_stream *stream = of;
    for (size_t i = 0; i < stream->count; i++)
        canon_held_clear(&stream->held[i]);
    base_free(stream->held);
    openai_end_stream(stream->plain);
    base_free(stream);
}

static void
dress_line(const struct kin_stream *stream, struct text line, const struct canon_usage *usage, struct buffer *out)
{
    static const struct text data = TEXT_INIT("data: ");
    bool is_object = text_starts_with(line, TEXT("data: {"));
    if (!is_object) {
        buffer_append(out, line);
        return;
    }
    buffer_append(out, data);
    kin_dress(stream->call, text_after(line, data.length), usage, out);
}

static bool tell(struct kin_stream *stream, const struct canon_event *event, struct buffer *out)
{
    struct buffer plain = {0};
    bool good = openai_write_event(stream->plain, event, &plain);
    struct text rest = buffer_text(&plain);
    while (rest.length > 0) {
        size_t end = text_index(rest, '\n', 0);
        dress_line(stream, text_part(rest, 0, end), &event->usage, out);
        buffer_append(out, text_part(rest, end, 1));
        rest = text_after(rest, end + 1);
    }
    buffer_clear(&plain);
    return good;
}

/* Those of a reply, each in an event of its own, and why it ended. */
static bool tell_held(struct kin_stream *stream, const struct canon_event *finish, struct buffer *out)
{
    const struct canon_held *held = &stream->held[finish->reply];
    struct canon_event last = *finish;
    size_t index = 0;
    bool good = true;
    for (size_t i = 0; good && i < held->count; i++) {
        const struct canon_part part = canon_held_part(held, i);
        struct canon_event call = *finish;
        if (part.name.length == 0)
            continue;
        call.kind = CANON_SAYS;
        call.part = CANON_TOOL_CALL;
        call.call = index++;
        call.call_id = part.call_id;
        call.name = part.name;
        call.text = part.text.length > 0 ? part.text : TEXT("{}");
        good = tell(stream, &call, out);
    }
    last.finish = canon_finish_behind(finish->finish, index > 0);
    return good && tell(stream, &last, out);
}

bool kin_write_event(void *of, const struct canon_event *event, struct buffer *out)
{
    struct kin_stream *stream = of;
    if (stream->held == NULL)
        return tell(stream, event, out);
    if (event->reply >= stream->count)
        return false;
    struct canon_held *held = &stream->held[event->reply];
    if (event->kind == CANON_SAYS && event->part == CANON_TOOL_CALL)
        return canon_hold_shared(held, event, &stream->bytes, stream->limit);
    return event->kind == CANON_FINISHES ? tell_held(stream, event, out) : tell(stream, event, out);
}
