/* SPDX-License-Identifier: Apache-2.0 */
/* Where a store goes on: in the hot segment that was not ended, or in a new one after the newest that was. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cursor.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"

/* Whoever reads a new file may have it for long; later the writer, for whom all wait, hardly waits for anybody. */
enum { BUSY_OPENING_MS = 20000, BUSY_MS = 100 };

static const char settings[] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;"
                               "PRAGMA temp_store=MEMORY; PRAGMA cache_size=24;";

/* --- what is there --------------------------------------------------------------------------------------------------
 */

struct newest {
    uint64_t hot;
    uint64_t sealed;
    bool has_hot;
    bool has_sealed;
};

static void note_segment(struct newest *newest, uint64_t first, enum store_segment_layout layout)
{
    bool *has = layout == STORE_HOT ? &newest->has_hot : &newest->has_sealed;
    uint64_t *place = layout == STORE_HOT ? &newest->hot : &newest->sealed;
    if (layout == STORE_PRIVATE)
        return;
    *place = *has && *place > first ? *place : first;
    *has = true;
}

static bool find_newest(const char *directory, struct newest *newest, char **error)
{
    DIR *folder = opendir(directory);
    *newest = (struct newest){0};
    if (folder == NULL) {
        *error = file_sentence(directory, "cannot read the folder", strerror(errno));
        return false;
    }
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        uint64_t first;
        enum store_segment_layout layout;
        if (store_segment_name_parse(entry->d_name, &first, &layout))
            note_segment(newest, first, layout);
    }
    closedir(folder);
    return true;
}

/* --- opening ------------------------------------------------------------------------------------------------------
 */

/* SQLite gives new files the mode 0644; ours are for the owner and the group. */
static bool make_file(const char *path)
{
    int descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0640);
    if (descriptor < 0)
        return false;
    close(descriptor);
    return true;
}

