/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of audit share: the port that brings batches, segments in their two layouts, and the store that
 * holds all of it together. */
#ifndef EXEAT_AUDIT_INTERNAL_H
#define EXEAT_AUDIT_INTERNAL_H

#include <pthread.h>
#include <semaphore.h>
#include <sqlite3.h>
#include <stdatomic.h>

#include "exeat/audit.h"
#include "exeat/record/batch.h"

/* --- segments: names, what their meta holds, SQLite --- */

enum segment_layout { SEGMENT_HOT, SEGMENT_SEALED, SEGMENT_PRIVATE }; /* seg-<16 hex> and .hot, .db, .priv.db */
enum { SEGMENT_NAME_SIZE = 32 };
void segment_name(uint64_t first, enum segment_layout layout, char out[SEGMENT_NAME_SIZE]);
bool segment_name_parse(const char *name, uint64_t *first, enum segment_layout *layout);
char *segment_path(const char *directory, uint64_t first, enum segment_layout layout, const char *suffix);

/* The newest sealed segment that begins before the sequence; false: there is none. */
MUST_CHECK bool segment_before(const char *directory, uint64_t sequence, uint64_t *first);

enum { STORE_FORMAT = 2 };

/* What the files' tables are (schema.c); a sealed file's indexes and triggers are made when its rows are there. */
extern const char schema_hot[];
extern const char schema_sealed[];
extern const char schema_sealed_tables[];
extern const char schema_sealed_end[];
extern const char schema_private[];
void schema_digest(struct digest *digest); /* of all three, one after the other: what an OPEN record says */
/* Tables, indexes and triggers of ours, and nothing that acts in their place. */
bool schema_is_ours(sqlite3 *database, const char *schema);

struct bytes column_bytes(sqlite3_stmt *statement, int index);
void bind_bytes(sqlite3_stmt *statement, int index, struct bytes bytes);
void bind_text(sqlite3_stmt *statement, int index, struct text text);
MUST_CHECK bool sqlite_run(sqlite3_stmt *statement); /* one step; leaves it ready for the next use */
MUST_CHECK bool meta_read(sqlite3 *database, const char *key, struct buffer *out);
/* A sentence with the path and SQLite's reason, for errors. */
char *sqlite_sentence(const char *path, const char *doing, sqlite3 *database);
char *store_sentence(const char *path, const char *what, const char *why);
/* fsync of a file that SQLite does not have open (closing it would drop SQLite's locks), or of a folder. */
MUST_CHECK bool sync_path(const char *path);

/* --- the hot segment: the one that is written --- */

struct segment_statements {
    sqlite3_stmt *begin;
    sqlite3_stmt *commit;
    sqlite3_stmt *rollback;
    sqlite3_stmt *batch;
    sqlite3_stmt *checkpoint;
    sqlite3_stmt *meta;
    sqlite3_stmt *blob;
    sqlite3_stmt *policy;
};
struct segment {
    sqlite3 *database;                  /* owned */
    struct segment_statements prepared; /* owned */
    uint64_t first;                     /* its first sequence */
    struct tlog_tree tree;              /* of what is committed, and of the open transaction */
    uint64_t framed_size;               /* tree size at the newest row with a frontier */
    uint64_t signed_size;               /* of the newest checkpoint */
    uint8_t hash_key[32];               /* of AUDIT_HASHED texts */
    enum record_kind last_kind;         /* of its last record; 0: it has none */
    uint64_t wal_bytes;                 /* what its WAL has grown to, since it is watched */
};
/* Where a transaction began, to go back to. */
struct segment_mark {
    struct tlog_tree tree;
    uint64_t framed_size;
};
/* Opens the hot segment that was not ended, or makes the one that goes on where the store ends. False with `error`. */
MUST_CHECK bool segment_open(struct segment *segment, const struct audit_options *options, char **error);
/* Leaves an ended segment to the sealer and begins the next one. On false the segment is as it was. */
MUST_CHECK bool segment_roll(struct segment *segment, const struct audit_options *options, char **error);
/* Keeps wal_bytes from now on; the segment stays where it is. */
void segment_watch(struct segment *segment);
void segment_close(struct segment *segment);
MUST_CHECK bool segment_prepare(struct segment *segment);
MUST_CHECK bool segment_put_meta(struct segment *segment, const char *key, struct bytes value);
/* Inside a transaction; each false means: roll back. */
MUST_CHECK bool segment_begin(struct segment *segment);
MUST_CHECK bool segment_add_batch(
    struct segment *segment, struct record_batch *batch, const struct record_clock *clock, const uint8_t *salts);
