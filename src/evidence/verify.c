/* SPDX-License-Identifier: Apache-2.0 */
/* Can the records be believed? One pass: each record against its place, its columns and its private part; the tree over
 * them against every checkpoint, inside and outside. What is wrong in one way does not hide what is wrong in another.
 */
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "evidence_internal.h"
#include "exeat/base/clock.h"
#include "exeat/base/memory.h"

enum { YOUNG_US = 5000000 }; /* a live store's last records may wait this long for their checkpoint */
enum { PROGRESS_EACH = 4096 };

/* A checkpoint to compare with: from outside of the store, or the newest in it that a witness has cosigned. */
struct anchor {
    struct text note;
    bool is_inner;
    struct tlog_checkpoint checkpoint;
};

struct verify {
    struct store_reader *reader;
    const struct evidence_check *check;
    struct evidence_report *report;
    struct tlog_tree tree;
    bool is_broken;           /* a leaf is not known: roots from here on say nothing */
    uint64_t next_checkpoint; /* size; UINT64_MAX: none */
    struct buffer note;
    struct buffer cosigned;
    uint64_t signed_size;
    struct anchor *anchors; /* owned; by size */
    size_t anchor_count;
    size_t next_anchor;
    bool is_closed;
    uint64_t lost;
    uint64_t pruned_to; /* records before this one were removed lawfully: a PRUNE record says so */
    uint64_t parts_gone;
    struct export_erasures erasures; /* owned, both */
    struct id_set under_way;
    bool knows_run;   /* all decisions of this run are here */
    uint64_t excused; /* decisions of this run that a GAP record counts, and whose outcomes may come yet */
};

#define NUMBER(value) ((unsigned long long)(value))

static void PRINTF_LIKE(4, 5)
    find(struct verify *verify, enum evidence_verdict verdict, uint64_t sequence, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    evidence_find_list(verify->report, verdict, sequence, format, arguments);
    va_end(arguments);
}

/* --- one record
 * --------------------------------------------------------------------------------------------------------- */

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
        find(
            verify, EVIDENCE_TAMPERED, row->sequence, "the private part of %s was changed",
            evidence_place(record, place));
}

static void check_columns(struct verify *verify, const struct store_row *row, const struct record *record)
{
    char place[PLACE_SIZE];
    if (!store_row_agrees(row, record))
        find(
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
            find(
                verify, EVIDENCE_GAP, record->head.sequence,
                "a policy's text that %s names is not here: SHA-256 %02x%02x%02x%02x...", evidence_place(record, place),
                digest.bytes[0], digest.bytes[1], digest.bytes[2], digest.bytes[3]);
        }
        buffer_clear(&body);
    }
}

