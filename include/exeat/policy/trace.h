/* SPDX-License-Identifier: Apache-2.0 */
/* The judge, watched while it judges: which rules were asked, and which of their conditions decided. For those who
 * explain and compare policies; who serves requests uses policy_judge. */
#ifndef EXEAT_POLICY_TRACE_H
#define EXEAT_POLICY_TRACE_H

#include "exeat/host_table.h"
#include "exeat/policy.h"

/* What is known of a condition. "And" is the least of them; "not" swaps NO and YES and leaves the others. */
enum known {
    KNOWN_NO,
    KNOWN_INSIDE,  /* it depends on what is inside an unopened connection; inside: a regular expression hit its limit */
    KNOWN_ADDRESS, /* it depends on where the name leads only */
    KNOWN_YES
};

/* Which of a rule's two lists of hosts. */
enum host_role { ROLE_WHEN, ROLE_UNLESS };

enum policy_condition {
    CONDITION_NONE,
    CONDITION_UNTIL, /* it has lapsed; of the rule, not of its `unless` */
    CONDITION_FROM,
    CONDITION_HOSTS,
    CONDITION_PORTS,
    CONDITION_SCHEMES,
    CONDITION_ADDRESSES,
    CONDITION_METHODS,
    CONDITION_PATHS,
    CONDITION_TRUST, /* it says whom to trust, and the connection may not be opened */
    CONDITION_COUNT
};
struct trace_answer {
    enum known known;
    enum policy_condition decisive; /* which condition made it so, unless it is YES */
};
struct trace_rule {
    uint32_t rule;
    enum scheme scheme;
    uint16_t specific; /* the pattern by which it has the host: SPECIFIC_ANY to SPECIFIC_EXACT, 0: none */
    bool guarded;      /* an allow that does not name this LLM host as it must */
    bool has_unless;
    struct trace_answer when;
    struct trace_answer unless;
};
struct policy_trace {
    struct trace_rule *rules; /* owned; in the order they were asked */
    size_t count;
};
void policy_trace_clear(struct policy_trace *trace); /* frees what it holds */
/* The one judge: policy_judge with a trace, which may be NULL. */
void policy_judge_traced(
    const struct policy *policy, const struct request *request, struct decision *decision, struct policy_trace *trace);
/* Does the same judgement hold when the name leads there? */
bool policy_lets_reach(
    const struct policy *policy, const struct request *request, const struct decision *decision,
    const struct address *address);
/* The rule that drops this address; empty: none does. */
struct text policy_who_denies(
    const struct policy *policy, const struct request *request, const struct decision *decision,
    const struct address *address);

/* Rules are counted as in the settings. Does the rule depend on method or path? */
bool policy_rule_needs_inside(const struct policy *policy, size_t rule);
/* The settings of the rule that won; NULL: none did. */
const struct settings_rule *policy_winner(const struct decision *decision);

/* Goes through patterns with their groups and list files; those of a catalogue group stay as they are, with
 * `group` set. What `take` is given is valid during the call. */
typedef void (*pattern_taker)(void *context, const struct setting_pattern *pattern);
/* Gives each pattern in turn, those of groups and list files too. */
void policy_patterns_walk(
    const struct settings *settings, const struct setting_patterns *patterns, pattern_taker take, void *context);

#endif
