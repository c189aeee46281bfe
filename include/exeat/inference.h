/* SPDX-License-Identifier: Apache-2.0 */
/* One LLM call that is answered here (an endpoint is an entry of `inference:` in the policy, its engine the server
 * behind it as it is now: engine.h): its body is read once, written anew for the endpoint that gets it, and what the
 * endpoint says is told in the caller's dialect. Of the caller's fields nothing goes on, least of all its credentials.
 * Which endpoint has the call, the way there and back, and when it is over are the exchange's to say. */
#ifndef EXEAT_INFERENCE_H
#define EXEAT_INFERENCE_H

#include "exeat/account.h"
#include "exeat/dialect.h"
#include "exeat/engine.h"
#include "exeat/filter.h"
#include "exeat/http.h"
#include "exeat/inspect/answer.h"
#include "exeat/memo.h"
#include "exeat/policy.h"

/* Whose call it is. All borrowed, and outliving it. */
struct inference_about {
    const struct policy *policy;
    const struct request *request;
    const struct decision *decision;  /* to reroute or to answer */
    const struct engine_set *engines; /* of the policy */
    struct account *account;          /* who served, tokens and times are written into it, and what went wrong */
    struct loop *loop;                /* for the time */
    struct memo *memo;                /* where answers are kept */
    uint64_t policy_sequence;         /* under which policy */
    size_t answer_held;               /* bytes of an answer that is held, or of an event of one */
    struct inspected *inspected;      /* its rule looks into it: set before inference_read; NULL: it does not */
};

/* What an endpoint has against the call (4xx): kept while another is asked, and the answer when none serves. */
enum { RETRY_AFTER_SIZE = 40 };
struct objection {
    uint16_t status; /* 0: none was heard */
    bool is_answer;  /* nobody else serves: the caller gets it */
    size_t place;    /* whose it is */
    char retry_after[RETRY_AFTER_SIZE];
    struct buffer body;
};

/* What the caller of a stream knows. WAIT_UNSAID: nothing. WAIT_SAID: a head, and that it shall wait. WAIT_OVER: some
 * of an answer. */
enum waiting { WAIT_UNSAID, WAIT_SAID, WAIT_OVER };
struct inference_wait {
    enum waiting state;
    uint64_t every_us;    /* how often it is said; 0: never */
    uint64_t newest_us;   /* steady time at which something was said, or the endpoint was asked */
    struct buffer frames; /* owned: what an endpoint sent before its first content */
};

/* The same call before, and what is kept of this one. */
struct recall {
    bool is_on;    /* its answer may be known, or kept */
    bool is_kept;  /* ... kept: that of who is asked now */
    bool is_known; /* `said` is the answer */
    size_t place;  /* who gave it, or gives it */
    struct digest key;
    struct buffer said; /* owned: in the caller's words */
    struct dialect_usage usage;
    struct dialect_keeper *keeper; /* owned; NULL: no stream that is kept */
};

struct inference_call {
    struct inference_about about;
    struct dialect_call *request;  /* owned; NULL until the body is read */
    struct dialect_stream *stream; /* owned; NULL unless events are being rewritten */
    struct inspect_stream *looked; /* owned; NULL unless they are looked into before that */
    struct buffer body;            /* owned: the caller's body, then the endpoint's answer */
    uint64_t unfit;                /* places of the list that have no words for all of it, a bit each */
    uint16_t held_status;          /* of an answer that is held */
    uint16_t failed_status;        /* by which the endpoint of now does not serve; 0: none */
    struct objection objection;
    struct inference_wait wait;
    struct recall recall;
    struct buffer served_by;       /* owned: of the head of an answer */
    struct engine_identity served; /* of the endpoint that has it, or had it last */
};

/* It is a call that is answered here: by an endpoint, or by a text of the configuration. */
bool inference_answers(const struct decision *decision);
/* The caller's, for inference_free. */
struct inference_call *inference_new(const struct inference_about *about);
void inference_free(struct inference_call *call); /* NULL is fine */