MUST_CHECK bool segment_add_checkpoint(struct segment *segment, uint64_t size, struct text note);
MUST_CHECK bool segment_add_blob(struct segment *segment, const struct audit_blob *blob);
MUST_CHECK bool segment_add_policy(struct segment *segment, uint64_t sequence, const struct digest *digest);
MUST_CHECK bool segment_commit(struct segment *segment);
void segment_rollback(struct segment *segment, const struct segment_mark *mark);
/* Did the last failure lose the disk's promise? Then the process must end (an fsync error is never retried). */
bool segment_lost_the_disk(const struct segment *segment);

/* What the end of a store must agree with itself about before anything is added to it; NULL: it does. Fills tree,
 * sizes and last kind of the segment. */
const char *check_identity(sqlite3 *database, const struct audit_options *options); /* format and origin */
const char *check_hot_end(struct segment *segment, const struct audit_options *options);
const char *check_sealed_end(struct segment *segment, const struct audit_options *options);

/* Rebuilds a hot segment that nobody writes any more into its sealed files, and removes it. Can be done again after a
 * crash at any point. */
MUST_CHECK bool seal_segment(const char *directory, uint64_t first, char **error);
void segment_remove_hot(const char *directory, uint64_t first);
/* The thread that does so. Freeing waits for what is queued, but not for what fails. */
struct sealer;
struct sealer *sealer_new(struct audit *audit);
void sealer_add(struct sealer *sealer, uint64_t first);
void sealer_free(struct sealer *sealer);
/* What needs the writer begins, after the OPEN record, and ends; after that nothing does. */
void sealer_begin(struct sealer *sealer);
void sealer_quiet(struct sealer *sealer);
MUST_CHECK bool sealer_erase(struct sealer *sealer, int64_t before_us, struct text who);
void sealer_erasing(struct sealer *sealer, struct audit_erasing *erasing);
/* Asks the writer to end the hot segment, and waits for it; false: it could not. Any thread but the writer's. */
MUST_CHECK bool audit_roll(struct audit *audit);

/* --- ports --- */

enum { CHUNK_BODY = 72 << 10, CHUNK_PRIVATE = 55 << 10, CHUNK_COUNT = 512, CHUNK_RECORDS = 1280 };
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
    bool is_open; /* the chunk at head was put there by the worker and may still be there */
    struct audit_chunk *arena;
    size_t made; /* chunks of the arena that were ever used */
    struct audit_chunk *spare;
    size_t spare_count;
    struct audit_chunk *due; /* answered, oldest first, and somebody waits to be told */
    struct audit_chunk **due_end;
    size_t reserved; /* outcomes owed */
};
struct audit_chunk *port_take_chunk(struct audit_port *port); /* the writer's side; NULL: nothing more now */
void port_answer(struct audit_port *port, struct audit_chunk *chunk);
void audit_wake(int descriptor);

/* --- the store --- */

/* A record of the gate's own life; lives on the stack of the thread that waits for it. */
struct audit_life {
    struct audit_life *next;
    enum record_kind kind;
    struct bytes fields;
    const struct audit_blob *blobs;
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
struct audit {
    struct audit_options options;
    struct audit_live live;
    char *directory; /* owned */
    struct audit_kept kept;
    int lock;              /* descriptor of the lock file */
    int wake;              /* eventfd: work for the writer, or the end */
    _Atomic int sleep;     /* enum writer_sleep */
    _Atomic bool failing;  /* the last commit failed */
    _Atomic int disk_tier; /* enum disk_tier */
    bool has_ballast;      /* the writer's alone */
    struct audit_holds holds;
    _Atomic bool ending;
    pthread_t thread;
    pthread_mutex_t ports_lock;
    struct list ports;
    _Atomic(struct audit_life *) life;
    _Atomic(struct roll_order *) roll_order;
    struct audit_counters counters;
    struct sealer *sealer;    /* owned */
    struct cosigned cosigned; /* under ports_lock */
    struct segment segment;   /* the writer's alone once its thread runs */
};
/* Writes what a witness has said since `done` into the open transaction, and says how far that goes. outside.c */
MUST_CHECK bool outside_write(struct audit *audit, struct segment *segment, uint64_t done, uint64_t *serial);
/* The fields of an OPEN record, of a run or of a segment that goes on with it. store.c */
void store_open_fields(const struct audit *audit, struct text event, bool begins_run, struct buffer *fields);
/* The disk's promise is lost: says so and ends the process at once; who restarts it has the store looked at. store.c */
_Noreturn void store_end_process(const char *directory, const char *why);
/* The lock that keeps a second writer away; it ends with the descriptor. store.c */
MUST_CHECK bool store_lock(const char *directory, int *descriptor, char **error);
void *writer_main(void *context); /* the audit */
/* After something was handed over: wakes the writer if it sleeps and this is a reason to wake. */
void audit_rouse(struct audit *audit, bool is_urgent);

#endif
