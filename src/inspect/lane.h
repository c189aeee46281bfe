/* SPDX-License-Identifier: Apache-2.0 */
/* A text that goes on from event to event, at one place of a stream: what of it is held back, and the event by which
 * that can still be said. */
#ifndef EXEAT_INSPECT_LANE_H
#define EXEAT_INSPECT_LANE_H

#include "exeat/base/digest.h"
#include "exeat/feed.h"
#include "inspect_internal.h"

/* An event that went on without all that it said; shared by the texts whose newest it is. */
struct kept_event {
    size_t users;
    struct buffer raw; /* without a byte-order mark */
    struct buffer data;
    struct buffer name;
};
void kept_event_drop(struct kept_event *event); /* gone with its last user; NULL is fine */

/* How a text is read. */
enum lane_reads {
    LANE_UNDECIDED, /* it has not begun */
    LANE_TEXT,
    LANE_JSON,     /* it is JSON: its escapes are undone, and it goes on in pieces */
    LANE_ARGUMENTS /* ... of a tool: what a rule keeps out is looked for in all of it, when it has ended */
};
enum lane_state {
    LANE_OPEN,
    LANE_ENDED, /* all of it went on */
    LANE_AGAIN  /* and it goes on all the same: what reaches over its end cannot be undone any more */
};

struct lane {
    struct buffer key;        /* where: the path, and which of several */
    size_t scope;             /* so many bytes at the front of `key` say which: the block that it belongs to */
    struct buffer text;       /* what went on last, as it came, and behind it what is held */
    size_t context;           /* so many bytes of `text` went on */
    size_t looked;            /* so many bytes were held when they were last looked at */
    struct kept_event *event; /* the newest with this text, while something is held; NULL: none */
    struct buffer field;      /* the name of its member */
    enum lane_reads reads;
    enum lane_state state;
    bool is_due;           /* what is held is to be said now */
    uint64_t seen_in;      /* the number of the newest event that has it ... */
    struct buffer seen_at; /* ... and its path there */
};

size_t lane_held(const struct lane *lane);
/* Takes more of the text: what may go on is appended to `out`, in its new words. `is_last`: nothing of it follows. */
void lane_take(struct lane *lane, struct look *look, struct text more, bool is_last, struct buffer *out);
/* Such a text went on whole; what reaches over its end ends the stream. */
void lane_begin_behind(struct lane *lane, struct text whole);
void lane_drop_event(struct lane *lane); /* gone with its last user */
void lane_clear(struct lane *lane);      /* wipes */

/* --- lane_look.c */

/* Appends what of the text is settled, in its new words; returns how much of `lane->text` that is. */
size_t lane_look(struct lane *lane, struct look *look, bool is_last, struct buffer *out);

/* --- lanes.c */

enum { LANES_MAX = 256, FORGOTTEN_MAX = 4096 };
/* Zeroed is empty. */
struct lanes {
    struct lane **list; /* owned */
    size_t count;
    struct digest *forgotten; /* owned: of the keys of texts that ended and made room for others */
    size_t forgotten_count;
};
/* The text with this key. NULL: there is no room for one more, or it goes on after it was forgotten, with what stood
 * before its end. Takes the key. */
struct lane *lanes_find(struct lanes *lanes, struct buffer *key, size_t scope, struct text field);
/* `event` is the newest of all texts that it has, and that hold something. */
void lanes_keep(struct lanes *lanes, const struct feed_event *event, uint64_t number);
size_t lanes_held(const struct lanes *lanes); /* bytes, with the events */
void lanes_clear(struct lanes *lanes);        /* wipes */

#endif
