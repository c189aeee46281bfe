/* SPDX-License-Identifier: Apache-2.0 */
/* exeat audit erase: the private parts of old records go, for good. The running gate does it; with none, this does, as
 * the store's only writer. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "auditor_internal.h"
#include "exeat/admin.h"
#include "exeat/base/clock.h"
#include "exeat/base/memory.h"
#include "exeat/daemon.h"
#include "exeat/store/succession.h"

enum { LOOK_MS = 100 };

static void pause_between_looks(void)
{
    struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
    nanosleep(&pause, NULL);
}

static enum exit_code done(uint64_t parts)
{
    printf("%llu private parts erased\n", (unsigned long long)parts);
    return EXIT_DONE;
}

/* --- by the gate --- */

/* False: nobody answers. */
static bool ask_gate(const struct auditor_call *call, const char *line, struct buffer *answer)
{
    buffer_empty(answer);
    return call->control[0] != '\0' && control_ask(call->control, text_from(line), answer);
}

static enum exit_code read_end(struct text answer)
{
    uint64_t parts = 0;
    struct text line = text_trim(answer, "\n");
    if (text_starts_with(line, TEXT("ok ")) && text_to_number(text_after(line, 3), INT64_MAX, &parts))
        return done(parts);
    return complain(EXIT_IO, "the gate says: %.*s", TEXT_ARG(line));
}

static enum exit_code wait_for_gate(const struct auditor_call *call, struct buffer *answer)
{
    do {
        pause_between_looks();
        if (!ask_gate(call, "erasing", answer))
            return complain(EXIT_IO, "the gate ended before it was done; ask again");
    } while (text_equal(buffer_text(answer), TEXT("erasing\n")));
    return read_end(buffer_text(answer));
}

/* --- without a gate --- */

static enum exit_code wait_for_store(struct audit *audit)
{
    struct audit_erasing erasing;
    do {
        pause_between_looks();
        audit_erase_look(audit, &erasing);
    } while (erasing.state == AUDIT_ERASING);
    return erasing.state == AUDIT_ERASED ? done(erasing.parts) : complain(EXIT_IO, "%s", erasing.error);
}

static enum exit_code erase_in(const struct audit_options *options, int64_t before_us, const char *who)
{
    char *error = NULL;
    struct audit *audit = audit_open(options, &error);
    if (audit == NULL)
        return complain_free(EXIT_IO, error);
    enum exit_code code = audit_erase(audit, before_us, text_from(who)) ? wait_for_store(audit) : EXIT_IO;
    audit_close(audit);
    return code;
}

/* As the log that goes on in the store, be it the configured one or one that follows it. */
static enum exit_code
erase_as_log(const struct settings_audit *settings, const struct signing_key *key, int64_t before_us, const char *who)
{
    struct store_succession log;
    struct audit_options options;
    char *error = NULL;
    daemon_audit_options(settings, key, &options);
    bool known = store_succession_settle(options.directory, settings->origin, &log, &error);
    enum exit_code code = EXIT_IO;
    if (known) {
        options.origin = text_from(log.origin);
        code = erase_in(&options, before_us, who);
    } else {
        code = complain_free(EXIT_IO, error);
    }
    store_succession_clear(&log);
    return code;
}

static enum exit_code erase_without_gate(const struct auditor_call *call, int64_t before_us, const char *who)
{
    struct diags *diags = diags_new();
    struct settings *settings = settings_load(command_config(call->line), diags);
    char *error = NULL;
    diags_free(diags); /* it was loaded and shown before */
    if (settings == NULL)
        return EXIT_USAGE;
    struct signing_key *key = signing_key_read(settings->audit.key.data, &error);
    enum exit_code code =
        key == NULL ? complain_free(EXIT_IO, error) : erase_as_log(&settings->audit, key, before_us, who);
    signing_key_free(key);
    settings_free(settings);
    return code;
}

/* --- beforehand --- */

/* The columns are what the order goes by. */
static uint64_t count_parts(struct store_reader *reader, int64_t before_us)
{
    struct store_row row;
    uint64_t parts = 0;
    store_reader_seek(reader, store_reader_first(reader));
    while (store_reader_next(reader, &row) == STORE_ROW)
        parts += row.salt.length > 0 && row.wall_us < before_us ? 1 : 0;
    return parts;
}

static enum exit_code say_what_would_go(const struct auditor_call *call, int64_t before_us)
{
    char time[CLOCK_TEXT_SIZE];
    struct store_reader *reader = auditor_call_open(call);
    if (reader == NULL)
        return EXIT_IO;
    clock_write(before_us, time);
    printf(
        "%llu private parts of records before %s would be erased\n", (unsigned long long)count_parts(reader, before_us),
        time);
    store_reader_free(reader);
    return EXIT_DONE;
}

static enum exit_code erase(const struct auditor_call *call, int64_t before_us)
{
    char who[32];
    char line[128];
    struct buffer answer = {0};
    enum exit_code code;
    snprintf(who, sizeof(who), "uid %u", (unsigned)getuid());
    snprintf(line, sizeof(line), "erase %lld %s", (long long)before_us, who);
    if (!ask_gate(call, line, &answer))
        code = erase_without_gate(call, before_us, who);
    else if (!text_equal(buffer_text(&answer), TEXT("ok\n")))
        code = read_end(buffer_text(&answer));
    else
        code = wait_for_gate(call, &answer);
    buffer_clear(&answer);
    return code;
}

enum exit_code auditor_erase(const struct auditor_call *call)
{
    static const int64_t day_us = 86400000000;
    const char *word = call->words[OPTION_BEFORE];
    int64_t now_us = clock_wall_us();
    int64_t before_us;
    if (word == NULL || !clock_parse(text_from(word), now_us, &before_us))
        return complain(EXIT_USAGE, "audit erase wants --before TIME: " CLOCK_EXAMPLES);
    if (before_us > now_us)
        return complain(EXIT_USAGE, "--before: '%s' has not come yet", word);
    if (call->words[OPTION_DRY_RUN] != NULL)
        return say_what_would_go(call, before_us);
    if (before_us > now_us - day_us && call->words[OPTION_YES] == NULL)
        return complain(
            EXIT_USAGE,
            "--before: '%s' is less than a day ago, and what is erased is gone; look with --dry-run, then "
            "say --yes",
            word);
    return erase(call, before_us);
}
