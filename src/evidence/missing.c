/* SPDX-License-Identifier: Apache-2.0 */
/* Which private parts are gone though no record says so. */
#include "evidence_internal.h"

/* What was erased while the store was read says so at its end. */
static bool note_newer(struct store_reader *reader, uint64_t *end, struct export_erasures *erasures)
{
    struct store_row row;
    struct record record;
    bool found = false;
    store_reader_seek(reader, *end);
    while (store_reader_next(reader, &row) == STORE_ROW) {
        *end = row.sequence + 1;
        found = (record_parse(row.body, &record) && export_erasures_note(erasures, &record)) || found;
    }
    return found;
}

struct missing {
    uint64_t count;
    char first[PLACE_SIZE];
    uint64_t sequence;
};

static void look_at_row(const struct store_row *row, const struct export_erasures *erasures, struct missing *missing)
{
    struct record record;
    if (row->salt.length > 0 || !record_parse(row->body, &record) ||
        record_field_find(record.fields, RECORD_TAG_COMMITMENT).length == 0 ||
        export_erasures_cover(erasures, record.head.sequence, record.head.wall_us) > 0)
        return;
    if (missing->count++ > 0)
        return;
    missing->sequence = record.head.sequence;
    (void)evidence_place(&record, missing->first);
}

static void look_for_missing(
    struct store_reader *reader, uint64_t end, const struct export_erasures *erasures, struct missing *missing)
{
    struct store_row row;
    *missing = (struct missing){0};
    store_reader_seek(reader, store_reader_first(reader));
    while (store_reader_next(reader, &row) == STORE_ROW && row.sequence < end)
        look_at_row(&row, erasures, missing);
}

void evidence_check_missing(
    struct store_reader *reader, uint64_t end, struct export_erasures *erasures, struct evidence_report *report)
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
