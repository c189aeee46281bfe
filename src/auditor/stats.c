/* SPDX-License-Identifier: Apache-2.0 */
/* exeat audit stats, report: what a period looked like. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "auditor_internal.h"
#include "exeat/base/clock.h"
#include "exeat/base/memory.h"

enum exit_code auditor_stats(const struct auditor_call *call)
{
    struct export_filter filter;
    struct report_look look = {.is_terminal = isatty(STDOUT_FILENO) != 0, .has_colour = wants_colour(stdout)};
    struct progress progress;
    struct buffer out = {0};
    char *error = NULL;
    if (!auditor_call_filter(call, &filter))
        return EXIT_USAGE;
    (void)auditor_call_announce(call, "stats");
    struct store_reader *reader = auditor_call_open(call);
    if (reader == NULL)
        return EXIT_IO;
    look.progress = progress_start(&progress, store_reader_first(reader), store_reader_size(reader));
    bool done = report_stats(reader, &filter, &look, &out, &error);
    progress_end(&progress);
    store_reader_free(reader);
    put_text(buffer_text(&out));
    buffer_clear(&out);
    return done ? EXIT_DONE : complain_free(EXIT_IO, error);
}

/* --- report
 * -------------------------------------------------------------------------------------------------------------- */

static bool write_report(
    const struct auditor_call *call, struct store_reader *reader, const struct export_filter *filter,
    const struct evidence_report *verify)
{
    struct buffer out = {0};
    struct buffer keys = {0};
    struct buffer query = {0};
    struct progress progress;
    char *error = NULL;
    auditor_call_vkey(call, reader, &keys);
    auditor_call_query(call, &query);
    struct report_page page = {
        .keys = buffer_text(&keys),
        .key_is_known = call->has_key,
        .query = buffer_text(&query),
        .made_us = clock_wall_us(),
        .progress = progress_start(&progress, store_reader_first(reader), store_reader_size(reader)),
    };
    bool done = report_html(reader, filter, &page, verify, &out, &error);
    progress_end(&progress);
    put_text(buffer_text(&out));
    buffer_clear(&out);
    buffer_clear(&keys);
    buffer_clear(&query);
    if (!done)
        complain_free(EXIT_IO, error);
    return done;
}

/* The page is written whatever the verdict is; the exit code is the verdict's. */
enum exit_code auditor_report(const struct auditor_call *call)
{
    struct export_filter filter;
    struct evidence_report verify;
    const char *format = call->words[OPTION_FORMAT];
    if (!auditor_call_filter(call, &filter))
        return EXIT_USAGE;
    if (format != NULL && strcmp(format, "html") != 0)
        return complain(EXIT_USAGE, "a report is -o html");
    (void)auditor_call_announce(call, "report");
    struct store_reader *reader = auditor_call_open(call);
    if (reader == NULL)
        return EXIT_IO;
    enum exit_code code = auditor_call_verify(call, reader, &verify);
    if (code == EXIT_DONE)
        code = write_report(call, reader, &filter, &verify) ? auditor_code_of(verify.verdict) : EXIT_IO;
    store_reader_free(reader);
    return code;
}
