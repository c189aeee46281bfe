/* SPDX-License-Identifier: Apache-2.0 */
/* Which model an endpoint has, asked once and from outside, as a gate finds out about it. */
#ifndef EXEAT_CHECKUP_PROOF_H
#define EXEAT_CHECKUP_PROOF_H

#include "exeat/policy.h"
#include "exeat/tls.h"

/* Where a gate would give it calls: it has the model that its `expect_digest` demands, or none is demanded. Runs the
 * loop until that is known; `loop` and `tls` (whom its certificate is believed by) are borrowed, `index` is that of its
 * inference entry. False: `wrong` says why, without its name. */
MUST_CHECK bool checkup_proves(
    const struct policy *policy, size_t index, struct loop *loop, struct tls_client *tls, struct buffer *wrong);

#endif