static void check_text(void *context, uint64_t first, struct bytes digest, struct bytes body)
{
    struct verify *verify = context;
    struct buffer name = {0};
    struct digest found;
    digest_sha256(body, &found);
    if (digest.length == sizeof(found.bytes) && memcmp(digest.data, found.bytes, sizeof(found.bytes)) == 0)
        return;
    buffer_append_hex(&name, digest);
    find(
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
    find(
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
        find(
            verify, EVIDENCE_TAMPERED, record->head.sequence,
            "record %llu follows the end of a run, and no other had begun", NUMBER(record->head.sequence));
}

static void note_time(struct verify *verify, int64_t wall_us)
{
    if (verify->report->records == 0)
        verify->report->first_us = wall_us;
    verify->report->last_us = wall_us;
}

static void check_row(struct verify *verify, const struct store_row *row)
{
    struct record record;
    struct digest leaf;
    if (row->sequence != verify->tree.size) {
        find(
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
        find(verify, EVIDENCE_TAMPERED, row->sequence, "record %llu has no valid encoding", NUMBER(row->sequence));
    }
    verify->report->records++;
    if (verify->is_broken) {
        verify->tree.size++;
        return;
    }
    tlog_leaf(row->body, &leaf);
    tlog_tree_append(&verify->tree, &leaf);
}

/* --- checkpoints
 * -------------------------------------------------------------------------------------------------------- */

static void seek_checkpoint(struct verify *verify, uint64_t after)
{
    buffer_empty(&verify->note);
    if (!store_reader_checkpoint(verify->reader, after, &verify->next_checkpoint, &verify->note))
        verify->next_checkpoint = UINT64_MAX;
}

/* A witness's statement on a checkpoint whose root is right: someone outside saw this much. */
static void note_witnesses(struct verify *verify, struct text text)
{
    struct tlog_note note;
    if (!tlog_note_parse(text, &note))
        return;
    for (size_t i = 0; i < verify->check->witness_count; i++) {
        uint64_t time = 0;
        if (tlog_note_verify(&note, &verify->check->witnesses[i], &time) != TLOG_SIGNED)
            continue;
        verify->report->cosignatures++;
        verify->report->anchored_size = verify->tree.size;
    }
}

static bool check_note(struct verify *verify, struct text note, enum evidence_verdict if_not)
{
    struct tlog_checkpoint checkpoint;
    struct digest root;
    uint64_t size = verify->tree.size;
    struct text origin = store_reader_origin(verify->reader);
    if (!tlog_checkpoint_parse(note, &checkpoint) || checkpoint.size != size ||
        !text_equal(checkpoint.origin, origin)) {
        find(
            verify, EVIDENCE_TAMPERED, size, "the checkpoint at %llu is not readable, or of another log", NUMBER(size));
        return false;
    }
    if (verify->check->key != NULL && !tlog_checkpoint_verify(note, origin, verify->check->key)) {
        find(
            verify, EVIDENCE_TAMPERED, size, "the checkpoint at %llu has no good signature of the log's key",
            NUMBER(size));
        return false;
    }
    tlog_tree_root(&verify->tree, &root);
    if (verify->is_broken)
        return false; /* the gap is said already */
    if (digest_equal(&checkpoint.root, &root))
        return true;
    find(
        verify, if_not, verify->signed_size, "one or more of the records %llu to %llu are not those that were signed",
        NUMBER(verify->signed_size), NUMBER(size - 1));
    verify->is_broken = true;
    return false;
}

static void check_inner(struct verify *verify)
{
    if (verify->tree.size < verify->next_checkpoint)
        return;
    if (verify->tree.size > verify->next_checkpoint) /* it lies in a gap */
        seek_checkpoint(verify, verify->tree.size - 1);
    if (verify->tree.size != verify->next_checkpoint)
        return;
    if (check_note(verify, buffer_text(&verify->note), EVIDENCE_TAMPERED)) {
        verify->report->checkpoints++;
        note_witnesses(verify, buffer_text(&verify->note));
    }
    verify->signed_size = verify->tree.size;
    seek_checkpoint(verify, verify->tree.size);
}

static int compare_anchors(const void *left, const void *right)
{
    const struct anchor *a = left;
    const struct anchor *b = right;
    return a->checkpoint.size < b->checkpoint.size ? -1 : a->checkpoint.size > b->checkpoint.size;
}

static void read_anchors(struct verify *verify)
{
    struct tlog_tree tree;
    verify->anchors = base_array(verify->check->anchor_count + 1, sizeof(*verify->anchors));
    if (store_reader_cosigned(verify->reader, &tree, &verify->cosigned)) {
        struct anchor inner = {.note = buffer_text(&verify->cosigned), .is_inner = true};
        if (tlog_checkpoint_parse(inner.note, &inner.checkpoint))
            verify->anchors[verify->anchor_count++] = inner;
        else
            find(verify, EVIDENCE_TAMPERED, tree.size, "the cosigned checkpoint is no checkpoint");
    }
    for (size_t i = 0; i < verify->check->anchor_count; i++) {
        struct anchor anchor = {.note = verify->check->anchors[i].note};
        if (!tlog_checkpoint_parse(anchor.note, &anchor.checkpoint))
            find(verify, EVIDENCE_UNREADABLE, 0, "%.*s: is no checkpoint", TEXT_ARG(verify->check->anchors[i].name));
        else if (text_equal(anchor.checkpoint.origin, store_reader_origin(verify->reader)))
            verify->anchors[verify->anchor_count++] = anchor;
        else if (!verify->check->has_many_logs)
            find(
                verify, EVIDENCE_UNREADABLE, 0, "%.*s: is of another log, %.*s",
                TEXT_ARG(verify->check->anchors[i].name), TEXT_ARG(anchor.checkpoint.origin));
    }
    qsort(verify->anchors, verify->anchor_count, sizeof(*verify->anchors), compare_anchors);
}

static void check_anchors(struct verify *verify)
{
    while (verify->next_anchor < verify->anchor_count &&
           verify->anchors[verify->next_anchor].checkpoint.size <= verify->tree.size) {
        const struct anchor *anchor = &verify->anchors[verify->next_anchor++];
        if (anchor->checkpoint.size < verify->tree.size) /* before the oldest record that is here */
            continue;
        if (anchor->is_inner) {
            if (check_note(verify, anchor->note, EVIDENCE_TAMPERED))
                note_witnesses(verify, anchor->note);
        } else if (check_note(verify, anchor->note, EVIDENCE_FORKED)) {
            verify->report->anchors++;
            verify->report->anchored_size = verify->tree.size;
        }
    }
}

/* --- the whole
 * ---------------------------------------------------------------------------------------------------------- */

static bool is_over(const struct evidence_check *check)
{
    return check->is_over != NULL && atomic_load_explicit(check->is_over, memory_order_relaxed);
}

static void check_rows(struct verify *verify)
{
    struct store_row row;
    const struct export_progress *progress = verify->check->progress;
    enum store_read read = STORE_END;
    while (!is_over(verify->check) && (read = store_reader_next(verify->reader, &row)) == STORE_ROW) {
        check_row(verify, &row);
        check_inner(verify);
        check_anchors(verify);
        if (progress != NULL && verify->report->records % PROGRESS_EACH == 0)
            progress->on_progress(progress->context, verify->tree.size);
    }
    if (read == STORE_UNREADABLE)
        find(verify, EVIDENCE_UNREADABLE, verify->tree.size, "%s", store_reader_error(verify->reader));
}

/* A checkpoint of more than is here: the end is gone, if the log's key has signed it. */
static void check_beyond(
    struct verify *verify, struct text note, uint64_t covered, const char *whose, enum evidence_verdict if_unsigned)
{
    uint64_t size = verify->tree.size;
    const uint8_t *key = verify->check->key;
    if (key == NULL || tlog_checkpoint_verify(note, store_reader_origin(verify->reader), key))
        find(
            verify, EVIDENCE_TRUNCATED, size, "%s checkpoint covers %llu records, %llu are here", whose,
            NUMBER(covered), NUMBER(size));
    else
        find(
            verify, if_unsigned, size, "%s checkpoint of %llu records has no good signature of the log's key", whose,
            NUMBER(covered));
}

static void check_end(struct verify *verify)
{
    uint64_t size = verify->tree.size;
    verify->report->unsigned_tail = size - verify->signed_size;
    if (verify->next_checkpoint != UINT64_MAX && verify->report->findings[EVIDENCE_UNREADABLE].count == 0)
        check_beyond(verify, buffer_text(&verify->note), verify->next_checkpoint, "a signed", EVIDENCE_TAMPERED);
    for (size_t i = verify->next_anchor; i < verify->anchor_count; i++)
        check_beyond(
            verify, verify->anchors[i].note, verify->anchors[i].checkpoint.size,
            verify->anchors[i].is_inner ? "a cosigned" : "an outside",
            verify->anchors[i].is_inner ? EVIDENCE_TAMPERED : EVIDENCE_UNREADABLE);
    if (verify->report->first > verify->pruned_to)
        find(
            verify, EVIDENCE_GAP, 0, "records 0 to %llu are not here, and no PRUNE record says that they were removed",
            NUMBER(verify->report->first - 1));
    if (verify->lost > 0)
        find(
            verify, EVIDENCE_GAP, size,
            "%llu decisions were let through unrecorded (on_failure: allow), or given up when nobody waited for them",
            NUMBER(verify->lost));
    bool is_young = !verify->is_closed && clock_wall_us() - verify->report->last_us < YOUNG_US;
    if (verify->report->unsigned_tail > 0 && !is_young && !verify->is_broken)
        find(
            verify, EVIDENCE_UNSIGNED_TAIL, verify->signed_size,
            "the last %llu records have no checkpoint; starting the gate signs them",
            NUMBER(verify->report->unsigned_tail));
}

void evidence_verify(struct store_reader *reader, const struct evidence_check *check, struct evidence_report *report)
{
    struct verify verify = {.reader = reader, .check = check, .report = report, .tree = *store_reader_base(reader)};
    *report = (struct evidence_report){.first = verify.tree.size, .told = check->told};
    verify.knows_run = verify.tree.size == 0;
    verify.signed_size = verify.tree.size;
    read_anchors(&verify);
    store_reader_seek(reader, verify.tree.size);
    seek_checkpoint(&verify, verify.tree.size);
    check_rows(&verify);
    store_reader_texts(reader, check_text, &verify);
    check_end(&verify);
    if (verify.parts_gone > 0)
        evidence_check_missing(reader, verify.tree.size, &verify.erasures, report);
    report->erased = verify.parts_gone - report->parts_missing;
    if (!verify.is_broken)
        tlog_tree_root(&verify.tree, &report->root);
    report->size = verify.tree.size;
    evidence_conclude(report);
    base_free(verify.anchors);
    export_erasures_clear(&verify.erasures);
    id_set_clear(&verify.under_way);
    buffer_clear(&verify.note);
    buffer_clear(&verify.cosigned);
}
