/* SPDX-License-Identifier: Apache-2.0 */
/* One transaction of the writer, and the answers to those who handed its records over.
 * 1. A chunk is answered after the commit that holds it has returned, never before.
 * 2. Records that nobody waits for, or not any more, are kept over a failed commit and tried again; decisions that
 *    somebody waits for are answered with what the options say. What cannot be kept is counted in a GAP record.
 * 3. An error of fsync ends the process: what the disk holds is then unknown. */
#include "exeat/base/clock.h"
#include "exeat/base/histogram.h"
#include "exeat/base/log.h"
#include "writer.h"

enum {
    RETRY_US = 1000000,
    OWED_MAX = 8 << 20, /* beyond that decisions, and with on_failure: allow outcomes too, are lost and counted */
};

const uint64_t audit_latency_bounds_us[AUDIT_LATENCY_BUCKETS] = {100,  250,   500,   1000,   2500,
                                                                 5000, 10000, 50000, 250000, 1000000};

/* --- answers -------------------------------------------------------------------------------------------------------
 */

/* Each worker is woken once for all of its chunks. The lock keeps the ports from being freed meanwhile. */
static void answer_chunks(struct writer *writer)
{
    pthread_mutex_lock(&writer->audit->ports_lock);
    for (size_t i = 0; i < writer->count; i++) {
        struct taken_chunk *one = &writer->batch[i];
        bool is_last = i + 1 == writer->count || writer->batch[i + 1].port != one->port;
        bool is_awaited = one->chunk->is_awaited;
        port_answer(one->port, one->chunk);
        one->port->owes_wake = one->port->owes_wake || is_awaited;
        if (is_last && one->port->owes_wake) {
            audit_wake(one->port->wake);
            one->port->owes_wake = false;
        }
    }
    writer->count = 0;
    pthread_mutex_unlock(&writer->audit->ports_lock);
}

static void answer_life(struct writer *writer, bool durable)
{
    for (struct own_record *life = writer->life; life != NULL;) {
        struct own_record *next = life->next; /* the waiter's memory is gone after the post */
        life->durable = durable;
        if (durable)
            standing_note(&writer->standing, life);
        sem_post(&life->done);
        life = next;
    }
    writer->life = NULL;
}

