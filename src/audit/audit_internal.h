/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of audit share: the port that brings batches, and the writer and what stands beside it. */
#ifndef EXEAT_AUDIT_INTERNAL_H
#define EXEAT_AUDIT_INTERNAL_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "exeat/audit.h"
#include "exeat/record/batch.h"
#include "exeat/store/segment.h"

/* The thread that seals. Freeing waits for what is queued, but not for what fails. */
struct sealer;
struct sealer *sealer_new(struct audit *audit);
void sealer_add(struct sealer *sealer, uint64_t first);
void sealer_free(struct sealer *sealer);
/* What needs the writer begins, after the OPEN record, and ends; after that nothing does. */
void sealer_begin(struct sealer *sealer);
void sealer_quiet(struct sealer *sealer);
MUST_CHECK bool sealer_erase(struct sealer *sealer, int64_t before_us, struct text who);
void sealer_erasing(struct sealer *sealer, struct audit_erasing *erasing);
/* order.c: asks the writer to end the hot segment, and waits for it; false: it could not. Any thread but the writer's.
 */
MUST_CHECK bool audit_roll(struct audit *audit);

/* --- ports --- */

/* A chunk is ended once it holds CHUNK_ENDED bytes, so that the writer's work comes in small pieces; its room is that
 * of the largest record beyond that. */
enum {
    CHUNK_BODY = 72 << 10,
    CHUNK_PRIVATE = 55 << 10,
    CHUNK_ENDED = 32 << 10,
    CHUNK_COUNT = 1024,
    CHUNK_RECORDS = 1280
};
/* Who waits for a decision. Worker and writer take it from FATE_AWAITED by exchange, so that exactly one of them does:
 * a decision whose request is told that it is lost has no record, and one whose outcome is written has. */
enum record_fate {
    FATE_UNAWAITED, /* nobody from the beginning */
    FATE_AWAITED,
    FATE_LEFT, /* the worker: nobody any more */
    FATE_LOST  /* the writer: a commit failed, and who waits will be told */
};
/* A batch in the making. A worker fills it, the writer completes and stores it, then the worker has it back. */
struct audit_chunk {
    struct audit_chunk *next; /* on its way back, or spare */
    struct list waits;        /* struct audit_wait: the worker's alone */
    uint32_t count;
    uint32_t body_length;
    uint32_t private_length;
    bool is_awaited;                      /* somebody waits for it */
    bool durable;                         /* set by the writer */
    _Atomic uint8_t fates[CHUNK_RECORDS]; /* enum record_fate, by the record's place in the chunk */
    uint8_t body[CHUNK_BODY];
    uint8_t private_part[CHUNK_PRIVATE];
};
struct audit_port {
    struct list_node node; /* in audit->ports, under its lock */
    struct audit *audit;   /* borrowed */
    int wake;              /* eventfd: something to collect */
    _Atomic bool closing;  /* its worker has ended: what cannot be written now is lost */
    /* Down: a ring as long as there are chunks, so that it is never full. The worker fills the chunk at `head` by
     * taking it out of its slot and putting it back; the writer takes what it finds at `tail`. */
    _Atomic(struct audit_chunk *) slots[CHUNK_COUNT];
    _Atomic(struct audit_chunk *) up; /* answered, newest first */
    _Atomic uint64_t handed;          /* records; written by the worker alone */
    _Atomic uint64_t answered;        /* records; written by the writer alone */
    /* the writer's alone */
    uint32_t tail;
    bool owes_wake; /* a chunk was answered that somebody waits for */
    /* the worker's alone */
    uint32_t head;
    bool is_open;   /* the chunk at head was put there by the worker and may still be there */
    bool has_ended; /* a chunk was ended, and the writer has not been told */
    struct audit_chunk *arena;
    size_t made; /* chunks of the arena that were ever used */
    struct audit_chunk *spare;
    size_t spare_count;
    struct audit_chunk *due; /* answered, oldest first, and somebody waits to be told */
    struct audit_chunk **due_end;
    size_t reserved; /* outcomes owed */
};
/* The writer's side; NULL: nothing more now. `only_ended`: the one that is being filled stays. */
struct audit_chunk *port_take_chunk(struct audit_port *port, bool only_ended);
bool port_has_chunk(const struct audit_port *port);
void port_answer(struct audit_port *port, struct audit_chunk *chunk);
void audit_wake(int descriptor);