/* --- what is asked ---------------------------------------------------------------------------------------------------
 */

/* More of the caller's body, copied. False: it is larger than `limit` bytes. */
MUST_CHECK bool inference_hold(struct inference_call *call, struct text content, size_t limit);
/* The body is whole. Else why it is refused, which the account was told. */
MUST_CHECK enum reason inference_read(struct inference_call *call);
void inference_read_models(struct inference_call *call); /* it asks for a list of models, and has no body */
/* A list that only an endpoint can give: models that the policy names are listed from it. */
bool inference_needs_list(const struct inference_call *call);
struct text inference_model(const struct inference_call *call); /* that was asked for; empty: none, or `call` is NULL */

/* The answer to the very same call is known, and inference_say says it. Before anybody is asked. */
MUST_CHECK bool inference_recall(struct inference_call *call);

/* --- at an endpoint: `place` in the decision's list ------------------------------------------------------------------
 */

/* The call in its words, into `side`, whole. `proxy`: the credentials of a proxy on the way; NULL: none. `is_absolute`:
 * as in http_message. Notes in the account who serves. */
void inference_write(
    struct inference_call *call, size_t place, struct http_side *side, const struct field *proxy, bool is_absolute);
/* The head of its answer came. ENGINE_SERVES, and ENGINE_OBJECTS, whose words are kept: content goes through `down`,
 * which holds it or rewrites its events; the caller gets a head when it is time. ENGINE_FAILS: it is not listened to.
 */
MUST_CHECK enum engine_says inference_answered(
    struct inference_call *call, size_t place, struct engine *engine, const struct message_head *head,
    struct filters *down);
/* It did not serve, for that reason or by failed_status: tells the engine, the account and, once, the log. Before
 * engine_turn_fail, which lets go of `engine`. Calls engine_failed: nobody else need. */
void inference_failed(struct inference_call *call, size_t place, struct engine *engine, enum reason reason);
/* Nothing of an answer has left: as if none had begun. */
void inference_take_back(struct inference_call *call);

/* Of a stream: only frames of it came, and no content. */
bool inference_is_silent(const struct inference_call *call);
/* Of a stream: the caller was told of its end. */
bool inference_has_told(const struct inference_call *call);
/* A stream that the caller has some of, if only its head, cannot go on: its event of an error, or of the objection that
 * is the answer, goes to `client`. Nothing, where it is none. */
void inference_break_off(struct inference_call *call, enum reason reason, struct http_side *client);

/* --- callers that wait -----------------------------------------------------------------------------------------------
 */

/* Steady time at which the caller is to be told to wait; UINT64_MAX: it is not. */
uint64_t inference_waiting_due_us(const struct inference_call *call);
/* Tells it in its dialect, behind a head where there was none; counts the bytes of content in `passed`. */
void inference_tell_to_wait(struct inference_call *call, struct http_side *client, uint64_t *passed);
void inference_put_off_waiting(struct inference_call *call); /* it has yet to take what was said before */
/* A head and nothing else was said: another endpoint may answer, a status can no longer be. NULL: no. */
bool inference_waits(const struct inference_call *call);
/* To a caller that waits: all that is left to say, and the end. */
void inference_end_wait(struct inference_call *call, struct text content, struct http_side *client);

/* --- answers of our own ----------------------------------------------------------------------------------------------
 */

/* Would nobody else serve it either, or is `place` whose objection it is? */
bool inference_objection_stands(const struct inference_call *call, size_t place);
/* The objection, in the caller's words. Clear the body of `answer`. */
void inference_object(struct inference_call *call, struct dialect_answer *answer);
/* What inference_recall found, a list of models of the policy, or the canned text of `place`, in one of the languages
 * of `accept` (Accept-Language; may be empty). Clear the body of `answer`. False: there is none for this operation. */
MUST_CHECK bool
inference_say(struct inference_call *call, size_t place, struct text accept, struct dialect_answer *answer);

#endif
