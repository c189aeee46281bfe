/* SPDX-License-Identifier: Apache-2.0 */
/* A policy and the decisions that were recorded: which of them it would change, and which rules would fit them. */
#ifndef EXEAT_POLICY_HINDSIGHT_H
#define EXEAT_POLICY_HINDSIGHT_H

#include "exeat/policy/review.h"

/* Judges recorded requests anew. `policy` is borrowed. */
struct policy_replay;
struct policy_replay *policy_replay_new(const struct policy *policy);
void policy_replay_add(struct policy_replay *replay, const struct decision_record *decision);
struct policy_replay_counts {
    uint64_t judged;
    uint64_t changes[POLICY_CHANGE_COUNT];
    uint64_t unknown;     /* it depends on a path that the record does not have */
    uint64_t passed_over; /* refused before a policy was asked: malformed, too large, too late */
};
/* Appends one line for each change of a host, the openings first. */
void policy_replay_write(const struct policy_replay *replay, struct buffer *out, struct policy_replay_counts *counts);
void policy_replay_free(struct policy_replay *replay); /* NULL is fine */

/* Drafts rules for recorded requests that the policy allows by no rule and refuses by none: exact hosts, by registrable
 * domain (publicsuffix.org); a wildcard only for many hosts of a domain that belongs to one owner. Never an LLM host,
 * never an address. `policy` is borrowed. */
struct policy_suggest;
struct policy_suggest *policy_suggest_new(const struct policy *policy);
/* Outcomes first: a request that went to a private address needs a rule with that address. */
void policy_suggest_note(struct policy_suggest *suggest, const struct outcome_record *outcome);
void policy_suggest_add(struct policy_suggest *suggest, const struct decision_record *decision);
/* Appends a file for `include:`, with counts as comments. */
void policy_suggest_write(const struct policy_suggest *suggest, struct buffer *out);
void policy_suggest_free(struct policy_suggest *suggest); /* NULL is fine */

/* Appends the narrowest rule that would let a recorded request out, as an item of `rules:`. False: `out` has one
 * sentence instead, why a rule does not help or is not needed (malformed, an LLM host, denied by a rule, let out
 * already). */
MUST_CHECK bool
policy_narrowest(const struct policy *policy, const struct decision_record *decision, struct buffer *out);

#endif