/* --- the store --- */

/* A record of the gate's own life; lives on the stack of the thread that waits for it. */
struct own_record {
    struct own_record *next;
    enum record_kind kind;
    struct bytes fields;
    const struct store_blob *blobs;
    size_t blob_count;
    uint64_t sequence;
    bool durable;
    sem_t done;
};

/* Somebody wants the hot segment to end; lives on the stack of who waits. */
struct roll_order {
    bool done;
    sem_t answered;
};

struct audit_counters {
    _Atomic uint64_t records, commits, failures, lost, commit_us, disk_free;
    _Atomic uint64_t commit_latency[AUDIT_LATENCY_BUCKETS + 1];
    _Atomic int shipping; /* enum audit_shipping */
    _Atomic uint64_t shipped_at;
};

/* What the writer is doing, for those who might have to wake it. */
enum writer_sleep {
    WRITER_AWAKE,
    WRITER_LINGERS, /* records wait for more to come; who waits for the disk wakes it */
    WRITER_IDLE     /* anything wakes it */
};

/* What a witness has said last. */
struct cosigned {
    struct tlog_tree tree;
    struct buffer note; /* owned */
    uint64_t serial;    /* 0: nothing yet in this run */
};
/* How much room the disk has (disk.c). */
enum disk_tier { DISK_FINE, DISK_LOW, DISK_REFUSES };
/* The name of the network file system that the folder is on; NULL: it is on none. */
const char *disk_network_name(const char *directory);
/* Lets the ballast go; false: there was none. */
bool disk_drop_ballast(struct audit *audit);

/* What a witness has us do without. */
struct audit_holds {
    _Atomic int signing; /* enum audit_signing */
    _Atomic bool decisions;
};
/* Owned; the options point at them. */
struct audit_kept {
    char *ship_directory; /* NULL: none */
    char *origin;
    struct digest mark_key; /* of audit_port_mark */
};
/* Options that change while the store is open; those of `options` are the first. */
struct audit_live {
    _Atomic bool allows_on_failure;
    _Atomic uint64_t retention_ms;
    _Atomic uint64_t disk_warn_bytes;
    _Atomic uint64_t disk_refuse_bytes;
    _Atomic int path; /* enum audit_privacy, as is the next */
    _Atomic int query;
};
/* Of the disk that the store is on. */
struct audit_disk {
    _Atomic int tier; /* enum disk_tier */
    bool has_ballast; /* the writer's alone */
};
struct audit {
    struct audit_options options;
    struct audit_live live;
    char *directory; /* owned */
    struct audit_kept kept;
    int lock;             /* descriptor of the lock file */
    int wake;             /* eventfd: work for the writer, or the end */
    _Atomic int sleep;    /* enum writer_sleep */
    _Atomic bool failing; /* the last commit failed */
    struct audit_disk disk;
    struct audit_holds holds;
    _Atomic bool ending;
    pthread_t thread;
    pthread_mutex_t ports_lock;
    struct list ports;
    _Atomic(struct own_record *) life;
    _Atomic(struct roll_order *) roll_order;
    struct audit_counters counters;
    struct sealer *sealer;        /* owned */
    struct cosigned cosigned;     /* under ports_lock */
    struct store_segment segment; /* the writer's alone once its thread runs */
};
/* Writes what a witness has said since `done` into the open transaction, and says how far that goes. outside.c */
MUST_CHECK bool outside_write(struct audit *audit, struct store_segment *segment, uint64_t done, uint64_t *serial);
/* The fields of an OPEN record, of a run or of a segment that goes on with it. standing.c */
void audit_open_fields(const struct audit *audit, struct text event, bool begins_run, struct buffer *fields);
/* What its segments are opened as. */
static inline struct store_log audit_log_of(const struct audit *audit)
{
    return (struct store_log){audit->directory, audit->options.origin, audit->options.key};
}
void *writer_main(void *context); /* the audit */
/* After something was handed over: wakes the writer if it sleeps and this is a reason to wake. */
void audit_rouse(struct audit *audit, bool is_urgent);

#endif
