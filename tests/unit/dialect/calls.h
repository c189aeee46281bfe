/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of answers share: a call to answer, and texts compared. */
#ifndef TESTS_UNIT_DIALECT_CALLS_H
#define TESTS_UNIT_DIALECT_CALLS_H

#include "exeat/dialect.h"

/* A call that must be one; free it with dialect_call_free. */
struct dialect_call *call_of(enum llm_operation operation, const char *body);
/* Compares, and clears `out`. */
void expect_text(struct buffer *out, const char *expected);
/* The endpoint's body as this caller gets it, compared. */
void expect_rewritten(enum llm_operation operation, const char *call, struct text answer, struct text expected);

#endif
