/* SPDX-License-Identifier: Apache-2.0 */
/* Can the records be believed? One pass: each record against its place, its columns and its private part; the tree over
 * them against every checkpoint, inside and outside. */
#include <stdarg.h>
#include <string.h>

#include "evidence_internal.h"
#include "exeat/base/clock.h"
#include "exeat/base/memory.h"

enum { YOUNG_US = 5000000 }; /* a live store's last records may wait this long for their checkpoint */

struct verify {
    struct audit_reader *reader;
    const struct evidence_check *check;
    struct evidence_report *report;
    struct audit_tree tree;
    uint64_t next_checkpoint; /* size; UINT64_MAX: none */
    struct buffer note;
    uint64_t signed_size;
    int64_t last_us;
    bool is_closed;
    uint64_t lost;
    uint64_t pruned_to; /* records before this one were removed lawfully: a PRUNE record says so */
};

const char *evidence_verdict_name(enum evidence_verdict verdict)
{
    static const char *const names[] = {"OK", "TAMPERED", "TRUNCATED", "FORKED", "GAP", "UNSIGNED_TAIL", "UNREADABLE"};
    return names[verdict];
}

static bool PRINTF_LIKE(3, 4) find(struct verify *verify, enum evidence_verdict verdict, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(verify->report->detail, sizeof(verify->report->detail), format, arguments);
    va_end(arguments);
    verify->report->verdict = verdict;
    return false;
}

#define NUMBER(value) ((unsigned long long)(value))

/* --- one record
 * --------------------------------------------------------------------------------------------------------- */

static struct bytes field_of(struct bytes fields, uint8_t wanted)
{
    struct bytes value;
    uint8_t tag;
    while (audit_field_next(&fields, &tag, &value))
        if (tag == wanted)
            return value;
    return (struct bytes){0};
}

static bool check_private(struct verify *verify, const struct audit_row *row, const struct audit_record *record)
{
    struct bytes commitment = field_of(record->fields, AUDIT_TAG_COMMITMENT);
    struct digest digest;
    if (row->salt.length == 0) {
        verify->report->erased += commitment.length > 0 ? 1 : 0;
        return true;
    }
    bool good = row->salt.length == AUDIT_SALT_SIZE && commitment.length == sizeof(digest.bytes);
    if (good) {
        audit_commitment(row->salt.data, row->private_part, &digest);
        good = memcmp(digest.bytes, commitment.data, sizeof(digest.bytes)) == 0;
    }
    return good ||
           find(verify, EVIDENCE_TAMPERED, "the private part of record %llu was changed", NUMBER(row->sequence));
}

static bool check_columns(struct verify *verify, const struct audit_row *row, const struct audit_record *record)
{
    return audit_row_agrees(row, record) ||
           find(
               verify, EVIDENCE_TAMPERED, "the columns of record %llu are not those of its bytes",
               NUMBER(row->sequence));
}

static void note_life(struct verify *verify, const struct audit_record *record)
{
    enum { TAG_PREVIOUS_SIZE = 0x21, TAG_EVENT = 0x28, TAG_COUNT = 0x2c };
    verify->is_closed = record->head.kind == AUDIT_CLOSE;
    verify->last_us = record->head.wall_us;
    if (record->head.kind == AUDIT_OPEN &&
        text_equal(text_of_bytes(field_of(record->fields, TAG_EVENT)), TEXT("start_after_crash")))
        verify->report->crashes++;
    if (record->head.kind == AUDIT_GAP) {
        struct bytes count = field_of(record->fields, TAG_COUNT);
        verify->lost += count.length == 8 ? bytes_get_u64(count.data) : 1;
    }
    struct bytes pruned = field_of(record->fields, TAG_PREVIOUS_SIZE);
    if (record->head.kind == AUDIT_PRUNE && pruned.length == 8)
        verify->pruned_to = bytes_get_u64(pruned.data);
}

static bool check_row(struct verify *verify, const struct audit_row *row)
{
    struct audit_record record;
    struct digest leaf;
    if (row->sequence != verify->tree.size)
        return find(verify, EVIDENCE_GAP, "record %llu is missing", NUMBER(verify->tree.size));
    if (!audit_record_parse(row->body, &record))
        return find(verify, EVIDENCE_TAMPERED, "record %llu has no valid encoding", NUMBER(row->sequence));
    if (verify->is_closed && record.head.kind != AUDIT_OPEN)
        return find(
            verify, EVIDENCE_TAMPERED, "record %llu follows the end of a run, and no other had begun",
            NUMBER(row->sequence));
    if (!check_columns(verify, row, &record) || !check_private(verify, row, &record))
        return false;
    note_life(verify, &record);
    audit_leaf(row->body, &leaf);
    audit_tree_append(&verify->tree, &leaf);
    verify->report->records++;
    return true;
}

/* --- checkpoints
 * -------------------------------------------------------------------------------------------------------- */

static void seek_checkpoint(struct verify *verify, uint64_t after)
{
    buffer_empty(&verify->note);
    if (!audit_reader_checkpoint(verify->reader, after, &verify->next_checkpoint, &verify->note))
        verify->next_checkpoint = UINT64_MAX;
}

