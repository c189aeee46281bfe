/* SPDX-License-Identifier: Apache-2.0 */
/* What other threads have the writer do, and wait for. */
#include "audit_internal.h"

bool audit_event(
    struct audit *audit, enum record_kind kind, struct bytes fields, const struct store_blob *blobs, size_t blob_count,
    uint64_t *sequence)
{
    struct own_record life = {.kind = kind, .fields = fields, .blobs = blobs, .blob_count = blob_count};
    sem_init(&life.done, 0, 0);
    life.next = atomic_load(&audit->life);
    while (!atomic_compare_exchange_weak(&audit->life, &life.next, &life))
        ;
    audit_rouse(audit, true);
    while (sem_wait(&life.done) != 0)
        ;
    sem_destroy(&life.done);
    if (sequence != NULL)
        *sequence = life.sequence;
    return life.durable;
}

bool audit_event_text(struct audit *audit, enum record_kind kind, struct text event, struct text detail)
{
    struct buffer fields = {0};
    record_field_append(&fields, EVENT_NAME, bytes_of_text(event));
    record_field_append(&fields, EVENT_DETAIL, bytes_of_text(detail));
    bool done = audit_event(audit, kind, bytes_of_text(buffer_text(&fields)), NULL, 0, NULL);
    buffer_clear(&fields);
    return done;
}

bool audit_roll(struct audit *audit)
{
    struct roll_order order = {.done = false};
    sem_init(&order.answered, 0, 0);
    atomic_store(&audit->roll_order, &order);
    audit_rouse(audit, true);
    while (sem_wait(&order.answered) != 0)
        ;
    sem_destroy(&order.answered);
    return order.done;
}
