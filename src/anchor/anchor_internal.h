/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of anchor share: a log as the witness knows it, and where that is kept. */
#ifndef EXEAT_ANCHOR_INTERNAL_H
#define EXEAT_ANCHOR_INTERNAL_H

#include "exeat/anchor.h"

/* The next line, which must end in LF; and one that begins with `word`, of which the rest is the value. False leaves
 * `*rest` as it was. */
MUST_CHECK bool anchor_take_line(struct text *rest, struct text *line);
bool anchor_take_named(struct text *rest, struct text word, struct text *value);

struct witness_log {
    struct digest id; /* SHA-256 of the origin: its place, and the name of its file */
    char *origin;     /* owned */
    char *previous;   /* owned; empty: it follows none */
    uint8_t key[VERIFY_KEY_SIZE];
    uint64_t size; /* 0: nothing was cosigned yet */
    struct digest root;
};
struct witness_state {
    char *directory; /* owned */
    int lock;
    struct witness_log *logs; /* owned; by id */
    size_t count;
};
MUST_CHECK bool witness_state_open(struct witness_state *state, const char *directory, char **error);
void witness_state_clear(struct witness_state *state);
struct witness_log *witness_state_find(const struct witness_state *state, struct text origin);
/* Both are on disk when they return true. */
MUST_CHECK bool witness_state_add(
    struct witness_state *state, struct text origin, const uint8_t key[VERIFY_KEY_SIZE], struct text previous);
MUST_CHECK bool witness_state_advance(
    struct witness_state *state, struct witness_log *log, const struct audit_checkpoint *checkpoint, struct text note);
/* The note that was given to witness_state_advance last. */
MUST_CHECK bool
witness_state_note(const struct witness_state *state, const struct witness_log *log, struct buffer *out);
/* Keeps the first contradiction of a log; it is proof of a fork. */
void witness_state_keep_fork(const struct witness_state *state, const struct witness_log *log, struct text note);

#endif
