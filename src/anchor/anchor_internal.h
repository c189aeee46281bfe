/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of anchor share: a log as the witness knows it, and where that is kept. */
#ifndef EXEAT_ANCHOR_INTERNAL_H
#define EXEAT_ANCHOR_INTERNAL_H

#include "exeat/anchor.h"
#include "exeat/web.h"

/* The body of an enrolment, and a state file; slices of `text`. `previous` and `note` are empty when absent. */
MUST_CHECK bool anchor_enrolment_parse(struct text text, struct tlog_vkey *vkey, struct text *previous);
#define ANCHOR_STATE_LINE "exeat-witness v1"
MUST_CHECK bool anchor_state_split(struct text text, struct tlog_vkey *vkey, struct text *previous, struct text *note);

/* An origin as it stands behind /checkpoint/: bytes that a path may not have are percent-encoded (RFC 3986 2.1), and
 * back; false: that is no origin. */
void anchor_origin_to_path(struct text origin, struct buffer *out);
MUST_CHECK bool anchor_origin_of_path(struct text path, struct buffer *origin);

/* How often something was said of late. */
struct witness_said {
    uint64_t since_us; /* steady clock */
    unsigned count;
};
struct witness_log {
    struct digest id; /* SHA-256 of the origin: its place, and the name of its file */
    char *origin;     /* owned */
    char *previous;   /* owned; empty: it follows none */
    uint8_t key[VERIFY_KEY_SIZE];
    uint64_t size; /* 0: nothing was cosigned yet */
    struct digest root;
    bool is_cosigned;     /* its state file has that note, for sure */
    uint64_t unproven_us; /* when `.unproven` was written last, steady clock; 0: not in this run */
    struct witness_said said_fork;
    struct witness_said said_unproven;
    struct witness_said said_older;
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
/* Both are on disk when they return true. An advance that is not may be there all the same, or be there later (an error
 * of fsync says neither), so that it is known from then on; it is cosigned when it was written once more. */
MUST_CHECK bool witness_state_add(
    struct witness_state *state, struct text origin, const uint8_t key[VERIFY_KEY_SIZE], struct text previous);
MUST_CHECK bool witness_state_advance(
    struct witness_state *state, struct witness_log *log, const struct tlog_checkpoint *checkpoint, struct text note);
/* The note that was given to witness_state_advance last. */
MUST_CHECK bool
witness_state_note(const struct witness_state *state, const struct witness_log *log, struct buffer *out);
/* Keeps the first contradiction of a log; it is proof of a fork. */
void witness_state_keep_fork(const struct witness_state *state, const struct witness_log *log, struct text note);
/* Keeps the newest one that may be one, apart; at most once a minute, since anybody can send those. */
void witness_state_keep_unproven(const struct witness_state *state, struct witness_log *log, struct text note);

/* --- what the store can say to a witness ---------------------------------------------------------------------------
 */

/* A question: the newest checkpoint, and how it follows from what the witness knows. */
struct anchor_question {
    struct tlog_tree tree; /* at the checkpoint */
    struct buffer note;
    struct buffer body; /* of add-checkpoint */
};
void anchor_question_clear(struct anchor_question *question);
enum anchor_asking {
    ANCHOR_QUESTION,
    ANCHOR_NOTHING_NEW, /* the newest checkpoint is the one that is known */
    ANCHOR_BEHIND,      /* the newest checkpoint is below what is known: it is in `question`, with an empty proof */
    ANCHOR_UNREADABLE   /* `error` says why */
};
/* `known` is the tree that the witness cosigned last, as we remember it. A store without a checkpoint says that it is
 * empty, which never contradicts anything. */
MUST_CHECK enum anchor_asking anchor_ask(
    const struct anchor_options *options, const struct tlog_tree *known, struct anchor_question *question,
    char **error);
/* The store's tree at `size`, by reading its leaves. */
MUST_CHECK bool
anchor_tree_at(const struct anchor_options *options, uint64_t size, struct tlog_tree *tree, char **error);
/* Has the store the records of this checkpoint? */
enum anchor_has {
    ANCHOR_HAS_IT,
    ANCHOR_HAS_LESS,   /* fewer records */
    ANCHOR_HAS_OTHERS, /* as many, and not those */
    ANCHOR_CANNOT_SAY  /* they were pruned or cannot be read: `error` says which */
};
MUST_CHECK enum anchor_has
anchor_compare(const struct anchor_options *options, const struct tlog_checkpoint *checkpoint, char **error);

#endif
