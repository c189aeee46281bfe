/* SPDX-License-Identifier: Apache-2.0 */
/* Whose the other end is, as the kernel has it: once for each connection, where a client is known by it. */
#include "exchange_internal.h"

void owner_ask(const struct exchange_worker *worker, const struct policy *policy, struct entrance *entrance)
{
    if (entrance->peer.owner.is_known || entrance->ends.client_port != 0 || !policy_asks_for_owners(policy))
        return;
    bool has_ends = connection_ends_of(channel_descriptor(entrance->http.channel), &entrance->ends);
    if (has_ends && entrance->turned != NULL) { /* its client knows of whom it meant */
        entrance->ends.server = entrance->turned->address;
        entrance->ends.server_port = entrance->turned->port;
    }
    if (has_ends)
        entrance->peer.owner = owners_find(worker->options.owners, &entrance->ends);
}
