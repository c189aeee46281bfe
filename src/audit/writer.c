/* SPDX-License-Identifier: Apache-2.0 */
/* The writer thread: when to write, when to sign.
 * 1. What somebody waits for is committed at once; a batch is then whatever has queued while the last one was written,
 *    so that it is as large as the wait for the disk makes it.
 * 2. What nobody waits for (outcomes; everything with durability `batch`) lingers for up to batch_ms, to go with it.
 * 3. A checkpoint is signed over committed records only; its row is part of a later transaction. */
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "exeat/base/clock.h"
#include "exeat/base/memory.h"
#include "writer.h"

enum { SIGN_EVERY_US = 1000000 };

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

static void take_port(struct writer *writer, struct audit_port *port)
{
    struct audit_chunk *chunk;
    while (writer->count < BATCH_CHUNKS && (chunk = port_take_chunk(port)) != NULL) {
        writer->batch[writer->count++] = (struct taken_chunk){chunk, port};
        writer->is_urgent = writer->is_urgent || chunk->is_awaited;
    }
    writer->is_urgent = writer->is_urgent || (writer->count > 0 && atomic_load(&port->closing));
}

static void gather(struct writer *writer)
{
    struct audit *audit = writer->audit;
    pthread_mutex_lock(&audit->ports_lock);
    for (struct list_node *node = list_first(&audit->ports); node != NULL; node = list_next(&audit->ports, node))
        take_port(writer, list_owner(node, struct audit_port, node));
    pthread_mutex_unlock(&audit->ports_lock);
    take_life(writer);
    writer->is_urgent = writer->is_urgent || writer->life != NULL || writer->count == BATCH_CHUNKS ||
                        atomic_load(&audit->ending) || atomic_load(&audit->roll_order) != NULL;
    if (writer->count > 0 && writer->times.taken_us == 0)
        writer->times.taken_us = clock_boot_us();
}

/* --- when --------------------------------------------------------------------------------------------------------
 */

static uint64_t sooner(uint64_t left, uint64_t right)
{
    return left < right ? left : right;
}

static uint64_t heartbeat_due_us(const struct writer *writer)
{
    return writer->times.record_us + writer->audit->options.heartbeat_ms * 1000;
}

/* When something has to be done though nothing more arrives. */
static uint64_t next_due_us(const struct writer *writer)
{
    uint64_t due = writer->times.retry_us != 0 ? writer->times.retry_us : heartbeat_due_us(writer);
    if (atomic_load(&writer->audit->disk.tier) == DISK_REFUSES) /* nothing comes that would make it look */
        due = sooner(due, writer->times.disk_us + DISK_LOOK_US);
    if (writer->times.taken_us != 0)
        due = sooner(due, writer->times.taken_us + writer->audit->options.batch_ms * 1000);
    if (writer->times.retry_us == 0 && (writer_is_unsigned(writer) || writer->note.length > 0))
        due = sooner(due, writer->times.signed_us + SIGN_EVERY_US);
    return due;
}

/* True: the time has passed, and nobody woke it. */
static bool doze(struct writer *writer, uint64_t us)
{
    struct pollfd wake = {.fd = writer->audit->wake, .events = POLLIN};
    struct timespec time = {.tv_sec = (time_t)(us / 1000000), .tv_nsec = (long)(us % 1000000) * 1000};
    uint64_t count;
    int result = ppoll(&wake, 1, &time, NULL);
    ssize_t got = read(writer->audit->wake, &count, sizeof(count));
    (void)got;
    return result == 0;
}

/* Says that it sleeps, looks again, and only then does: who hands over does it the other way round, so that one of the
 * two sees the other. */
static void wait_for_work(struct writer *writer)
{
    gather(writer);
    for (bool passed = false; !writer->is_urgent && !passed;) {
        uint64_t due = next_due_us(writer);
        atomic_store(&writer->audit->sleep, writer->count > 0 ? WRITER_LINGERS : WRITER_IDLE);
        gather(writer);
        uint64_t now = clock_boot_us();
        passed = now >= due;
        if (!writer->is_urgent && !passed)
            passed = doze(writer, due - now);
        atomic_store(&writer->audit->sleep, WRITER_AWAKE);
        gather(writer);
        passed = passed || clock_boot_us() >= next_due_us(writer);
    }
}

/* Where somebody waits for each commit, the file grows ahead of them. */
static void make_room(struct writer *writer)
{
    struct audit *audit = writer->audit;
    if (!audit->options.waits_for_disk || writer->times.retry_us != 0)
        return;
    if (!store_segment_make_room(writer->segment, audit->options.segment_bytes))
        store_end_process(audit->directory, "an error of fsync: what the disk holds is unknown");
}

static void turn(struct writer *writer)
{
    wait_for_work(writer);
    uint64_t now = clock_boot_us();
    writer->has_begun = writer->has_begun || writer->life != NULL;
    if (writer->has_begun)
        disk_look(writer, now);
    bool has_work = writer->count > 0 || writer->life != NULL || writer->said.count > 0 ||
                    (writer->owed.count > 0 && now >= writer->times.retry_us);
    bool heartbeat = !has_work && writer->times.retry_us == 0 && now >= heartbeat_due_us(writer);
    bool sign_due = now >= writer->times.signed_us + SIGN_EVERY_US;
    writer->is_urgent = false;
    if (writer_is_unsigned(writer) && writer->note.length == 0 && sign_due && writer->times.retry_us == 0)
        writer_sign(writer);
    if (has_work || heartbeat || (writer->note.length > 0 && !has_work) || writer->times.retry_us != 0)
        commit_batch(writer, heartbeat);
    make_room(writer);
    if (roll_is_due(writer, now))
        (void)roll_segment(writer);
    roll_if_asked(writer);
}

static void finish(struct writer *writer)
{
    struct buffer fields = {0};
    record_field_append(&fields, EVENT_NAME, bytes_of_text(TEXT("stop")));
    gather(writer);
    bool done = writer_write_last(writer, RECORD_CLOSE, bytes_of_text(buffer_text(&fields)));
    (void)done; /* a disk that is full does not keep the gate from ending */
    buffer_clear(&fields);
}

/* A worker that runs is not interrupted by the writer's waking: what queues until it rests makes a larger batch. */
static void yield_to_workers(void)
{
    const struct sched_param none = {0};
    (void)pthread_setschedparam(pthread_self(), SCHED_BATCH, &none);
}

void *writer_main(void *context)
{
    struct audit *audit = context;
    struct writer *writer = base_zalloc(sizeof(*writer));
    uint64_t now = clock_boot_us();
    pthread_setname_np(pthread_self(), "exeat-writer");
    yield_to_workers();
    writer->audit = audit;
    writer->segment = &audit->segment;
    writer->times.record_us = now;
    writer->times.rolled_us = now;
    writer->times.wall_offset_us = clock_wall_us() - (int64_t)now;
    store_segment_watch(writer->segment);
    while (!atomic_load(&audit->ending))
        turn(writer);
    finish(writer);
    (void)disk_drop_ballast(audit);
    buffer_clear(&writer->note);
    buffer_clear(&writer->salts);
    record_loose_clear(&writer->own);
    record_loose_clear(&writer->owed);
    record_loose_clear(&writer->said);
    standing_clear(&writer->standing);
    base_free(writer);
    return NULL;
}
