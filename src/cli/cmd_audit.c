/* SPDX-License-Identifier: Apache-2.0 */
/* exeat audit: what an auditor asks of a store. Here: the tables of commands and options, and which store is meant. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd_audit.h"
#include "exeat/admin.h"
#include "exeat/base/memory.h"

static bool read_vkey(const char *word, struct audit_call *call)
{
    struct audit_vkey vkey;
    call->has_key = audit_vkey_parse(text_from(word), &vkey) && vkey.type == AUDIT_KEY_LOG;
    if (call->has_key) {
        memcpy(call->key, vkey.key, sizeof(call->key));
        call->key_name = vkey.name;
    }
    return call->has_key;
}

static void read_log_key(const char *path, struct audit_call *call)
{
    char *error = NULL;
    struct signing_key *key = signing_key_read(path, &error);
    base_free(error);
    if (key != NULL)
        signing_key_public(key, call->key);
    call->has_key = key != NULL;
    signing_key_free(key);
}

/* A bundle is checked without a store: only the key is wanted. */
enum needs { NEEDS_STORE, NEEDS_BUNDLE };

static enum exit_code find_store(struct audit_call *call, enum needs needs)
{
    const char *vkey = call->words[OPTION_VKEY];
    bool is_file = call->words[OPTION_STORE] != NULL && vkey != NULL && strchr(vkey, '+') == NULL;
    if (vkey != NULL && !is_file && !read_vkey(vkey, call))
        return complain(
            EXIT_USAGE, "--vkey wants the line that `exeat audit keys` prints, or with --store a file of them");
    if (call->words[OPTION_STORE] != NULL) {
        call->directory = text_copy(text_from(call->words[OPTION_STORE]));
        call->control = text_copy(TEXT(""));
        return EXIT_DONE;
    }
    const char *config = call->words[OPTION_CONFIG];
    if (config == NULL && needs == NEEDS_BUNDLE) {
        call->directory = text_copy(TEXT(""));
        call->control = text_copy(TEXT(""));
        return EXIT_DONE;
    }
    struct diags *diags = diags_new();
    struct settings *settings = settings_load(config == NULL ? DEFAULT_CONFIG : config, diags);
    show_diags(diags);
    diags_free(diags);
    if (settings == NULL)
        return EXIT_USAGE;
    call->directory = text_copy(settings->audit.directory);
    call->control = text_copy(settings->listen.control);
    call->origin = text_copy(settings->audit.origin);
    if (!call->has_key)
        read_log_key(settings->audit.key.data, call);
    settings_free(settings);
    return EXIT_DONE;
}

bool audit_call_announce(const struct audit_call *call, const char *what)
{
    struct buffer line = {0};
    struct buffer answer = {0};
    buffer_printf(&line, "access %s by uid %u", what, (unsigned)getuid());
    bool done = call->control[0] != '\0' && control_ask(call->control, buffer_text(&line), &answer) &&
                text_starts_with(buffer_text(&answer), TEXT("ok"));
    if (!done)
        fputs("exeat: custody: unrecorded (no running gate of this store was told)\n", stderr);
    buffer_clear(&line);
    buffer_clear(&answer);
    return done;
}

struct audit_reader *audit_call_open(const struct audit_call *call)
{
    char *error = NULL;
    struct audit_reader *reader = audit_reader_open(call->directory, &error);
    if (reader == NULL)
        complain_free(EXIT_IO, error);
    else if (call->key_name.length > 0 && !text_equal(call->key_name, audit_reader_origin(reader))) {
        complain(
            EXIT_IO, "--vkey is of the log %.*s, and this is %.*s", TEXT_ARG(call->key_name),
            TEXT_ARG(audit_reader_origin(reader)));
        audit_reader_free(reader);
        return NULL;
    }
    return reader;
}

/* --- the tables
 * --------------------------------------------------------------------------------------------------------- */

