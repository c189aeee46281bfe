/* SPDX-License-Identifier: Apache-2.0 */
/* One record: against its place, its columns and its private part, and in the life of its gate. */
#include <string.h>

#include "verify.h"

bool evidence_private_fits(const struct record *record, struct bytes salt, struct bytes private_part)
{
    struct bytes commitment = record_field_find(record->fields, RECORD_TAG_COMMITMENT);
    struct digest digest;
    if (salt.length != RECORD_SALT_SIZE || commitment.length != sizeof(digest.bytes))
        return false;
    record_commitment(salt.data, private_part, &digest);
    return memcmp(digest.bytes, commitment.data, sizeof(digest.bytes)) == 0;
}

static void check_private(struct verify *verify, const struct store_row *row, const struct record *record)
{
    char place[PLACE_SIZE];
    if (row->salt.length == 0)
        verify->parts_gone += record_field_find(record->fields, RECORD_TAG_COMMITMENT).length > 0 ? 1 : 0;
    else if (!evidence_private_fits(record, row->salt, row->private_part))
        verify_find(
            verify, EVIDENCE_TAMPERED, row->sequence, "the private part of %s was changed",
            evidence_place(record, place));
}

static void check_columns(struct verify *verify, const struct store_row *row, const struct record *record)
{
    char place[PLACE_SIZE];
    if (!store_row_agrees(row, record))
        verify_find(
            verify, EVIDENCE_TAMPERED, row->sequence, "the columns of %s are not those of its bytes",
            evidence_place(record, place));
}

/* The texts that a policy record names are stored beside it. That each is what it is stored as is asked of all of them
 * at the end. */
static void check_policy(struct verify *verify, const struct record *record, const struct record_event *life)
{
    struct record_files files;
    struct digest digest;
    char place[PLACE_SIZE];
    verify->report->policies++;
    record_files_of(life, &files);
    while (record_files_next(&files, &digest)) {
        struct buffer body = {0};
        if (!store_reader_blob(verify->reader, &digest, &body)) {
            verify->report->policies_missing++;
            verify_find(
                verify, EVIDENCE_GAP, record->head.sequence,
                "a policy's text that %s names is not here: SHA-256 %02x%02x%02x%02x...", evidence_place(record, place),
                digest.bytes[0], digest.bytes[1], digest.bytes[2], digest.bytes[3]);
        }
        buffer_clear(&body);
    }
}

void verify_text(void *context, uint64_t first, struct bytes digest, struct bytes body)
{
    struct verify *verify = context;
    struct buffer name = {0};
    struct digest found;
    digest_sha256(body, &found);
    if (digest.length == sizeof(found.bytes) && memcmp(digest.data, found.bytes, sizeof(found.bytes)) == 0)
        return;
    buffer_append_hex(&name, digest);
    verify_find(
        verify, EVIDENCE_TAMPERED, first,
        "a policy's text stored in the segment of record %llu is not the one that the log names: SHA-256 %.*s...",
        NUMBER(first), TEXT_ARG(text_part(buffer_text(&name), 0, 8)));
    buffer_clear(&name);
}

/* An outcome is of a decision that came before it, in the same run. Where a run began before what is here, nobody
 * knows. */
static void check_pair(struct verify *verify, const struct record *record)
{
    struct request_id id = {0};
    struct bytes value = record_field_find(record->fields, RECORD_TAG_REQUEST);
    char place[PLACE_SIZE];
    if (value.length != sizeof(id.bytes))
        return;
    memcpy(id.bytes, value.data, sizeof(id.bytes));
    if (record->head.kind == RECORD_DECISION) {
        verify->knows_run = id_set_add(&verify->under_way, &id) && verify->knows_run;
        return;
    }
    if (id_set_remove(&verify->under_way, &id) || !verify->knows_run || verify->is_broken)
        return;
    if (verify->excused > 0) {
        verify->excused--;
        return;
    }
    verify->report->orphans++;
    verify_find(
        verify, EVIDENCE_GAP, record->head.sequence, "%s is an outcome without its decision",
        evidence_place(record, place));
}

static void begin_run(struct verify *verify)
{
    id_set_empty(&verify->under_way);
    verify->excused = 0;
    verify->knows_run = true;
}

static void note_life(struct verify *verify, const struct record *record)
{
    struct record_event life;
    verify->is_closed = record->head.kind == RECORD_CLOSE;
    if (record->head.kind == RECORD_DECISION || record->head.kind == RECORD_COMPLETION) {
        check_pair(verify, record);
        return;
    }
    record_event_read(record, &life);
    (void)export_erasures_note(&verify->erasures, record);
    if (record->head.kind == RECORD_OPEN && !text_equal(life.event, TEXT("roll")))
        begin_run(verify);
    if (record->head.kind == RECORD_OPEN && text_equal(life.event, TEXT("start_after_crash")))
        verify->report->crashes++;
    if (record->head.kind == RECORD_TIME_STEP)
        verify->report->clock_steps++;
    if (record->head.kind == RECORD_GAP) {
        verify->lost += life.count > 0 ? life.count : 1;
        verify->excused += life.count > 0 ? life.count : 1;
    }
    if (record->head.kind == RECORD_PRUNE)
        verify->pruned_to = life.previous_size > verify->pruned_to ? life.previous_size : verify->pruned_to;
    if (record->head.kind == RECORD_POLICY)
        check_policy(verify, record, &life);
}

static void check_order(struct verify *verify, const struct record *record)
{
    if (verify->is_closed && record->head.kind != RECORD_OPEN)
        verify_find(
            verify, EVIDENCE_TAMPERED, record->head.sequence,
            "record %llu follows the end of a run, and no other had begun", NUMBER(record->head.sequence));
}

static void note_time(struct verify *verify, int64_t wall_us)
{
    if (verify->report->records == 0)
        verify->report->first_us = wall_us;
    verify->report->last_us = wall_us;
}

void verify_record(struct verify *verify, const struct store_row *row)
{
    struct record record;
    struct digest leaf;
    if (row->sequence != verify->tree.size) {
        verify_find(
            verify, EVIDENCE_GAP, verify->tree.size,
            row->sequence - verify->tree.size == 1 ? "record %llu is missing" : "records %llu to %llu are missing",
            NUMBER(verify->tree.size), NUMBER(row->sequence - 1));
        verify->is_broken = true;
        verify->tree.size = row->sequence;
    }
    if (record_parse(row->body, &record)) {
        check_order(verify, &record);
        check_columns(verify, row, &record);
        check_private(verify, row, &record);
        note_life(verify, &record);
        note_time(verify, record.head.wall_us);
    } else {
        verify_find(
            verify, EVIDENCE_TAMPERED, row->sequence, "record %llu has no valid encoding", NUMBER(row->sequence));
    }
    verify->report->records++;
    if (verify->is_broken) {
        verify->tree.size++;
        return;
    }
    tlog_leaf(row->body, &leaf);
    tlog_tree_append(&verify->tree, &leaf);
}
