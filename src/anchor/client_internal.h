/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the gate's side share: who asks, what it is doing (a step), and what it knows (a state).
 * client.c: start and end. client_ask.c: the table of steps, one function each, and the only writer of the step.
 * client_states.c: the table of states, and the only writer of the state. client_proof.c: what the witness has to show
 * before it is believed that a log must end. */
#ifndef EXEAT_ANCHOR_CLIENT_INTERNAL_H
#define EXEAT_ANCHOR_CLIENT_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "anchor_internal.h"
#include "exeat/base/secret.h"

enum anchor_step {
    ANCHOR_REST,  /* nothing is asked; the timer begins the next question */
    ANCHOR_ASK,   /* the newest checkpoint was sent, with a proof from what we remember */
    ANCHOR_AGAIN, /* sent once more: from the size that the witness said, or after enrolling */
    ANCHOR_ENROL, /* the log is being enrolled */
    ANCHOR_LOOK,  /* it said what would end signing: it is asked for its own signed word */
    ANCHOR_GONE,  /* nothing is asked any more, but a farewell */
    ANCHOR_STEP_COUNT
};

/* Owned, all. */
struct anchor_kept {
    char *store;
    char *origin;
    char *previous;
    char *prefix;
    char *witness;
    struct secret token; /* empty: none */
};
/* What other threads may ask. */
struct anchor_told {
    _Atomic int state;
    _Atomic uint64_t witnessed_size;
    _Atomic uint64_t witnessed_at;
    _Atomic uint64_t since_us; /* boot clock: the newest cosignature, or the start */
    _Atomic uint64_t cosigned;
    _Atomic uint64_t failures;
};
/* Boot clock, microseconds. */
struct anchor_times {
    uint64_t begun_us;
    uint64_t witnessed_us; /* when it was cosigned last; 0: never in this run */
};
/* The thread and what stands on its loop. Owned, all. */
struct anchor_parts {
    struct tls_client *tls;
    struct loop *loop;
    struct resolver *resolver;
    struct route *route;
    struct timer *timer; /* the next question */
    struct timer *late;  /* the end waits no longer */
    int wake;            /* eventfd: the end */
    struct watch *wake_watch;
};
struct anchor {
    struct anchor_options options; /* its texts point into `kept` */
    struct anchor_kept kept;
    struct tlog_vkey vkey; /* of the witness */
    uint8_t log_key[VERIFY_KEY_SIZE];
    struct web_peer peer;
    struct anchor_parts parts;
    pthread_t thread;
    uint64_t patience_ms; /* of the end, for the first answer */
    enum anchor_state state;
    enum anchor_step step;
    enum anchor_step home;           /* where a dialogue ends: REST, or GONE when the end has come */
    const char *claim;               /* what it has said and is to prove */
    struct web_call *call;           /* owned while it runs */
    struct anchor_question question; /* of the dialogue */
    struct tlog_tree known;          /* what the witness has cosigned last, as we remember it */
    struct tlog_tree from;           /* what this dialogue's proof begins with: as the witness says */
    struct anchor_times times;
    struct anchor_told told;
};

/* client_states.c: this is what is known now; a change is told in the log. */
void anchor_learn(struct anchor *anchor, enum anchor_state state, const char *why);
/* Tells the store what follows from the state; time passes, too. */
void anchor_apply(struct anchor *anchor);
void anchor_begin_state(struct anchor *anchor); /* before the thread runs */

/* client_ask.c: goes to a step that may follow, and begins it. */
void anchor_step_to(struct anchor *anchor, enum anchor_step step);
void anchor_fail(struct anchor *anchor, const char *why); /* unreachable, and counted */

/* client_proof.c: what the witness's cosigned checkpoint of this log (foreign bytes) proves against the store. One of
 * the three states that end signing; or ANCHOR_UNREACHABLE: nothing. `why` takes a sentence. */
enum { ANCHOR_WHY = 240 };
enum anchor_state anchor_prove(const struct anchor *anchor, struct text text, char why[ANCHOR_WHY]);

#endif