enum option_set {
    OF_ALL = 1,     /* which store */
    OF_ERASE = 256, /* which store, by its configuration, and until when */
    OF_EXPORT = 2,  /* what of it, and how */
    OF_VERIFY = 4,
    OF_SHOW = 8,
    OF_PROOF = 64, /* a file and public keys; no store */
    OF_ORIGIN = 128,
    OF_FILTER = 16,
    OF_REPORT = 32,
};
static const struct audit_option_row {
    const char *name;
    const char *value; /* what it takes; NULL: nothing */
    unsigned sets;
} option_rows[] = {
    [OPTION_CONFIG] = {"-c", "FILE", OF_ALL | OF_ERASE},
    [OPTION_STORE] = {"--store", "DIR", OF_ALL},
    [OPTION_VKEY] = {"--vkey", "KEY", OF_ALL | OF_PROOF},
    [OPTION_FORMAT] = {"-o", "FORMAT", OF_EXPORT | OF_REPORT},
    [OPTION_SINCE] = {"--since", "TIME", OF_EXPORT | OF_FILTER},
    [OPTION_UNTIL] = {"--until", "TIME", OF_EXPORT | OF_FILTER},
    [OPTION_HOST] = {"--host", "GLOB", OF_EXPORT | OF_FILTER},
    [OPTION_RULE] = {"--rule", "ID", OF_EXPORT | OF_FILTER},
    [OPTION_CLIENT] = {"--client", "NAME", OF_EXPORT | OF_FILTER},
    [OPTION_PROVIDER] = {"--provider", "NAME", OF_EXPORT | OF_FILTER},
    [OPTION_DONE] = {"--done", "PLAN", OF_EXPORT | OF_FILTER},
    [OPTION_REQUEST] = {"--request", "ID", OF_EXPORT | OF_FILTER},
    [OPTION_VERDICT] = {"--verdict", "VERDICT", OF_EXPORT | OF_FILTER},
    [OPTION_REASON] = {"--reason", "REASON", OF_EXPORT | OF_FILTER | OF_ORIGIN},
    [OPTION_LLM] = {"--llm", NULL, OF_EXPORT | OF_FILTER},
    [OPTION_REDACT] = {"--redact", NULL, OF_EXPORT | OF_SHOW},
    [OPTION_LIMIT] = {"--limit", "N", OF_EXPORT},
    [OPTION_CURSOR] = {"--cursor", "FILE", OF_EXPORT},
    [OPTION_BUNDLE] = {"--bundle", "DIR", OF_EXPORT | OF_VERIFY},
    [OPTION_PURPOSE] = {"--purpose", "TEXT", OF_EXPORT},
    [OPTION_SQL] = {"--sql", "SELECT", OF_EXPORT},
    [OPTION_SECONDS] = {"--seconds", "N", OF_EXPORT},
    [OPTION_CHECKPOINT] = {"--checkpoint", "FILE", OF_VERIFY | OF_REPORT | OF_PROOF},
    [OPTION_WITNESS] = {"--witness", "KEY", OF_VERIFY | OF_REPORT | OF_PROOF},
    [OPTION_BEFORE] = {"--before", "TIME", OF_ERASE},
};
_Static_assert(COUNT_OF(option_rows) == OPTION_COUNT, "every option has a row");

void audit_call_query(const struct audit_call *call, struct buffer *out)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if ((option_rows[i].sets & OF_EXPORT) == 0 || call->words[i] == NULL || i == OPTION_BUNDLE ||
            i == OPTION_PURPOSE)
            continue;
        buffer_append_string(out, out->length > 0 ? " " : "");
        buffer_append_string(out, option_rows[i].name);
        if (option_rows[i].value != NULL)
            buffer_printf(out, " %s", call->words[i]);
    }
}