static bool connect_to(struct store_segment *segment, const char *path, char **error)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    bool done = sqlite3_open_v2(path, &segment->database, flags, NULL) == SQLITE_OK;
    if (done) {
        /* who comes first to a new file, maybe a reader, has it alone for a moment */
        sqlite3_busy_timeout(segment->database, BUSY_OPENING_MS);
        sqlite3_db_config(segment->database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        sqlite3_db_config(segment->database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        sqlite3_db_config(segment->database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        done = sqlite3_exec(segment->database, settings, NULL, NULL, NULL) == SQLITE_OK;
    }
    if (!done)
        *error = sqlite_sentence(path, "open the audit store", segment->database);
    return done;
}

static bool fill(struct store_segment *segment, struct text origin)
{
    static const uint8_t format = STORE_FORMAT;
    struct buffer base = {0};
    tlog_tree_write(&segment->tree, &base);
    bool done =
        sqlite3_exec(segment->database, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK &&
        sqlite3_exec(segment->database, schema_hot, NULL, NULL, NULL) == SQLITE_OK && store_segment_prepare(segment) &&
        store_segment_put_meta(segment, "format", (struct bytes){&format, 1}) &&
        store_segment_put_meta(segment, "origin", bytes_of_text(origin)) &&
        store_segment_put_meta(segment, "base", bytes_of_text(buffer_text(&base))) &&
        store_segment_put_meta(segment, "hash_key", (struct bytes){segment->hash_key, sizeof(segment->hash_key)}) &&
        store_segment_commit(segment);
    buffer_clear(&base);
    return done;
}

static void remove_draft(const struct store_log *log, uint64_t first)
{
    static const char *const files[] = {".tmp", ".tmp-wal", ".tmp-shm", ".tmp-journal"};
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        char *path = store_segment_path(log->directory, first, STORE_HOT, files[i]);
        (void)unlink(path);
        base_free(path);
    }
}

/* Into the one file that will be renamed: closing would do it too, and not say when it failed. */
static bool fold(struct store_segment *segment)
{
    return sqlite3_wal_checkpoint_v2(segment->database, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) == SQLITE_OK;
}

/* The file is made beside and renamed, so that a hot segment is never seen without its tables. */
static bool build_file(struct store_segment *segment, const struct store_log *log, const char *path, char **error)
{
    char *draft = store_segment_path(log->directory, segment->first, STORE_HOT, ".tmp");
    remove_draft(log, segment->first);
    bool done = make_file(draft);
    if (!done)
        *error = file_sentence(draft, "cannot make the file", strerror(errno));
    done = done && connect_to(segment, draft, error);
    if (done && !(fill(segment, log->origin) && fold(segment))) {
        *error = sqlite_sentence(path, "begin the audit store", segment->database);
        done = false;
    }
    if (segment->database != NULL)
        sqlite3_db_config(segment->database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    store_segment_close(segment);
    if (done && (rename(draft, path) != 0 || !store_sync_path(log->directory))) {
        *error = file_sentence(path, "cannot put the new segment in its place", strerror(errno));
        done = false;
    }
    if (!done)
        remove_draft(log, segment->first);
    base_free(draft);
    return done;
}

/* It is written to from here on. */
static bool begin_writing(struct store_segment *segment, const char *path, char **error)
{
    if (!store_segment_prepare(segment)) {
        *error = sqlite_sentence(path, "write to the audit store", segment->database);
        return false;
    }
    sqlite3_busy_timeout(segment->database, BUSY_MS);
    return true;
}

/* A new hot segment from where `segment` ends: its tree and hash key say so. */
static bool begin_new(struct store_segment *segment, const struct store_log *log, char **error)
{
    char *path = store_segment_path(log->directory, segment->tree.size, STORE_HOT, "");
    segment->first = segment->tree.size;
    segment->framed_size = segment->first;
    segment->last_kind = 0;
    bool done = build_file(segment, log, path, error) && connect_to(segment, path, error) &&
                begin_writing(segment, path, error);
    if (!done)
        store_segment_close(segment);
    base_free(path);
    return done;
}

static char *refuse_start(const char *path, const char *wrong)
{
    struct buffer out = {0};
    buffer_printf(
        &out,
        "%s: the store does not pass the start check: %s. Keep it as it is, look with `exeat audit verify`, and to go "
        "on move its folder aside: the gate then begins a new store",
        path, wrong);
    return buffer_take(&out);
}

static bool is_ended(const struct store_segment *segment)
{
    return segment->last_kind == RECORD_SEAL || segment->last_kind == RECORD_CLOSE;
}

/* An ended one is left to the sealer, and the next one begun. */
static bool go_on_in(struct store_segment *segment, const struct store_log *log, const char *path, char **error)
{
    if (!is_ended(segment))
        return begin_writing(segment, path, error);
    store_segment_close(segment);
    return begin_new(segment, log, error);
}

/* Opening for writing changes a file: whose it is has to be known before. */
static bool is_ours(const struct store_log *log, const char *path, char **error)
{
    bool is_gone;
    sqlite3 *database = open_foreign(path, &is_gone);
    const char *wrong = database == NULL ? "it cannot be opened" : check_identity(database, log);
    sqlite3_close(database);
    if (wrong != NULL)
        *error = refuse_start(path, wrong);
    return wrong == NULL;
}

static bool open_hot(struct store_segment *segment, const struct store_log *log, uint64_t first, char **error)
{
    char *path = store_segment_path(log->directory, first, STORE_HOT, "");
    bool done = is_ours(log, path, error) && connect_to(segment, path, error);
    segment->first = first;
    const char *wrong = done ? check_hot_end(segment, log) : NULL;
    if (wrong != NULL) {
        *error = refuse_start(path, wrong);
        done = false;
    }
    done = done && go_on_in(segment, log, path, error);
    if (!done)
        store_segment_close(segment);
    base_free(path);
    return done;
}

static bool open_after_sealed(struct store_segment *segment, const struct store_log *log, uint64_t first, char **error)
{
    segment->first = first;
    const char *wrong = check_sealed_end(segment, log);
    if (wrong == NULL)
        return begin_new(segment, log, error);
    char *path = store_segment_path(log->directory, first, STORE_SEALED, "");
    *error = refuse_start(path, wrong);
    base_free(path);
    return false;
}

static bool open_first(struct store_segment *segment, const struct store_log *log, char **error)
{
    random_fill(segment->hash_key, sizeof(segment->hash_key));
    return begin_new(segment, log, error);
}

bool store_segment_open(struct store_segment *segment, const struct store_log *log, char **error)
{
    struct newest newest;
    *segment = (struct store_segment){0};
    if (!find_newest(log->directory, &newest, error))
        return false;
    bool hot_is_newest = newest.has_hot && (!newest.has_sealed || newest.hot > newest.sealed);
    if (hot_is_newest)
        return open_hot(segment, log, newest.hot, error);
    if (newest.has_sealed)
        return open_after_sealed(segment, log, newest.sealed, error);
    return open_first(segment, log, error);
}

/* A new segment that is there and cannot be used: the old one must not go on, or two would hold the same sequences.
 * What the disk has of it is known at the next start. */
static void end_if_there(const struct store_log *log, uint64_t first, const char *error)
{
    char *path = store_segment_path(log->directory, first, STORE_HOT, "");
    if (access(path, F_OK) == 0)
        store_end_process(log->directory, error);
    base_free(path);
}

bool store_segment_roll(struct store_segment *segment, const struct store_log *log, char **error)
{
    struct store_segment next = {.tree = segment->tree, .signed_size = segment->signed_size};
    memcpy(next.hash_key, segment->hash_key, sizeof(next.hash_key));
    if (!begin_new(&next, log, error)) {
        end_if_there(log, segment->tree.size, *error);
        return false;
    }
    store_segment_close(segment);
    *segment = next;
    store_segment_watch(segment);
    return true;
}
