/* SPDX-License-Identifier: Apache-2.0 */
/* A store as people ask about it: figures, one page to read and print, and SQL. Reads only. */
#ifndef EXEAT_REPORT_H
#define EXEAT_REPORT_H

#include <stdio.h>

#include "exeat/evidence.h"
#include "exeat/export.h"

/* --- SQL: one SELECT over `requests` (a decision joined with its outcome a row) and `records` (any record, fields as
 * JSON) ---
 */

struct report_sql {
    struct text query;           /* NUL-terminated after its length */
    struct export_filter filter; /* of `requests`; `redact` of both */
    enum export_format format;   /* EXPORT_JSONL, EXPORT_CSV or EXPORT_TEXT */
    uint64_t seconds;            /* it may take */
    FILE *out;
    const struct export_progress *progress; /* NULL: none */
};
enum report_sql_result {
    REPORT_SQL_DONE,
    REPORT_SQL_REFUSED, /* no SELECT, or no SQL; nothing was read */
    REPORT_SQL_FAILED   /* the store cannot be read, or it took too much time or memory */
};
/* `*rows` is how many were written. `error` (base_free) unless done. */
MUST_CHECK enum report_sql_result
report_sql(const char *directory, const struct report_sql *options, uint64_t *rows, char **error);

/* --- stats --- */

struct report_look {
    bool is_terminal; /* with bars */
    bool has_colour;
    const struct export_progress *progress; /* NULL: none */
};
/* Appends panels about what matches. False: the store cannot be read, `error` (base_free). */
MUST_CHECK bool report_stats(
    struct store_reader *reader, const struct export_filter *filter, const struct report_look *look, struct buffer *out,
    char **error);

/* --- page --- */

struct report_page {
    struct text keys;  /* the log's vkey line; empty: not known */
    bool key_is_known; /* signatures were checked */
    struct text query; /* as it was given */
    int64_t made_us;
    const struct export_progress *progress; /* NULL: none */
};
/* Appends one HTML page with nothing outside of itself about what matches. `verify` is what evidence_verify said of the
 * store. False: the store cannot be read, `error` (base_free). */
MUST_CHECK bool report_html(
    struct store_reader *reader, const struct export_filter *filter, const struct report_page *options,
    const struct evidence_report *verify, struct buffer *out, char **error);

#endif