static const struct audit_command {
    const char *name;
    const char *operand_names;
    const char *help;
    audit_run run;
    unsigned sets; /* of options that it knows */
    int operands;
    enum audit_scope scope;
} commands[] = {
    {"export", "", "records as lines, tables, or a bundle with what proves them", audit_export, OF_ALL | OF_EXPORT, 0,
     AUDIT_EACH_LINES},
    {"follow", "", "the same, and what comes", audit_follow, OF_ALL | OF_EXPORT, 0, AUDIT_ONE},
    {"show", "REQUEST-ID", "everything about one request", audit_show, OF_ALL | OF_SHOW, 1, AUDIT_EACH_TITLED},
    {"stats", "", "what was decided, in a terminal", audit_stats, OF_ALL | OF_FILTER, 0, AUDIT_EACH_TITLED},
    {"report", "", "a page to keep: verdict, plots, controls", audit_report, OF_ALL | OF_FILTER | OF_REPORT, 0,
     AUDIT_ONE},
    {"verify", "", "can the records be believed?", audit_verify, OF_ALL | OF_VERIFY, 0, AUDIT_EACH_TITLED},
    {"checkpoint", "", "the newest signed head of the log", audit_checkpoint, OF_ALL, 0, AUDIT_EACH_TITLED},
    {"keys", "", "the key that verifies the log", audit_keys, OF_ALL, 0, AUDIT_ONE},
    {"prove", "REQUEST-ID|SEQUENCE", "one record with its proof", audit_prove, OF_ALL, 1, AUDIT_ONE},
    {"consistency", "OLD NEW", "a proof that a checkpoint continues another", audit_consistency, OF_ALL, 2, AUDIT_ONE},
    {"check-proof", "FILE", "checks either with public keys alone", audit_check_proof, OF_PROOF, 1, AUDIT_ONE},
    {"new-origin", "", "ends this log and begins another", audit_new_origin, OF_ALL | OF_ORIGIN, 0, AUDIT_ONE},
    {"erase", "", "removes private parts", audit_erase_command, OF_ERASE, 0, AUDIT_ONE},
};

static const struct audit_command *find_command(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static void print_help(const struct audit_command *command)
{
    size_t column = (size_t)printf("  exeat audit %s", command->name);
    if (command->operands > 0)
        column += (size_t)printf(" %s", command->operand_names);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct audit_option_row *row = &option_rows[i];
        if ((row->sets & command->sets) == 0)
            continue;
        if (column > 90)
            column = (size_t)printf("\n     ") - 1;
        column +=
            (size_t)printf(" [%s%s%s]", row->name, row->value != NULL ? " " : "", row->value != NULL ? row->value : "");
    }
    printf("\n      %s\n", command->help);
}

void audit_help(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        if (name == NULL || strcmp(commands[i].name, name) == 0)
            print_help(&commands[i]);
}

static enum exit_code say_commands(void)
{
    fputs("exeat: audit wants one of:", stderr);
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        fprintf(stderr, "%s %s", i == 0 ? "" : ",", commands[i].name);
    fputs("; see `exeat help`\n", stderr);
    return EXIT_USAGE;
}

/* The options of this command alone: one that it does not know is an error, not silence. */
static int take_options(int argc, char **argv, const struct audit_command *command, struct audit_call *call)
{
    struct option_row rows[OPTION_COUNT];
    size_t count = 0;
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if ((option_rows[i].sets & command->sets) != 0)
            rows[count++] = (struct option_row){option_rows[i].name, &call->words[i], option_rows[i].value == NULL};
    return options_take(argc, argv, rows, count);
}

static enum audit_scope scope_of(const struct audit_command *command, const struct audit_call *call)
{
    static const enum audit_option of_one[] = {OPTION_BUNDLE, OPTION_SQL, OPTION_CURSOR, OPTION_LIMIT};
    for (size_t i = 0; i < COUNT_OF(of_one); i++)
        if (call->words[of_one[i]] != NULL)
            return AUDIT_ONE;
    return command->scope;
}

enum exit_code cmd_audit(int argc, char **argv)
{
    struct audit_call call = {0};
    const struct audit_command *command = argc > 0 ? find_command(argv[0]) : NULL;
    if (command == NULL)
        return say_commands();
    call.operand_count = take_options(argc - 1, argv + 1, command, &call);
    call.operands = argv + 1;
    if (call.operand_count < 0)
        return EXIT_USAGE;
    if (call.operand_count != command->operands)
        return complain(
            EXIT_USAGE, "audit %s wants %d operands, not %d", argv[0], command->operands, call.operand_count);
    bool is_of_bundle = command->run == audit_verify && call.words[OPTION_BUNDLE] != NULL;
    enum exit_code code = EXIT_DONE;
    if ((command->sets & (OF_ALL | OF_ERASE)) != 0)
        code = find_store(&call, is_of_bundle ? NEEDS_BUNDLE : NEEDS_STORE);
    if (code == EXIT_DONE && call.words[OPTION_STORE] != NULL && !is_of_bundle)
        code = audit_over_stores(&call, scope_of(command, &call), command->run);
    else if (code == EXIT_DONE)
        code = command->run(&call);
    base_free(call.directory);
    base_free(call.control);
    base_free(call.origin);
    return code;
}
