/* SPDX-License-Identifier: Apache-2.0 */
/* Those that wait for the disk: told when their decision is there, or sent away. */
#include "names_internal.h"

/* The standing is held until all are told: the last of them would end it. */
void waiting_told(struct account *account)
{
    struct standing *standing = list_owner(account, struct standing, account);
    struct names_worker *worker = standing->worker;
    struct list_node *node;
    bool durable = account->state == ACCOUNT_DURABLE;
    standing->askers++;
    while ((node = list_take_first(&standing->waiting)) != NULL) {
        struct asker *asker = list_owner(node, struct asker, node);
        if (durable && !asker_answer(worker, asker)) {
            lookup_join(worker, asker);
            continue;
        }
        if (!durable)
            reply_undecided(worker, asker, REASON_AUDIT_UNAVAILABLE);
        asker_free(worker, asker);
    }
    if (!durable)
        standing_end(standing);
    standing_leave(standing);
}

/* Nobody waits for the disk any more: the decision stays, or the store has given it up. */
static void stop_waiting(struct standing *standing)
{
    struct names_worker *worker = standing->worker;
    struct list_node *node;
    account_stop_waiting(&standing->account);
    standing->account.reason = REASON_DRAIN;
    standing->askers++;
    while ((node = list_first(&standing->waiting)) != NULL)
        asker_free(worker, list_owner(node, struct asker, node));
    standing_leave(standing);
}

void standings_cut(struct names_worker *worker)
{
    struct list_node *node;
    standings_end(worker);
    while ((node = list_first(&worker->standings.leaving)) != NULL)
        stop_waiting(list_owner(node, struct standing, node));
}
