/* SPDX-License-Identifier: Apache-2.0 */
/* Which private parts are gone because a record says so. */
#include "evidence_internal.h"
#include "exeat/base/memory.h"

bool erasures_note(struct erasures *erasures, const struct audit_record *record)
{
    struct audit_life_record life;
    int64_t before_us = 0;
    if (record->head.kind != AUDIT_PRUNE)
        return false;
    audit_life_read(record, &life);
    if (!audit_erase_read(&life, &before_us))
        return false;
    while (erasures->count > 0 && erasures->list[erasures->count - 1].before_us <= before_us)
        erasures->count--;
    erasures->list = base_resize(erasures->list, erasures->count + 1, sizeof(*erasures->list));
    erasures->list[erasures->count++] = (struct erasure){record->head.sequence, before_us};
    return true;
}

/* The first one after the record reaches as far in time as any later one. */
uint64_t erasures_cover(const struct erasures *erasures, uint64_t sequence, int64_t wall_us)
{
    for (size_t i = 0; i < erasures->count; i++)
        if (erasures->list[i].sequence > sequence)
            return wall_us < erasures->list[i].before_us ? erasures->list[i].sequence : 0;
    return 0;
}

void erasures_clear(struct erasures *erasures)
{
    base_free(erasures->list);
    *erasures = (struct erasures){0};
}

/* --- against the records -------------------------------------------------------------------------------------------
 */

/* What was erased while the store was read says so at its end. */
static bool note_newer(struct audit_reader *reader, uint64_t *end, struct erasures *erasures)
{
    struct audit_row row;
    struct audit_record record;
    bool found = false;
    audit_reader_seek(reader, *end);
    while (audit_reader_next(reader, &row) == AUDIT_ROW) {
        *end = row.sequence + 1;
        found = (audit_record_parse(row.body, &record) && erasures_note(erasures, &record)) || found;
    }
    return found;
}

struct missing {
    uint64_t count;
    char first[PLACE_SIZE];
    uint64_t sequence;
};

static void look_at_row(const struct audit_row *row, const struct erasures *erasures, struct missing *missing)
{
    struct audit_record record;
    if (row->salt.length > 0 || !audit_record_parse(row->body, &record) ||
        audit_field_find(record.fields, AUDIT_TAG_COMMITMENT).length == 0 ||
        erasures_cover(erasures, record.head.sequence, record.head.wall_us) > 0)
        return;
    if (missing->count++ > 0)
        return;
    missing->sequence = record.head.sequence;
    (void)evidence_place(&record, missing->first);
}

static void
look_for_missing(struct audit_reader *reader, uint64_t end, const struct erasures *erasures, struct missing *missing)
{
    struct audit_row row;
    *missing = (struct missing){0};
    audit_reader_seek(reader, audit_reader_first(reader));
    while (audit_reader_next(reader, &row) == AUDIT_ROW && row.sequence < end)
        look_at_row(&row, erasures, missing);
}

void evidence_check_missing(
    struct audit_reader *reader, uint64_t end, struct erasures *erasures, struct evidence_report *report)
{
    struct missing missing;
    uint64_t read_to = end;
    do
        look_for_missing(reader, end, erasures, &missing);
    while (missing.count > 0 && note_newer(reader, &read_to, erasures));
    report->parts_missing = missing.count;
    if (missing.count > 0)
        evidence_find(
            report, EVIDENCE_GAP, missing.sequence,
            "the private parts of %llu records are missing, and no record says that they were erased; the first is "
            "of %s",
            (unsigned long long)missing.count, missing.first);
}
