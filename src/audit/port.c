/* SPDX-License-Identifier: Apache-2.0 */
/* Ports: how one worker hands records over. Nothing is locked and nothing is allocated for a record.
 * 1. Records are written straight into a chunk of the port's arena. The chunk that is being filled lies in a slot of a
 *    ring; the worker takes it out to add a record and puts it back, the writer takes it away whenever it is ready.
 * 2. A decision reserves the room of its outcome, so that no outcome can be refused.
 * 3. The order in which a worker hands over is the order in the log.
 * 4. The arena is address space; memory is what was ever used of it, and a burst's is given back. */
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "audit_internal.h"
#include "exeat/base/check.h"
#include "exeat/base/memory.h"

enum {
    RECORD_OVERHEAD = RECORD_BATCH_HEAD + RECORD_HEAD_SIZE + RECORD_COMMITMENT_ROOM,
    OUTCOMES_PER_CHUNK = CHUNK_BODY / (RECORD_OUTCOME_ROOM + RECORD_OVERHEAD), /* far fewer than CHUNK_RECORDS */
    CHUNKS_KEPT = 16,                                                          /* spare ones whose memory is kept */
    CHUNKS_PARTLY_USED = 4, /* what the writer may have taken before they were full, and the one at hand */
};

void audit_rouse(struct audit *audit, bool is_urgent)
{
    int sleep = atomic_load(&audit->sleep);
    if (sleep == WRITER_AWAKE || (sleep == WRITER_LINGERS && !is_urgent))
        return;
    if (atomic_exchange(&audit->sleep, WRITER_AWAKE) != WRITER_AWAKE)
        audit_wake(audit->wake);
}

void audit_wake(int descriptor)
{
    uint64_t one = 1;
    ssize_t written = write(descriptor, &one, sizeof(one));
    (void)written; /* a full counter is readable all the same */
}

/* --- the arena --- */

struct audit_port *audit_port_new(struct audit *audit)
{
    struct audit_port *port = base_zalloc(sizeof(*port));
    port->audit = audit;
    port->due_end = &port->due;
    port->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    ASSERT(port->wake >= 0);
    port->arena = mmap(
        NULL, CHUNK_COUNT * sizeof(*port->arena), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
        -1, 0);
    ASSERT(port->arena != MAP_FAILED);
    pthread_mutex_lock(&audit->ports_lock);
    list_append(&audit->ports, &port->node);
    pthread_mutex_unlock(&audit->ports_lock);
    return port;
}

/* Newest first, so that the same few chunks are used over and over. */
static void give_spare(struct audit_port *port, struct audit_chunk *chunk)
{
    enum { PAGE = 4096 };
    if (port->spare_count >= CHUNKS_KEPT && chunk->body_length > PAGE) {
        uint8_t *from = (uint8_t *)(((uintptr_t)chunk->body + PAGE) & ~(uintptr_t)(PAGE - 1));
        (void)madvise(from, (size_t)((uint8_t *)(chunk + 1) - from) & ~(size_t)(PAGE - 1), MADV_DONTNEED);
    }
    chunk->count = 0;
    chunk->body_length = 0;
    chunk->private_length = 0;
    chunk->is_awaited = false;
    chunk->next = port->spare;
    port->spare = chunk;
    port->spare_count++;
}

