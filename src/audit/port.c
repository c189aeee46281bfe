/* SPDX-License-Identifier: Apache-2.0 */
/* Ports: entries go down to the writer and come back up, over two stacks that one side pushes and the other empties.
 * 1. A worker takes its entries from its own spare list, so that nothing is allocated once a few were.
 * 2. A decision reserves the entry of its outcome, so that no outcome can be refused.
 * 3. The order in which a worker hands over is the order in the log. */
#include <sys/eventfd.h>
#include <unistd.h>

#include "audit_internal.h"
#include "exeat/base/check.h"
#include "exeat/base/memory.h"

enum { PORT_ENTRIES_MAX = 65536 }; /* handed over and not answered, for one worker */

bool stack_push(struct entry_stack *stack, struct audit_entry *entry)
{
    struct audit_entry *newest = atomic_load_explicit(&stack->newest, memory_order_relaxed);
    do
        entry->next = newest;
    while (!atomic_compare_exchange_weak_explicit(
        &stack->newest, &newest, entry, memory_order_release, memory_order_relaxed));
    return newest == NULL;
}

struct audit_entry *stack_take(struct entry_stack *stack)
{
    struct audit_entry *newest = atomic_exchange_explicit(&stack->newest, NULL, memory_order_acquire);
    struct audit_entry *oldest = NULL;
    while (newest != NULL) {
        struct audit_entry *next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    return oldest;
}

void audit_wake(int descriptor)
{
    uint64_t one = 1;
    ssize_t written = write(descriptor, &one, sizeof(one));
    (void)written; /* a full counter is readable all the same */
}

struct audit_port *audit_port_new(struct audit *audit)
{
    struct audit_port *port = base_zalloc(sizeof(*port));
    port->audit = audit;
    port->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    ASSERT(port->wake >= 0);
    pthread_mutex_lock(&audit->ports_lock);
    list_append(&audit->ports, &port->node);
    pthread_mutex_unlock(&audit->ports_lock);
    return port;
}

static struct audit_entry *take_spare(struct audit_port *port)
{
    struct audit_entry *entry = port->spare;
    if (entry == NULL)
        return base_zalloc(sizeof(*entry));
    port->spare = entry->next;
    return entry;
}

static void give_spare(struct audit_port *port, struct audit_entry *entry)
{
    enum { BUFFER_KEPT = 4096 };
    entry->wait = NULL;
    if (entry->fields.capacity > BUFFER_KEPT)
        buffer_clear(&entry->fields);
    if (entry->private_part.capacity > BUFFER_KEPT)
        buffer_clear(&entry->private_part);
    buffer_empty(&entry->fields);
    buffer_empty(&entry->private_part);
    entry->next = port->spare;
    port->spare = entry;
}

static void hand_over(struct audit_port *port, struct audit_entry *entry)
{
    port->out++;
    atomic_fetch_add_explicit(&port->audit->counters.queued, 1, memory_order_relaxed);
    if (stack_push(&port->down, entry))
        audit_wake(port->audit->wake);
}

/* Same texts have the same hash within a store, and nobody without the store's key can try texts out. */
static struct text hashed(const struct audit *audit, struct text text, char out[2 * sizeof(struct digest)])
{
    if (text.length == 0)
        return text;
    const uint8_t *key = audit->segment.hash_key; /* never changes */
    const struct bytes pieces[] = {{key, sizeof(audit->segment.hash_key)}, bytes_of_text(text)};
    struct digest digest;
    digest_sha256_pieces(pieces, COUNT_OF(pieces), &digest);
    hex_encode((struct bytes){digest.bytes, sizeof(digest.bytes)}, out);
    return (struct text){out, 2 * sizeof(digest.bytes)};
}

static struct text
guarded(const struct audit *audit, enum audit_privacy privacy, struct text text, char out[2 * sizeof(struct digest)])
{
    switch (privacy) {
    case AUDIT_PRIVATE:
        return text;
    case AUDIT_HASHED:
        return hashed(audit, text, out);
    case AUDIT_OMITTED:
        break;
    }
    return TEXT("");
}

enum audit_answer
audit_port_decide(struct audit_port *port, const struct decision_record *decision, struct audit_wait *wait)
{
    if (port->out + port->reserved >= PORT_ENTRIES_MAX)
        return AUDIT_REFUSED;
    const struct audit *audit = port->audit;
    struct audit_entry *entry = take_spare(port);
    char path[2 * sizeof(struct digest)];
    char query[2 * sizeof(struct digest)];
    struct decision_record record = *decision;
    record.path = guarded(audit, audit->options.path, decision->path, path);
    record.query = guarded(audit, audit->options.query, decision->query, query);
    entry->kind = AUDIT_DECISION;
    audit_decision_write(&record, &entry->fields, &entry->private_part);
    port->reserved++;
    bool waits = wait != NULL && audit->options.waits_for_disk;
    if (waits) {
        entry->wait = wait;
        wait->entry = entry;
    }
    hand_over(port, entry);
    return waits ? AUDIT_WAITS : AUDIT_RECORDED;
}

void audit_port_complete(struct audit_port *port, const struct outcome_record *outcome)
{
    audit_port_forget(port);
    struct audit_entry *entry = take_spare(port);
    entry->kind = AUDIT_COMPLETION;
    audit_outcome_write(outcome, &entry->fields);
    hand_over(port, entry);
}

void audit_port_forget(struct audit_port *port)
{
    ASSERT(port->reserved > 0);
    port->reserved--;
}

void audit_wait_cancel(struct audit_wait *wait)
{
    if (wait->entry == NULL)
        return;
    wait->entry->wait = NULL;
    wait->entry = NULL;
}

int audit_port_descriptor(const struct audit_port *port)
{
    return port->wake;
}

void audit_port_collect(struct audit_port *port)
{
    uint64_t count;
    ssize_t got = read(port->wake, &count, sizeof(count));
    (void)got; /* nothing to read is fine */
    struct audit_entry *next = stack_take(&port->up);
    while (next != NULL) {
        struct audit_entry *entry = next;
        next = entry->next;
        struct audit_wait *wait = entry->wait;
        bool durable = entry->durable;
        port->out--;
        give_spare(port, entry);
        if (wait != NULL) {
            wait->entry = NULL;
            wait->on_durable(wait, durable);
        }
    }
}

void audit_port_free(struct audit_port *port)
{
    atomic_store(&port->closing, true);
    audit_wake(port->audit->wake);
    while (port->out > 0) {
        audit_port_collect(port);
        if (port->out > 0)
            usleep(1000);
    }
    ASSERT(port->reserved == 0);
    pthread_mutex_lock(&port->audit->ports_lock);
    list_remove(&port->node);
    pthread_mutex_unlock(&port->audit->ports_lock);
    for (struct audit_entry *entry; (entry = port->spare) != NULL;) {
        port->spare = entry->next;
        buffer_clear(&entry->fields);
        buffer_clear(&entry->private_part);
        base_free(entry);
    }
    close(port->wake);
    base_free(port);
}
