/* SPDX-License-Identifier: Apache-2.0 */
/* A policy as reviewers ask about it: what in it cannot be meant, and what a change of it changes. The judge that
 * serves requests answers; nothing here decides by itself. */
#ifndef EXEAT_POLICY_REVIEW_H
#define EXEAT_POLICY_REVIEW_H

#include "exeat/policy.h"

/* Warnings about what compiles and cannot be meant, remarks about what reaches further than its words: each with its
 * place. */
void policy_lint(const struct policy *policy, struct diags *diags);

/* What a request would come to under one policy and under the other. */
enum policy_change {
    POLICY_OPENS,    /* it leaves, and did not */
    POLICY_REROUTES, /* it is answered here, and was not */
    POLICY_CLOSES,   /* it is refused, and was not */
    POLICY_LOOKS,    /* TLS is opened, or no longer */
    POLICY_OBSERVES, /* observe mode lets it through, or no longer */
    POLICY_CHANGE_COUNT
};
struct policy_diff {
    size_t changes[POLICY_CHANGE_COUNT]; /* lines of each kind */
    size_t requests;                     /* how many were compared */
    size_t ranges_left_out;              /* `addresses` beyond the first 64 are not compared */
    bool has_regex; /* paths given by regular expressions: only requests of `tests:` speak of those */
};
/* Compares all hosts, ports, clients, methods and paths that either policy names, one witness for each, and the
 * requests of their tests. Appends one line for each change, the openings first. */
void policy_diff(const struct policy *old, const struct policy *new, struct buffer *out, struct policy_diff *diff);

#endif