static struct audit_chunk *take_answers(struct audit_port *port)
{
    struct audit_chunk *newest = atomic_exchange_explicit(&port->up, NULL, memory_order_acquire);
    struct audit_chunk *oldest = NULL;
    while (newest != NULL) {
        struct audit_chunk *next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    return oldest;
}

/* Takes back what the writer has answered. Nobody is called back from here: where somebody waits, audit_port_collect
 * will tell. */
static void take_back(struct audit_port *port)
{
    struct audit_chunk *next = take_answers(port);
    while (next != NULL) {
        struct audit_chunk *chunk = next;
        next = chunk->next;
        if (list_is_empty(&chunk->waits)) {
            give_spare(port, chunk);
            continue;
        }
        chunk->next = NULL;
        *port->due_end = chunk;
        port->due_end = &chunk->next;
    }
}

static size_t chunks_left(const struct audit_port *port)
{
    return port->spare_count + (CHUNK_COUNT - port->made);
}

static struct audit_chunk *take_spare(struct audit_port *port)
{
    if (port->spare == NULL)
        take_back(port);
    struct audit_chunk *chunk = port->spare;
    if (chunk != NULL) {
        port->spare = chunk->next;
        port->spare_count--;
        return chunk;
    }
    ASSERT(port->made < CHUNK_COUNT);
    chunk = &port->arena[port->made++];
    list_init(&chunk->waits);
    return chunk;
}

/* --- handing over, the worker's side --- */

static _Atomic(struct audit_chunk *) *open_slot(struct audit_port *port)
{
    return &port->slots[port->head % CHUNK_COUNT];
}

/* The chunk that is being filled, out of its slot; NULL: there is none, or the writer has it. */
static struct audit_chunk *take_open(struct audit_port *port)
{
    if (!port->is_open)
        return NULL;
    struct audit_chunk *chunk = atomic_exchange_explicit(open_slot(port), NULL, memory_order_acquire);
    if (chunk == NULL) {
        port->head++;
        port->is_open = false;
    }
    return chunk;
}

static struct audit_chunk *chunk_with_room(struct audit_port *port, size_t body, size_t private_part)
{
    struct audit_chunk *chunk = take_open(port);
    ASSERT(body <= CHUNK_BODY && private_part <= CHUNK_PRIVATE);
    if (chunk != NULL && chunk->count < CHUNK_RECORDS && chunk->body_length + chunk->private_length < CHUNK_ENDED &&
        CHUNK_BODY - chunk->body_length >= body && CHUNK_PRIVATE - chunk->private_length >= private_part)
        return chunk;
    if (chunk != NULL) { /* full: it stays where it is, for the writer */
        atomic_store_explicit(open_slot(port), chunk, memory_order_release);
        port->head++;
        port->is_open = false;
        port->has_ended = true;
    }
    return take_spare(port);
}

static void publish(struct audit_port *port, struct audit_chunk *chunk)
{
    bool is_awaited = chunk->is_awaited;
    chunk->count++;
    uint64_t handed = atomic_load_explicit(&port->handed, memory_order_relaxed);
    atomic_store_explicit(&port->handed, handed + 1, memory_order_relaxed);
    atomic_store(open_slot(port), chunk); /* sequentially consistent, as is the look at audit->sleep that follows */
    port->is_open = true;
    audit_rouse(port->audit, is_awaited || port->has_ended);
    port->has_ended = false;
}

/* --- what becomes of private texts --- */

/* Same texts have the same hash within a store, and nobody without the store's key can try texts out. */
static struct text hashed(const struct audit *audit, struct text text, char out[2 * sizeof(struct digest)])
{
    if (text.length == 0)
        return text;
    const uint8_t *key = audit->segment.hash_key; /* never changes */
    const struct bytes pieces[] = {{key, sizeof(audit->segment.hash_key)}, bytes_of_text(text)};
    struct digest digest;
    digest_sha256_pieces(pieces, COUNT_OF(pieces), &digest);
    hex_encode((struct bytes){digest.bytes, sizeof(digest.bytes)}, out);
    return (struct text){out, 2 * sizeof(digest.bytes)};
}

static struct text
guarded(const struct audit *audit, enum audit_privacy privacy, struct text text, char out[2 * sizeof(struct digest)])
{
    switch (privacy) {
    case AUDIT_PRIVATE:
        return text;
    case AUDIT_HASHED:
        return hashed(audit, text, out);
    case AUDIT_OMITTED:
        break;
    }
    return TEXT("");
}

/* --- decisions and outcomes --- */

/* Room for this decision, its outcome, and the outcomes that are owed already. */
static bool has_room(struct audit_port *port)
{
    size_t needed = (port->reserved + 1) / OUTCOMES_PER_CHUNK + CHUNKS_PARTLY_USED;
    if (chunks_left(port) <= needed)
        take_back(port);
    return chunks_left(port) > needed;
}

/* With `batch` nobody waits to hear that a commit failed; with too little room left, what is under way needs it. */
static bool store_refuses(struct audit *audit)
{
    if (atomic_load_explicit(&audit->holds.decisions, memory_order_relaxed))
        return true;
    return !atomic_load_explicit(&audit->live.allows_on_failure, memory_order_relaxed) &&
           (atomic_load(&audit->disk.tier) == DISK_REFUSES ||
            (!audit->options.waits_for_disk && atomic_load(&audit->failing)));
}

static bool append_private(struct audit_chunk *chunk, const struct decision_record *decision)
{
    uint8_t *entry = chunk->private_part + chunk->private_length;
    const uint8_t *part = entry + RECORD_PRIVATE_HEAD;
    const uint8_t *end = record_private_put(decision, entry + RECORD_PRIVATE_HEAD);
    if (end == part)
        return false;
    bytes_put_u32(entry, chunk->count);
    bytes_put_u16(entry + 4, (uint16_t)(end - part));
    chunk->private_length += (uint32_t)(end - entry);
    return true;
}

static void append_decision(struct audit_chunk *chunk, const struct decision_record *decision)
{
    uint8_t *begin = chunk->body + chunk->body_length;
    uint8_t *at = record_decision_put(decision, record_batch_begin(begin, RECORD_DECISION));
    if (append_private(chunk, decision))
        at = record_commitment_leave_room(at);
    chunk->body_length += (uint32_t)(record_batch_end(begin, at) - begin);
}

enum audit_answer
audit_port_decide(struct audit_port *port, const struct decision_record *decision, struct audit_wait *wait)
{
    const struct audit_live *live = &port->audit->live;
    const struct audit_options *options = &port->audit->options;
    if (!has_room(port) || store_refuses(port->audit))
        return AUDIT_REFUSED;
    char path[2 * sizeof(struct digest)];
    char query[2 * sizeof(struct digest)];
    struct decision_record record = *decision;
    record.personal.path = guarded(
        port->audit, (enum audit_privacy)atomic_load_explicit(&live->path, memory_order_relaxed),
        decision->personal.path, path);
    record.personal.query = guarded(
        port->audit, (enum audit_privacy)atomic_load_explicit(&live->query, memory_order_relaxed),
        decision->personal.query, query);
    struct audit_chunk *chunk = chunk_with_room(
        port, RECORD_OVERHEAD + record_decision_room(&record), RECORD_PRIVATE_HEAD + record_private_room(&record));
    bool waits = wait != NULL && options->waits_for_disk;
    append_decision(chunk, &record);
    port->reserved++;
    atomic_store_explicit(&chunk->fates[chunk->count], waits ? FATE_AWAITED : FATE_UNAWAITED, memory_order_relaxed);
    if (waits) {
        wait->chunk = chunk;
        wait->ordinal = chunk->count;
        list_append(&chunk->waits, &wait->node);
        chunk->is_awaited = true;
    }
    publish(port, chunk);
    return waits ? AUDIT_WAITS : AUDIT_RECORDED;
}

void audit_port_complete(struct audit_port *port, const struct outcome_record *outcome)
{
    audit_port_forget(port);
    struct audit_chunk *chunk = chunk_with_room(port, RECORD_OVERHEAD + RECORD_OUTCOME_ROOM, 0);
    uint8_t *begin = chunk->body + chunk->body_length;
    uint8_t *end = record_outcome_put(outcome, record_batch_begin(begin, RECORD_COMPLETION));
    chunk->body_length += (uint32_t)(record_batch_end(begin, end) - begin);
    publish(port, chunk);
}

void audit_port_forget(struct audit_port *port)
{
    ASSERT(port->reserved > 0);
    port->reserved--;
}

bool audit_wait_cancel(struct audit_wait *wait)
{
    uint8_t expected = FATE_AWAITED;
    if (wait->chunk == NULL)
        return true;
    bool stays = atomic_compare_exchange_strong(&wait->chunk->fates[wait->ordinal], &expected, FATE_LEFT);
    list_remove(&wait->node);
    wait->chunk = NULL;
    return stays;
}

/* --- answers --- */

int audit_port_descriptor(const struct audit_port *port)
{
    return port->wake;
}

void audit_port_collect(struct audit_port *port)
{
    uint64_t count;
    ssize_t got = read(port->wake, &count, sizeof(count));
    (void)got; /* nothing to read is fine */
    take_back(port);
    struct audit_chunk *next = port->due;
    port->due = NULL;
    port->due_end = &port->due;
    while (next != NULL) {
        struct audit_chunk *chunk = next;
        next = chunk->next;
        bool durable = chunk->durable;
        for (struct list_node *node; (node = list_take_first(&chunk->waits)) != NULL;) {
            struct audit_wait *wait = list_owner(node, struct audit_wait, node);
            wait->chunk = NULL;
            wait->on_durable(wait, durable);
        }
        give_spare(port, chunk);
    }
}

void audit_port_free(struct audit_port *port)
{
    enum { LOOK_MS = 2 };
    struct pollfd wake = {.fd = port->wake, .events = POLLIN};
    atomic_store(&port->closing, true);
    audit_rouse(port->audit, true);
    while (atomic_load(&port->answered) < atomic_load(&port->handed)) {
        (void)poll(&wake, 1, LOOK_MS);
        audit_port_collect(port);
    }
    audit_port_collect(port);
    ASSERT(port->reserved == 0);
    pthread_mutex_lock(&port->audit->ports_lock);
    list_remove(&port->node);
    pthread_mutex_unlock(&port->audit->ports_lock);
    munmap(port->arena, CHUNK_COUNT * sizeof(*port->arena));
    close(port->wake);
    base_free(port);
}

/* --- the writer's side --- */

/* A chunk that has a successor is ended; where the worker holds that one just now, it is found ended a moment later. */
struct audit_chunk *port_take_chunk(struct audit_port *port, bool only_ended)
{
    if (only_ended && atomic_load(&port->slots[(port->tail + 1) % CHUNK_COUNT]) == NULL)
        return NULL;
    struct audit_chunk *chunk = atomic_exchange(&port->slots[port->tail % CHUNK_COUNT], NULL);
    if (chunk != NULL)
        port->tail++;
    return chunk;
}

bool port_has_chunk(const struct audit_port *port)
{
    return atomic_load(&port->slots[port->tail % CHUNK_COUNT]) != NULL;
}

void port_answer(struct audit_port *port, struct audit_chunk *chunk)
{
    uint64_t answered = atomic_load_explicit(&port->answered, memory_order_relaxed) + chunk->count;
    struct audit_chunk *newest = atomic_load_explicit(&port->up, memory_order_relaxed);
    do
        chunk->next = newest;
    while (
        !atomic_compare_exchange_weak_explicit(&port->up, &newest, chunk, memory_order_release, memory_order_relaxed));
    atomic_store(&port->answered, answered);
}
