/* SPDX-License-Identifier: Apache-2.0 */
/* The records of one transaction, in their order. It may be open for a while: chunks that a worker has ended go into it
 * one by one, so that the commit itself is short. */
#include "exeat/base/clock.h"
#include "writer.h"

enum { CLOCK_STEP_US = 1000000 };

static void add_number(struct writer *writer, enum record_kind kind, uint64_t number)
{
    struct buffer fields = {0};
    record_number_append(&fields, EVENT_COUNT, number, 8);
    record_loose_add_fields(&writer->own, kind, bytes_of_text(buffer_text(&fields)));
    buffer_clear(&fields);
}

/* A wall clock that was set leaves a record, so that times can be told apart from it. */
static void add_clock_step(struct writer *writer, const struct record_clock *clock)
{
    int64_t offset = clock->wall_us - (int64_t)clock->boot_us;
    int64_t step = offset - writer->times.wall_offset_us;
    if (step < CLOCK_STEP_US && step > -CLOCK_STEP_US)
        return;
    writer->times.wall_offset_us = offset;
    add_number(writer, RECORD_TIME_STEP, (uint64_t)step);
}

static void collect_own(struct writer *writer, const struct record_clock *clock, bool heartbeat)
{
    record_loose_empty(&writer->own);
    standing_add_first_records(writer);
    if (writer->lost > 0)
        add_number(writer, RECORD_GAP, writer->lost);
    add_clock_step(writer, clock);
    for (struct own_record *life = writer->life; life != NULL; life = life->next) {
        life->sequence = writer->segment->tree.size + writer->own.count;
        record_loose_add_fields(&writer->own, life->kind, life->fields);
    }
    if (heartbeat)
        record_loose_add_fields(&writer->own, RECORD_HEARTBEAT, (struct bytes){0});
}

/* The texts that records name; where the segment began by rolling, those of the policy in force are in the one before.
 */
static bool add_texts(struct writer *writer)
{
    if (writer->standing.policy_row != 0 && !standing_add_policy_rows(writer, writer->standing.policy_row))
        return false;
    for (const struct own_record *life = writer->life; life != NULL; life = life->next)
        for (size_t i = 0; i < life->blob_count; i++)
            if (!store_segment_add_blob(writer->segment, &life->blobs[i]) ||
                !store_segment_add_policy(writer->segment, life->sequence, &life->blobs[i].digest))
                return false;
    return true;
}

static struct record_batch batch_of_chunk(struct audit_chunk *chunk)
{
    return (struct record_batch){
        chunk->body, chunk->body_length, chunk->private_part, chunk->private_length, chunk->count};
}

/* One draw of the kernel's random bytes for all salts of a batch. */
static bool add_batch(struct writer *writer, struct record_batch batch, const struct record_clock *clock)
{
    size_t salts = (size_t)record_batch_count_private(&batch) * RECORD_SALT_SIZE;
    if (batch.count == 0)
        return true;
    buffer_empty(&writer->salts);
    buffer_reserve(&writer->salts, salts + 1);
    random_fill((uint8_t *)writer->salts.data, salts);
    return store_segment_add_batch(writer->segment, &batch, clock, (const uint8_t *)writer->salts.data);
}

static struct record_clock time_now(struct writer *writer)
{
    struct record_clock clock = {clock_wall_us(), clock_boot_us()};
    writer->times.record_us = clock.boot_us;
    return clock;
}

static bool begin(struct writer *writer)
{
    struct writer_transaction *transaction = &writer->transaction;
    if (transaction->is_open)
        return true;
    *transaction = (struct writer_transaction){
        .begin = {writer->segment->tree, writer->segment->framed_size},
        .wall_offset_us = writer->times.wall_offset_us,
    };
    transaction->is_open = store_segment_begin(writer->segment);
    return transaction->is_open;
}

void transaction_undo(struct writer *writer)
{
    if (!writer->transaction.is_open)
        return;
    store_segment_rollback(writer->segment, &writer->transaction.begin);
    writer->times.wall_offset_us = writer->transaction.wall_offset_us;
    writer->transaction.is_open = false;
    writer->transaction.stored = 0;
}

static bool add_chunk(struct writer *writer, const struct record_clock *clock)
{
    struct audit_chunk *chunk = writer->batch[writer->transaction.stored].chunk;
    bool done = add_batch(writer, batch_of_chunk(chunk), clock);
    writer->transaction.stored += done;
    return done;
}

bool transaction_add_chunk(struct writer *writer)
{
    struct record_clock clock = time_now(writer);
    record_loose_empty(&writer->own);
    add_clock_step(writer, &clock);
    bool done =
        begin(writer) && add_batch(writer, record_loose_view(&writer->own), &clock) && add_chunk(writer, &clock);
    if (!done)
        transaction_undo(writer);
    return done;
}

static bool add_all(struct writer *writer, bool heartbeat)
{
    struct record_clock clock = time_now(writer);
    struct store_segment *segment = writer->segment;
    if (writer->note.length > 0 &&
        !store_segment_add_checkpoint(segment, writer->note_size, buffer_text(&writer->note)))
        return false;
    if (!outside_write(writer->audit, segment, writer->cosigned, &writer->cosigned_next))
        return false;
    collect_own(writer, &clock, heartbeat);
    if (!add_batch(writer, record_loose_view(&writer->own), &clock) || !add_texts(writer) ||
        !add_batch(writer, record_loose_view(&writer->said), &clock) ||
        !add_batch(writer, record_loose_view(&writer->owed), &clock))
        return false;
    while (writer->transaction.stored < writer->count)
        if (!add_chunk(writer, &clock))
            return false;
    return true;
}

bool transaction_commit(struct writer *writer, bool heartbeat)
{
    bool done = begin(writer) && add_all(writer, heartbeat) && store_segment_commit(writer->segment);
    if (done)
        writer->transaction = (struct writer_transaction){0};
    return done;
}
