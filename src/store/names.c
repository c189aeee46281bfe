/* SPDX-License-Identifier: Apache-2.0 */
/* What all files of a store share: their names, their meta tables, and sentences about what is wrong with them. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "exeat/base/memory.h"
#include "store_internal.h"

static const char *const suffixes[] = {[STORE_HOT] = ".hot", [STORE_SEALED] = ".db", [STORE_PRIVATE] = ".priv.db"};

void store_segment_name(uint64_t first, enum store_segment_layout layout, char out[STORE_NAME_SIZE])
{
    snprintf(out, STORE_NAME_SIZE, "seg-%016llx%s", (unsigned long long)first, suffixes[layout]);
}

bool store_segment_name_parse(const char *name, uint64_t *first, enum store_segment_layout *layout)
{
    enum { NUMBER_AT = 4, NUMBER_SIZE = 16 };
    uint8_t bytes[NUMBER_SIZE / 2];
    if (strncmp(name, "seg-", NUMBER_AT) != 0 || strlen(name) < NUMBER_AT + NUMBER_SIZE)
        return false;
    for (size_t i = 0; i < COUNT_OF(suffixes); i++) {
        if (strcmp(name + NUMBER_AT + NUMBER_SIZE, suffixes[i]) != 0)
            continue;
        if (!hex_decode((struct text){name + NUMBER_AT, NUMBER_SIZE}, bytes, sizeof(bytes)))
            return false;
        *first = bytes_get_u64(bytes);
        *layout = (enum store_segment_layout)i;
        return true;
    }
    return false;
}

char *store_segment_path(const char *directory, uint64_t first, enum store_segment_layout layout, const char *suffix)
{
    struct buffer path = {0};
    char name[STORE_NAME_SIZE];
    store_segment_name(first, layout, name);
    buffer_printf(&path, "%s/%s%s", directory, name, suffix);
    return buffer_take(&path);
}

struct bytes column_bytes(sqlite3_stmt *statement, int index)
{
    const uint8_t *data = sqlite3_column_blob(statement, index);
    return (struct bytes){data, (size_t)sqlite3_column_bytes(statement, index)};
}

void bind_bytes(sqlite3_stmt *statement, int index, struct bytes bytes)
{
    sqlite3_bind_blob64(statement, index, bytes.data, bytes.length, SQLITE_STATIC);
}

void bind_text(sqlite3_stmt *statement, int index, struct text text)
{
    sqlite3_bind_text64(statement, index, text.data, text.length, SQLITE_STATIC, SQLITE_UTF8);
}

bool sqlite_run(sqlite3_stmt *statement)
{
    int result = sqlite3_step(statement);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return result == SQLITE_DONE || result == SQLITE_ROW;
}

bool meta_read(sqlite3 *database, const char *key, struct buffer *out)
{
    sqlite3_stmt *statement = NULL;
    bool found = false;
    buffer_empty(out);
    if (sqlite3_prepare_v2(database, "SELECT v FROM meta WHERE k=?1", -1, &statement, NULL) == SQLITE_OK) {
        bind_text(statement, 1, text_from(key));
        found = sqlite3_step(statement) == SQLITE_ROW;
        if (found)
            buffer_append(out, text_of_bytes(column_bytes(statement, 0)));
    }
    sqlite3_finalize(statement);
    return found;
}

/* What an end that was interrupted leaves: to finish it is to write, and a reader does not. */
static bool is_unfinished(sqlite3 *database)
{
    int code = sqlite3_extended_errcode(database);
    return code == SQLITE_READONLY_ROLLBACK || code == SQLITE_READONLY_RECOVERY || code == SQLITE_READONLY_CANTINIT;
}

char *sqlite_sentence(const char *path, const char *doing, sqlite3 *database)
{
    struct buffer out = {0};
    const char *why = "no memory";
    if (database != NULL && is_unfinished(database))
        why = "its last writer did not finish; start the gate on it once, which mends it";
    else if (database != NULL)
        why = sqlite3_errmsg(database);
    buffer_printf(&out, "%s: cannot %s: %s", path, doing, why);
    return buffer_take(&out);
}

bool store_sync_path(const char *path)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    bool done = descriptor >= 0 && fsync(descriptor) == 0;
    if (descriptor >= 0)
        close(descriptor);
    return done;
}

bool store_segment_before(const char *directory, uint64_t sequence, uint64_t *first)
{
    bool found = false;
    DIR *folder = opendir(directory);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        uint64_t one;
        enum store_segment_layout layout;
        if (!store_segment_name_parse(entry->d_name, &one, &layout) || layout != STORE_SEALED || one >= sequence)
            continue;
        if (!found || one > *first)
            *first = one;
        found = true;
    }
    if (folder != NULL)
        closedir(folder);
    return found;
}
