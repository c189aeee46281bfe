/* SPDX-License-Identifier: Apache-2.0 */
/* A worker's port to the audit store of the fake world: decisions become durable when the script says so. */
#include "exeat/base/check.h"
#include "fake.h"

static struct list waiting = {0};

enum audit_answer
audit_port_decide(struct audit_port *port, const struct decision_record *decision, struct audit_wait *wait)
{
    (void)port, (void)decision;
    enum audit_answer answer = wait == NULL ? AUDIT_RECORDED : fake.manners.records;
    if (waiting.head.next == NULL) /* before its first use */
        list_init(&waiting);
    if (answer == AUDIT_REFUSED)
        return answer;
    fake.decisions++;
    if (answer == AUDIT_WAITS)
        list_append(&waiting, &wait->node);
    else
        fake.owed++;
    return answer;
}

void audit_port_complete(struct audit_port *port, const struct outcome_record *outcome)
{
    (void)port, (void)outcome;
    fake.outcomes++;
    fake.owed -= fake.owed > 0;
}

void audit_port_forget(struct audit_port *port)
{
    (void)port;
    fake.outcomes++;
}

void audit_port_collect(struct audit_port *port)
{
    (void)port;
}

bool audit_wait_cancel(struct audit_wait *wait)
{
    if (list_has(&wait->node))
        list_remove(&wait->node);
    return true;
}

size_t fake_undecided(void)
{
    size_t count = 0;
    if (waiting.head.next == NULL)
        return 0;
    for (struct list_node *node = list_first(&waiting); node != NULL; node = list_next(&waiting, node))
        count++;
    return count;
}

void fake_settle(bool durable)
{
    struct list_node *node;
    while ((node = list_take_first(&waiting)) != NULL) {
        struct audit_wait *wait = list_owner(node, struct audit_wait, node);
        fake.owed += durable;
        wait->on_durable(wait, durable);
    }
}
