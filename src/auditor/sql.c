/* SPDX-License-Identifier: Apache-2.0 */
/* exeat audit export --sql: one SELECT over the store. */
#include <stdio.h>

#include "auditor_internal.h"

enum { SECONDS = 300, SECONDS_MAX = 86400 };

static bool read_options(const struct auditor_call *call, struct report_sql *sql)
{
    const char *seconds = call->words[OPTION_SECONDS];
    *sql = (struct report_sql){.query = text_from(call->words[OPTION_SQL]), .seconds = SECONDS, .out = stdout};
    if (!auditor_call_filter(call, &sql->filter) || !auditor_call_format(call, &sql->format))
        return false;
    if (seconds != NULL && (!text_to_number(text_from(seconds), SECONDS_MAX, &sql->seconds) || sql->seconds == 0)) {
        complain(EXIT_USAGE, "--seconds wants a number from 1 to %d", SECONDS_MAX);
        return false;
    }
    bool is_table = sql->format == EXPORT_JSONL || sql->format == EXPORT_CSV || sql->format == EXPORT_TEXT;
    if (!is_table || call->words[OPTION_LIMIT] != NULL || call->words[OPTION_CURSOR] != NULL) {
        complain(
            EXIT_USAGE, "--sql goes with -o jsonl, csv or text, and has its own LIMIT instead of --limit and --cursor");
        return false;
    }
    return true;
}

enum exit_code auditor_sql(const struct auditor_call *call)
{
    struct report_sql sql;
    struct progress progress;
    uint64_t rows = 0;
    char *error = NULL;
    if (!read_options(call, &sql))
        return EXIT_USAGE;
    (void)auditor_call_announce(call, "sql");
    struct store_reader *reader = auditor_call_open(call);
    if (reader == NULL)
        return EXIT_IO;
    sql.progress = progress_start(&progress, store_reader_first(reader), store_reader_size(reader));
    store_reader_free(reader);
    enum report_sql_result result = report_sql(call->directory, &sql, &rows, &error);
    progress_end(&progress);
    if (result == REPORT_SQL_DONE)
        return rows > 0 ? EXIT_DONE : EXIT_NO;
    return complain_free(result == REPORT_SQL_REFUSED ? EXIT_USAGE : EXIT_IO, error);
}
