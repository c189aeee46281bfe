/* SPDX-License-Identifier: Apache-2.0 */
/* Checkpoints: what they cover, and the last records, which none may leave uncovered. */
#include "exeat/base/clock.h"
#include "writer.h"

void writer_sign(struct writer *writer)
{
    struct digest root;
    tlog_tree_root(&writer->segment->tree, &root);
    buffer_empty(&writer->note);
    tlog_checkpoint_write(
        writer->audit->options.origin, writer->segment->tree.size, &root, writer->audit->options.key, &writer->note);
    writer->note_size = writer->segment->tree.size;
    writer->times.signed_us = clock_boot_us();
}

bool writer_is_unsigned(const struct writer *writer)
{
    uint64_t covered = writer->note.length > 0 ? writer->note_size : writer->segment->signed_size;
    return covered < writer->segment->tree.size && atomic_load(&writer->audit->holds.signing) == AUDIT_SIGNS;
}

static bool may_sign_after(const struct writer *writer, enum record_kind kind)
{
    switch ((enum audit_signing)atomic_load(&writer->audit->holds.signing)) {
    case AUDIT_SIGNS:
        return true;
    case AUDIT_SIGNS_LAST:
        return kind == RECORD_CLOSE;
    case AUDIT_SIGNS_NOT:
        break;
    }
    return false;
}

/* Records that are still to be written, from a commit that failed: they stand before a last one. */
static bool is_behind(const struct writer *writer)
{
    return writer->owed.count > 0 || writer->said.count > 0 || writer->count > 0;
}

bool writer_write_last(struct writer *writer, enum record_kind kind, struct bytes fields)
{
    struct own_record life = {.kind = kind, .fields = fields};
    struct own_record **end = &writer->life;
    if (is_behind(writer))
        commit_batch(writer, false);
    if (is_behind(writer))
        return false;
    sem_init(&life.done, 0, 0);
    while (*end != NULL)
        end = &(*end)->next;
    *end = &life;
    commit_batch(writer, false);
    if (life.durable) {
        writer->segment->last_kind = kind;
        if (may_sign_after(writer, kind))
            writer_sign(writer);
        commit_batch(writer, false);
    }
    sem_destroy(&life.done);
    return life.durable;
}
