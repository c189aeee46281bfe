/* SPDX-License-Identifier: Apache-2.0 */
/* exeat audit: what an auditor asks of a store. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "exeat/admin.h"
#include "exeat/base/clock.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "exeat/evidence.h"

/* The options of all audit commands, as written. */
struct audit_words {
    const char *config;
    const char *store;
    const char *vkey;
    const char *format;
    const char *since;
    const char *until;
    const char *host;
    const char *rule;
    const char *client;
    const char *request;
    const char *verdict;
    const char *reason;
    const char *llm;
    const char *redact;
    const char *checkpoint;
};

/* Where the store is, and who its log is. */
struct store {
    char *directory; /* owned */
    char *control;   /* owned; empty: none */
    uint8_t key[VERIFY_KEY_SIZE];
    bool has_key;
};

static void store_clear(struct store *store)
{
    base_free(store->directory);
    base_free(store->control);
}

/* "origin+hash+base64(1 || key)" (C2SP). */
static bool read_vkey(const char *vkey, struct store *store)
{
    struct buffer bytes = {0};
    const char *hash = strchr(vkey, '+'); /* no origin has one, but base64 may */
    const char *last = hash == NULL ? NULL : strchr(hash + 1, '+');
    bool done = last != NULL && base64_decode(text_from(last + 1), &bytes) && bytes.length == 1 + VERIFY_KEY_SIZE &&
                bytes.data[0] == 1;
    if (done)
        memcpy(store->key, bytes.data + 1, VERIFY_KEY_SIZE);
    store->has_key = done;
    buffer_clear(&bytes);
    return done;
}

static void read_log_key(const char *path, struct store *store)
{
    char *error = NULL;
    struct signing_key *key = signing_key_read(path, &error);
    base_free(error);
    if (key != NULL)
        signing_key_public(key, store->key);
    store->has_key = key != NULL;
    signing_key_free(key);
}

static enum exit_code find_store(const struct audit_words *words, struct store *store)
{
    *store = (struct store){0};
    if (words->vkey != NULL && !read_vkey(words->vkey, store))
        return complain(EXIT_USAGE, "--vkey wants the line that `exeat audit keys` prints");
    if (words->store != NULL) {
        store->directory = text_copy(text_from(words->store));
        store->control = text_copy(TEXT(""));
        return EXIT_DONE;
    }
    struct diags *diags = diags_new();
    struct settings *settings = settings_load(words->config, diags);
    show_diags(diags);
    diags_free(diags);
    if (settings == NULL)
        return EXIT_USAGE;
    store->directory = text_copy(settings->audit.directory);
    store->control = text_copy(settings->listen.control);
    if (!store->has_key)
        read_log_key(settings->audit.key.data, store);
    settings_free(settings);
    return EXIT_DONE;
}

/* --- export and follow
 * ------------------------------------------------------------------------------------------------ */

static bool read_time(const char *word, const char *option, int64_t *wall_us)
{
    if (word == NULL || clock_parse(text_from(word), clock_wall_us(), wall_us))
        return true;
    complain(EXIT_USAGE, "%s: '%s' is no time; write 2026-11-23T10:00:00Z, 2026-11-23, today or -24h", option, word);
    return false;
}

static bool read_filter(const struct audit_words *words, struct evidence_filter *filter)
{
    filter->host = text_from(words->host);
    filter->rule = text_from(words->rule);
    filter->client = text_from(words->client);
    filter->request = text_from(words->request);
    filter->llm_only = words->llm != NULL;
    filter->has_reason = words->reason != NULL;
    if (words->verdict != NULL && !verdict_parse(text_from(words->verdict), &filter->verdict)) {
        complain(EXIT_USAGE, "--verdict is one of allow, deny, reroute, error");
        return false;
    }
    if (words->reason != NULL && !reason_parse(text_from(words->reason), &filter->reason)) {
        complain(EXIT_USAGE, "--reason: there is no reason '%s'", words->reason);
        return false;
    }
    return read_time(words->since, "--since", &filter->since_us) &&
           read_time(words->until, "--until", &filter->until_us);
}

