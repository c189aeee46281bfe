/* SPDX-License-Identifier: Apache-2.0 */
/* The rules that end, in the order in which they do. */
#include <stdlib.h>

#include "exeat/base/clock.h"
#include "policy_internal.h"

static int compare(const void *left_lapse, const void *right_lapse)
{
    const struct policy_lapse *left = left_lapse;
    const struct policy_lapse *right = right_lapse;
    if (left->until_us != right->until_us)
        return left->until_us < right->until_us ? -1 : 1;
    return text_compare(left->rule->id.text, right->rule->id.text);
}

void lapses_compile(struct policy *policy)
{
    policy->lapses = arena_array(&policy->arena, policy->rule_count + 1, sizeof(*policy->lapses));
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct settings_rule *rule = policy->rules[i].source;
        policy->rules[i].ends = rule->until.present;
        if (rule->until.present)
            policy->lapses[policy->lapse_count++] = (struct policy_lapse){rule, rule->until.us};
    }
    if (policy->lapse_count > 1)
        qsort(policy->lapses, policy->lapse_count, sizeof(*policy->lapses), compare);
}

int64_t policy_now(const struct policy *policy)
{
    return policy->lapse_count > 0 ? clock_wall_us() : ASKED_AT_FIRST;
}

bool policy_rule_is_in_force(const struct settings_rule *rule, int64_t asked_us)
{
    if (!rule->until.present)
        return true;
    return asked_us == ASKED_UNKNOWN ? rule->verdict != VERDICT_ALLOW : asked_us < rule->until.us;
}

const struct policy_lapse *policy_lapses(const struct policy *policy, size_t *count)
{
    *count = policy->lapse_count;
    return policy->lapses;
}

int64_t policy_next_lapse(const struct policy *policy, int64_t at_us)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < policy->lapse_count; i++) {
        int64_t until_us = policy->lapses[i].until_us;
        int64_t moment = until_us - POLICY_LAPSE_WARNING_US > at_us ? until_us - POLICY_LAPSE_WARNING_US : until_us;
        if (moment > at_us && moment < next)
            next = moment;
    }
    return next;
}

size_t policy_lapsed(const struct policy *policy, int64_t at_us)
{
    size_t lapsed = 0;
    while (lapsed < policy->lapse_count && policy->lapses[lapsed].until_us <= at_us)
        lapsed++;
    return lapsed;
}
