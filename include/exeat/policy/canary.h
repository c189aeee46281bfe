/* SPDX-License-Identifier: Apache-2.0 */
/* Canaries on their way out (`canaries` of the policy). */
#ifndef EXEAT_POLICY_CANARY_H
#define EXEAT_POLICY_CANARY_H

#include "exeat/canary.h"
#include "exeat/policy.h"

/* The policy's; NULL: it has none. Borrowed. */
const struct canary_set *policy_canaries(const struct policy *policy);
/* The label of one in a whole text; NULL: none is. */
const char *policy_canary_in(const struct policy *policy, struct text text);
/* One is in what was decided so, whatever that was: it is refused, and `decision` says so. False: the file observes,
 * and the decision says what would be. */
MUST_CHECK bool policy_refuses_canary(const struct policy *policy, struct decision *decision);

#endif
