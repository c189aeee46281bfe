/* SPDX-License-Identifier: Apache-2.0 */
/* The edges of the table of session. */
#include <stdio.h>

#include "edges.h"
#include "session_internal.h"

size_t edges_of_session(char edges[][EDGE_SIZE], size_t capacity)
{
    size_t count = 0;
    for (int from = 0; from < SESSION_STATE_COUNT; from++)
        for (int to = 0; to < SESSION_STATE_COUNT && count < capacity; to++)
            if ((session_steps()[(enum session_state)from].next & (1u << to)) != 0)
                (void)snprintf(
                    edges[count++], EDGE_SIZE, "session %s %s", session_steps()[(enum session_state)from].name,
                    session_steps()[(enum session_state)to].name);
    return count;
}
