/* SPDX-License-Identifier: Apache-2.0 */
/* How inference endpoints are come by outside of an exchange: names as the policy resolves them, a connection for each
 * request. */
#ifndef EXEAT_CHECKUP_WAY_H
#define EXEAT_CHECKUP_WAY_H

#include "exeat/policy.h"
#include "exeat/web.h"

/* Zeroed is closed. */
struct checkup_way {
    struct resolver *resolver;
    struct resolver_fixed *fixed; /* owned; of the resolver */
    struct route *route;
    const struct policy *policy;
};
/* Policy, loop and tls are borrowed until it is closed. `tls` NULL: what needs TLS cannot be asked. */
void checkup_way_open(struct checkup_way *way, const struct policy *policy, struct loop *loop, struct tls_client *tls);
void checkup_way_close(struct checkup_way *way); /* closed before: nothing happens */
/* Whom `source` means; its addresses are judged as those of calls. All is borrowed. `patience_ms` is of a request as a
 * whole, `answer` the most bytes of one. */
struct web_peer checkup_peer(
    const struct checkup_way *way, struct loop *loop, const struct policy_inference *source, uint64_t patience_ms,
    size_t answer);

#endif
