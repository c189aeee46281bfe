/* SPDX-License-Identifier: Apache-2.0 */
/* exeat audit export --bundle, verify --bundle: records with what proves them. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "auditor_internal.h"
#include "exeat/base/memory.h"

static bool options_fit(const struct auditor_call *call)
{
    static const enum option others[] = {OPTION_FORMAT, OPTION_LIMIT, OPTION_CURSOR, OPTION_DONE, OPTION_SQL};
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        if (call->words[others[i]] == NULL)
            continue;
        complain(
            EXIT_USAGE,
            "a bundle has its own format and is one piece: leave out -o, --limit, --cursor, --done and --sql");
        return false;
    }
    return true;
}

static enum exit_code say_result(const char *directory, const struct evidence_bundle_result *result)
{
    uint64_t range = result->end - result->first;
    printf(
        "%s: %llu of the records %llu to %llu; the %llu left out are proven to be that many\n", directory,
        (unsigned long long)result->shown, (unsigned long long)result->first, (unsigned long long)result->end - 1,
        (unsigned long long)(range - result->shown));
    if (result->unsigned_left_out > 0)
        printf(
            "%llu records are newer than any checkpoint and are not in it\n",
            (unsigned long long)result->unsigned_left_out);
    if (result->policies_left_out > 0)
        printf("%llu policies were pruned and are not in it\n", (unsigned long long)result->policies_left_out);
    if (result->texts_missing > 0)
        printf(
            "%llu texts of policies are not in the store, and so not in it: whoever checks it is told\n",
            (unsigned long long)result->texts_missing);
    return result->shown > 0 ? EXIT_DONE : EXIT_NO;
}

static enum exit_code
write_bundle(const struct auditor_call *call, struct evidence_bundle *bundle, struct store_reader *reader)
{
    struct evidence_bundle_result result;
    struct buffer keys = {0};
    struct buffer query = {0};
    struct buffer who = {0};
    struct progress progress;
    char *error = NULL;
    auditor_call_vkey(call, reader, &keys);
    auditor_call_query(call, &query);
    buffer_printf(&who, "uid %u", (unsigned)getuid());
    bundle->keys = buffer_text(&keys);
    bundle->query = buffer_text(&query);
    bundle->operator_name = buffer_text(&who);
    bundle->progress = progress_start(&progress, store_reader_first(reader), store_reader_size(reader));
    bool done = evidence_bundle_write(reader, bundle, &result, &error);
    progress_end(&progress);
    buffer_clear(&keys);
    buffer_clear(&query);
    buffer_clear(&who);
    return done ? say_result(bundle->directory, &result) : complain_free(EXIT_IO, error);
}

/* The gate signs within a second: wait for the checkpoint that covers the record of this very export. */
static void wait_for_checkpoint(struct store_reader *reader)
{
    enum { LOOKS = 30 };
    const struct timespec pause = {.tv_nsec = 100000000};
    uint64_t size = store_reader_size(reader);
    struct buffer note = {0};
    for (int i = 0; size > 0 && i < LOOKS; i++) {
        uint64_t covered = 0;
        if (store_reader_checkpoint(reader, size - 1, &covered, &note))
            break;
        nanosleep(&pause, NULL);
    }
    buffer_clear(&note);
}

/* The export goes on record first: then the bundle's own range can show it. */
enum exit_code auditor_bundle(const struct auditor_call *call)
{
    struct evidence_bundle bundle = {
        .directory = call->words[OPTION_BUNDLE],
        .purpose = text_from(call->words[OPTION_PURPOSE]),
    };
    struct buffer what = {0};
    if (!options_fit(call) || !auditor_call_filter(call, &bundle.filter))
        return EXIT_USAGE;
    if (text_has(bundle.purpose, '\n'))
        return complain(EXIT_USAGE, "--purpose is one line");
    buffer_append_string(&what, "bundle");
    if (bundle.purpose.length > 0)
        buffer_printf(&what, " for %.*s", TEXT_ARG(bundle.purpose));
    char *line = buffer_take(&what);
    bundle.is_recorded = auditor_call_announce(call, line);
    base_free(line);
    struct store_reader *reader = auditor_call_open(call);
    if (reader == NULL)
        return EXIT_IO;
    if (bundle.is_recorded)
        wait_for_checkpoint(reader);
    enum exit_code code = write_bundle(call, &bundle, reader);
    store_reader_free(reader);
    return code;
}

static void print_shown(const struct evidence_report *report)
{
    if (report->records == 0)
        return;
    printf(
        "of the %llu records of this range of the log %s, %llu are shown", (unsigned long long)report->records,
        report->bundle.origin, (unsigned long long)report->bundle.shown);
    if (report->bundle.bad_lines > 0)
        printf(
            " and can be believed, %llu line%s cannot; how many were left out is not known\n",
            (unsigned long long)report->bundle.bad_lines, report->bundle.bad_lines == 1 ? "" : "s");
    else
        printf(" and %llu left out\n", (unsigned long long)(report->records - report->bundle.shown));
}

enum exit_code auditor_bundle_verify(const struct auditor_call *call)
{
    struct evidence_report report;
    const struct evidence_bundle_check check = {
        .folder = call->words[OPTION_BUNDLE],
        .key = call->has_key ? call->key : NULL,
        .name = call->key_name,
        .told = auditor_call_told(call),
    };
    evidence_bundle_verify(&check, &report);
    enum exit_code code = auditor_print_report(&report, call->has_key);
    print_shown(&report);
    return code;
}
