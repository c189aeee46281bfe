/* SPDX-License-Identifier: Apache-2.0 */
/* The edges of the table of exchange. */
#include <stdio.h>

#include "edges.h"
#include "exchange_internal.h"

size_t edges_of_exchange(char edges[][EDGE_SIZE], size_t capacity)
{
    size_t count = 0;
    for (int from = 0; from < EXCHANGE_STATE_COUNT; from++)
        for (int to = 0; to < EXCHANGE_STATE_COUNT && count < capacity; to++)
            if ((exchange_steps()[(enum exchange_state)from].next & (1u << to)) != 0)
                (void)snprintf(
                    edges[count++], EDGE_SIZE, "exchange %s %s", exchange_steps()[(enum exchange_state)from].name,
                    exchange_steps()[(enum exchange_state)to].name);
    return count;
}
