/* SPDX-License-Identifier: Apache-2.0 */
/* The lint of a policy that compiles: gathers the patterns once, and asks each of its checks. */
#include "lint_internal.h"

#include <stdlib.h>

#include "exeat/base/memory.h"
#include "exeat/policy/trace.h"

struct gathering {
    struct lint *lint;
    uint32_t rule;
};

static void take(void *context, const struct setting_pattern *pattern)
{
    struct gathering *gathering = context;
    struct lint *lint = gathering->lint;
    bool is_catalogue = pattern->group.length > 0;
    if ((lint->count & (lint->count - 1)) == 0)
        lint->patterns = base_resize(lint->patterns, lint->count == 0 ? 1 : lint->count * 2, sizeof(*lint->patterns));
    lint->patterns[lint->count++] = (struct lint_pattern){
        .kind = is_catalogue ? HOST_PATTERN_EXACT : pattern->pattern.kind,
        .name = arena_text(&lint->arena, is_catalogue ? pattern->group : host_text(&pattern->pattern.host)),
        .is_catalogue = is_catalogue,
        .rule = gathering->rule,
    };
}

static int compare(const void *left_pattern, const void *right_pattern)
{
    const struct lint_pattern *left = left_pattern;
    const struct lint_pattern *right = right_pattern;
    if (left->is_catalogue != right->is_catalogue)
        return left->is_catalogue ? 1 : -1;
    if (left->kind != right->kind)
        return left->kind < right->kind ? -1 : 1;
    int order = text_compare(left->name, right->name);
    return order != 0 ? order : left->rule < right->rule ? -1 : left->rule > right->rule;
}

static void gather(struct lint *lint)
{
    const struct settings *settings = policy_settings(lint->policy);
    for (size_t i = 0; i < lint->lists->rule_count; i++) {
        struct gathering gathering = {lint, (uint32_t)i};
        policy_patterns_walk(settings, &lint->lists->rules[i].when.hosts, take, &gathering);
    }
    if (lint->count > 0)
        qsort(lint->patterns, lint->count, sizeof(*lint->patterns), compare);
}

void lint_policy(const struct policy *policy, int64_t at_us, struct diags *diags)
{
    struct lint lint = {.policy = policy, .lists = &policy_settings(policy)->lists, .diags = diags, .at_us = at_us};
    gather(&lint);
    lint_rules(&lint);
    lint_llm(&lint);
    lint_ranges(&lint);
    lint_width(&lint);
    lint_groups(&lint);
    lint_methods(&lint);
    lint_regexes(&lint);
    lint_lapses(&lint);
    lint_inspect(&lint);
    lint_keys(&lint);
    base_free(lint.patterns);
    arena_clear(&lint.arena);
}
