/* SPDX-License-Identifier: Apache-2.0 */
/* exeat audit export, follow: records out of the store. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "auditor_internal.h"
#include "exeat/base/clock.h"
#include "exeat/base/file.h"

/* --- how much, and how wide ----------------------------------------------------------------------------------------
 */

static bool read_limit(const struct auditor_call *call, struct export_options *export)
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

/* A terminal says how wide it is, else COLUMNS may; 0: nobody does. */
static size_t text_width(void)
{
    enum { WIDTH_MAX = 1000 };
    struct winsize size;
    uint64_t width = 0;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return text_to_number(text_from(getenv("COLUMNS")), WIDTH_MAX, &width) ? (size_t)width : 0;
}

static bool prepare(const struct auditor_call *call, struct export_options *export)
{
    *export = (struct export_options){.out = stdout, .width = text_width(), .has_colour = wants_colour(stdout)};
    if (!auditor_call_filter(call, &export->filter) || !auditor_call_format(call, &export->format) ||
        !read_limit(call, export))
        return false;
    if (export->format == EXPORT_RECORDS && export->filter.done.length > 0) {
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

static void say_pruned(void *context, uint64_t next, uint64_t first)
{
    (void)context;
    complain(
        EXIT_DONE,
        "the records %llu to %llu were removed (audit.retention) before this cursor had seen them; it goes on "
        "with %llu",
        (unsigned long long)next, (unsigned long long)first - 1, (unsigned long long)first);
}

/* The file may not be there yet. */
static bool open_cursor(const char *path, struct buffer *start, struct export_cursor *cursor)
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
    *cursor = (struct export_cursor){
        .start = buffer_text(start), .save = save_cursor, .on_pruned = say_pruned, .context = name.context};
    return true;
}

/* --- names that match nothing --- */

struct name_look {
    struct text name;
    bool is_known;
    bool has_texts;
};

static void look_for_name(void *context, uint64_t first, struct bytes digest, struct bytes body)
{
    struct name_look *look = context;
    (void)first, (void)digest;
    look->has_texts = true;
    look->is_known = look->is_known || memmem(body.data, body.length, look->name.data, look->name.length) != NULL;
}

/* A rule or client that no policy of the log has is a mistake in the question, not an answer. */
static void say_unknown_names(const struct auditor_call *call, struct store_reader *reader)
{
    static const struct {
        enum option option;
        const char *what;
    } rows[] = {{OPTION_RULE, "rule"}, {OPTION_CLIENT, "client"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct text list = text_from(call->words[rows[i].option]);
        struct name_look look = {.is_known = false};
        while (list.length > 0 && text_split(&list, ',', &look.name)) {
            look.is_known = text_has(look.name, '*');
            store_reader_texts(reader, look_for_name, &look);
            if (!look.is_known && look.has_texts)
                complain(
                    EXIT_NO, "--%s: there is no such %s in any policy of this log: %.*s", rows[i].what, rows[i].what,
                    TEXT_ARG(look.name));
        }
    }
}

/* --- the commands
 * -------------------------------------------------------------------------------------------------------- */

static enum exit_code
run(const struct auditor_call *call, struct export_options *export, const struct export_cursor *cursor, bool follows);

static enum exit_code start(const struct auditor_call *call, bool follows)
{
    struct export_options export;
    struct export_cursor cursor;
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
run(const struct auditor_call *call, struct export_options *export, const struct export_cursor *cursor, bool follows)
{
    uint64_t count = 0;
    char *error = NULL;
    struct progress progress;
    (void)auditor_call_announce(call, follows ? "follow" : "export");
    struct store_reader *reader = auditor_call_open(call);
    if (reader == NULL)
        return EXIT_IO;
    export->cursor = call->words[OPTION_CURSOR] != NULL ? cursor : NULL;
    bool done;
    if (follows) {
        signal(SIGINT, on_interrupt);
        signal(SIGTERM, on_interrupt);
        export->from_end = call->words[OPTION_SINCE] == NULL;
        done = export_follow(reader, export, is_wanted, &error);
    } else {
        export->progress = progress_start(&progress, store_reader_first(reader), store_reader_size(reader));
        done = export_write(reader, export, &count, &error);
        progress_end(&progress);
    }
    if (done && !follows && count == 0)
        say_unknown_names(call, reader);
    store_reader_free(reader);
    if (!done)
        return complain_free(EXIT_IO, error);
    return follows || count > 0 ? EXIT_DONE : EXIT_NO;
}

enum exit_code auditor_export(const struct auditor_call *call)
{
    if (call->words[OPTION_BUNDLE] != NULL)
        return auditor_bundle(call);
    if (call->words[OPTION_SQL] != NULL)
        return auditor_sql(call);
    return start(call, false);
}

enum exit_code auditor_follow(const struct auditor_call *call)
{
    return start(call, true);
}
