/* SPDX-License-Identifier: Apache-2.0 */
/* The writer thread: when to write, when to sign.
 * 1. What somebody waits for is committed at once; a batch is then whatever has queued while the last one was written,
 *    so that it is as large as the wait for the disk makes it.
 * 2. What nobody waits for (outcomes; everything with durability `batch`) lingers for up to batch_ms, to go with it.
 * 3. With durability `batch` the work is done in small pieces: each chunk that a worker has ended goes into the open
 *    transaction at once, and the processor is offered to others after each.
 * 4. A checkpoint is signed over committed records only; its row is part of a later transaction. */
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "exeat/base/clock.h"
#include "exeat/base/memory.h"
#include "exeat/base/thread.h"
#include "writer.h"

enum { SIGN_EVERY_US = 1000000 };

/* --- what is there to write ----------------------------------------------------------------------------------------
 */

static void take_life(struct writer *writer)
{
    struct own_record *newest = atomic_exchange(&writer->audit->life, NULL);
    struct own_record **end = &writer->life;
    while (*end != NULL)
        end = &(*end)->next;
    struct own_record *oldest = NULL;
    while (newest != NULL) {
        struct own_record *next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    *end = oldest;
}

static void take_port(struct writer *writer, struct audit_port *port, bool only_ended)
{
    struct audit_chunk *chunk;
    while (writer->count < BATCH_CHUNKS && (chunk = port_take_chunk(port, only_ended)) != NULL) {
        writer->batch[writer->count++] = (struct taken_chunk){chunk, port};
        writer->is_urgent = writer->is_urgent || chunk->is_awaited;
    }
    bool has_work = writer->count > 0 || port_has_chunk(port);
    writer->is_urgent = writer->is_urgent || (has_work && atomic_load(&port->closing));
    if (has_work && writer->times.taken_us == 0)
        writer->times.taken_us = clock_boot_us();
}

/* Without `is_due`, and where nobody waits, what is being filled may go on being filled. */
static void gather(struct writer *writer, bool is_due)
{
    struct audit *audit = writer->audit;
    bool only_ended = !is_due && !audit->options.waits_for_disk;
    pthread_mutex_lock(&audit->ports_lock);
    for (struct list_node *node = list_first(&audit->ports); node != NULL; node = list_next(&audit->ports, node))
        take_port(writer, list_owner(node, struct audit_port, node), only_ended);
    pthread_mutex_unlock(&audit->ports_lock);
    take_life(writer);
    writer->is_urgent = writer->is_urgent || writer->life != NULL || writer->count == BATCH_CHUNKS ||
                        atomic_load(&audit->ending) || atomic_load(&audit->roll_order) != NULL;
}

/* Does ahead what can be done before the commit is due. Whoever wants the processor has it between two pieces. */
static void work_ahead(struct writer *writer)
{
    while (!writer->is_urgent && commit_ahead(writer))
        (void)sched_yield();
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
    gather(writer, false);
    for (bool passed = false; !writer->is_urgent && !passed;) {
        work_ahead(writer);
        atomic_store(&writer->audit->sleep, writer->times.taken_us != 0 ? WRITER_LINGERS : WRITER_IDLE);
        gather(writer, false);
        uint64_t due = next_due_us(writer);
        uint64_t now = clock_boot_us();
        passed = now >= due;
        if (!writer->is_urgent && !passed && !commit_can_be_ahead(writer))
            passed = doze(writer, due - now);
        atomic_store(&writer->audit->sleep, WRITER_AWAKE);
        gather(writer, false);
        passed = passed || clock_boot_us() >= next_due_us(writer);
    }
    gather(writer, true);
    if (writer->count == 0) /* a worker holds what it is filling: it will say when it has put it back */
        writer->times.taken_us = 0;
}

/* Of what is committed, and nothing else: not while a transaction is open. */
static void sign_if_due(struct writer *writer, uint64_t now)
{
    bool is_due = now >= writer->times.signed_us + SIGN_EVERY_US;
    if (writer_is_unsigned(writer) && writer->note.length == 0 && is_due && writer->times.retry_us == 0)
        writer_sign(writer);
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
    bool is_begun = writer->transaction.is_open;
    writer->is_urgent = false;
    if (!is_begun)
        sign_if_due(writer, now);
    if (has_work || heartbeat || (writer->note.length > 0 && !has_work) || writer->times.retry_us != 0)
        commit_batch(writer, heartbeat);
    if (is_begun)
        sign_if_due(writer, now);
    make_room(writer);
    if (roll_is_due(writer, now))
        (void)roll_segment(writer);
    roll_if_asked(writer);
}

static void finish(struct writer *writer)
{
    struct buffer fields = {0};
    record_field_append(&fields, EVENT_NAME, bytes_of_text(TEXT("stop")));
    gather(writer, true);
    bool done = writer_write_last(writer, RECORD_CLOSE, bytes_of_text(buffer_text(&fields)));
    (void)done; /* a disk that is full does not keep the gate from ending */
    buffer_clear(&fields);
}

/* Where somebody waits, a worker that runs is not interrupted by the writer's waking: what queues until it rests makes
 * a larger batch. Otherwise the writer is woken for little, and does that at once. */
static void take_place(bool waits_for_disk)
{
    const struct sched_param none = {0};
    if (waits_for_disk)
        (void)pthread_setschedparam(pthread_self(), SCHED_BATCH, &none);
    else
        thread_ask_for_short_slices();
}

void *writer_main(void *context)
{
    struct audit *audit = context;
    struct writer *writer = base_zalloc(sizeof(*writer));
    uint64_t now = clock_boot_us();
    pthread_setname_np(pthread_self(), "exeat-writer");
    take_place(audit->options.waits_for_disk);
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
