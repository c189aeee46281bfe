/* SPDX-License-Identifier: Apache-2.0 */
/* Records as data, as they are taken out of a store: lines in the formats of others, requests with their outcomes, one
 * request for a person to read. Reads only, and believes what it reads: whether it can be believed is evidence.h's. */
#ifndef EXEAT_EXPORT_H
#define EXEAT_EXPORT_H

#include <stdio.h>

#include "exeat/store.h"

/* Told from time to time how far reading is: up to which sequence. */
struct export_progress {
    void (*on_progress)(void *context, uint64_t position);
    void *context;
};

enum export_format {
    EXPORT_JSONL,   /* Elastic Common Schema, JSON Lines */
    EXPORT_CSV,     /* RFC 4180, safe to open in a spreadsheet */
    EXPORT_CEF,     /* CEF:0 */
    EXPORT_LEEF,    /* LEEF 2.0 */
    EXPORT_OCSF,    /* OCSF 1.8.0 HTTP Activity, JSON Lines */
    EXPORT_SYSLOG,  /* RFC 5424 */
    EXPORT_TEXT,    /* columns for a terminal */
    EXPORT_RECORDS, /* JSON Lines: each record of the log with its fields by name, in order of sequence */
    EXPORT_FORMATS
};
/* As -o has it; false: none is called so. */
MUST_CHECK bool export_format_parse(struct text name, enum export_format *format);
const char *export_format_name(enum export_format format); /* static */
bool export_format_names_log(enum export_format format);   /* does each line say of which log it is? */

/* All conditions hold together. Empty texts and zeros are no condition. Lists are separated by commas, any of them will
 * do, and "*" stands for any text. */
struct export_filter {
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
struct export_cursor {
    struct text start; /* empty: from the beginning */
    bool (*save)(void *context, struct text cursor, char **error);
    void (*on_pruned)(void *context, uint64_t next, uint64_t first); /* NULL; what was not seen yet and is gone */
    void *context;
};
struct export_options {
    struct export_filter filter;
    enum export_format format;
    FILE *out;
    uint64_t limit;                         /* lines; 0: no limit */
    size_t width;                           /* of EXPORT_TEXT, in characters; 0: as it likes */
    bool has_colour;                        /* likewise */
    bool from_end;                          /* without a cursor: only what comes from now on */
    const struct export_cursor *cursor;     /* NULL: none */
    const struct export_progress *progress; /* NULL: none */
};
/* Writes what matches, in memory that does not grow with the store. Requests come in order of their decisions, but for
 * those that outlast thousands of others, which come when they end; those that have not ended come last, and again,
 * whole, when a later run goes on from the cursor. False: the store or the output failed, `error` (base_free) says how.
 * `*count` is how many lines were written. */
MUST_CHECK bool
export_write(struct store_reader *reader, const struct export_options *options, uint64_t *count, char **error);
/* Writes what there is and then what comes, until `goes_on` says no. EXPORT_TEXT has what the gate itself did too. */
MUST_CHECK bool
export_follow(struct store_reader *reader, const struct export_options *options, bool (*goes_on)(void), char **error);

/* Four or more hex digits, such as an id begins with? */
bool export_is_request(struct text text);
/* The one request whose id begins with these digits, and the sequence of its first record. */
enum export_match { EXPORT_MATCH_ONE, EXPORT_MATCH_NONE, EXPORT_MATCH_MANY, EXPORT_MATCH_UNREADABLE };
MUST_CHECK enum export_match
export_find_request(struct store_reader *reader, struct text digits, struct request_id *id, uint64_t *sequence);
/* Appends everything about one request for a person to read. False: the store cannot be read. */
MUST_CHECK bool export_show(
    struct store_reader *reader, const struct request_id *id, bool redact, const struct export_progress *progress,
    struct buffer *out, char **error);

/* Appends one record's lines, as export_show has them: its kind, leaf and fields. Nothing: it is no record. */
void export_append_record(struct bytes body, struct buffer *out);

#endif
