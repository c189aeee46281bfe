/* SPDX-License-Identifier: Apache-2.0 */
/* Streams of dialects that tell one thing after the other: a message begins, blocks of text, thoughts and calls begin
 * and end, and what the message ended for comes last. Only one block can be open: of several calls that come piece by
 * piece in turns, the first is told as it comes, and the others are held until it is known that no more comes. */
#ifndef EXEAT_CANON_BLOCKS_H
#define EXEAT_CANON_BLOCKS_H

#include "exeat/canon/answer.h"

enum canon_open { CANON_OPEN_NONE, CANON_OPEN_TEXT, CANON_OPEN_THOUGHT, CANON_OPEN_CALL };

struct canon_blocks {
    const struct canon_blocks_words *words; /* static */
    const struct canon_call *call;          /* borrowed */
    size_t limit;                           /* bytes of calls that are held */
    bool has_begun;
    enum canon_open open;
    size_t contents; /* that have ended: texts and thoughts */
    size_t calls;    /* the same */
    struct canon_turns turns;
    enum canon_finish finish;
    struct buffer stop;
};

/* A dialect's words. Each appends to `out`; what is said of an open block finds it as `open`. */
struct canon_blocks_words {
    void (*begin)(const struct canon_blocks *blocks, struct buffer *out);
    /* A text or a thought begins; NULL: the dialect does not say so. */
    void (*open_content)(const struct canon_blocks *blocks, enum canon_open what, struct buffer *out);
    /* A call begins: `part` has its name and its id, which may be empty; `index`: which of the endpoint's it is. */
    void (*open_call)(
        const struct canon_blocks *blocks, const struct canon_part *part, size_t index, struct buffer *out);
    void (*say)(const struct canon_blocks *blocks, struct text piece, struct buffer *out);
    void (*close)(const struct canon_blocks *blocks, struct buffer *out);
    void (*end)(const struct canon_blocks *blocks, const struct canon_usage *usage, struct buffer *out);
};

/* The caller's, for canon_blocks_free. */
struct canon_blocks *
canon_blocks_new(const struct canon_blocks_words *words, const struct canon_call *call, size_t limit);
void canon_blocks_free(void *of); /* blocks: what streams of vendors are ended by */
/* The message begins, if it has not yet. */
void canon_blocks_begin(struct canon_blocks *blocks, struct buffer *out);
/* All but CANON_WAITS, which says nothing. False: what it says cannot be told so. */
MUST_CHECK bool canon_blocks_take(struct canon_blocks *blocks, const struct canon_event *event, struct buffer *out);

/* The index of the open block, or of the next, where all are counted alike. */
static inline size_t canon_blocks_index(const struct canon_blocks *blocks)
{
    return blocks->contents + blocks->calls;
}

#endif
