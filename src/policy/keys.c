/* SPDX-License-Identifier: Apache-2.0 */
/* A key is worth nothing to a host that is not its vendor's, but to a thief: no rule that lets requests out means it,
 * and no bypass. */
#include "exeat/policy/keys.h"

#include "policy_internal.h"

bool policy_refuses_key(const struct policy *policy, struct decision *decision)
{
    const struct settings *settings = policy->settings;
    bool goes = decision->plan == PLAN_FORWARD || decision->plan == PLAN_REROUTE;
    if (!goes || settings->keys_pass || decision->keys_pass)
        return false;
    decision->verdict = VERDICT_DENY;
    decision->reason = REASON_KEY_ELSEWHERE;
    decision->observed = settings->observe;
    if (!settings->observe)
        decision->plan = PLAN_REFUSE;
    return !settings->observe;
}
