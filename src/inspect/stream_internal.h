/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of events, for the files that it is made of. */
#ifndef EXEAT_INSPECT_STREAM_INTERNAL_H
#define EXEAT_INSPECT_STREAM_INTERNAL_H

#include "exeat/about.h"
#include "exeat/feed.h"
#include "lane.h"

struct inspect_stream {
    struct inspected *inspected; /* borrowed */
    struct feed *events;
    enum feed_kind kind;
    size_t limit;
    struct look look;
    struct lanes lanes;
    uint64_t number;           /* of the present event */
    struct about about;        /* the present event */
    struct about about_saying; /* the one that is said once more */
    struct kept_event *saying; /* NULL: the event came just now */
    struct buffer path;        /* of the place that is looked at */
    struct buffer words;       /* what becomes of it */
};

/* --- event.c */

/* Reads the data of an event, and what it says of itself. False: it is no JSON. */
MUST_CHECK bool stream_read(struct inspect_stream *stream, struct about *about, struct text data);
/* Appends the event that was read last, with its texts as they may go on; of one that is said once more the texts that
 * are due. */
void stream_write(struct inspect_stream *stream, const struct feed_event *event, struct buffer *out);
/* The same of an event whose data is no JSON: a text that goes on, one for each name of events. */
void stream_write_text(struct inspect_stream *stream, const struct feed_event *event, struct buffer *out);

/* --- say.c */

enum say { SAY_ENDED /* what the present event ends, and does not have itself */, SAY_ALL };
/* What is held, by the newest events that had some of it: each of them once more. */
void say_held(struct inspect_stream *stream, enum say which, struct buffer *out);

/* --- outside.c */

/* Comments, `id`, `event` and the like cannot be changed, and need not be: where something is in them, the event goes
 * on without. `kept` has it then. */
void outside_take(struct inspect_stream *stream, struct feed_event *event, struct buffer *kept);

#endif
