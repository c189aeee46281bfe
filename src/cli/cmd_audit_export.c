/* SPDX-License-Identifier: Apache-2.0 */
/* exeat audit export, follow: records out of the store. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd_audit.h"
#include "exeat/base/clock.h"

/* --- filter and format
 * --------------------------------------------------------------------------------------------------- */

static bool read_time(const char *word, const char *option, int64_t *wall_us)
{
    if (word == NULL || clock_parse(text_from(word), clock_wall_us(), wall_us))
        return true;
    complain(EXIT_USAGE, "%s: '%s' is no time; write 2026-11-23T10:00:00Z, 2026-11-23, today or -24h", option, word);
    return false;
}

bool audit_call_filter(const struct audit_call *call, struct evidence_filter *filter)
{
    const char *const *words = call->words;
    filter->host = text_from(words[OPTION_HOST]);
    filter->rule = text_from(words[OPTION_RULE]);
    filter->client = text_from(words[OPTION_CLIENT]);
    filter->request = text_from(words[OPTION_REQUEST]);
    filter->llm_only = words[OPTION_LLM] != NULL;
    filter->has_reason = words[OPTION_REASON] != NULL;
    if (words[OPTION_VERDICT] != NULL && !verdict_parse(text_from(words[OPTION_VERDICT]), &filter->verdict)) {
        complain(EXIT_USAGE, "--verdict is one of allow, deny, reroute, error");
        return false;
    }
    if (filter->has_reason && !reason_parse(text_from(words[OPTION_REASON]), &filter->reason)) {
        complain(EXIT_USAGE, "--reason: there is no reason '%s'", words[OPTION_REASON]);
        return false;
    }
    return read_time(words[OPTION_SINCE], "--since", &filter->since_us) &&
           read_time(words[OPTION_UNTIL], "--until", &filter->until_us);
}

bool audit_call_format(const struct audit_call *call, enum evidence_format *format)
{
    static const struct {
        const char *name;
        enum evidence_format format;
    } rows[] = {{"records", EVIDENCE_RECORDS}, {"csv", EVIDENCE_CSV}, {"text", EVIDENCE_TEXT}};
    const char *word = call->words[OPTION_FORMAT];
    *format = isatty(STDOUT_FILENO) ? EVIDENCE_TEXT : EVIDENCE_RECORDS;
    for (size_t i = 0; word != NULL && i < COUNT_OF(rows); i++) {
        if (strcmp(rows[i].name, word) == 0) {
            *format = rows[i].format;
            return true;
        }
    }
    if (word != NULL)
        complain(EXIT_USAGE, "-o is one of records, csv, text");
    return word == NULL;
}

static bool prepare(const struct audit_call *call, struct evidence_export *export)
{
    *export = (struct evidence_export){.out = stdout, .redact = call->words[OPTION_REDACT] != NULL};
    return audit_call_filter(call, &export->filter) && audit_call_format(call, &export->format);
}

/* --- the commands
 * -------------------------------------------------------------------------------------------------------- */

enum exit_code audit_export(const struct audit_call *call)
{
    struct evidence_export export;
    uint64_t count = 0;
    char *error = NULL;
    if (!prepare(call, &export))
        return EXIT_USAGE;
    (void)audit_call_announce(call, "export");
    struct audit_reader *reader = audit_call_open(call);
    if (reader == NULL)
        return EXIT_IO;
    bool done = evidence_write(reader, &export, &count, &error);
    audit_reader_free(reader);
    if (!done)
        return complain_free(EXIT_IO, error);
    return count > 0 ? EXIT_DONE : EXIT_NO;
}

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

static bool is_wanted(void)
{
    return interrupted == 0;
}

enum exit_code audit_follow(const struct audit_call *call)
{
    struct evidence_export export;
    char *error = NULL;
    if (!prepare(call, &export))
        return EXIT_USAGE;
    (void)audit_call_announce(call, "follow");
    struct audit_reader *reader = audit_call_open(call);
    if (reader == NULL)
        return EXIT_IO;
    signal(SIGINT, on_interrupt);
    signal(SIGTERM, on_interrupt);
    if (call->words[OPTION_SINCE] == NULL)
        audit_reader_seek(reader, audit_reader_size(reader));
    bool done = evidence_follow(reader, &export, is_wanted, &error);
    audit_reader_free(reader);
    return done ? EXIT_DONE : complain_free(EXIT_IO, error);
}