static bool check_note(struct verify *verify, struct text note, enum evidence_verdict if_not)
{
    struct audit_checkpoint checkpoint;
    struct digest root;
    struct text origin = audit_reader_origin(verify->reader);
    audit_tree_root(&verify->tree, &root);
    if (!audit_checkpoint_parse(note, &checkpoint) || checkpoint.size != verify->tree.size ||
        !text_equal(checkpoint.origin, origin))
        return find(verify, EVIDENCE_TAMPERED, "the checkpoint at %llu is not readable", NUMBER(verify->tree.size));
    if (verify->check->key != NULL && !audit_checkpoint_verify(note, origin, verify->check->key))
        return find(
            verify, EVIDENCE_TAMPERED, "the checkpoint at %llu has no good signature of the log's key",
            NUMBER(verify->tree.size));
    return digest_equal(&checkpoint.root, &root) ||
           find(
               verify, if_not, "records %llu to %llu are not those that were signed", NUMBER(verify->signed_size),
               NUMBER(verify->tree.size - 1));
}

static bool check_inner(struct verify *verify)
{
    if (verify->tree.size != verify->next_checkpoint)
        return true;
    if (!check_note(verify, buffer_text(&verify->note), EVIDENCE_TAMPERED))
        return false;
    verify->signed_size = verify->tree.size;
    verify->report->checkpoints++;
    seek_checkpoint(verify, verify->tree.size);
    return true;
}

static bool check_anchors(struct verify *verify)
{
    for (size_t i = 0; i < verify->check->anchor_count; i++) {
        struct audit_checkpoint checkpoint;
        struct text note = verify->check->anchors[i].note;
        if (!audit_checkpoint_parse(note, &checkpoint))
            return find(verify, EVIDENCE_UNREADABLE, "checkpoint file %zu is no checkpoint", i + 1);
        if (checkpoint.size == verify->tree.size && !check_note(verify, note, EVIDENCE_FORKED))
            return false;
    }
    return true;
}

static bool check_anchor_sizes(struct verify *verify)
{
    for (size_t i = 0; i < verify->check->anchor_count; i++) {
        struct audit_checkpoint checkpoint;
        if (audit_checkpoint_parse(verify->check->anchors[i].note, &checkpoint) && checkpoint.size > verify->tree.size)
            return find(
                verify, EVIDENCE_TRUNCATED, "an outside checkpoint covers %llu records, %llu are here",
                NUMBER(checkpoint.size), NUMBER(verify->tree.size));
    }
    return true;
}

/* --- the whole
 * ---------------------------------------------------------------------------------------------------------- */

static bool check_rows(struct verify *verify)
{
    struct audit_row row;
    for (;;) {
        switch (audit_reader_next(verify->reader, &row)) {
        case AUDIT_END:
            return true;
        case AUDIT_UNREADABLE:
            return find(verify, EVIDENCE_UNREADABLE, "%s", audit_reader_error(verify->reader));
        case AUDIT_ROW:
            break;
        }
        if (!check_row(verify, &row) || !check_inner(verify) || !check_anchors(verify))
            return false;
    }
}

static bool check_end(struct verify *verify)
{
    verify->report->unsigned_tail = verify->tree.size - verify->signed_size;
    if (verify->next_checkpoint != UINT64_MAX)
        return find(
            verify, EVIDENCE_TRUNCATED, "a signed checkpoint covers %llu records, %llu are here",
            NUMBER(verify->next_checkpoint), NUMBER(verify->tree.size));
    if (!check_anchor_sizes(verify))
        return false;
    if (audit_reader_base(verify->reader)->size > verify->pruned_to)
        return find(
            verify, EVIDENCE_GAP, "records 0 to %llu are not here, and no PRUNE record says that they were removed",
            NUMBER(audit_reader_base(verify->reader)->size - 1));
    if (verify->lost > 0)
        return find(
            verify, EVIDENCE_GAP, "%llu decisions were let through unrecorded (on_failure: allow)",
            NUMBER(verify->lost));
    bool is_young = !verify->is_closed && clock_wall_us() - verify->last_us < YOUNG_US;
    if (verify->report->unsigned_tail > 0 && !is_young)
        return find(
            verify, EVIDENCE_UNSIGNED_TAIL, "the last %llu records have no checkpoint; starting the gate signs them",
            NUMBER(verify->report->unsigned_tail));
    return true;
}

void evidence_verify(struct audit_reader *reader, const struct evidence_check *check, struct evidence_report *report)
{
    struct verify verify = {.reader = reader, .check = check, .report = report, .tree = *audit_reader_base(reader)};
    *report = (struct evidence_report){.verdict = EVIDENCE_OK};
    verify.signed_size = verify.tree.size;
    audit_reader_seek(reader, verify.tree.size);
    seek_checkpoint(&verify, verify.tree.size);
    if (check_rows(&verify))
        (void)check_end(&verify);
    audit_tree_root(&verify.tree, &report->root);
    buffer_clear(&verify.note);
}
