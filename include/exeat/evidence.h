/* SPDX-License-Identifier: Apache-2.0 */
/* What an auditor takes out of the store: records as data, and whether they can be believed. Reads only. */
#ifndef EXEAT_EVIDENCE_H
#define EXEAT_EVIDENCE_H

#include <stdio.h>

#include "exeat/audit.h"

/* Told from time to time how far reading is: up to which sequence. */
struct evidence_progress {
    void (*on_progress)(void *context, uint64_t position);
    void *context;
};

/* --- export --------------------------------------------------------------------------------------------------------
 */

enum evidence_format {
    EVIDENCE_JSONL,   /* Elastic Common Schema, JSON Lines */
    EVIDENCE_CSV,     /* RFC 4180, safe to open in a spreadsheet */
    EVIDENCE_CEF,     /* CEF:0 */
    EVIDENCE_LEEF,    /* LEEF 2.0 */
    EVIDENCE_OCSF,    /* OCSF 1.8.0 HTTP Activity, JSON Lines */
    EVIDENCE_SYSLOG,  /* RFC 5424 */
    EVIDENCE_TEXT,    /* columns for a terminal */
    EVIDENCE_RECORDS, /* JSON Lines: each record of the log with its fields by name, in order of sequence */
    EVIDENCE_FORMATS
};
MUST_CHECK bool evidence_format_parse(struct text name, enum evidence_format *format);
const char *evidence_format_name(enum evidence_format format);

/* All conditions hold together. Empty texts and zeros are no condition. Lists are separated by commas, any of them will
 * do, and "*" stands for any text. */
struct evidence_filter {
    int64_t since_us; /* wall clock */
    int64_t until_us;
    struct text host;     /* list */
    struct text rule;     /* list */
    struct text client;   /* list */
    struct text provider; /* list */
    struct text reason;   /* list of codes, of the decision or of its outcome */
    struct text done;     /* list */
    struct text request;  /* id, hex */
    unsigned verdicts;    /* bits 1 << enum verdict */
    bool llm_only;
    bool redact; /* leave private parts out */
};
/* Where to go on, as a text that the last run gave. */
struct evidence_cursor {
    struct text start; /* empty: from the beginning */
    bool (*save)(void *context, struct text cursor, char **error);
    void *context;
};
struct evidence_export {
    struct evidence_filter filter;
    enum evidence_format format;
    FILE *out;
    uint64_t limit;                           /* lines; 0: no limit */
    bool from_end;                            /* without a cursor: only what comes from now on */
    const struct evidence_cursor *cursor;     /* NULL: none */
    const struct evidence_progress *progress; /* NULL: none */
};
/* Writes what matches, in memory that does not grow with the store. Requests come in order of their decisions, but for
 * those that outlast thousands of others, which come when they end; those that have not ended come last, and again,
 * whole, when a later run goes on from the cursor. False: the store or the output failed, `error` (base_free) says how.
 * `*count` is how many lines were written. */
MUST_CHECK bool
evidence_write(struct audit_reader *reader, const struct evidence_export *options, uint64_t *count, char **error);
/* Writes what there is and then what comes, until `goes_on` says no. EVIDENCE_TEXT: a line for each record. */
MUST_CHECK bool evidence_follow(
    struct audit_reader *reader, const struct evidence_export *options, bool (*goes_on)(void), char **error);

/* Appends everything about one request (its id in hex) for a person to read; nothing when it is not there. False: the
 * store cannot be read. */
MUST_CHECK bool evidence_show(
    struct audit_reader *reader, struct text request, bool redact, const struct evidence_progress *progress,
    struct buffer *out, char **error);

/* --- verify --------------------------------------------------------------------------------------------------------
 */

enum evidence_verdict {
    EVIDENCE_OK,
    EVIDENCE_TAMPERED,      /* a record, column, private part or signature is not what was signed */
    EVIDENCE_TRUNCATED,     /* an outside checkpoint covers more than is here */
    EVIDENCE_FORKED,        /* an outside checkpoint has another root at the same size */
    EVIDENCE_GAP,           /* records are missing, or decisions were let through unrecorded */
    EVIDENCE_UNSIGNED_TAIL, /* the last records have no checkpoint */
    EVIDENCE_UNREADABLE
};
const char *evidence_verdict_name(enum evidence_verdict verdict);

/* A signed note that was kept outside of the store. */
struct evidence_anchor {
    struct text note; /* borrowed */
};
struct evidence_check {
    const uint8_t *key; /* VERIFY_KEY_SIZE bytes; NULL: signatures cannot be checked */
    const struct evidence_anchor *anchors;
    size_t anchor_count;
};
struct evidence_report {
    enum evidence_verdict verdict;
    uint64_t records;
    uint64_t checkpoints;
    uint64_t unsigned_tail;
    uint64_t erased;  /* private parts that are gone */
    uint64_t crashes; /* starts after an unclean end */
    struct digest root;
    char detail[240]; /* where and what, for people */
};
/* One pass over all records in O(log n) memory. */
void evidence_verify(struct audit_reader *reader, const struct evidence_check *check, struct evidence_report *report);

#endif
