/* SPDX-License-Identifier: Apache-2.0 */
/* The writer thread's own state: writer.c decides when to write, commit.c writes and answers. */
#ifndef EXEAT_AUDIT_WRITER_H
#define EXEAT_AUDIT_WRITER_H

#include "audit_internal.h"

enum { BATCH_CHUNKS = 128 };

/* A chunk and where it goes back to. */
struct taken_chunk {
    struct audit_chunk *chunk;
    struct audit_port *port;
};
struct writer {
    struct audit *audit;
    struct segment *segment;
    struct taken_chunk batch[BATCH_CHUNKS];
    size_t count;
    struct audit_life *life; /* oldest first */
    struct loose_batch own;  /* records of the writer and of the gate's life, in the making */
    struct loose_batch owed; /* kept over a commit that failed */
    struct buffer salts;     /* scratch */
    struct buffer note;      /* a checkpoint that waits for its row */
    uint64_t note_size;
    uint64_t signed_us;      /* boot clock, as are the others */
    uint64_t record_us;      /* of the newest record */
    uint64_t taken_us;       /* since when records wait that nobody waits for; 0: there are none */
    uint64_t retry_us;       /* 0: the last commit was good */
    int64_t clock_offset_us; /* wall clock minus boot clock */
    uint64_t lost;           /* since the last GAP record */
    bool is_urgent;          /* what was taken must not wait */
};

/* Writes what was taken, in one transaction, and answers it. */
void commit_batch(struct writer *writer, bool heartbeat);

#endif
