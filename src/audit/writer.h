/* SPDX-License-Identifier: Apache-2.0 */
/* The writer thread's own state: writer.c decides when to write, commit.c writes and answers. */
#ifndef EXEAT_AUDIT_WRITER_H
#define EXEAT_AUDIT_WRITER_H

#include "audit_internal.h"

enum { BATCH_CHUNKS = 256 };

/* A chunk and where it goes back to. */
struct taken_chunk {
    struct audit_chunk *chunk;
    struct audit_port *port;
};
/* What the next segment begins with. */
struct standing {
    struct buffer config; /* owned fields, both; empty: none */
    struct buffer policy;
    uint64_t policy_sequence;
    uint64_t policy_row;    /* of the POLICY record that is said again in the open transaction; 0: none */
    struct digest *digests; /* owned: of the policy's texts */
    size_t digest_count;
    bool has_rolled; /* this run has */
};
/* When what happened, by the boot clock; 0: it did not. */
struct writer_times {
    uint64_t signed_us;
    uint64_t record_us; /* of the newest record */
    uint64_t taken_us;  /* since when records wait that nobody waits for */
    uint64_t retry_us;  /* when a commit that failed is tried again */
    uint64_t rolled_us;
    uint64_t roll_retry_us;
    uint64_t disk_us;       /* when its room was looked at */
    int64_t wall_offset_us; /* wall clock minus boot clock */
};
/* The transaction that is open, if one is. */
struct writer_transaction {
    bool is_open;
    size_t stored; /* how many of the taken chunks are in it */
    struct store_segment_mark begin;
    int64_t wall_offset_us; /* when it began */
};
struct writer {
    struct audit *audit;
    struct store_segment *segment;
    struct taken_chunk batch[BATCH_CHUNKS];
    size_t count;
    struct writer_transaction transaction;
    struct own_record *life;  /* oldest first */
    struct record_loose own;  /* records of the writer and of the gate's life, in the making */
    struct record_loose said; /* records of the disk's tiers that are still to be written */
    struct record_loose owed; /* kept over a commit that failed */
    struct buffer salts;      /* scratch */
    struct buffer note;       /* a checkpoint that waits for its row */
    uint64_t note_size;
    struct writer_times times;
    uint64_t lost;          /* since the last GAP record */
    uint64_t cosigned;      /* serial of what a witness said and is on disk */
    uint64_t cosigned_next; /* of what is in the open transaction */
    bool is_urgent;         /* what was taken must not wait */
    struct standing standing;
    bool has_begun; /* the OPEN record came: nothing goes before it */
};

/* Writes what was taken, in one transaction, and answers it. */
void commit_batch(struct writer *writer, bool heartbeat);
/* Ahead of it, a piece of its work: one taken chunk goes into the transaction, which stays open. False: there is none,
 * or something else has to be written first. */
bool commit_ahead(struct writer *writer);
bool commit_can_be_ahead(const struct writer *writer);
/* transaction.c: the records of one transaction. Each false: it is not there, and what was begun is undone. */
MUST_CHECK bool transaction_add_chunk(struct writer *writer);
MUST_CHECK bool transaction_commit(struct writer *writer, bool heartbeat);
void transaction_undo(struct writer *writer);
/* sign.c: makes the checkpoint of all records that are committed; its row is part of a later transaction. */
void writer_sign(struct writer *writer);
/* Are there records that no checkpoint covers, and may one be made? */
bool writer_is_unsigned(const struct writer *writer);
/* A segment's or a run's last record, and the checkpoint that covers it. False: the record is not there. */
MUST_CHECK bool writer_write_last(struct writer *writer, enum record_kind kind, struct bytes fields);

enum { DISK_LOOK_US = 1000000 };
/* Once a second: how much room the disk has, and what follows from it. */
void disk_look(struct writer *writer, uint64_t now);

bool roll_is_due(const struct writer *writer, uint64_t now);
bool roll_segment(struct writer *writer); /* false, and said why: the segment goes on */
void roll_if_asked(struct writer *writer);

/* standing.c */
void standing_note(struct standing *standing, const struct own_record *life); /* a record that is on disk */
void standing_clear(struct standing *standing);
/* To writer->own, when a segment begins by rolling. */
void standing_add_first_records(struct writer *writer);
/* Which texts the POLICY record of this sequence names. */
MUST_CHECK bool standing_add_policy_rows(struct writer *writer, uint64_t sequence);

#endif
