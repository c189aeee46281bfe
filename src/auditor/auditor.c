/* SPDX-License-Identifier: Apache-2.0 */
/* exeat audit: what an auditor asks of a store. Here: which command it is, and which store is meant. */
#include <string.h>

#include "auditor_internal.h"
#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "exeat/config.h"

static bool read_vkey(const char *word, struct auditor_call *call)
{
    struct tlog_vkey vkey;
    call->has_key = tlog_vkey_parse(text_from(word), &vkey) && vkey.type == TLOG_KEY_LOG;
    if (call->has_key) {
        memcpy(call->key, vkey.key, sizeof(call->key));
        call->key_name = vkey.name;
    }
    return call->has_key;
}

static void read_log_key(const char *path, struct auditor_call *call)
{
    char *error = NULL;
    struct signing_key *key = signing_key_read(path, &error);
    base_free(error);
    if (key != NULL)
        signing_key_public(key, call->key);
    call->has_key = key != NULL;
    signing_key_free(key);
}

static struct settings *load_settings(const char *path)
{
    struct diags *diags = diags_new();
    struct settings *settings = settings_load(path, diags);
    show_problems(diags);
    diags_free(diags);
    return settings;
}

/* A bundle is checked without a store: only the key is wanted. */
enum needs { NEEDS_STORE, NEEDS_BUNDLE };

static enum exit_code find_store(struct auditor_call *call, enum needs needs)
{
    const char *vkey = call->words[OPTION_VKEY];
    if (vkey != NULL && !auditor_vkey_is_file(vkey) && !read_vkey(vkey, call))
        return complain(
            EXIT_USAGE,
            "--vkey: this is no key line; it wants the one that `exeat audit keys` prints, or a file of such lines");
    if (call->words[OPTION_STORE] != NULL) {
        call->directory = text_copy(text_from(call->words[OPTION_STORE]));
        call->control = text_copy(TEXT(""));
        return EXIT_DONE;
    }
    if (call->words[OPTION_CONFIG] == NULL && needs == NEEDS_BUNDLE) {
        call->directory = text_copy(TEXT(""));
        call->control = text_copy(TEXT(""));
        return EXIT_DONE;
    }
    struct settings *settings = load_settings(command_config(call->line));
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

/* What each does; their options stand in the table of commands. */
static const struct auditor_command {
    const char *name;
    auditor_command_run run;
    enum auditor_scope scope;
} commands_of_audit[] = {
    {"audit export", auditor_export, AUDITOR_EACH_LINES},
    {"audit follow", auditor_follow, AUDITOR_ONE},
    {"audit show", auditor_show, AUDITOR_EACH_TITLED},
    {"audit stats", auditor_stats, AUDITOR_EACH_TITLED},
    {"audit report", auditor_report, AUDITOR_ONE},
    {"audit verify", auditor_verify, AUDITOR_EACH_TITLED},
    {"audit checkpoint", auditor_checkpoint, AUDITOR_EACH_TITLED},
    {"audit keys", auditor_keys, AUDITOR_ONE},
    {"audit prove", auditor_prove, AUDITOR_ONE},
    {"audit consistency", auditor_consistency, AUDITOR_ONE},
    {"audit check-proof", auditor_check_proof, AUDITOR_ONE},
    {"audit new-origin", auditor_new_origin, AUDITOR_ONE},
    {"audit erase", auditor_erase, AUDITOR_ONE},
};

static const struct auditor_command *find_command(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(commands_of_audit); i++)
        if (strcmp(commands_of_audit[i].name, name) == 0)
            return &commands_of_audit[i];
    return NULL;
}

static enum auditor_scope scope_of(const struct auditor_command *command, const struct auditor_call *call)
{
    static const enum option of_one[] = {OPTION_BUNDLE, OPTION_SQL, OPTION_CURSOR, OPTION_LIMIT};
    for (size_t i = 0; i < COUNT_OF(of_one); i++)
        if (call->words[of_one[i]] != NULL)
            return AUDITOR_ONE;
    return command->scope;
}

enum exit_code auditor_run(const struct command_line *line)
{
    struct auditor_call call = {.line = line, .words = line->words, .operands = line->operands};
    const struct auditor_command *command = find_command(line->command->name);
    ASSERT(command != NULL);
    bool is_of_bundle = command->run == auditor_verify && call.words[OPTION_BUNDLE] != NULL;
    enum exit_code code = EXIT_DONE;
    if ((line->command->options & OF(CONFIG)) != 0)
        code = find_store(&call, is_of_bundle ? NEEDS_BUNDLE : NEEDS_STORE);
    const char *vkey = call.words[OPTION_VKEY];
    bool is_of_many = call.words[OPTION_STORE] != NULL && !is_of_bundle;
    if (code == EXIT_DONE && vkey != NULL && auditor_vkey_is_file(vkey) && !is_of_many && call.directory != NULL)
        code = auditor_call_choose(&call, is_of_bundle ? call.words[OPTION_BUNDLE] : NULL);
    if (code == EXIT_DONE && is_of_many)
        code = auditor_over_stores(&call, scope_of(command, &call), command->run);
    else if (code == EXIT_DONE)
        code = command->run(&call);
    base_free(call.directory);
    base_free(call.control);
    base_free(call.origin);
    return code;
}
