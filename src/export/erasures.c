/* SPDX-License-Identifier: Apache-2.0 */
/* Which private parts are gone because a record says so. */
#include "exeat/base/memory.h"
#include "export_internal.h"

bool export_erasures_note(struct export_erasures *erasures, const struct record *record)
{
    struct record_event life;
    int64_t before_us = 0;
    if (record->head.kind != RECORD_PRUNE)
        return false;
    record_event_read(record, &life);
    if (!record_erase_read(&life, &before_us))
        return false;
    while (erasures->count > 0 && erasures->list[erasures->count - 1].before_us <= before_us)
        erasures->count--;
    erasures->list = base_resize(erasures->list, erasures->count + 1, sizeof(*erasures->list));
    erasures->list[erasures->count++] = (struct export_erasure){record->head.sequence, before_us};
    return true;
}

/* The first one after the record reaches as far in time as any later one. */
uint64_t export_erasures_cover(const struct export_erasures *erasures, uint64_t sequence, int64_t wall_us)
{
    for (size_t i = 0; i < erasures->count; i++)
        if (erasures->list[i].sequence > sequence)
            return wall_us < erasures->list[i].before_us ? erasures->list[i].sequence : 0;
    return 0;
}

void export_erasures_clear(struct export_erasures *erasures)
{
    base_free(erasures->list);
    *erasures = (struct export_erasures){0};
}
