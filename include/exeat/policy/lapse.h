/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that end by themselves (`until`). A rule holds before its moment and is as good as not written from then on:
 * what it says of a request depends on when that is asked (struct request, asked_us) and on nothing else. All times
 * here are wall time, in microseconds since 1970. */
#ifndef EXEAT_POLICY_LAPSE_H
#define EXEAT_POLICY_LAPSE_H

#include "exeat/policy.h"

struct policy_lapse {
    const struct settings_rule *rule;
    int64_t until_us;
};
/* All rules with an end, the soonest first. Borrowed from the policy. */
const struct policy_lapse *policy_lapses(const struct policy *policy, size_t *count);
/* What a request that is judged now is to have as `asked_us`: the wall clock, which is read only where a rule ends. */
int64_t policy_now(const struct policy *policy);
/* Does the rule count for a request that is asked then? Where nobody said when it is (ASKED_UNKNOWN), an allow that
 * ends has ended, and a deny or reroute that ends has not. */
bool policy_rule_is_in_force(const struct settings_rule *rule, int64_t asked_us);
/* How many of them have lapsed at that moment. */
size_t policy_lapsed(const struct policy *policy, int64_t at_us);
/* The first moment after that one at which a rule lapses, or begins its last day. INT64_MAX: there is none. */
int64_t policy_next_lapse(const struct policy *policy, int64_t at_us);
/* So long before it lapses a rule is warned of. */
#define POLICY_LAPSE_WARNING_US (INT64_C(24) * 3600 * 1000000)

#endif
