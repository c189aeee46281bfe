/* SPDX-License-Identifier: Apache-2.0 */
/* `follow_aia`: the URLs that a host's certificates name are let out beside the host. */
#ifndef EXEAT_POLICY_FOLLOW_H
#define EXEAT_POLICY_FOLLOW_H

#include "exeat/policy.h"

/* The id of the rule that says so of what is let out by it; empty: none does. */
struct text policy_follows(const struct decision *decision);
/* Turns a refusal for want of a rule into a forwarded request with REASON_FOLLOWED, if that rule is there still, says
 * so and is for this client. Never what a rule denies, a host of the LLM catalogue, or a path that may be read in two
 * ways. The host may have the addresses that the rule's hosts may have. Its place is right behind policy_judge; that a
 * certificate names this URL is the caller's to know (tls/places.h). */
void policy_follow(
    const struct policy *policy, const struct request *request, struct text rule_id, struct decision *decision);

#endif
