/* SPDX-License-Identifier: Apache-2.0 */
/* Whether what is in a store can be believed: its verification, and bundles of records with what proves them. Reads
 * only. */
#ifndef EXEAT_EVIDENCE_H
#define EXEAT_EVIDENCE_H

#include <stdio.h>

#include "exeat/export.h"
#include "exeat/store.h"
#include "exeat/tlog/note.h"

/* --- bundle: records with what proves them, in a folder --- */

struct evidence_bundle {
    struct export_filter filter; /* since and until also bound the range whose leaves are all in it */
    const char *directory;       /* to be made */
    struct text keys;            /* the log's vkey line, for orientation */
    struct text operator_name;   /* who made it */
    struct text purpose;
    struct text query;                      /* as it was given */
    bool is_recorded;                       /* a running gate wrote the export down */
    const struct export_progress *progress; /* NULL: none */
};
struct evidence_bundle_result {
    uint64_t first;
    uint64_t end;
    uint64_t shown;             /* records; the others of the range are left out, provably */
    uint64_t unsigned_left_out; /* newer than any checkpoint */
    uint64_t policies_left_out; /* named, and not in the store any more */
    uint64_t texts_missing;     /* of policies, named and not in the store: such a bundle is found incomplete */
};
/* False: `error` (base_free); what was written so far stays in the folder. */
MUST_CHECK bool evidence_bundle_write(
    struct store_reader *reader, const struct evidence_bundle *options, struct evidence_bundle_result *result,
    char **error);

/* --- verify --- */

enum evidence_verdict {
    EVIDENCE_OK,
    EVIDENCE_TAMPERED,      /* a record, column, private part or signature is not what was signed */
    EVIDENCE_TRUNCATED,     /* a checkpoint covers more than is here */
    EVIDENCE_FORKED,        /* an outside checkpoint has another root at the same size */
    EVIDENCE_GAP,           /* something is missing, or decisions were let through unrecorded */
    EVIDENCE_UNSIGNED_TAIL, /* the last records have no checkpoint */
    EVIDENCE_UNREADABLE,
    EVIDENCE_VERDICTS
};
const char *evidence_verdict_name(enum evidence_verdict verdict);    /* static */
const char *evidence_verdict_meaning(enum evidence_verdict verdict); /* one sentence */

/* Told of everything that is found, where a report keeps the first place of each kind. */
struct evidence_told {
    void (*on_finding)(void *context, enum evidence_verdict verdict, const char *detail);
    void *context;
};
/* A signed note that was kept outside of the store. */
struct evidence_anchor {
    struct text note; /* borrowed, both */
    struct text name; /* where it is from, for people */
};
struct evidence_check {
    const uint8_t *key; /* VERIFY_KEY_SIZE bytes; NULL: signatures cannot be checked */
    const struct evidence_anchor *anchors;
    size_t anchor_count;
    bool has_many_logs;                /* anchors of other logs are passed over */
    const struct tlog_vkey *witnesses; /* whose cosignatures are believed */
    size_t witness_count;
    const struct export_progress *progress; /* NULL: none */
    const struct evidence_told *told;       /* NULL: nobody */
    const _Atomic bool *is_over;            /* once true, reading ends and the report says nothing; NULL: never */
};
/* What was found of one kind: how often, and the first place. */
struct evidence_finding {
    uint64_t count;
    uint64_t sequence;
    char detail[240]; /* where and what, for people */
};
/* What others say of the log. */
struct evidence_outside {
    uint64_t anchors;      /* checkpoints of theirs that hold */
    uint64_t cosignatures; /* of the witnesses, on checkpoints that hold */
    uint64_t size;         /* the largest that someone vouches for; 0: none */
};
/* What only a bundle has; zero of a store. */
struct evidence_of_bundle {
    uint64_t shown;     /* records that are in it; the others of its range were left out */
    uint64_t bad_lines; /* that are none of its log */
    char origin[256];   /* of which log its checkpoint is */
};
struct evidence_report {
    enum evidence_verdict verdict; /* the gravest that was found */
    struct evidence_finding findings[EVIDENCE_VERDICTS];
    const struct evidence_told *told; /* borrowed */
    uint64_t first;                   /* sequence of the oldest record that is here */
    uint64_t size;                    /* of the log: one more than the newest sequence */
    uint64_t records;
    uint64_t checkpoints; /* that hold */
    uint64_t unsigned_tail;
    uint64_t erased;           /* private parts that are gone, as a PRUNE record says (of a bundle: redacted too) */
    uint64_t parts_missing;    /* that are gone, and no record says so */
    uint64_t crashes;          /* starts after an unclean end */
    uint64_t clock_steps;      /* the wall clock was set */
    uint64_t policies;         /* policy records */
    uint64_t policies_missing; /* texts that they name and that are not here */
    uint64_t orphans;          /* outcomes whose decision is not here */
    struct evidence_outside outside;
    int64_t first_us; /* wall clock of the first and last record */
    int64_t last_us;
    struct evidence_of_bundle bundle;
    struct digest root; /* zero when a leaf is not known */
};
/* One pass over all records in O(log n) memory. */
void evidence_verify(struct store_reader *reader, const struct evidence_check *check, struct evidence_report *report);
/* Of a bundle, with nothing but the log's key. */
struct evidence_bundle_check {
    const char *folder;
    const uint8_t *key;               /* NULL: the signature is not checked */
    struct text name;                 /* of its log; empty: any */
    const struct evidence_told *told; /* NULL: nobody */
};
/* Reads the folder and nothing else. Whatever is wrong is a finding of the report, a file that cannot be read too. */
void evidence_bundle_verify(const struct evidence_bundle_check *options, struct evidence_report *report);

#endif
