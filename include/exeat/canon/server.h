/* SPDX-License-Identifier: Apache-2.0 */
/* What servers speak, as one row a dialect: how a canonical call is said to one, and how its answer is read. The other
 * side of canon/vendor.h: a vendor that is spoken by endpoints too has both rows. */
#ifndef EXEAT_CANON_SERVER_H
#define EXEAT_CANON_SERVER_H

#include "exeat/canon/needs.h"
#include "exeat/canon/telling.h"
#include "exeat/model/message.h"

/* Who gets a call. */
struct canon_endpoint {
    struct text model; /* its own name of it */
    bool takes_usage;  /* a stream may be asked for its tokens, where that has to be asked */
};

/* What one message of a stream was. */
enum told {
    TOLD_ON,      /* the answer goes on */
    TOLD_END,     /* it was the last one, and is told */
    TOLD_FAILURE, /* an error: the stream tells it */
    TOLD_BROKEN,  /* ... or has told it */
    TOLD_LOST     /* it cannot be told */
};
/* Where a message ends: lines of JSON, or server-sent events, of which the data are JSON. */
enum framing { FRAMED_AS_LINES, FRAMED_AS_EVENTS };

struct server {
    struct text name;                                   /* as a configuration has it */
    canon_needs lacks;                                  /* what it has no words for */
    enum framing framing;                               /* of its streams */
    struct field field;                                 /* of each call's head; an empty name: none */
    struct text (*path)(const struct canon_call *call); /* empty: it has no such operation */
    /* Nothing for a list of models. What the row lacks is not in the call. */
    void (*write_call)(const struct canon_call *call, const struct canon_endpoint *endpoint, struct buffer *out);
    /* A whole body of 200. The answer borrows from it and lives in the arena. False: it is none. */
    bool (*read_answer)(
        const struct canon_call *call, struct text body, struct arena *arena, struct canon_replies *answer);
    enum told (*tell)(struct canon_telling *telling, struct scan message); /* one message of a stream, an object */
};

/* Read by canon_read_whole: what `tell` tells of one object is an answer. False: it is none, or did not end. */
MUST_CHECK bool canon_read_whole(
    const struct canon_call *call, bool (*tell)(struct canon_telling *telling, struct scan whole), struct scan whole,
    struct arena *arena, struct canon_replies *answer);
/* {"data": [{"id"}, ...]} or the like: one member of each item of a list, as it means. False: there is no list. */
MUST_CHECK bool canon_read_names(
    struct scan whole, struct text list, struct text member, struct arena *arena, struct canon_replies *answer);
size_t canon_count_items(struct scan list);
/* The scanner takes numbers that no other JSON has (NaN, 052): is each of them JSON for everybody? */
bool canon_vectors_are_strict(const struct text *vectors, size_t count);

/* --- streams ---------------------------------------------------------------------------------------------------------
 */

struct canon_stream;
/* Borrows all; a message may have `limit` bytes. The caller's, for canon_stream_free. */
struct canon_stream *
canon_stream_new(const struct server *server, const struct canon_call *call, size_t limit, struct canon_sink sink);
void canon_stream_free(struct canon_stream *stream); /* NULL is fine */
/* Takes bytes; what the sink makes of the whole messages among them is appended to `out`. */
MUST_CHECK enum canon_progress canon_stream_feed(struct canon_stream *stream, struct text bytes, struct buffer *out);
/* The body has ended in order. False: the stream is broken off. */
MUST_CHECK bool canon_stream_end(struct canon_stream *stream, struct buffer *out);
bool canon_stream_has_spoken(const struct canon_stream *stream); /* a piece of an answer came, or the end */
bool canon_stream_has_told(const struct canon_stream *stream);   /* how it ended, if by an error of the server's */
bool canon_stream_is_lost(const struct canon_stream *stream);    /* what came cannot be told: nothing more is taken */
struct canon_usage canon_stream_usage(const struct canon_stream *stream);

/* --- objections ------------------------------------------------------------------------------------------------------
 */

/* What a 4xx says in words, whatever the dialect: engines say the same in each that they speak. Appended; never
 * nothing. `overflow` gets the counts, not the words. */
enum canon_objection
canon_read_objection(uint16_t status, struct text body, struct buffer *words, struct canon_overflow *overflow);

#endif
