/* SPDX-License-Identifier: Apache-2.0 */
/* The writer thread: a batch is whatever has queued while the last one was written. It gives sequence numbers and
 * times, commits, answers, and signs.
 * 1. An entry is answered after the commit that holds it has returned, never before.
 * 2. A checkpoint is signed over committed records only; its row is part of a later transaction.
 * 3. Outcomes are kept over a failed commit and tried again; decisions are answered with what the options say.
 * 4. An error of fsync ends the process: what the disk holds is then unknown. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit_internal.h"
#include "exeat/base/check.h"
#include "exeat/base/clock.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"

enum {
    SIGN_EVERY_US = 1000000,
    RETRY_US = 1000000,
    CLOCK_STEP_US = 1000000,
    BATCH_MAX = 4096,
    TAG_EVENT = 0x28,
    TAG_COUNT = 0x2c,
};

const uint64_t audit_latency_bounds_us[AUDIT_LATENCY_BUCKETS] = {100,  250,   500,   1000,   2500,
                                                                 5000, 10000, 50000, 250000, 1000000};

/* An entry and where it goes back to. */
struct batch_entry {
    struct audit_entry *entry;
    struct audit_port *port;
};
struct writer {
    struct audit *audit;
    struct segment *segment;
    struct batch_entry batch[BATCH_MAX];
    size_t count;
    struct audit_life *life; /* oldest first */
    struct buffer note;      /* a checkpoint that waits for its row */
    uint64_t note_size;
    uint64_t signed_us;      /* boot clock */
    uint64_t record_us;      /* of the newest record */
    uint64_t retry_us;       /* 0: the last commit was good */
    int64_t clock_offset_us; /* wall clock minus boot clock */
    uint64_t lost;           /* since the last GAP record */
    struct buffer scratch;
};

/* --- what is there to write ----------------------------------------------------------------------------------------
 */

