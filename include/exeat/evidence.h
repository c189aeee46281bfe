/* SPDX-License-Identifier: Apache-2.0 */
/* What an auditor takes out of the store: records as data, and whether they can be believed. Reads only. */
#ifndef EXEAT_EVIDENCE_H
#define EXEAT_EVIDENCE_H

#include <stdio.h>

#include "exeat/audit.h"

/* --- export --------------------------------------------------------------------------------------------------------
 */

enum evidence_format {
    EVIDENCE_RECORDS, /* JSON Lines: each record of the log with its fields by name, in order of sequence */
    EVIDENCE_CSV,     /* one request a line, decision and outcome together; RFC 4180, safe to open in a spreadsheet */
    EVIDENCE_TEXT     /* the same for a terminal */
};
/* All conditions hold together. Empty texts and zeros are no condition. */
struct evidence_filter {
    int64_t since_us; /* wall clock */
    int64_t until_us;
    struct text host; /* glob */
    struct text rule;
    struct text client;
    struct text request; /* id, hex */
    enum verdict verdict;
    enum reason reason;
    bool has_reason;
    bool llm_only;
};
struct evidence_export {
    struct evidence_filter filter;
    enum evidence_format format;
    bool redact; /* leave private parts out */
    FILE *out;
};
/* Writes what matches. False: the store or the output failed, `error` (base_free) says how. `*count` is how many
 * requests (records: records) were written. */
MUST_CHECK bool
evidence_write(struct audit_reader *reader, const struct evidence_export *options, uint64_t *count, char **error);
/* Writes each record as a line when it comes, from now on, until `goes_on` says no; sleeps between looks. */
MUST_CHECK bool evidence_follow(
    struct audit_reader *reader, const struct evidence_export *options, bool (*goes_on)(void), char **error);

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
