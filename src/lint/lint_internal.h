/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the lint share: the patterns of all rules, sorted, so that a pattern finds those that cover it. */
#ifndef EXEAT_LINT_LINT_INTERNAL_H
#define EXEAT_LINT_LINT_INTERNAL_H

#include "exeat/lint.h"
#include "exeat/policy/trace.h"

struct lint_pattern {
    enum host_pattern_kind kind;
    struct text name;  /* of the host or suffix, or of the catalogue's group */
    bool is_catalogue; /* @llm, @llm-web */
    uint32_t rule;
};
struct lint {
    const struct policy *policy;
    const struct settings_lists *lists;
    struct diags *diags;
    int64_t at_us; /* what is now */
    struct arena arena;
    struct lint_pattern *patterns; /* owned; by kind and name */
    size_t count;
};

/* within.c. Has `outer` every host of `inner`? Where that is not certain: no. */
bool hosts_within(
    const struct settings_lists *lists, const struct setting_patterns *inner, const struct setting_patterns *outer);
/* All but hosts: does what fits `inner` fit `outer` too? `is_rule`: `outer` is a rule's, whose schemes and ports have
 * defaults, not an exception's. `means_any`: without addresses it is about any, not about public ones. */
bool conditions_within(
    const struct settings_conditions *inner, const struct settings_conditions *outer, bool is_rule, bool means_any);
/* The same, whatever schemes and ports they have. */
bool who_and_what_within(
    const struct settings_conditions *inner, const struct settings_conditions *outer, bool means_any);

/* cover.c: rules that no request can be decided by, and denies that are less than they look. */
void lint_rules(const struct lint *lint);
/* reach.c: LLM hosts and private ranges. */
void lint_llm(const struct lint *lint);
void lint_ranges(const struct lint *lint);
/* names.c: groups and clients that nobody names, lists that say things twice, methods in small letters. */
void lint_groups(const struct lint *lint);
void lint_methods(const struct lint *lint);
/* wide.c: rules that open more than an allowlist is for. */
void lint_width(const struct lint *lint);
/* lapse.c: rules that have lapsed, or soon do. */
void lint_lapses(const struct lint *lint);
/* inspect.c: `inspect` that does less than it says. */
void lint_inspect(const struct lint *lint);
/* keys.c: `keys_elsewhere`. */
void lint_keys(const struct lint *lint);
/* regex.c: regular expressions whose work explodes on some path or text. */
void lint_regexes(const struct lint *lint);

#endif
