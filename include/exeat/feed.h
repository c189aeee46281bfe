/* SPDX-License-Identifier: Apache-2.0 */
/* Streams of events, while they come: pieces in, whole events out. Server-Sent Events (WHATWG HTML section 9.2), JSON
 * lines, JSON text sequences (RFC 7464). Every byte of the stream is in exactly one event. */
#ifndef EXEAT_FEED_H
#define EXEAT_FEED_H

#include <stdbool.h>
#include <stddef.h>

#include "exeat/base/bytes.h"
#include "exeat/base/text.h"

/* Of which form it is. */
enum feed_kind {
    FEED_EVENTS,  /* Server-Sent Events */
    FEED_LINES,   /* JSON, a text a line */
    FEED_SEQUENCE /* JSON text sequences */
};

/* Borrowed until the next call for the feed. */
struct feed_event {
    struct text raw;     /* as it came, with its end; events one after the other are the stream */
    struct text data;    /* of SSE the lines of data, joined by LF; of the others the JSON text; may be empty */
    struct text name;    /* the event's, of SSE; empty: none */
    struct text outside; /* comments, id, retry and unknown fields of SSE, one a line: to be looked at too */
    bool has_mark;       /* the first of a stream, with a byte-order mark in front */
};

enum feed_next {
    FEED_EVENT,    /* one is there */
    FEED_MORE,     /* not yet; nothing, at the end of the stream */
    FEED_TOO_LARGE /* one is larger than the limit; the stream is of no use any more */
};

struct feed;
/* `limit`: bytes of one event. Never NULL. */
struct feed *feed_new(enum feed_kind kind, size_t limit);
void feed_free(struct feed *feed); /* wipes; NULL is fine */
/* A piece, copied; nothing may come after the end. */
void feed_add(struct feed *feed, struct text piece);
void feed_end(struct feed *feed); /* what is left becomes an event, though its end is missing */
enum feed_next feed_next(struct feed *feed, struct feed_event *event);
size_t feed_held(const struct feed *feed); /* bytes that no event has had yet */
/* Appends the event with `data` instead of its own: its other lines as they were, in their order. */
void feed_event_write(enum feed_kind kind, const struct feed_event *event, struct text data, struct buffer *out);

#endif
