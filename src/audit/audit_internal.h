/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of audit share: a segment file, the entries that travel between workers and the writer, and the two
 * together. */
#ifndef EXEAT_AUDIT_INTERNAL_H
#define EXEAT_AUDIT_INTERNAL_H

#include <pthread.h>
#include <semaphore.h>
#include <sqlite3.h>
#include <stdatomic.h>

#include "exeat/audit.h"

/* --- segment: one SQLite file, opened for writing --- */

struct segment_statements {
    sqlite3_stmt *begin;
    sqlite3_stmt *commit;
    sqlite3_stmt *rollback;
    sqlite3_stmt *record;
    sqlite3_stmt *private_part;
    sqlite3_stmt *checkpoint;
    sqlite3_stmt *meta;
    sqlite3_stmt *blob;
};
struct segment {
    sqlite3 *database;                  /* owned */
    struct segment_statements prepared; /* owned */
    struct audit_tree tree;             /* of what is committed, and of the open transaction */
    uint64_t signed_size;               /* of the newest checkpoint */
    uint8_t hash_key[32];               /* of AUDIT_HASHED texts */
    bool was_closed;                    /* its last record is CLOSE */
};
/* Opens the newest segment of the directory, or makes the first. False with `error`. */
MUST_CHECK bool segment_open(struct segment *segment, const struct audit_options *options, char **error);
void segment_close(struct segment *segment);
/* Inside a transaction; each false means: roll back. */
MUST_CHECK bool segment_begin(struct segment *segment);
MUST_CHECK bool segment_append(
    struct segment *segment, enum audit_kind kind, int64_t wall_us, uint64_t boot_us, struct bytes fields,
    struct bytes private_part, struct buffer *scratch);
MUST_CHECK bool segment_add_checkpoint(struct segment *segment, uint64_t size, struct text note);
MUST_CHECK bool segment_add_blob(struct segment *segment, const struct audit_blob *blob);
MUST_CHECK bool segment_commit(struct segment *segment);
void segment_rollback(struct segment *segment, const struct audit_tree *tree);
/* Did the last failure lose the disk's promise? Then the process must end (an fsync error is never retried). */
bool segment_lost_the_disk(const struct segment *segment);

/* Names of segment files: "seg-<16 hex>.db". */
enum { SEGMENT_NAME_SIZE = 24 };
void segment_name(uint64_t first, char out[SEGMENT_NAME_SIZE]);
bool segment_name_parse(const char *name, uint64_t *first);
void frontier_write(const struct audit_tree *tree, struct buffer *out);
MUST_CHECK bool frontier_read(struct bytes bytes, struct audit_tree *tree);
/* A copy of the sqlite message with a path before it; for errors. */
char *sqlite_sentence(const char *path, const char *doing, sqlite3 *database);

/* --- entries: one record on its way to disk and back --- */

struct audit_entry {
    struct audit_entry *next;
    enum audit_kind kind;
    bool durable; /* set by the writer */
    struct buffer fields;
    struct buffer private_part;
    struct audit_wait *wait; /* the worker's alone; NULL: nobody waits */
};
/* Entries newest first; one side pushes one at a time, the other takes all. */
struct entry_stack {
    _Atomic(struct audit_entry *) newest;
};
bool stack_push(struct entry_stack *stack, struct audit_entry *entry); /* true: it was empty */
struct audit_entry *stack_take(struct entry_stack *stack);             /* oldest first */

struct audit_port {
    struct list_node node; /* in audit->ports, under its lock */
    struct audit *audit;   /* borrowed */
    struct entry_stack down;
    struct entry_stack up;
    int wake;                 /* eventfd: something to collect */
    _Atomic bool closing;     /* its worker has ended: what cannot be written now is lost */
    struct audit_entry *kept; /* the writer's alone: taken, and beyond its batch */
    /* the worker's alone */
    struct audit_entry *spare;
    size_t out;      /* entries handed over and not collected */
    size_t reserved; /* outcomes owed */
};

/* A record of the gate's own life; lives on the stack of the thread that waits for it. */
struct audit_life {
    struct audit_life *next;
    enum audit_kind kind;
    struct bytes fields;
    const struct audit_blob *blobs;
    size_t blob_count;
    uint64_t sequence;
    bool durable;
    sem_t done;
};

struct audit_counters {
    _Atomic uint64_t queued, records, commits, failures, lost, commit_us;
    _Atomic uint64_t commit_latency[AUDIT_LATENCY_BUCKETS + 1];
};

struct audit {
    struct audit_options options;
    char *directory; /* owned */
    char *origin;    /* owned; options.origin points at it */
    int lock;        /* descriptor of the lock file */
    int wake;        /* eventfd: work for the writer, or the end */
    _Atomic bool ending;
    pthread_t thread;
    pthread_mutex_t ports_lock;
    struct list ports;
    _Atomic(struct audit_life *) life;
    struct audit_counters counters;
    struct segment segment; /* the writer's alone once its thread runs */
};
void *writer_main(void *context); /* the audit */
void audit_wake(int descriptor);

#endif