static void take_life(struct writer *writer)
{
    struct audit_life *newest = atomic_exchange(&writer->audit->life, NULL);
    struct audit_life **end = &writer->life;
    while (*end != NULL)
        end = &(*end)->next;
    struct audit_life *oldest = NULL;
    while (newest != NULL) {
        struct audit_life *next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    *end = oldest;
}

/* What one port handed over; what does not fit into this batch goes back down, in order. */
static void take_port(struct writer *writer, struct audit_port *port)
{
    struct audit_entry *next = writer->count < BATCH_MAX ? stack_take(&port->down) : NULL;
    while (next != NULL && writer->count < BATCH_MAX) {
        writer->batch[writer->count++] = (struct batch_entry){next, port};
        next = next->next;
    }
    ASSERT(next == NULL || writer->count == BATCH_MAX);
    port->kept = next;
}

static void take_kept(struct writer *writer, struct audit_port *port)
{
    while (port->kept != NULL && writer->count < BATCH_MAX) {
        writer->batch[writer->count++] = (struct batch_entry){port->kept, port};
        port->kept = port->kept->next;
    }
}

static void gather(struct writer *writer)
{
    struct audit *audit = writer->audit;
    pthread_mutex_lock(&audit->ports_lock);
    for (struct list_node *node = list_first(&audit->ports); node != NULL; node = list_next(&audit->ports, node)) {
        struct audit_port *port = list_owner(node, struct audit_port, node);
        take_kept(writer, port);
        if (port->kept == NULL)
            take_port(writer, port);
    }
    pthread_mutex_unlock(&audit->ports_lock);
    take_life(writer);
}

/* --- one transaction ------------------------------------------------------------------------------------------------
 */

static bool append(struct writer *writer, enum audit_kind kind, struct bytes fields, struct bytes private_part)
{
    writer->record_us = clock_boot_us();
    return segment_append(
        writer->segment, kind, clock_wall_us(), writer->record_us, fields, private_part, &writer->scratch);
}

static bool append_number(struct writer *writer, enum audit_kind kind, uint64_t number)
{
    struct buffer fields = {0};
    audit_number_append(&fields, TAG_COUNT, number, 8);
    bool done = append(writer, kind, bytes_of_text(buffer_text(&fields)), (struct bytes){0});
    buffer_clear(&fields);
    return done;
}

/* A wall clock that was set leaves a record, so that times can be told apart from it. */
static bool append_clock_step(struct writer *writer)
{
    int64_t offset = clock_wall_us() - (int64_t)clock_boot_us();
    int64_t step = offset - writer->clock_offset_us;
    if (step < CLOCK_STEP_US && step > -CLOCK_STEP_US)
        return true;
    writer->clock_offset_us = offset;
    return append_number(writer, AUDIT_TIME_STEP, (uint64_t)step);
}

static bool append_life(struct writer *writer)
{
    for (struct audit_life *life = writer->life; life != NULL; life = life->next) {
        life->sequence = writer->segment->tree.size;
        if (!append(writer, life->kind, life->fields, (struct bytes){0}))
            return false;
        for (size_t i = 0; i < life->blob_count; i++)
            if (!segment_add_blob(writer->segment, &life->blobs[i]))
                return false;
    }
    return true;
}

static bool append_batch(struct writer *writer)
{
    for (size_t i = 0; i < writer->count; i++) {
        const struct audit_entry *entry = writer->batch[i].entry;
        struct bytes private_part = bytes_of_text(buffer_text(&entry->private_part));
        if (!append(writer, entry->kind, bytes_of_text(buffer_text(&entry->fields)), private_part))
            return false;
    }
    return true;
}

static bool transact(struct writer *writer, bool heartbeat)
{
    if (!segment_begin(writer->segment))
        return false;
    if (writer->note.length > 0 &&
        !segment_add_checkpoint(writer->segment, writer->note_size, buffer_text(&writer->note)))
        return false;
    if (writer->lost > 0 && !append_number(writer, AUDIT_GAP, writer->lost))
        return false;
    if (!append_clock_step(writer) || !append_life(writer) || !append_batch(writer))
        return false;
    if (heartbeat && !append(writer, AUDIT_HEARTBEAT, (struct bytes){0}, (struct bytes){0}))
        return false;
    return segment_commit(writer->segment);
}

/* --- answers --------------------------------------------------------------------------------------------------------
 */

static void answer(struct writer *writer, struct batch_entry *one, bool durable)
{
    one->entry->durable = durable;
    atomic_fetch_sub_explicit(&writer->audit->counters.queued, 1, memory_order_relaxed);
    if (stack_push(&one->port->up, one->entry))
        audit_wake(one->port->wake);
}

static void answer_life(struct writer *writer, bool durable)
{
    for (struct audit_life *life = writer->life; life != NULL;) {
        struct audit_life *next = life->next; /* the waiter's memory is gone after the post */
        life->durable = durable;
        sem_post(&life->done);
        life = next;
    }
    writer->life = NULL;
}

static void count_latency(struct audit_counters *counters, uint64_t us)
{
    size_t bucket = 0;
    while (bucket < AUDIT_LATENCY_BUCKETS && us > audit_latency_bounds_us[bucket])
        bucket++;
    atomic_fetch_add_explicit(&counters->commit_latency[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&counters->commit_us, us, memory_order_relaxed);
    atomic_fetch_add_explicit(&counters->commits, 1, memory_order_relaxed);
}

static void commit_was_good(struct writer *writer, uint64_t us, uint64_t before)
{
    struct audit_counters *counters = &writer->audit->counters;
    count_latency(counters, us);
    atomic_fetch_add_explicit(&counters->records, writer->segment->tree.size - before, memory_order_relaxed);
    if (writer->retry_us != 0)
        log_info("audit_recovered", log_number("lost", (int64_t)writer->lost));
    writer->retry_us = 0;
    writer->lost = 0;
    if (writer->note.length > 0)
        writer->segment->signed_size = writer->note_size;
    buffer_empty(&writer->note);
    for (size_t i = 0; i < writer->count; i++)
        answer(writer, &writer->batch[i], true);
    writer->count = 0;
    answer_life(writer, true);
}

static void lose_decision(struct writer *writer)
{
    if (!writer->audit->options.allows_on_failure)
        return;
    writer->lost++;
    atomic_fetch_add_explicit(&writer->audit->counters.lost, 1, memory_order_relaxed);
}

/* Decisions are answered with what the options say; outcomes stay for the next try, while there is a worker. */
static void answer_failed(struct writer *writer)
{
    size_t kept = 0;
    for (size_t i = 0; i < writer->count; i++) {
        struct batch_entry *one = &writer->batch[i];
        bool is_decision = one->entry->kind == AUDIT_DECISION;
        if (!is_decision && !atomic_load(&one->port->closing)) {
            writer->batch[kept++] = *one;
            continue;
        }
        if (is_decision)
            lose_decision(writer);
        answer(writer, one, is_decision && writer->audit->options.allows_on_failure);
    }
    writer->count = kept;
}

static void commit_failed(struct writer *writer)
{
    struct audit *audit = writer->audit;
    log_error(
        "audit_write_failed", log_string("error", sqlite3_errmsg(writer->segment->database)),
        log_string("directory", audit->directory),
        log_string("policy", audit->options.allows_on_failure ? "on_failure: allow" : "on_failure: deny"));
    if (segment_lost_the_disk(writer->segment)) {
        log_error("audit_disk_lost", log_string("directory", audit->directory));
        _exit(EXIT_FAILURE);
    }
    atomic_fetch_add_explicit(&audit->counters.failures, 1, memory_order_relaxed);
    answer_failed(writer);
    answer_life(writer, false);
    writer->retry_us = clock_boot_us() + RETRY_US;
}

static void write_batch(struct writer *writer, bool heartbeat)
{
    struct audit_tree before = writer->segment->tree;
    uint64_t started = clock_steady_us();
    if (transact(writer, heartbeat)) {
        commit_was_good(writer, clock_steady_us() - started, before.size);
        return;
    }
    commit_failed(writer);
    segment_rollback(writer->segment, &before);
}

static void sign(struct writer *writer)
{
    struct digest root;
    audit_tree_root(&writer->segment->tree, &root);
    buffer_empty(&writer->note);
    audit_checkpoint_write(
        writer->audit->options.origin, writer->segment->tree.size, &root, writer->audit->options.key, &writer->note);
    writer->note_size = writer->segment->tree.size;
    writer->signed_us = clock_boot_us();
}

static bool is_unsigned(const struct writer *writer)
{
    uint64_t covered = writer->note.length > 0 ? writer->note_size : writer->segment->signed_size;
    return covered < writer->segment->tree.size;
}

/* --- the loop -------------------------------------------------------------------------------------------------------
 */

static uint64_t sooner(uint64_t left, uint64_t right)
{
    return left < right ? left : right;
}

/* When something has to be done though nothing arrives: a retry, a signature, its row, a heartbeat. */
static uint64_t next_due_us(const struct writer *writer)
{
    if (writer->retry_us != 0)
        return writer->retry_us;
    uint64_t due = writer->record_us + writer->audit->options.heartbeat_ms * 1000;
    if (is_unsigned(writer) || writer->note.length > 0)
        due = sooner(due, writer->signed_us + SIGN_EVERY_US);
    return due;
}

static void wait_for_work(struct writer *writer)
{
    uint64_t now = clock_boot_us();
    uint64_t due = next_due_us(writer);
    struct pollfd wake = {.fd = writer->audit->wake, .events = POLLIN};
    uint64_t count;
    if (due > now)
        (void)poll(&wake, 1, (int)((due - now) / 1000 + 1));
    ssize_t got = read(writer->audit->wake, &count, sizeof(count));
    (void)got;
    if (!writer->audit->options.waits_for_disk && writer->audit->options.batch_ms > 0)
        usleep((useconds_t)writer->audit->options.batch_ms * 1000);
}

static bool ports_hold_more(struct writer *writer)
{
    bool more = false;
    pthread_mutex_lock(&writer->audit->ports_lock);
    for (struct list_node *node = list_first(&writer->audit->ports); node != NULL;
         node = list_next(&writer->audit->ports, node))
        more = more || list_owner(node, struct audit_port, node)->kept != NULL;
    pthread_mutex_unlock(&writer->audit->ports_lock);
    return more;
}

static void turn(struct writer *writer)
{
    if (!ports_hold_more(writer))
        wait_for_work(writer);
    gather(writer);
    uint64_t now = clock_boot_us();
    bool has_work = writer->count > 0 || writer->life != NULL;
    bool heartbeat = !has_work && now >= writer->record_us + writer->audit->options.heartbeat_ms * 1000;
    bool sign_due = now >= writer->signed_us + SIGN_EVERY_US;
    if (is_unsigned(writer) && writer->note.length == 0 && sign_due)
        sign(writer);
    if (has_work || heartbeat || (writer->note.length > 0 && !has_work))
        write_batch(writer, heartbeat);
}

/* CLOSE, and the checkpoint that covers it. */
static void finish(struct writer *writer)
{
    struct buffer fields = {0};
    audit_field_append(&fields, TAG_EVENT, bytes_of_text(TEXT("stop")));
    struct audit_life life = {.kind = AUDIT_CLOSE, .fields = bytes_of_text(buffer_text(&fields))};
    sem_init(&life.done, 0, 0);
    gather(writer);
    struct audit_life **end = &writer->life;
    while (*end != NULL)
        end = &(*end)->next;
    *end = &life;
    write_batch(writer, false);
    if (life.durable) {
        sign(writer);
        write_batch(writer, false);
    }
    sem_destroy(&life.done);
    buffer_clear(&fields);
}

void *writer_main(void *context)
{
    struct audit *audit = context;
    struct writer *writer = base_zalloc(sizeof(*writer));
    uint64_t now = clock_boot_us();
    writer->audit = audit;
    writer->segment = &audit->segment;
    writer->record_us = now;
    writer->clock_offset_us = clock_wall_us() - (int64_t)now;
    while (!atomic_load(&audit->ending))
        turn(writer);
    finish(writer);
    buffer_clear(&writer->note);
    buffer_clear(&writer->scratch);
    base_free(writer);
    return NULL;
}
