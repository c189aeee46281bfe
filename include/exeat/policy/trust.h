/* SPDX-License-Identifier: Apache-2.0 */
/* Whom the rules and proxies of a policy trust upstream, each different trust once: for who makes the connections. */
#ifndef EXEAT_POLICY_TRUST_H
#define EXEAT_POLICY_TRUST_H

#include "exeat/policy.h"

/* Borrows from the policy. Two rules that say the same have the same; so do two policies. */
struct policy_trust {
    struct digest id;   /* of what is written, not of what the files hold; never all zero */
    struct text called; /* in errors: "rule 'pay'", the first that has it; NUL-terminated */
    const struct settings_trust *source;
};
size_t policy_trust_count(const struct policy *policy); /* how many differ */
/* Borrowed from the policy; index < count. */
const struct policy_trust *policy_trust_at(const struct policy *policy, size_t index);

#endif
