/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the lint share: the patterns of all rules, sorted, so that a pattern finds those that cover it. */
#ifndef EXEAT_REVIEW_LINT_H
#define EXEAT_REVIEW_LINT_H

#include "exeat/policy/trace.h"
#include "exeat/review.h"

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
    struct arena arena;
    struct lint_pattern *patterns; /* owned; by kind and name */
    size_t count;
};

/* lint_cover.c: rules that no request can be decided by. */
void lint_rules(const struct lint *lint);
/* lint_reach.c: LLM hosts and private ranges. */
void lint_llm(const struct lint *lint);
void lint_ranges(const struct lint *lint);
/* lint_names.c: groups and clients that nobody names, lists that say things twice. */
void lint_groups(const struct lint *lint);
/* lint_wide.c: rules that open more than an allowlist is for. */
void lint_width(const struct lint *lint);
/* lint_regex.c: regular expressions whose work explodes on some path. */
void lint_regexes(const struct lint *lint);

#endif
