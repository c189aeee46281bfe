/* SPDX-License-Identifier: Apache-2.0 */
/* Whose the other end is, as the kernel has it: once for each connection, where a client is known by it. */
#include "exchange_internal.h"

void owner_ask(const struct exchange_worker *worker, const struct policy *policy, struct entrance *entrance)
{
    struct connection_ends ends;
    if (entrance->peer.owner.is_known || entrance->asked_for_owner || !policy_asks_for_owners(policy))
        return;
    if (!connection_ends_of(channel_descriptor(entrance->http.channel), &ends))
        return;
    if (entrance->turned != NULL) { /* its client knows of whom it meant */
        ends.server = entrance->turned->address;
        ends.server_port = entrance->turned->port;
    }
    entrance->asked_for_owner = true;
    entrance->peer.owner = owners_find(worker->options.owners, &ends);
}
