/* SPDX-License-Identifier: Apache-2.0 */
/* What an auditor takes out of the store: records as data, and whether they can be believed. Reads only. */
#ifndef EXEAT_EVIDENCE_H
#define EXEAT_EVIDENCE_H

#include <stdio.h>

#include "exeat/audit.h"
#include "exeat/tlog/note.h"

/* Told from time to time how far reading is: up to which sequence. */
struct evidence_progress {
    void (*on_progress)(void *context, uint64_t position);
    void *context;
};

/* --- export --- */

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
bool evidence_format_names_log(enum evidence_format format); /* does each line say of which log it is? */

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
    struct text request;  /* id, hex, or what it begins with */
    unsigned verdicts;    /* bits 1 << enum verdict */
    bool llm_only;
    bool redact; /* leave private parts out */
};
/* Where to go on, as a text that the last run gave. */
struct evidence_cursor {
    struct text start; /* empty: from the beginning */
    bool (*save)(void *context, struct text cursor, char **error);
    void (*on_pruned)(void *context, uint64_t next, uint64_t first); /* NULL; what was not seen yet and is gone */
    void *context;
};
struct evidence_export {
    struct evidence_filter filter;
    enum evidence_format format;
    FILE *out;
    uint64_t limit;                           /* lines; 0: no limit */
    size_t width;                             /* of EVIDENCE_TEXT, in characters; 0: as it likes */
    bool has_colour;                          /* likewise */
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
/* Writes what there is and then what comes, until `goes_on` says no. EVIDENCE_TEXT has what the gate itself did too. */
MUST_CHECK bool evidence_follow(
    struct audit_reader *reader, const struct evidence_export *options, bool (*goes_on)(void), char **error);

/* Four or more hex digits, such as an id begins with? */
bool evidence_is_request(struct text text);
/* The one request whose id begins with these digits, and the sequence of its first record. */
enum evidence_match { EVIDENCE_MATCH_ONE, EVIDENCE_MATCH_NONE, EVIDENCE_MATCH_MANY, EVIDENCE_MATCH_UNREADABLE };
MUST_CHECK enum evidence_match
evidence_find_request(struct audit_reader *reader, struct text digits, struct request_id *id, uint64_t *sequence);
/* Appends everything about one request for a person to read. False: the store cannot be read. */
MUST_CHECK bool evidence_show(
    struct audit_reader *reader, const struct request_id *id, bool redact, const struct evidence_progress *progress,
    struct buffer *out, char **error);

/* Appends one record's lines, as evidence_show has them: its kind, leaf and fields. Nothing: it is no record. */
void evidence_append_record(struct bytes body, struct buffer *out);

/* --- SQL: one SELECT over `requests` (a decision joined with its outcome a row) and `records` (any record, fields as
 * JSON) ---
 */

struct evidence_sql {
    struct text query;             /* NUL-terminated after its length */
    struct evidence_filter filter; /* of `requests`; `redact` of both */
    enum evidence_format format;   /* EVIDENCE_JSONL, EVIDENCE_CSV or EVIDENCE_TEXT */
    uint64_t seconds;              /* it may take */
    FILE *out;
    const struct evidence_progress *progress; /* NULL: none */
};
enum evidence_sql_result {
    EVIDENCE_SQL_DONE,
    EVIDENCE_SQL_REFUSED, /* no SELECT, or no SQL; nothing was read */
    EVIDENCE_SQL_FAILED   /* the store cannot be read, or it took too much time or memory */
};
/* `*rows` is how many were written. `error` (base_free) unless done. */
MUST_CHECK enum evidence_sql_result
evidence_sql(const char *directory, const struct evidence_sql *options, uint64_t *rows, char **error);

/* --- stats --- */

struct evidence_look {
    bool is_terminal; /* with bars */
    bool has_colour;
    const struct evidence_progress *progress; /* NULL: none */
};
/* Appends panels about what matches. False: the store cannot be read, `error` (base_free). */
MUST_CHECK bool evidence_stats(
    struct audit_reader *reader, const struct evidence_filter *filter, const struct evidence_look *look,
    struct buffer *out, char **error);

/* --- bundle: records with what proves them, in a folder --- */

struct evidence_bundle {
    struct evidence_filter filter; /* since and until also bound the range whose leaves are all in it */
    const char *directory;         /* to be made */
    struct text keys;              /* the log's vkey line, for orientation */
    struct text operator_name;     /* who made it */
    struct text purpose;
    struct text query;                        /* as it was given */
    bool is_recorded;                         /* a running gate wrote the export down */
    const struct evidence_progress *progress; /* NULL: none */
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
    struct audit_reader *reader, const struct evidence_bundle *options, struct evidence_bundle_result *result,
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
const char *evidence_verdict_name(enum evidence_verdict verdict);
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
    const struct evidence_progress *progress; /* NULL: none */
    const struct evidence_told *told;         /* NULL: nobody */
    const _Atomic bool *is_over;              /* once true, reading ends and the report says nothing; NULL: never */
};
/* What was found of one kind: how often, and the first place. */
struct evidence_finding {
    uint64_t count;
    uint64_t sequence;
    char detail[240]; /* where and what, for people */
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
    uint64_t anchors;          /* outside checkpoints that hold */
    uint64_t cosignatures;     /* of the witnesses, on checkpoints that hold */
    uint64_t anchored_size;    /* the largest size that someone outside vouches for; 0: none */
    int64_t first_us;          /* wall clock of the first and last record */
    int64_t last_us;
    uint64_t shown;     /* of a bundle: records that are in it; the others of its range were left out */
    uint64_t bad_lines; /* of a bundle: that are none of its log */
    char origin[256];   /* of a bundle: of which log its checkpoint is */
    struct digest root; /* zero when a leaf is not known */
};
/* One pass over all records in O(log n) memory. */
void evidence_verify(struct audit_reader *reader, const struct evidence_check *check, struct evidence_report *report);
/* Of a bundle, with nothing but the log's key. */
struct evidence_bundle_check {
    const char *folder;
    const uint8_t *key;               /* NULL: the signature is not checked */
    struct text name;                 /* of its log; empty: any */
    const struct evidence_told *told; /* NULL: nobody */
};
void evidence_bundle_verify(const struct evidence_bundle_check *options, struct evidence_report *report);

/* --- report --- */

struct evidence_page {
    struct text keys;  /* the log's vkey line; empty: not known */
    bool key_is_known; /* signatures were checked */
    struct text query; /* as it was given */
    int64_t made_us;
    const struct evidence_progress *progress; /* NULL: none */
};
/* Appends one HTML page with nothing outside of itself about what matches. `verify` is what evidence_verify said of the
 * store. False: the store cannot be read, `error` (base_free). */
MUST_CHECK bool evidence_report_html(
    struct audit_reader *reader, const struct evidence_filter *filter, const struct evidence_page *options,
    const struct evidence_report *verify, struct buffer *out, char **error);

#endif
