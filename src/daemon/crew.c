/* SPDX-License-Identifier: Apache-2.0 */
/* All workers at once. */
#include "daemon_internal.h"

void crew_give_policy(const struct crew *crew, const struct in_force *in_force)
{
    for (size_t i = 0; i < crew->worker_count; i++)
        worker_set_policy(crew->workers[i], in_force->policy, in_force->budgets, in_force->sequence);
}

bool crew_has_policy(const struct crew *crew, uint64_t sequence)
{
    bool all = true;
    for (size_t i = 0; i < crew->worker_count; i++)
        all = worker_has_policy(crew->workers[i], sequence) && all;
    return all;
}
