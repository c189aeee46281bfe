/* SPDX-License-Identifier: Apache-2.0 */
/* Break-glass: for a while, what rules would refuse leaves, and is recorded as such. */
#ifndef EXEAT_POLICY_BYPASS_H
#define EXEAT_POLICY_BYPASS_H

#include "exeat/policy.h"

/* Turns a refusal by rule, or for want of one, into a tunnel or a forwarded request with REASON_BYPASSED; `observed`
 * and the verdict say what would hold without. Never for a host of the LLM catalogue, and never for what is malformed;
 * the host must still lead to public addresses. Its place is behind policy_follow and before policy_challenge (see
 * policy_judge). Only while a bypass is on: that is the caller's to know. */
void policy_bypass(const struct policy *policy, const struct request *request, struct decision *decision);

#endif
