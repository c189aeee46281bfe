/* SPDX-License-Identifier: Apache-2.0 */
/* Canaries: their file is not on record with the policy. No rule lets one out. */
#include "exeat/policy/canary.h"

#include "policy_internal.h"

void canaries_compile(struct policy *policy, struct diags *diags)
{
    const struct setting_text *file = &policy->settings->canaries;
    if (file->text.length > 0)
        policy->canaries = canary_set_read(file->text.data, file->mark, diags);
}

const struct canary_set *policy_canaries(const struct policy *policy)
{
    return policy->canaries;
}

const char *policy_canary_in(const struct policy *policy, struct text text)
{
    return policy->canaries == NULL ? NULL : canary_in(policy->canaries, text);
}

bool policy_refuses_canary(const struct policy *policy, struct decision *decision)
{
    decision->verdict = VERDICT_DENY;
    decision->reason = REASON_CANARY_SEEN;
    decision->observed = policy->settings->observe && decision->plan != PLAN_REFUSE;
    if (!policy->settings->observe)
        decision->plan = PLAN_REFUSE;
    return decision->plan == PLAN_REFUSE;
}
