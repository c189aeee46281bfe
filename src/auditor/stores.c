/* SPDX-License-Identifier: Apache-2.0 */
/* `--store` on a folder with the logs of many pods below it: the command is done for each, in the order of their paths,
 * and ends as the gravest of them does. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "auditor_internal.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"

enum { DEPTH_MAX = 16 };

/* --- which there are --- */

struct stores {
    char **list; /* owned, as are the paths */
    size_t count;
    bool is_partial; /* a folder could not be looked into */
};

static char *path_below(const char *folder, const char *name)
{
    struct buffer path = {0};
    buffer_printf(&path, "%s/%s", folder, name);
    return buffer_take(&path);
}

/* Looks for segments here; true: this is a store. */
static bool has_segments(const char *folder)
{
    DIR *opened = opendir(folder);
    bool found = false;
    if (opened == NULL)
        return false;
    for (struct dirent *entry; !found && (entry = readdir(opened)) != NULL;)
        found = text_starts_with(text_from(entry->d_name), TEXT("seg-"));
    closedir(opened);
    return found;
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* A log that follows another is shipped below it, so a store may have stores below it. What a gate itself moved aside
 * (`former-1`) is looked at by name. */
static void find_stores(const char *folder, int depth, struct stores *stores)
{
    if (has_segments(folder)) {
        stores->list = base_resize(stores->list, stores->count + 1, sizeof(*stores->list));
        stores->list[stores->count++] = text_copy(text_from(folder));
    }
    DIR *opened = opendir(folder);
    if (opened == NULL || depth == DEPTH_MAX) {
        complain(EXIT_IO, "%s: not looked at: %s", folder, opened == NULL ? strerror(errno) : "too deep");
        stores->is_partial = true;
        if (opened != NULL)
            closedir(opened);
        return;
    }
    for (struct dirent *entry; (entry = readdir(opened)) != NULL;) {
        if (entry->d_name[0] == '.' || text_starts_with(text_from(entry->d_name), TEXT("former-")))
            continue;
        char *below = path_below(folder, entry->d_name);
        if (is_folder(below))
            find_stores(below, depth + 1, stores);
        base_free(below);
    }
    closedir(opened);
}

static void stores_clear(struct stores *stores)
{
    for (size_t i = 0; i < stores->count; i++)
        base_free(stores->list[i]);
    base_free(stores->list);
}

/* --- whose key is whose --- */

/* A verification key is named like the log that it is of. */
static void choose_key(struct auditor_call *call, struct text keys)
{
    char *error = NULL;
    struct store_reader *reader = store_reader_open(call->directory, &error);
    struct tlog_vkey vkey;
    base_free(error); /* the command says it */
    call->has_key = reader != NULL && auditor_vkeys_choose(keys, store_reader_origin(reader), &vkey);
    if (call->has_key)
        memcpy(call->key, vkey.key, sizeof(call->key));
    else if (reader != NULL)
        complain(EXIT_DONE, "none of the keys given is of the log %.*s", TEXT_ARG(store_reader_origin(reader)));
    store_reader_free(reader);
}

/* --- each --- */

static int gravity(enum exit_code code)
{
    static const enum exit_code order[] = {EXIT_NO, EXIT_DONE, EXIT_INCOMPLETE, EXIT_IO, EXIT_TAMPERED, EXIT_USAGE};
    int rank = 0;
    while (rank + 1 < (int)COUNT_OF(order) && order[rank] != code)
        rank++;
    return rank;
}

/* Is the folder named like the log in it, as `audit.ship` names it? */
static bool is_named_so(struct text folder, struct text origin)
{
    return text_ends_with(folder, origin) && folder.length > origin.length &&
           folder.data[folder.length - origin.length - 1] == '/';
}

/* One log in the place of another shows in no proof: every record is what was signed, of that other log. */
static void check_name(const struct auditor_call *call)
{
    char *error = NULL;
    struct store_reader *reader = store_reader_open(call->directory, &error);
    base_free(error); /* the command says it */
    if (reader != NULL && !is_named_so(text_from(call->directory), store_reader_origin(reader)))
        complain(
            EXIT_DONE, "%s: the log in this folder is %.*s: was it put here in place of another?", call->directory,
            TEXT_ARG(store_reader_origin(reader)));
    store_reader_free(reader);
}

static enum exit_code run_each(
    struct auditor_call *call, const struct stores *stores, struct text keys, enum auditor_scope scope,
    auditor_command_run run)
{
    enum exit_code worst = EXIT_NO;
    call->is_one_of_many = stores->count > 1;
    if (call->is_one_of_many)
        call->key_name = TEXT("");
    for (size_t i = 0; i < stores->count; i++) {
        base_free(call->directory);
        call->directory = text_copy(text_from(stores->list[i]));
        if (keys.length > 0 && (call->is_one_of_many || !call->has_key))
            choose_key(call, keys);
        if (call->is_one_of_many && scope == AUDITOR_EACH_TITLED)
            printf("%s== %s\n", i > 0 ? "\n" : "", call->directory);
        if (call->is_one_of_many) {
            fflush(stdout); /* the title comes first */
            check_name(call);
        }
        enum exit_code code = run(call);
        if (gravity(code) > gravity(worst))
            worst = code;
    }
    return worst;
}

static bool names_its_log(const struct auditor_call *call)
{
    enum export_format format;
    return auditor_call_format(call, &format) && export_format_names_log(format);
}

static enum exit_code
check_scope(const struct auditor_call *call, const struct stores *stores, enum auditor_scope scope)
{
    if (stores->count < 2 || scope == AUDITOR_EACH_TITLED)
        return EXIT_DONE;
    if (scope == AUDITOR_ONE)
        return complain(
            EXIT_USAGE, "there are %zu stores below %s, and this is about one, such as --store %s", stores->count,
            call->directory, stores->list[0]);
    if (names_its_log(call))
        return EXIT_DONE;
    return complain(EXIT_USAGE, "of many stores -o is one of jsonl, ocsf, cef, leef, syslog: their lines name the log");
}

enum exit_code auditor_over_stores(struct auditor_call *call, enum auditor_scope scope, auditor_command_run run)
{
    struct stores stores = {0};
    struct buffer keys = {0};
    if (is_folder(call->directory))
        find_stores(call->directory, 0, &stores);
    if (stores.count > 0)
        qsort(stores.list, stores.count, sizeof(*stores.list), string_compare);
    enum exit_code code =
        auditor_vkeys_read(call->words[OPTION_VKEY], &keys) ? check_scope(call, &stores, scope) : EXIT_IO;
    if (code == EXIT_DONE)
        code = stores.count == 0 ? run(call) /* says what is wrong with the folder */
                                 : run_each(call, &stores, buffer_text(&keys), scope, run);
    if (stores.is_partial && gravity(code) < gravity(EXIT_IO))
        code = EXIT_IO;
    stores_clear(&stores);
    buffer_clear(&keys);
    return code;
}