static bool read_format(const char *word, enum evidence_format *format)
{
    static const struct {
        const char *name;
        enum evidence_format format;
    } rows[] = {{"jsonl", EVIDENCE_JSONL}, {"csv", EVIDENCE_CSV}, {"text", EVIDENCE_TEXT}};
    *format = isatty(STDOUT_FILENO) ? EVIDENCE_TEXT : EVIDENCE_JSONL;
    for (size_t i = 0; word != NULL && i < COUNT_OF(rows); i++) {
        if (strcmp(rows[i].name, word) == 0) {
            *format = rows[i].format;
            return true;
        }
    }
    if (word != NULL)
        complain(EXIT_USAGE, "-o is one of jsonl, csv, text");
    return word == NULL;
}

/* Who reads the records is on record too, where a gate runs to write it. */
static void announce(const struct store *store, const char *what)
{
    struct buffer line = {0};
    struct buffer answer = {0};
    buffer_printf(&line, "access %s by uid %u", what, (unsigned)getuid());
    bool done = store->control[0] != '\0' && control_ask(store->control, buffer_text(&line), &answer) &&
                text_starts_with(buffer_text(&answer), TEXT("ok"));
    if (!done)
        fputs("exeat: custody: unrecorded (no running gate of this store was told)\n", stderr);
    buffer_clear(&line);
    buffer_clear(&answer);
}

static struct audit_reader *open_reader(const struct store *store)
{
    char *error = NULL;
    struct audit_reader *reader = audit_reader_open(store->directory, &error);
    if (reader == NULL)
        complain_free(EXIT_IO, error);
    return reader;
}

static bool prepare(const struct audit_words *words, struct evidence_export *export)
{
    *export = (struct evidence_export){.out = stdout, .redact = words->redact != NULL};
    return read_filter(words, &export->filter) && read_format(words->format, &export->format);
}