static void count_commit(struct audit_counters *counters, uint64_t us, uint64_t records)
{
    size_t bucket = histogram_bucket(audit_latency_bounds_us, AUDIT_LATENCY_BUCKETS, us);
    atomic_fetch_add_explicit(&counters->commit_latency[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&counters->commit_us, us, memory_order_relaxed);
    atomic_fetch_add_explicit(&counters->commits, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&counters->records, records, memory_order_relaxed);
}

static void commit_was_good(struct writer *writer)
{
    if (writer->times.retry_us != 0)
        log_info("audit_recovered", log_number("lost", (int64_t)writer->lost));
    writer->times.retry_us = 0;
    writer->lost = 0;
    writer->times.taken_us = 0;
    writer->standing.policy_row = 0;
    writer->cosigned = writer->cosigned_next;
    atomic_store(&writer->audit->failing, false);
    if (writer->note.length > 0)
        writer->segment->signed_size = writer->note_size;
    buffer_empty(&writer->note);
    record_loose_empty(&writer->said);
    record_loose_empty(&writer->owed);
    for (size_t i = 0; i < writer->count; i++)
        writer->batch[i].chunk->durable = true;
    answer_chunks(writer);
    answer_life(writer, true);
}

/* --- a commit that failed ------------------------------------------------------------------------------------------
 */

static void lose(struct writer *writer)
{
    writer->lost++;
    atomic_fetch_add_explicit(&writer->audit->counters.lost, 1, memory_order_relaxed);
}

/* Somebody waits for the decision at this place, and will be told that there is no record. */
static bool is_given_up(struct audit_chunk *chunk, uint32_t ordinal)
{
    uint8_t expected = FATE_AWAITED;
    return atomic_compare_exchange_strong(&chunk->fates[ordinal], &expected, FATE_LOST);
}

/* What to do with a record of a commit that failed. A request that is refused for want of a record is no loss. */
static void keep_or_lose(
    struct writer *writer, struct audit_chunk *chunk, uint32_t ordinal, struct bytes record,
    const struct record_private *part, bool is_closing)
{
    bool allows = atomic_load(&writer->audit->live.allows_on_failure);
    bool is_decision = record.data[1] == RECORD_DECISION;
    bool is_full = is_closing || (writer->owed.body.length > OWED_MAX && (allows || is_decision));
    bool is_refused = is_decision && is_given_up(chunk, ordinal);
    if (!is_refused && !is_full)
        record_loose_add(&writer->owed, record, part);
    else if (is_decision && (allows || !is_refused))
        lose(writer);
}

/* Keeps what has to be tried again, and counts what is let through without a record. */
static void keep_owed(struct writer *writer, struct audit_chunk *chunk, bool is_closing)
{
    struct bytes rest = {chunk->body, chunk->body_length};
    struct bytes private_rest = {chunk->private_part, chunk->private_length};
    struct record_private part;
    bool has_part = record_batch_next_private(&private_rest, &part);
    struct bytes record;
    for (uint32_t ordinal = 0; record_batch_next(&rest, &record); ordinal++) {
        bool is_private = has_part && part.ordinal == ordinal;
        keep_or_lose(writer, chunk, ordinal, record, is_private ? &part : NULL, is_closing);
        if (is_private)
            has_part = record_batch_next_private(&private_rest, &part);
    }
}

static void answer_failed(struct writer *writer)
{
    for (size_t i = 0; i < writer->count; i++) {
        struct taken_chunk *one = &writer->batch[i];
        keep_owed(writer, one->chunk, atomic_load(&one->port->closing));
        one->chunk->durable = atomic_load(&writer->audit->live.allows_on_failure);
    }
    answer_chunks(writer);
    answer_life(writer, false);
}

static void commit_failed(struct writer *writer)
{
    struct audit *audit = writer->audit;
    log_error(
        "audit_write_failed", log_string("error", store_segment_error(writer->segment)),
        log_string("directory", audit->directory),
        log_string("policy", atomic_load(&audit->live.allows_on_failure) ? "on_failure: allow" : "on_failure: deny"));
    if (store_segment_lost_the_disk(writer->segment))
        store_end_process(audit->directory, "an error of fsync: what the disk holds is unknown");
    atomic_fetch_add_explicit(&audit->counters.failures, 1, memory_order_relaxed);
    atomic_store(&audit->failing, true);
    answer_failed(writer);
    writer->times.taken_us = 0;
    writer->times.retry_us = clock_boot_us() + RETRY_US;
}

/* Once more with the room of the ballast, when it is room that was missing. */
static bool commit_with_ballast(struct writer *writer, bool heartbeat)
{
    bool is_full = store_segment_is_full(writer->segment);
    if (!is_full || !disk_drop_ballast(writer->audit))
        return false;
    transaction_undo(writer);
    log_warn("audit_ballast_dropped", log_string("directory", writer->audit->directory));
    return transaction_commit(writer, heartbeat);
}

/* A transaction begins with other records than those of chunks, if there are any. */
static bool is_only_chunks(const struct writer *writer)
{
    const struct store_segment *segment = writer->segment;
    return writer->has_begun && segment->tree.size > segment->first && writer->life == NULL && writer->lost == 0 &&
           writer->owed.count == 0 && writer->said.count == 0 && writer->times.retry_us == 0;
}

bool commit_can_be_ahead(const struct writer *writer)
{
    return !writer->audit->options.waits_for_disk && writer->transaction.stored < writer->count &&
           is_only_chunks(writer);
}

bool commit_ahead(struct writer *writer)
{
    if (!commit_can_be_ahead(writer))
        return false;
    bool done = transaction_add_chunk(writer);
    writer->is_urgent = writer->is_urgent || !done; /* the commit tries it once more, and says why it fails */
    return done;
}

void commit_batch(struct writer *writer, bool heartbeat)
{
    uint64_t before = writer->transaction.is_open ? writer->transaction.begin.tree.size : writer->segment->tree.size;
    uint64_t started = clock_steady_us();
    if (!transaction_commit(writer, heartbeat) && !commit_with_ballast(writer, heartbeat)) {
        commit_failed(writer);
        transaction_undo(writer);
        return;
    }
    count_commit(&writer->audit->counters, clock_steady_us() - started, writer->segment->tree.size - before);
    commit_was_good(writer);
}
