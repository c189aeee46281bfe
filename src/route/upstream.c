/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a connection to an upstream, whoever had it. */
#include "exeat/base/memory.h"
#include "route_internal.h"

struct channel *upstream_strip(struct upstream *upstream)
{
    struct channel *channel = upstream->channel;
    base_free(upstream);
    return channel;
}

void upstream_free(struct upstream *upstream)
{
    if (upstream == NULL)
        return;
    channel_free(upstream->channel);
    base_free(upstream);
}
