/* SPDX-License-Identifier: Apache-2.0 */
/* A policy as people ask about it: why it decides so, what a change of it changes, and what the records say to it. The
 * judge that serves requests answers; nothing here decides by itself. */
#ifndef EXEAT_REVIEW_H
#define EXEAT_REVIEW_H

#include "exeat/model/record.h"
#include "exeat/policy.h"

/* What a request would come to under one policy and under the other. */
enum review_change {
    REVIEW_OPENS,    /* it leaves, and did not */
    REVIEW_REROUTES, /* it is answered here, and was not */
    REVIEW_CLOSES,   /* it is refused, and was not */
    REVIEW_LOOKS,    /* TLS is opened, or no longer */
    REVIEW_OBSERVES, /* observe mode lets it through, or no longer */
    REVIEW_CHANGE_COUNT
};
struct review_diff {
    size_t changes[REVIEW_CHANGE_COUNT]; /* lines of each kind */
    size_t requests;                     /* how many were compared */
    size_t ranges_left_out;              /* `addresses` beyond the first 64 are not compared */
    bool has_regex; /* paths given by regular expressions: only requests of `tests:` speak of those */
};
/* Compares all hosts, ports, clients, methods and paths that either policy names, one sample for each, and the
 * requests of their tests, all asked at that moment (a test that has a time of its own, then). Appends one line for
 * each change, the openings first. */
void review_diff(
    const struct policy *old, const struct policy *new, int64_t at_us, struct buffer *out, struct review_diff *diff);

/* --- why ------------------------------------------------------------------------------------------------------------
 */

/* Runs the file's `tests:`; each that fails is an error with its place. Those without `at` are asked at that moment:
 * ASKED_AT_FIRST is the policy as it is written, so that a file that was good stays good. */
void review_test(const struct policy *policy, int64_t at_us, struct diags *diags);
/* What is decided of a request, asked at its `asked_us`, and why, for people: at CONNECT and inside, rule by rule, by
 * the judge itself. Rules about other hosts are counted, or with `is_whole` told too. */
void review_explain(const struct policy *policy, const struct request *request, bool is_whole, struct buffer *out);
/* The same as one JSON object on one line. */
void review_explain_json(const struct policy *policy, const struct request *request, struct buffer *out);

/* --- records --------------------------------------------------------------------------------------------------------
 */

/* Judges recorded requests anew. `policy` is borrowed. */
struct review_replay;
struct review_replay *review_replay_new(const struct policy *policy); /* The caller's; borrows the policy. */
/* As asked at that moment: the record's own time tells whether this policy would have done otherwise then. */
void review_replay_add(struct review_replay *replay, const struct decision_record *decision, int64_t at_us);
struct review_replay_counts {
    uint64_t judged;
    uint64_t changes[REVIEW_CHANGE_COUNT];
    uint64_t unknown;     /* it depends on a path that the record does not have */
    uint64_t looked_into; /* of those judged: by a rule with `inspect`, and nobody knows what it would find */
    uint64_t passed_over; /* refused before a policy was asked: malformed, too large, too late */
};
/* Appends one line for each change of a host, the openings first. */
void review_replay_write(const struct review_replay *replay, struct buffer *out, struct review_replay_counts *counts);
void review_replay_free(struct review_replay *replay); /* NULL is fine */

/* Drafts rules for recorded requests that the policy allows by no rule and refuses by none: exact hosts, by registrable
 * domain (publicsuffix.org); a wildcard only for many hosts of a domain that belongs to one owner. Never an LLM host,
 * never an address. `policy` is borrowed, and asked as of that moment. */
struct review_suggest;
/* The caller's; borrows the policy, as it judges at that moment (microseconds since 1970). */
struct review_suggest *review_suggest_new(const struct policy *policy, int64_t at_us);
/* Outcomes first: a request that went to a private address needs a rule with that address. */
void review_suggest_note(struct review_suggest *suggest, const struct outcome_record *outcome);
void review_suggest_add(struct review_suggest *suggest, const struct decision_record *decision);
/* Appends a file for `include:`, with counts as comments. */
void review_suggest_write(const struct review_suggest *suggest, struct buffer *out);
void review_suggest_free(struct review_suggest *suggest); /* NULL is fine */

/* Appends the narrowest rule that would let a recorded request out at that moment, as an item of `rules:`. False: `out`
 * has one sentence instead, why a rule does not help or is not needed (malformed, an LLM host, denied by a rule, let
 * out already). */
MUST_CHECK bool review_narrowest(
    const struct policy *policy, const struct decision_record *decision, int64_t at_us, struct buffer *out);

#endif
