/* SPDX-License-Identifier: Apache-2.0 */
/* Streams of events, while they come: pieces in, whole events out. Server-Sent Events (WHATWG HTML section 9.2), JSON
 * lines, JSON text sequences (RFC 7464). Every byte of the stream is in exactly one event. */
#ifndef EXEAT_BODY_STREAM_H
#define EXEAT_BODY_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "exeat/base/bytes.h"
#include "exeat/base/text.h"
#include "exeat/body/label.h"

/* Borrowed until the next call for the stream. */
struct body_event {
    struct text raw;     /* as it came, with its end; events one after the other are the stream */
    struct text data;    /* of SSE the lines of data, joined by LF; of the others the JSON text; may be empty */
    struct text name;    /* the event's, of SSE; empty: none */
    struct text outside; /* comments, id, retry and unknown fields of SSE, one a line: to be looked at too */
    bool has_mark;       /* the first of a stream, with a byte-order mark in front */
};

enum body_next {
    BODY_EVENT,          /* one is there */
    BODY_MORE,           /* not yet; nothing, at the end of the stream */
    BODY_EVENT_TOO_LARGE /* one is larger than the limit; the stream is of no use any more */
};

struct body_stream;
/* `kind`: BODY_EVENTS, BODY_LINES or BODY_SEQUENCE; `limit`: bytes of one event. */
struct body_stream *body_stream_new(enum body_kind kind, size_t limit);
void body_stream_free(struct body_stream *stream); /* wipes; NULL is fine */
/* A piece, copied; nothing may come after the end. */
void body_stream_add(struct body_stream *stream, struct text piece);
void body_stream_end(struct body_stream *stream); /* what is left becomes an event, though its end is missing */
enum body_next body_stream_next(struct body_stream *stream, struct body_event *event);
size_t body_stream_held(const struct body_stream *stream); /* bytes that no event has had yet */
/* Appends the event with `data` instead of its own: its other lines as they were, in their order. */
void body_event_write(enum body_kind kind, const struct body_event *event, struct text data, struct buffer *out);

#endif
