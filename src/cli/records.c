/* SPDX-License-Identifier: Apache-2.0 */
/* Walks a store with its reader, and says what goes wrong. */
#include "records.h"

#include "exeat/base/clock.h"
#include "exeat/record.h"

bool span_read(struct span *span)
{
    span->since_us = INT64_MIN;
    span->until_us = INT64_MAX;
    return read_time(span->since, "--since", &span->since_us) && read_time(span->until, "--until", &span->until_us);
}

static bool is_within(const struct record *record, const struct span *span)
{
    return record->head.wall_us >= span->since_us && record->head.wall_us <= span->until_us;
}

bool records_walk(const char *directory, const struct span *span, record_taker take, void *context)
{
    char *error = NULL;
    struct store_row row;
    struct record record;
    enum store_read read = STORE_ROW;
    struct store_reader *reader = store_reader_open(directory, &error);
    if (reader == NULL) {
        complain_free(EXIT_IO, error);
        return false;
    }
    while ((read = store_reader_next(reader, &row)) == STORE_ROW)
        if (record_parse(row.body, &record) && is_within(&record, span))
            take(context, &row, &record);
    if (read == STORE_UNREADABLE)
        complain(EXIT_IO, "%s", store_reader_error(reader));
    store_reader_free(reader);
    return read == STORE_END;
}

bool record_is_decision(const struct store_row *row, const struct record *record, struct decision_record *decision)
{
    if (record->head.kind != RECORD_DECISION)
        return false;
    record_decision_read(record, row->private_part, decision);
    return true;
}