static enum exit_code run_export(const struct audit_words *words, const struct store *store)
{
    struct evidence_export export;
    uint64_t count = 0;
    char *error = NULL;
    if (!prepare(words, &export))
        return EXIT_USAGE;
    announce(store, "export");
    struct audit_reader *reader = open_reader(store);
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

static enum exit_code run_follow(const struct audit_words *words, const struct store *store)
{
    struct evidence_export export;
    char *error = NULL;
    if (!prepare(words, &export))
        return EXIT_USAGE;
    announce(store, "follow");
    struct audit_reader *reader = open_reader(store);
    if (reader == NULL)
        return EXIT_IO;
    signal(SIGINT, on_interrupt);
    signal(SIGTERM, on_interrupt);
    if (words->since == NULL)
        audit_reader_seek(reader, audit_reader_size(reader));
    bool done = evidence_follow(reader, &export, is_wanted, &error);
    audit_reader_free(reader);
    return done ? EXIT_DONE : complain_free(EXIT_IO, error);
}

/* --- verify, checkpoint, keys
 * ----------------------------------------------------------------------------------------- */

static enum exit_code code_of(enum evidence_verdict verdict)
{
    switch (verdict) {
    case EVIDENCE_OK:
        return EXIT_DONE;
    case EVIDENCE_TAMPERED:
    case EVIDENCE_TRUNCATED:
    case EVIDENCE_FORKED:
        return EXIT_TAMPERED;
    case EVIDENCE_GAP:
    case EVIDENCE_UNSIGNED_TAIL:
        return EXIT_INCOMPLETE;
    case EVIDENCE_UNREADABLE:
        break;
    }
    return EXIT_IO;
}

static enum exit_code print_report(const struct evidence_report *report, bool has_key, bool has_anchor)
{
    printf("%s", evidence_verdict_name(report->verdict));
    if (report->detail[0] != '\0')
        printf(": %s", report->detail);
    printf(
        "\nrecords %llu, checkpoints %llu, unsigned tail %llu, erased private parts %llu, unclean starts %llu\n",
        (unsigned long long)report->records, (unsigned long long)report->checkpoints,
        (unsigned long long)report->unsigned_tail, (unsigned long long)report->erased,
        (unsigned long long)report->crashes);
    if (!has_key)
        puts("SIGNATURES NOT CHECKED: give the log's key with --vkey (from `exeat audit keys`)");
    if (!has_anchor)
        puts("UNANCHORED: without an outside checkpoint (--checkpoint FILE) a cut tail cannot be seen");
    if (!has_key && report->verdict == EVIDENCE_OK)
        return EXIT_INCOMPLETE;
    return code_of(report->verdict);
}

static enum exit_code run_verify(const struct audit_words *words, const struct store *store)
{
    struct buffer note = {0};
    struct evidence_anchor anchor;
    struct evidence_report report;
    char *error = NULL;
    if (words->checkpoint != NULL && !file_read(words->checkpoint, 65536, &note, &error))
        return complain_free(EXIT_IO, error);
    struct audit_reader *reader = open_reader(store);
    if (reader == NULL) {
        buffer_clear(&note);
        return EXIT_IO;
    }
    anchor.note = buffer_text(&note);
    struct evidence_check check = {
        .key = store->has_key ? store->key : NULL,
        .anchors = &anchor,
        .anchor_count = words->checkpoint != NULL ? 1 : 0,
    };
    evidence_verify(reader, &check, &report);
    audit_reader_free(reader);
    buffer_clear(&note);
    return print_report(&report, store->has_key, words->checkpoint != NULL);
}

static enum exit_code run_checkpoint(const struct audit_words *words, const struct store *store)
{
    (void)words;
    struct buffer note = {0};
    uint64_t size = 0;
    struct audit_reader *reader = open_reader(store);
    if (reader == NULL)
        return EXIT_IO;
    for (uint64_t next = 0;; next = size) {
        struct buffer later = {0};
        if (!audit_reader_checkpoint(reader, next, &size, &later))
            break;
        buffer_clear(&note);
        note = later;
    }
    audit_reader_free(reader);
    bool found = note.length > 0;
    put_text(buffer_text(&note));
    buffer_clear(&note);
    return found ? EXIT_DONE : complain(EXIT_NO, "the store has no checkpoint yet");
}

static enum exit_code run_keys(const struct audit_words *words, const struct store *store)
{
    (void)words;
    struct buffer out = {0};
    if (!store->has_key)
        return complain(EXIT_IO, "the log's key cannot be read; is audit.key there, and readable for you?");
    struct audit_reader *reader = open_reader(store);
    if (reader == NULL)
        return EXIT_IO;
    audit_vkey_write(audit_reader_origin(reader), store->key, &out);
    audit_reader_free(reader);
    put_text(buffer_text(&out));
    putchar('\n');
    buffer_clear(&out);
    return EXIT_DONE;
}

static const struct audit_command {
    const char *name;
    enum exit_code (*run)(const struct audit_words *words, const struct store *store);
} audit_commands[] = {
    {"export", run_export}, {"follow", run_follow},         {"verify", run_verify},
    {"keys", run_keys},     {"checkpoint", run_checkpoint},
};

static const struct audit_command *find_command(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(audit_commands); i++)
        if (strcmp(audit_commands[i].name, name) == 0)
            return &audit_commands[i];
    return NULL;
}

enum exit_code cmd_audit(int argc, char **argv)
{
    struct audit_words words = {.config = DEFAULT_CONFIG};
    const struct option_row rows[] = {
        {"-c", &words.config, false},
        {"--store", &words.store, false},
        {"--vkey", &words.vkey, false},
        {"-o", &words.format, false},
        {"--since", &words.since, false},
        {"--until", &words.until, false},
        {"--host", &words.host, false},
        {"--rule", &words.rule, false},
        {"--client", &words.client, false},
        {"--request", &words.request, false},
        {"--verdict", &words.verdict, false},
        {"--reason", &words.reason, false},
        {"--llm", &words.llm, true},
        {"--redact", &words.redact, true},
        {"--checkpoint", &words.checkpoint, false},
    };
    struct store store;
    int operands = options_take(argc, argv, rows, COUNT_OF(rows));
    if (operands < 0)
        return EXIT_USAGE;
    const struct audit_command *command = operands == 1 ? find_command(argv[0]) : NULL;
    if (command == NULL)
        return complain(EXIT_USAGE, "audit wants one of: export, follow, verify, checkpoint, keys");
    enum exit_code code = find_store(&words, &store);
    if (code == EXIT_DONE)
        code = command->run(&words, &store);
    store_clear(&store);
    return code;
}
