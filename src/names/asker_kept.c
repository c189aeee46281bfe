/* SPDX-License-Identifier: Apache-2.0 */
/* Those that have to wait: each holds on to its decision, and its connection knows it. */
#include "names_internal.h"

struct asker *asker_keep(struct names_worker *worker, const struct asker *asker)
{
    struct asker *kept = pool_take(&worker->askers);
    *kept = *asker;
    kept->node = kept->of_connection = (struct list_node){NULL, NULL};
    kept->standing->askers++;
    worker->asker_count++;
    if (kept->connection != NULL)
        dns_connection_remember(kept->connection, kept);
    return kept;
}

void asker_free(struct names_worker *worker, struct asker *asker)
{
    struct standing *standing = asker->standing;
    if (asker->connection != NULL)
        dns_connection_forget(asker->connection, asker);
    list_remove(&asker->node);
    pool_give(&worker->askers, asker);
    worker->asker_count--;
    standing_leave(standing);
}
