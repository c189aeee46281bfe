/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of a server's, message by message: a message is told when it is whole, not before and not later. It is
 * complete when the server says so, or when the answer has its end and the body ends in order. */
#include "exeat/base/memory.h"
#include "exeat/canon/lines.h"
#include "exeat/canon/server.h"

/* STREAM_TOLD: an error was told. STREAM_LOST: what came cannot be told, so nothing more is taken. */
enum stream_end { STREAM_OPEN, STREAM_LOST, STREAM_TOLD, STREAM_COMPLETE };

struct canon_stream {
    const struct server *server; /* borrowed */
    struct canon_telling telling;
    size_t limit;
    struct lines lines;
    struct buffer data; /* of an event that has not ended */
    bool has_data;
    enum stream_end end;
    struct arena arena; /* of one message */
};

struct canon_stream *
canon_stream_new(const struct server *server, const struct canon_call *call, size_t limit, struct canon_sink sink)
{
    struct canon_stream *stream = base_zalloc(sizeof(*stream));
    stream->server = server;
    stream->limit = limit;
    stream->telling = (struct canon_telling){.call = call, .sink = sink, .arena = &stream->arena};
    return stream;
}

void canon_stream_free(struct canon_stream *stream)
{
    if (stream == NULL)
        return;
    lines_clear(&stream->lines);
    buffer_clear(&stream->data);
    arena_clear(&stream->arena);
    base_free(stream);
}

bool canon_stream_has_spoken(const struct canon_stream *stream)
{
    return stream->telling.has_spoken || stream->end != STREAM_OPEN;
}

bool canon_stream_has_told(const struct canon_stream *stream)
{
    return stream->end > STREAM_LOST;
}

bool canon_stream_is_lost(const struct canon_stream *stream)
{
    return stream->end == STREAM_LOST;
}

struct canon_usage canon_stream_usage(const struct canon_stream *stream)
{
    return stream->telling.usage;
}

/* --- messages --------------------------------------------------------------------------------------------------------
 */

static void finish(struct canon_stream *stream)
{
    stream->end = canon_tell_alone(&stream->telling, CANON_ENDS) ? STREAM_COMPLETE : STREAM_LOST;
}

static void fail(struct canon_stream *stream, struct text message)
{
    struct buffer words = {0};
    struct canon_overflow ignored = {0};
    (void)canon_read_objection(500, message, &words, &ignored);
    stream->end = canon_tell_failure(&stream->telling, buffer_text(&words)) ? STREAM_TOLD : STREAM_LOST;
    buffer_clear(&words);
}

/* What is no JSON may have been the half of an answer. */
static void take_message(struct canon_stream *stream, struct text message)
{
    struct scan whole;
    enum told told = TOLD_LOST;
    if (scan_whole(message, &whole) && whole.kind == SCAN_OBJECT)
        told = stream->server->tell(&stream->telling, whole);
    switch (told) {
    case TOLD_ON:
        break;
    case TOLD_END:
        finish(stream);
        break;
    case TOLD_FAILURE:
        fail(stream, message);
        break;
    case TOLD_BROKEN:
        stream->end = STREAM_TOLD;
        break;
    case TOLD_LOST:
        stream->end = STREAM_LOST;
        break;
    }
    arena_clear(&stream->arena);
}

/* --- framing ---------------------------------------------------------------------------------------------------------
 */

static void end_event(struct canon_stream *stream)
{
    struct text data = buffer_text(&stream->data);
    if (text_starts_with(data, TEXT("[DONE]")))
        finish(stream);
    else if (stream->has_data)
        take_message(stream, data);
    buffer_empty(&stream->data);
    stream->has_data = false;
}

static void take_data(struct canon_stream *stream, struct text data)
{
    if (stream->has_data)
        buffer_append_byte(&stream->data, '\n');
    buffer_append(&stream->data, data);
    stream->has_data = true;
}

/* Names of events stand in their data too. A comment says that the server is still there. */
static void take_event_line(struct canon_stream *stream, struct text line)
{
    static const struct text field = TEXT_INIT("data:");
    if (line.length == 0) {
        end_event(stream);
    } else if (line.data[0] == ':') {
        if (!canon_tell_alone(&stream->telling, CANON_WAITS))
            stream->end = STREAM_LOST;
    } else if (text_starts_with(line, field)) {
        struct text data = text_after(line, field.length);
        take_data(stream, text_starts_with(data, TEXT(" ")) ? text_after(data, 1) : data);
    }
}

static void take_line(struct canon_stream *stream, struct text line)
{
    switch (stream->server->framing) {
    case FRAMED_AS_EVENTS:
        take_event_line(stream, line);
        break;
    case FRAMED_AS_LINES:
        if (line.length > 0)
            take_message(stream, line);
        break;
    }
}

static bool is_too_large(const struct canon_stream *stream)
{
    return lines_rest(&stream->lines).length + stream->data.length > stream->limit;
}

enum canon_progress canon_stream_feed(struct canon_stream *stream, struct text bytes, struct buffer *out)
{
    struct text line;
    stream->telling.out = out;
    while (stream->end == STREAM_OPEN && lines_next(&stream->lines, &bytes, &line))
        take_line(stream, line);
    if (canon_stream_has_told(stream))
        return CANON_IS_COMPLETE;
    return stream->end == STREAM_OPEN && is_too_large(stream) ? CANON_TOO_LARGE : CANON_GOES_ON;
}

/* A message whose end never came counts when it is whole. */
static void take_rest(struct canon_stream *stream)
{
    struct scan whole;
    struct text line;
    struct text end = TEXT("\n");
    bool has_rest = lines_rest(&stream->lines).length > 0;
    bool is_message = stream->server->framing == FRAMED_AS_EVENTS ||
                      (scan_whole(lines_rest(&stream->lines), &whole) && whole.kind == SCAN_OBJECT);
    if (has_rest && is_message && lines_next(&stream->lines, &end, &line))
        take_line(stream, line);
    if (stream->end == STREAM_OPEN && stream->has_data && scan_whole(buffer_text(&stream->data), &whole))
        end_event(stream);
}

bool canon_stream_end(struct canon_stream *stream, struct buffer *out)
{
    stream->telling.out = out;
    if (stream->end == STREAM_OPEN)
        take_rest(stream);
    if (stream->end == STREAM_OPEN && stream->telling.has_finished)
        finish(stream);
    return canon_stream_has_told(stream);
}
