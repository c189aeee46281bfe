/* SPDX-License-Identifier: Apache-2.0 */
/* exeat audit export, follow: records out of the store. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd_audit.h"
#include "exeat/base/clock.h"
#include "exeat/base/file.h"

/* --- filter and format
 * --------------------------------------------------------------------------------------------------- */

static bool read_time(const char *word, const char *option, int64_t *wall_us)
{
    if (word == NULL || clock_parse(text_from(word), clock_wall_us(), wall_us))
        return true;
    complain(EXIT_USAGE, "%s: '%s' is no time; write " CLOCK_EXAMPLES, option, word);
    return false;
}

static bool read_verdicts(const char *word, unsigned *bits)
{
    struct text list = text_from(word);
    struct text piece;
    while (text_split(&list, ',', &piece)) {
        enum verdict verdict;
        if (!verdict_parse(piece, &verdict)) {
            complain(EXIT_USAGE, "--verdict takes allow, deny, reroute, error, with commas between them");
            return false;
        }
        *bits |= 1u << verdict;
    }
    return true;
}

/* A word that no record can have is a mistake, not a filter that matches nothing. */
static bool check_reasons(const char *word)
{
    struct text list = text_from(word);
    struct text piece;
    while (text_split(&list, ',', &piece)) {
        enum reason reason;
        if (!text_has(piece, '*') && !reason_parse(piece, &reason)) {
            complain(EXIT_USAGE, "--reason: there is no reason '%.*s'", TEXT_ARG(piece));
            return false;
        }
    }
    return true;
}

bool audit_call_filter(const struct audit_call *call, struct evidence_filter *filter)
{
    const char *const *words = call->words;
    *filter = (struct evidence_filter){
        .host = text_from(words[OPTION_HOST]),
        .rule = text_from(words[OPTION_RULE]),
        .client = text_from(words[OPTION_CLIENT]),
        .provider = text_from(words[OPTION_PROVIDER]),
        .reason = text_from(words[OPTION_REASON]),
        .done = text_from(words[OPTION_DONE]),
        .request = text_from(words[OPTION_REQUEST]),
        .llm_only = words[OPTION_LLM] != NULL,
        .redact = words[OPTION_REDACT] != NULL,
    };
    return read_verdicts(words[OPTION_VERDICT], &filter->verdicts) && check_reasons(words[OPTION_REASON]) &&
           read_time(words[OPTION_SINCE], "--since", &filter->since_us) &&
           read_time(words[OPTION_UNTIL], "--until", &filter->until_us);
}

bool audit_call_format(const struct audit_call *call, enum evidence_format *format)
{
    const char *word = call->words[OPTION_FORMAT];
    *format = isatty(STDOUT_FILENO) ? EVIDENCE_TEXT : EVIDENCE_JSONL;
    if (word == NULL || evidence_format_parse(text_from(word), format))
        return true;
    fputs("exeat: -o is one of", stderr);
    for (int i = 0; i < EVIDENCE_FORMATS; i++)
        fprintf(stderr, "%s %s", i == 0 ? "" : ",", evidence_format_name((enum evidence_format)i));
    fputc('\n', stderr);
    return false;
}

static bool read_limit(const struct audit_call *call, struct evidence_export *export)
{
    const char *word = call->words[OPTION_LIMIT];
    if (word == NULL)
        return true;
    if (!text_to_number(text_from(word), INT64_MAX, &export->limit) || export->limit == 0) {
        complain(EXIT_USAGE, "--limit wants a number of lines");
        return false;
    }
    if (call->words[OPTION_CURSOR] != NULL) {
        complain(
            EXIT_USAGE,
            "--limit and --cursor do not go together: the cursor would pass over what was read and not shown");
        return false;
    }
    return true;
}

static bool prepare(const struct audit_call *call, struct evidence_export *export)
{
    *export = (struct evidence_export){.out = stdout};
    if (!audit_call_filter(call, &export->filter) || !audit_call_format(call, &export->format) ||
        !read_limit(call, export))
        return false;
    if (export->format == EVIDENCE_RECORDS && export->filter.done.length > 0) {
        complain(EXIT_USAGE, "--done needs a format with one line a request; -o records has one a record");
        return false;
    }
    return true;
}

/* --- cursor
 * ----------------------------------------------------------------------------------------------------------- */

enum { CURSOR_SIZE_MAX = 4 << 20 };

static bool save_cursor(void *context, struct text cursor, char **error)
{
    return file_replace(context, cursor, 0600, error);
}

/* The file may not be there yet. */
static bool open_cursor(const char *path, struct buffer *start, struct evidence_cursor *cursor)
{
    char *error = NULL;
    if (path != NULL && access(path, F_OK) == 0 && !file_read(path, CURSOR_SIZE_MAX, start, &error)) {
        complain_free(EXIT_IO, error);
        return false;
    }
    union {
        const char *given;
        void *context;
    } name = {path};
    *cursor = (struct evidence_cursor){.start = buffer_text(start), .save = save_cursor, .context = name.context};
    return true;
}

/* --- the commands
 * -------------------------------------------------------------------------------------------------------- */

static enum exit_code
run(const struct audit_call *call, struct evidence_export *export, const struct evidence_cursor *cursor, bool follows);

static enum exit_code start(const struct audit_call *call, bool follows)
{
    struct evidence_export export;
    struct evidence_cursor cursor;
    struct buffer position = {0};
    if (!prepare(call, &export))
        return EXIT_USAGE;
    enum exit_code code = EXIT_IO;
    if (open_cursor(call->words[OPTION_CURSOR], &position, &cursor))
        code = run(call, &export, &cursor, follows);
    buffer_clear(&position);
    return code;
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

static enum exit_code
run(const struct audit_call *call, struct evidence_export *export, const struct evidence_cursor *cursor, bool follows)
{
    uint64_t count = 0;
    char *error = NULL;
    struct progress progress;
    (void)audit_call_announce(call, follows ? "follow" : "export");
    struct audit_reader *reader = audit_call_open(call);
    if (reader == NULL)
        return EXIT_IO;
    export->cursor = call->words[OPTION_CURSOR] != NULL ? cursor : NULL;
    bool done;
    if (follows) {
        signal(SIGINT, on_interrupt);
        signal(SIGTERM, on_interrupt);
        export->from_end = call->words[OPTION_SINCE] == NULL;
        done = evidence_follow(reader, export, is_wanted, &error);
    } else {
        export->progress = progress_start(&progress, audit_reader_first(reader), audit_reader_size(reader));
        done = evidence_write(reader, export, &count, &error);
        progress_end(&progress);
    }
    audit_reader_free(reader);
    if (!done)
        return complain_free(EXIT_IO, error);
    return follows || count > 0 ? EXIT_DONE : EXIT_NO;
}

enum exit_code audit_export(const struct audit_call *call)
{
    if (call->words[OPTION_BUNDLE] != NULL)
        return audit_bundle(call);
    if (call->words[OPTION_SQL] != NULL)
        return audit_sql(call);
    return start(call, false);
}

enum exit_code audit_follow(const struct audit_call *call)
{
    return start(call, true);
}
