/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of inference share. */
#ifndef EXEAT_INFERENCE_INTERNAL_H
#define EXEAT_INFERENCE_INTERNAL_H

#include "exeat/inference.h"

/* call.c */
const struct policy_inference *inference_entry(const struct inference_call *call, size_t place);
struct text inference_id(const struct inference_call *call); /* of the request */

/* endpoint.c: a piece of an answer came */
void endpoint_spoke(const struct inference_call *call);

/* served.c: who answers, for the record */
void served_by_endpoint(struct inference_call *call, size_t place);
void served_by_memory(struct inference_call *call, size_t place); /* it gave this answer before */
void served_by_canned(const struct inference_call *call, size_t place);
void served_by_policy(const struct inference_call *call); /* a list of models */
/* In the head of the answer, where the rule says so. Borrowed from the call. */
void served_tell(struct inference_call *call, struct dialect_answer *answer);
void served_note_usage(const struct inference_call *call, const struct dialect_usage *usage);

/* wait.c: `place` is asked now */
void wait_begin(struct inference_call *call, size_t place);
/* Content comes: what was held goes before it, behind a head where there was none. */
void wait_speak(struct inference_call *call, struct filters *filters, size_t next);
/* Takes events of an endpoint that has not begun to answer. False: they are to go on. */
MUST_CHECK bool wait_holds(struct inference_call *call, struct text events);

/* recall.c: an answer of `place` begins, comes, and is whole; or it is none */
void recall_begin(struct inference_call *call, size_t place);
void recall_note(const struct inference_call *call, struct text bytes);
void recall_end_stream(struct inference_call *call);
void recall_whole(struct inference_call *call, struct text body);
void recall_forget(struct inference_call *call);
void recall_say(struct inference_call *call, struct dialect_answer *answer);

/* looked.c: what an endpoint says, as its caller may have it. Before its words are rewritten, so that it is one for all
 * dialects, and behind what is kept for others. */
/* The name of its model, where it stands in the path; REASON_NONE, or why the call is refused. */
MUST_CHECK enum reason looked_model(struct inference_call *call, struct detail *detail);
void looked_begin_events(struct inference_call *call);
/* Its bytes, or in `room` those that may go on. FILTER_GOES_ON, or FILTER_KEPT_OUT, which the account was told. */
MUST_CHECK enum filtered looked_feed(struct inference_call *call, struct text *piece, struct buffer *room);
MUST_CHECK enum filtered looked_end(struct inference_call *call, struct buffer *room);
/* A whole answer. */
MUST_CHECK enum filtered looked_whole(struct inference_call *call, struct text *body, struct buffer *room);

/* The same of one that is kept; false: it is not to be had, which no account is told. */
MUST_CHECK bool looked_kept(struct inference_call *call, struct text *body, struct buffer *room);

extern const struct filter filter_hold;   /* keeps all of an endpoint's answer, and writes it anew at its end */
extern const struct filter filter_events; /* rewrites an endpoint's events, one by one */

#endif
