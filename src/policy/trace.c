/* SPDX-License-Identifier: Apache-2.0 */
/* What the judge found of each rule, kept for people. */
#include "exeat/base/memory.h"
#include "policy_internal.h"

void trace_add(struct policy_trace *trace, const struct trace_rule *entry)
{
    trace->rules = base_resize(trace->rules, trace->count + 1, sizeof(*trace->rules));
    trace->rules[trace->count++] = *entry;
}

void policy_trace_clear(struct policy_trace *trace)
{
    base_free(trace->rules);
    *trace = (struct policy_trace){0};
}

bool policy_rule_needs_inside(const struct policy *policy, size_t rule)
{
    return policy->rules[rule].needs_inside;
}

const struct settings_rule *policy_winner(const struct decision *decision)
{
    return decision->winner == NULL ? NULL : decision->winner->source;
}
