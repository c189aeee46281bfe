/* SPDX-License-Identifier: Apache-2.0 */
/* The private parts of a sealed segment: a file of its own, which is written anew without those that go. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "cursor.h"
#include "exeat/base/memory.h"

/* A file of private parts that is written anew. */
struct rewrite {
    sqlite3 *database; /* of the new file; the old one and the records are attached */
    char *path;        /* owned, both */
    char *draft;
};

static const char settings[] = "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA trusted_schema=OFF; BEGIN;";
static const char copy_meta[] = "INSERT INTO main.meta SELECT k, v FROM before.meta";
static const char keep[] = "INSERT INTO main.priv SELECT p.seq, p.salt, p.body FROM before.priv p"
                           " JOIN records.rec r ON r.seq = p.seq WHERE r.ts >= ?1";

static bool attach(sqlite3 *database, const char *name, const char *path)
{
    sqlite3_stmt *statement = NULL;
    bool done = sqlite3_prepare_v2(database, "ATTACH ?1 AS ?2", -1, &statement, NULL) == SQLITE_OK;
    if (done) {
        bind_text(statement, 1, text_from(path));
        bind_text(statement, 2, text_from(name));
        done = sqlite_run(statement);
    }
    sqlite3_finalize(statement);
    return done;
}

static bool rewrite_open(struct rewrite *rewrite, const char *directory, uint64_t first)
{
    char *records = store_segment_path(directory, first, STORE_SEALED, "");
    *rewrite = (struct rewrite){
        .path = store_segment_path(directory, first, STORE_PRIVATE, ""),
        .draft = store_segment_path(directory, first, STORE_PRIVATE, ".tmp"),
    };
    int descriptor = open(rewrite->draft, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0640);
    if (descriptor >= 0)
        close(descriptor);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    bool done = descriptor >= 0 && sqlite3_open_v2(rewrite->draft, &rewrite->database, flags, NULL) == SQLITE_OK &&
                attach(rewrite->database, "before", rewrite->path) && attach(rewrite->database, "records", records) &&
                sqlite3_exec(rewrite->database, settings, NULL, NULL, NULL) == SQLITE_OK &&
                sqlite3_exec(rewrite->database, schema_private, NULL, NULL, NULL) == SQLITE_OK &&
                sqlite3_exec(rewrite->database, copy_meta, NULL, NULL, NULL) == SQLITE_OK;
    base_free(records);
    return done;
}

static bool keep_later(struct rewrite *rewrite, int64_t before_us)
{
    sqlite3_stmt *statement = NULL;
    bool done = sqlite3_prepare_v2(rewrite->database, keep, -1, &statement, NULL) == SQLITE_OK;
    if (done) {
        sqlite3_bind_int64(statement, 1, before_us);
        done = sqlite_run(statement);
    }
    sqlite3_finalize(statement);
    return done && sqlite3_exec(rewrite->database, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
}

static bool rewrite_close(struct rewrite *rewrite, const char *directory, bool done)
{
    sqlite3_close(rewrite->database);
    done = done && store_sync_path(rewrite->draft) && rename(rewrite->draft, rewrite->path) == 0 &&
           store_sync_path(directory);
    if (!done)
        (void)unlink(rewrite->draft);
    base_free(rewrite->path);
    base_free(rewrite->draft);
    return done;
}

bool store_private_erase(const char *directory, uint64_t first, int64_t before_us)
{
    struct rewrite rewrite;
    bool done = rewrite_open(&rewrite, directory, first) && keep_later(&rewrite, before_us);
    return rewrite_close(&rewrite, directory, done);
}

/* --- how many there are --- */

static bool count_in(sqlite3 *records, int64_t before_us, uint64_t *count)
{
    static const char sql[] = "SELECT count(*) FROM before.priv p JOIN main.rec r ON r.seq = p.seq WHERE r.ts < ?1";
    sqlite3_stmt *statement = NULL;
    bool done = sqlite3_prepare_v2(records, sql, -1, &statement, NULL) == SQLITE_OK;
    if (done) {
        sqlite3_bind_int64(statement, 1, before_us);
        done = sqlite3_step(statement) == SQLITE_ROW;
        *count = done ? (uint64_t)sqlite3_column_int64(statement, 0) : 0;
    }
    sqlite3_finalize(statement);
    return done;
}

bool store_private_count(const char *directory, uint64_t first, int64_t before_us, uint64_t *count)
{
    char *path = store_segment_path(directory, first, STORE_PRIVATE, "");
    bool done = true;
    *count = 0;
    if (access(path, F_OK) == 0) {
        sqlite3 *database = sealed_open(directory, first);
        done = database != NULL && attach(database, "before", path) && count_in(database, before_us, count);
        sqlite3_close(database);
    }
    base_free(path);
    return done;
}
