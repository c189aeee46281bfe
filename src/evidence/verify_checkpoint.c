/* SPDX-License-Identifier: Apache-2.0 */
/* The tree over the records, against every checkpoint of the store and from outside. */
#include <stdlib.h>

#include "exeat/base/memory.h"
#include "verify.h"

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
        verify->report->outside.cosignatures++;
        verify->report->outside.size = verify->tree.size;
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
        verify_find(
            verify, EVIDENCE_TAMPERED, size, "the checkpoint at %llu is not readable, or of another log", NUMBER(size));
        return false;
    }
    if (verify->check->key != NULL && !tlog_checkpoint_verify(note, origin, verify->check->key)) {
        verify_find(
            verify, EVIDENCE_TAMPERED, size, "the checkpoint at %llu has no good signature of the log's key",
            NUMBER(size));
        return false;
    }
    tlog_tree_root(&verify->tree, &root);
    if (verify->is_broken)
        return false; /* the gap is said already */
    if (digest_equal(&checkpoint.root, &root))
        return true;
    verify_find(
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
            verify_find(verify, EVIDENCE_TAMPERED, tree.size, "the cosigned checkpoint is no checkpoint");
    }
    for (size_t i = 0; i < verify->check->anchor_count; i++) {
        struct anchor anchor = {.note = verify->check->anchors[i].note};
        if (!tlog_checkpoint_parse(anchor.note, &anchor.checkpoint))
            verify_find(
                verify, EVIDENCE_UNREADABLE, 0, "%.*s: is no checkpoint", TEXT_ARG(verify->check->anchors[i].name));
        else if (text_equal(anchor.checkpoint.origin, store_reader_origin(verify->reader)))
            verify->anchors[verify->anchor_count++] = anchor;
        else if (!verify->check->has_many_logs)
            verify_find(
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
            verify->report->outside.anchors++;
            verify->report->outside.size = verify->tree.size;
        }
    }
}

void verify_begin_checkpoints(struct verify *verify)
{
    read_anchors(verify);
    seek_checkpoint(verify, verify->tree.size);
}

void verify_checkpoints(struct verify *verify)
{
    check_inner(verify);
    check_anchors(verify);
}

/* A checkpoint of more than is here: the end is gone, if the log's key has signed it. */
static void check_beyond(
    struct verify *verify, struct text note, uint64_t covered, const char *whose, enum evidence_verdict if_unsigned)
{
    uint64_t size = verify->tree.size;
    const uint8_t *key = verify->check->key;
    if (key == NULL || tlog_checkpoint_verify(note, store_reader_origin(verify->reader), key))
        verify_find(
            verify, EVIDENCE_TRUNCATED, size, "%s checkpoint covers %llu records, %llu are here", whose,
            NUMBER(covered), NUMBER(size));
    else
        verify_find(
            verify, if_unsigned, size, "%s checkpoint of %llu records has no good signature of the log's key", whose,
            NUMBER(covered));
}

void verify_beyond(struct verify *verify)
{
    if (verify->next_checkpoint != UINT64_MAX && verify->report->findings[EVIDENCE_UNREADABLE].count == 0)
        check_beyond(verify, buffer_text(&verify->note), verify->next_checkpoint, "a signed", EVIDENCE_TAMPERED);
    for (size_t i = verify->next_anchor; i < verify->anchor_count; i++)
        check_beyond(
            verify, verify->anchors[i].note, verify->anchors[i].checkpoint.size,
            verify->anchors[i].is_inner ? "a cosigned" : "an outside",
            verify->anchors[i].is_inner ? EVIDENCE_TAMPERED : EVIDENCE_UNREADABLE);
}
