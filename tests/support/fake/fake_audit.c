/* SPDX-License-Identifier: Apache-2.0 */
/* A worker's port to the audit store of the fake world: decisions become durable when the script says so, and are kept
 * until their outcome comes. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "fake.h"

/* A decision that nobody waits for any more is not on disk yet: its outcome uncovers no other's bytes. */
struct undecided {
    struct list_node node;
    struct audit_wait *wait;
    char id[REQUEST_ID_TEXT_SIZE];
};
static struct list waiting = {0};

void fake_fault(const char *what)
{
    if (fake.fault == NULL)
        fake.fault = what;
}

struct fake_decision *fake_decision_of(const char *id)
{
    for (size_t i = 0; i < fake.ledger.open_count; i++)
        if (strcmp(fake.ledger.open[i].id, id) == 0)
            return &fake.ledger.open[i];
    return NULL;
}

static struct fake_decision *note_decision(const struct decision_record *decision)
{
    ASSERT(fake.ledger.open_count < FAKE_OPEN);
    struct fake_decision *open = &fake.ledger.open[fake.ledger.open_count++];
    *open = (struct fake_decision){.plan = decision->plan, .scheme = decision->scheme, .port = decision->port};
    request_id_write(&decision->id, open->id);
    text_store(decision->host, open->host, sizeof(open->host));
    open->is_screened = text_starts_with(decision->rule, TEXT("screened"));
    struct text id = {open->id, sizeof(open->id)};
    if (fake.ledger.decided.length > 0 &&
        memmem(fake.ledger.decided.data, fake.ledger.decided.length, id.data, id.length) != NULL)
        fake_fault("one request has two decisions");
    buffer_append(&fake.ledger.decided, id);
    fake.decisions++;
    if (fake.ledger.on_decision != NULL)
        fake.ledger.on_decision(decision);
    return open;
}

static void forget_decision(struct fake_decision *open)
{
    *open = fake.ledger.open[--fake.ledger.open_count];
}

enum audit_answer
audit_port_decide(struct audit_port *port, const struct decision_record *decision, struct audit_wait *wait)
{
    (void)port;
    enum audit_answer answer = wait == NULL ? AUDIT_RECORDED : fake.manners.records;
    if (waiting.head.next == NULL) /* before its first use */
        list_init(&waiting);
    fake.ledger.asked_to_commit += wait != NULL;
    if (answer == AUDIT_REFUSED)
        return answer;
    struct fake_decision *open = note_decision(decision);
    open->on_disk = answer == AUDIT_RECORDED && wait != NULL;
    if (answer == AUDIT_RECORDED)
        return answer;
    struct undecided *undecided = base_zalloc(sizeof(*undecided));
    undecided->wait = wait;
    memcpy(undecided->id, open->id, sizeof(open->id));
    list_append(&waiting, &undecided->node);
    return answer;
}

static bool is_done_elsewhere(enum plan done)
{
    return done == PLAN_FORWARD || done == PLAN_TUNNEL || done == PLAN_REROUTE;
}

void audit_port_complete(struct audit_port *port, const struct outcome_record *outcome)
{
    (void)port;
    char id[REQUEST_ID_TEXT_SIZE];
    request_id_write(&outcome->id, id);
    fake.outcomes++;
    struct fake_decision *open = fake_decision_of(id);
    if (open == NULL) {
        fake_fault("an outcome without a decision, or a second one");
        return;
    }
    if (is_done_elsewhere(outcome->done) && outcome->reason == REASON_NONE && open->connections + open->requests == 0)
        fake_fault("what was done, says the outcome, nobody heard of");
    forget_decision(open);
}

/* Whoever settles the decision has taken it away. */
void audit_port_forget(struct audit_port *port)
{
    (void)port;
    fake.outcomes++;
}

void audit_port_mark(const struct audit_port *port, struct text value, uint8_t mark[AUDIT_MARK_SIZE])
{
    (void)port;
    for (size_t i = 0; i < AUDIT_MARK_SIZE; i++)
        mark[i] = (uint8_t)(i < value.length ? ~value.data[i] : 0);
}

void fake_end_records(void)
{
    if (fake.decisions != fake.outcomes || fake.ledger.open_count != 0)
        fake_fault("decisions and outcomes are not as many");
    if (fake.ledger.commits != fake.ledger.asked_to_commit)
        fake_fault("an exchange went through `commit` without one decision");
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
        struct fake_decision *open = fake_decision_of(undecided->id);
        ASSERT(open != NULL);
        if (durable)
            open->on_disk = true;
        else
            forget_decision(open);
        base_free(undecided);
        wait->on_durable(wait, durable);
    }
}
