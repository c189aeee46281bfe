/* SPDX-License-Identifier: Apache-2.0 */
/* The canonical answer: what an endpoint said, in words of no vendor, whole or as the events of a stream. As in a call,
 * texts are spelled as JSON spells them, without quotes. */
#ifndef EXEAT_CANON_ANSWER_H
#define EXEAT_CANON_ANSWER_H

#include "exeat/canon.h"
#include "exeat/canon/scan.h"

struct text canon_finish_name(enum canon_finish finish); /* "stop", "length"; static; empty: unfinished */

/* One answer of as many as were asked for. */
struct canon_reply {
    const struct canon_part *parts; /* CANON_REASONING, CANON_TEXT, CANON_REFUSAL, CANON_TOOL_CALL */
    size_t part_count;
    enum canon_finish finish;
    struct text stop;     /* the sequence that ended it, where the endpoint says so */
    struct text logprobs; /* JSON: a list of {"token", "logprob", "bytes", "top_logprobs"}; empty: none */
};

/* Servers that say "stop" behind a call mean that they wait for its result. */
static inline enum canon_finish canon_finish_behind(enum canon_finish finish, bool has_call)
{
    return has_call && finish == CANON_FINISHED ? CANON_CALLS : finish;
}
enum canon_finish canon_reply_finish(const struct canon_reply *reply); /* the same of a whole reply */

/* A document among those that are ranked. */
struct canon_rank {
    size_t index; /* of the call's */
    double score;
};

struct canon_replies {
    struct text id; /* the request's: what vendors make their own ids of. Needs no escape */
    const struct canon_reply *replies;
    size_t reply_count;
    const struct text *vectors; /* JSON lists of numbers */
    size_t vector_count;
    const struct canon_rank *ranks; /* best first */
    size_t rank_count;
    const struct text *names; /* of models; not spelled as JSON */
    size_t name_count;
    struct canon_usage usage;
    uint64_t created; /* in seconds since 1970, by the endpoint's clock; 0: it does not say */
};

/* What an endpoint has against a call. */
enum canon_objection {
    CANON_OBJECTS,
    CANON_CONTEXT_FULL, /* the prompt is longer than its context */
};
/* How much longer, where the endpoint says so. */
struct canon_overflow {
    uint64_t tokens;   /* of the prompt; 0: not said */
    uint64_t limit;    /* of the context; 0: not said */
    struct text words; /* the endpoint's own, as they mean */
};
/* Both numbers are known. */
static inline bool canon_is_counted(const struct canon_overflow *overflow)
{
    return overflow->tokens > 0 && overflow->limit > 0;
}

/* --- streams -------------------------------------------------------------------------------------------------------
 */

enum canon_event_kind {
    CANON_WAITS, /* nothing new; the endpoint is still there */
    CANON_SAYS,  /* a piece of a part: `part` is its kind */
    CANON_FINISHES,
    CANON_ENDS,  /* the last one: `usage` is known */
    CANON_FAILS, /* ... or this: `text` is what the endpoint says about it */
};
struct canon_event {
    enum canon_event_kind kind;
    size_t reply; /* which of them */
    enum canon_part_kind part;
    struct text text;     /* may be empty */
    struct text logprobs; /* of CANON_TEXT: those of a reply, of this piece */
    size_t call;          /* which of its calls; of CANON_TOOL_CALL */
    struct text call_id;  /* ... on its first piece; may be empty */
    struct text name;     /* ... and so is this */
    enum canon_finish finish;
    struct text stop;
    struct canon_usage usage;
    uint64_t created; /* as in an answer */
};

/* Where events go. False: the answer cannot be said in the caller's dialect. */
struct canon_sink {
    bool (*take)(void *to, const struct canon_event *event, struct buffer *out);
    void *to;
};

/* Calls of tools as their pieces come. Zeroed is empty. */
enum { CANON_CALLS_MAX = 128 };
struct canon_held_call {
    struct buffer id;
    struct buffer name;
    struct buffer arguments;
};
struct canon_held {
    struct canon_held_call *calls; /* owned */
    size_t count;
    size_t bytes; /* of all of them */
};
/* Adds a piece of a call. False: there are more than CANON_CALLS_MAX of them. */
MUST_CHECK bool canon_hold(struct canon_held *held, const struct canon_event *event);
/* The same of one of several that share `limit`: `bytes` is what all of them hold. False: that is more, too. */
MUST_CHECK bool
canon_hold_shared(struct canon_held *held, const struct canon_event *event, size_t *bytes, size_t limit);
void canon_held_clear(struct canon_held *held);
/* One of them, as whole as it is; borrowed. A name of no bytes: it never was. */
struct canon_part canon_held_part(const struct canon_held *held, size_t index);

/* Calls that come in pieces and in turns, where a dialect tells one after the other: the first is told as it comes, the
 * others are held until it is known that no more comes. Zeroed is empty. */
struct canon_turns {
    bool has_call;          /* one is told, or was */
    size_t told;            /* which of the endpoint's that is */
    struct canon_held held; /* the others; canon_held_clear */
};
enum canon_turn {
    CANON_TURN_BEGINS,  /* the told call begins with this piece */
    CANON_TURN_GOES_ON, /* this piece is the told call's */
    CANON_TURN_WAITS,   /* nothing of it is to be told now */
    CANON_TURN_FAILS,   /* it cannot be told, or more would be held than `limit` */
};
/* Takes a piece of a call. `is_open`: nothing else was begun since the told call. */
MUST_CHECK enum canon_turn
canon_take_turn(struct canon_turns *turns, const struct canon_event *event, bool is_open, size_t limit);

/* A sink that makes a whole answer of events whose texts stay: one reply after the other. */
struct canon_collector {
    struct arena *arena;
    struct canon_part *parts; /* of the reply that has not finished */
    size_t part_count;
    size_t reply; /* ... which it is */
    struct text logprobs;
    struct canon_reply *replies;
    size_t reply_count;
};
/* Its `take`: `collector` is one. False: more parts or replies than anybody asks for, or a reply
 * begins before the one before has finished. */
bool canon_collect(void *collector, const struct canon_event *event, struct buffer *out);

/* The arguments of a call as the object that they spell: appended as JSON; nothing at all is {}. False: they are none.
 */
MUST_CHECK bool canon_append_arguments(struct buffer *out, struct text spelled);
/* The caller gave this sequence to stop at; endpoints may end at sequences of their own, which are no matter of its. */
bool canon_is_asked_stop(const struct canon_call *call, struct text stop);
/* One vector for each text that was given, as numbers or as base64, as the call wants them. */
bool canon_has_vectors(const struct canon_call *call, const struct canon_replies *answer);
/* A text as JSON spells it, in the arena. */
struct text canon_spell(struct arena *arena, struct text text);
/* A string's text, such as may stand between quotes in any JSON: the scanner lets more pass. It borrows from the
 * string, or lives in the arena; empty: it is none. */
struct text canon_spelled(struct arena *arena, struct scan string);

#endif
