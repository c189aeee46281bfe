/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over a store, and what its steps share. */
#ifndef EXEAT_EVIDENCE_VERIFY_H
#define EXEAT_EVIDENCE_VERIFY_H

#include "evidence_internal.h"

/* A checkpoint to compare with: from outside of the store, or the newest in it that a witness has cosigned. */
struct anchor {
    struct text note;
    bool is_inner;
    struct tlog_checkpoint checkpoint;
};

struct verify {
    struct store_reader *reader;
    const struct evidence_check *check;
    struct evidence_report *report;
    struct tlog_tree tree;
    bool is_broken;           /* a leaf is not known: roots from here on say nothing */
    uint64_t next_checkpoint; /* size; UINT64_MAX: none */
    struct buffer note;
    struct buffer cosigned;
    uint64_t signed_size;
    struct anchor *anchors; /* owned; by size */
    size_t anchor_count;
    size_t next_anchor;
    bool is_closed;
    uint64_t lost;
    uint64_t pruned_to; /* records before this one were removed lawfully: a PRUNE record says so */
    uint64_t parts_gone;
    struct export_erasures erasures; /* owned, both */
    struct id_set under_way;
    bool knows_run;   /* all decisions of this run are here */
    uint64_t excused; /* decisions of this run that a GAP record counts, and whose outcomes may come yet */
};

#define NUMBER(value) ((unsigned long long)(value))

/* findings.c: adds a finding about that place to the report. */
void PRINTF_LIKE(4, 5)
    verify_find(struct verify *verify, enum evidence_verdict verdict, uint64_t sequence, const char *format, ...);

/* verify_record.c: the next record: its place, its bytes, its columns, its private part, its life. */
void verify_record(struct verify *verify, const struct store_row *row);
/* A store_reader_texts taker: is a policy's text what the log names? */
void verify_text(void *context, uint64_t first, struct bytes digest, struct bytes body);

/* verify_checkpoint.c: before the first record. */
void verify_begin_checkpoints(struct verify *verify);
/* After each record: the checkpoints, inside and outside, of exactly that size. */
void verify_checkpoints(struct verify *verify);
/* After the last: checkpoints of more than is here. */
void verify_beyond(struct verify *verify);

#endif
