/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets that rules `use`: read with the policy, and anew when their files change. */
#ifndef EXEAT_POLICY_CREDENTIAL_H
#define EXEAT_POLICY_CREDENTIAL_H

#include "exeat/credential.h"
#include "exeat/policy.h"

/* All that the policy has, used or not: no request may have the placeholder of one where it does not belong. Borrowed.
 */
size_t policy_credential_count(const struct policy *policy);
const struct credential *policy_credential_at(const struct policy *policy, size_t index);
/* Whose placeholder stands in the name of a host; NULL: none. */
const struct credential *policy_credential_in_host(const struct policy *policy, const struct host *host);
/* That is put into a request that was decided so; NULL: none. Borrowed from the policy. */
const struct credential *policy_credential(const struct decision *decision);

#endif
