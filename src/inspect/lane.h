/* SPDX-License-Identifier: Apache-2.0 */
/* A text that goes on from event to event, at one place of a stream: what of it is held back, and the event by which
 * that can still be said. */
#ifndef EXEAT_INSPECT_LANE_H
#define EXEAT_INSPECT_LANE_H

#include "exeat/body/stream.h"
#include "inspect_internal.h"

struct lane {
    struct buffer key;     /* where: the path, and which of several */
    size_t scope;          /* so many bytes at the front of `key` say which: the block that it belongs to */
    struct buffer context; /* what went on last, as it came */
    struct buffer held;    /* as it came */
    struct buffer event;   /* the newest with this text, while something is held */
    struct buffer data;    /* ... and its data */
    struct buffer field;   /* the name of its member */
    struct text beside;    /* of a value that is whole: what names it in a pair */
    bool is_json;          /* it is JSON itself, in a string */
    bool is_here;          /* the present event has it */
};

/* Takes more of the text: what may go on is appended to `out`, in its new words. `is_last`: nothing of it follows. */
void lane_take(struct lane *lane, struct look *look, struct text more, bool is_last, struct buffer *out);
void lane_forget(struct lane *lane); /* nothing is held any more; wipes */
void lane_clear(struct lane *lane);  /* wipes */

/* --- place_key.c */

/* The numbers of an event that say which of several texts it is about: choices, blocks, calls. */
enum { MARKS_MAX = 16, MARK_SIZE = 208 };
struct mark_of {
    char parent[MARK_SIZE]; /* the path of the object that has the number */
    char field[24];
    char number[24];
};
struct marks {
    struct mark_of list[MARKS_MAX];
    size_t count;
};
void marks_add(struct marks *marks, struct text path, struct text field, struct text number);
/* Appends the key of a text at this path; returns how much of it is the scope. */
size_t marks_key(const struct marks *marks, struct text path, struct buffer *key);
/* Is the event about the block of this scope? Where a scope is empty: about any, if it has no marks. */
bool marks_touch(const struct marks *marks, struct text scope);

#endif
