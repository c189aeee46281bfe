/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of answers share: a call to answer, and texts compared. */
#ifndef TESTS_UNIT_DIALECT_CALLS_H
#define TESTS_UNIT_DIALECT_CALLS_H

#include "exeat/dialect.h"

/* A call that must be one; free it with dialect_call_free. */
struct dialect_call *call_of(enum llm_operation operation, const char *body);
/* The same of any dialect and path; NULL, with `detail`, for a call that is refused. */
struct dialect_call *
call_in(const struct llm_call *llm, const char *target, const char *body, enum reason *reason, struct detail *detail);
/* The endpoint's body for a call, compared. */
void expect_call(const struct llm_call *llm, const char *target, const char *body, const char *expected);
/* A call that must be refused for this reason, with this in the sentence. */
void expect_refused(
    const struct llm_call *llm, const char *target, const char *body, enum reason reason, const char *sentence);
/* The endpoint's answer as this caller gets it, compared; NULL: it must not be taken. */
void expect_answer(
    const struct llm_call *llm, const char *target, const char *call, const char *answer, const char *expected);

/* How a stream ended for its caller. */
enum ending { BROKEN, COMPLETE_AT_ONCE, COMPLETE_AT_THE_END, TOO_LARGE };
/* The endpoint's stream as this caller gets it: the same must come of it whole and cut into pieces of any length. */
void expect_events(
    const struct llm_call *llm, const char *target, const char *call, const char *stream, enum ending ending,
    const char *expected);
/* Compares, and clears `out`. */
void expect_text(struct buffer *out, const char *expected);
/* The endpoint's body as this caller gets it, compared. */
void expect_rewritten(enum llm_operation operation, const char *call, struct text answer, struct text expected);

#endif
