/* SPDX-License-Identifier: Apache-2.0 */
/* Vendors' keys on their way to hosts that are not their vendor's (`keys_elsewhere` of the policy). */
#ifndef EXEAT_POLICY_KEYS_H
#define EXEAT_POLICY_KEYS_H

#include "exeat/policy.h"

/* Such a key is in a request that was decided so. True: it is refused, and `decision` says so. False: nothing leaves
 * anyway, or the policy has it that it only be recorded; a file that observes has the decision say what would be. */
MUST_CHECK bool policy_refuses_key(const struct policy *policy, struct decision *decision);

#endif
