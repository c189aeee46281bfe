/* SPDX-License-Identifier: Apache-2.0 */
/* A worker's port to the audit store of the fake world: decisions become durable when the script says so. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "fake.h"

/* A decision that nobody waits for any more is not on disk yet: its outcome uncovers no other's bytes. */
struct undecided {
    struct list_node node;
    struct audit_wait *wait;
    struct request_id id;
};
static struct list waiting = {0};

static void put_on_disk(const struct request_id *id)
{
    ASSERT(fake.owed < FAKE_OPEN);
    fake.on_disk[fake.owed++] = *id;
}

enum audit_answer
audit_port_decide(struct audit_port *port, const struct decision_record *decision, struct audit_wait *wait)
{
    (void)port;
    enum audit_answer answer = wait == NULL ? AUDIT_RECORDED : fake.manners.records;
    if (waiting.head.next == NULL) /* before its first use */
        list_init(&waiting);
    if (answer == AUDIT_REFUSED)
        return answer;
    fake.decisions++;
    if (answer == AUDIT_RECORDED) {
        put_on_disk(&decision->id);
        return answer;
    }
    struct undecided *undecided = base_alloc(sizeof(*undecided));
    *undecided = (struct undecided){.wait = wait, .id = decision->id};
    list_append(&waiting, &undecided->node);
    return answer;
}

void audit_port_complete(struct audit_port *port, const struct outcome_record *outcome)
{
    (void)port;
    fake.outcomes++;
    for (size_t i = 0; i < fake.owed; i++)
        if (memcmp(&fake.on_disk[i], &outcome->id, sizeof(outcome->id)) == 0) {
            fake.on_disk[i] = fake.on_disk[--fake.owed];
            return;
        }
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
    for (struct list_node *node = waiting.head.next == NULL ? NULL : list_first(&waiting); node != NULL;
         node = list_next(&waiting, node)) {
        struct undecided *undecided = list_owner(node, struct undecided, node);
        if (undecided->wait != wait)
            continue;
        list_remove(node);
        base_free(undecided);
        break;
    }
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
        struct undecided *undecided = list_owner(node, struct undecided, node);
        struct audit_wait *wait = undecided->wait;
        if (durable)
            put_on_disk(&undecided->id);
        base_free(undecided);
        wait->on_durable(wait, durable);
    }
}
