/* SPDX-License-Identifier: Apache-2.0 */
/* Can the records be believed? One pass: each record against its place, its columns and its private part; the tree over
 * them against every checkpoint, inside and outside. What is wrong in one way does not hide what is wrong in another.
 */
#include <stdatomic.h>

#include "exeat/base/clock.h"
#include "exeat/base/memory.h"
#include "verify.h"

enum { YOUNG_US = 5000000 }; /* a live store's last records may wait this long for their checkpoint */
enum { PROGRESS_EACH = 4096 };

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
        verify_record(verify, &row);
        verify_checkpoints(verify);
        if (progress != NULL && verify->report->records % PROGRESS_EACH == 0)
            progress->on_progress(progress->context, verify->tree.size);
    }
    if (read == STORE_UNREADABLE)
        verify_find(verify, EVIDENCE_UNREADABLE, verify->tree.size, "%s", store_reader_error(verify->reader));
}

static void check_end(struct verify *verify)
{
    uint64_t size = verify->tree.size;
    verify->report->unsigned_tail = size - verify->signed_size;
    verify_beyond(verify);
    if (verify->report->first > verify->pruned_to)
        verify_find(
            verify, EVIDENCE_GAP, 0, "records 0 to %llu are not here, and no PRUNE record says that they were removed",
            NUMBER(verify->report->first - 1));
    if (verify->lost > 0)
        verify_find(
            verify, EVIDENCE_GAP, size,
            "%llu decisions were let through unrecorded (on_failure: allow), or given up when nobody waited for them",
            NUMBER(verify->lost));
    bool is_young = !verify->is_closed && clock_wall_us() - verify->report->last_us < YOUNG_US;
    if (verify->report->unsigned_tail > 0 && !is_young && !verify->is_broken)
        verify_find(
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
    verify_begin_checkpoints(&verify);
    store_reader_seek(reader, verify.tree.size);
    check_rows(&verify);
    store_reader_texts(reader, verify_text, &verify);
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
