/* SPDX-License-Identifier: Apache-2.0 */
/* What a rule looks for in requests and answers. */
#ifndef EXEAT_POLICY_INSPECT_H
#define EXEAT_POLICY_INSPECT_H

#include "exeat/inspect.h"
#include "exeat/policy.h"

/* Of the rule that names the decision; NULL: it looks for nothing. Borrowed from the policy. */
const struct inspection *policy_inspection(const struct decision *decision);
/* Of the rule at this place in the file. */
const struct inspection *policy_inspection_of(const struct policy *policy, size_t rule);

#endif
