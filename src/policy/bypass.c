/* SPDX-License-Identifier: Apache-2.0 */
/* What a bypass lets through: refusals of the policy, of hosts that are in no catalogue. */
#include "exeat/policy/bypass.h"

#include "policy_internal.h"

void policy_bypass(const struct policy *policy, const struct request *request, struct decision *decision)
{
    bool is_refused = decision->verdict == VERDICT_DENY && decision->plan == PLAN_REFUSE &&
                      (decision->reason == REASON_RULE || decision->reason == REASON_NO_RULE);
    bool is_llm = decision->llm.operation != LLM_NONE || llm_catalogue_find(policy->catalogue, &request->host) != NULL;
    bool is_ambiguous = request->inside_known && !request->path_was_canonical; /* servers may read it differently */
    if (!is_refused || is_llm || is_ambiguous || request->host.kind != HOST_NAME)
        return;
    bool is_tunnel = request->scheme == SCHEME_HTTPS && !request->inside_known;
    decision->plan = is_tunnel ? PLAN_TUNNEL : PLAN_FORWARD;
    decision->reason = REASON_BYPASSED;
    decision->observed = true;
    decision->winner = NULL; /* its `addresses` are for what it says, not for what is let through in spite of it */
}
