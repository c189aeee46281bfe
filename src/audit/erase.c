/* SPDX-License-Identifier: Apache-2.0 */
/* Erasing private parts: the record of it is on disk first; then the files that hold them are written anew without
 * them, so that nothing stays in free pages. The evidence is not touched: a record holds but a commitment, and its salt
 * goes with the private part, so that what was erased cannot be tried out. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cursor.h"
#include "exeat/base/clock.h"
#include "exeat/base/memory.h"
#include "sealer.h"

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
    char *records = segment_path(directory, first, SEGMENT_SEALED, "");
    *rewrite = (struct rewrite){
        .path = segment_path(directory, first, SEGMENT_PRIVATE, ""),
        .draft = segment_path(directory, first, SEGMENT_PRIVATE, ".tmp"),
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
    done = done && sync_path(rewrite->draft) && rename(rewrite->draft, rewrite->path) == 0 && sync_path(directory);
    if (!done)
        (void)unlink(rewrite->draft);
    base_free(rewrite->path);
    base_free(rewrite->draft);
    return done;
}

static bool rewrite_private(const char *directory, uint64_t first, int64_t before_us)
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

/* False: cannot be read. No file of private parts means that none are there. */
static bool count_private(const char *directory, uint64_t first, int64_t before_us, uint64_t *count)
{
    char *path = segment_path(directory, first, SEGMENT_PRIVATE, "");
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

/* --- the order --- */

/* A sealed segment, and how many of its private parts go. */
struct place {
    uint64_t first;
    uint64_t parts;
};

static bool record_erasing(struct audit *audit, const struct audit_erasing *erasing)
{
    struct buffer fields = {0};
    struct buffer detail = {0};
    char time[CLOCK_TEXT_SIZE];
    clock_write(erasing->before_us, time);
    buffer_printf(&detail, RECORD_ERASE_DETAIL "%s are removed, asked by %s", time, erasing->who);
    record_field_append(&fields, EVENT_NAME, bytes_of_text(TEXT("erase")));
    record_field_append(&fields, EVENT_DETAIL, bytes_of_text(buffer_text(&detail)));
    record_number_append(&fields, EVENT_COUNT, erasing->parts, 8);
    bool done = audit_event(audit, RECORD_PRUNE, bytes_of_text(buffer_text(&fields)), NULL, 0, NULL);
    buffer_clear(&fields);
    buffer_clear(&detail);
    return done;
}

static void say(struct audit_erasing *erasing, const char *why)
{
    erasing->state = AUDIT_ERASE_FAILED;
    text_store(text_from(why), erasing->error, sizeof(erasing->error));
}

static bool count_all(const char *directory, struct place *places, size_t count, struct audit_erasing *erasing)
{
    for (size_t i = 0; i < count; i++) {
        if (!count_private(directory, places[i].first, erasing->before_us, &places[i].parts))
            return false;
        erasing->parts += places[i].parts;
    }
    return true;
}

static bool erase_all(const char *directory, const struct place *places, size_t count, int64_t before_us)
{
    for (size_t i = 0; i < count; i++)
        if (places[i].parts > 0 && !rewrite_private(directory, places[i].first, before_us))
            return false;
    return true;
}

static struct place *list_places(const char *directory, size_t *count)
{
    uint64_t *firsts = sealed_list(directory, count);
    struct place *places = base_array(*count, sizeof(*places));
    for (size_t i = 0; i < *count; i++)
        places[i].first = firsts[i];
    base_free(firsts);
    return places;
}

void erase_private(struct audit *audit, bool is_all_sealed, struct audit_erasing *erasing)
{
    const char *directory = audit->directory;
    size_t count;
    struct place *places = list_places(directory, &count);
    erasing->parts = 0;
    if (!is_all_sealed)
        say(erasing, "an ended segment could not be sealed; see the log, and ask again");
    else if (!count_all(directory, places, count, erasing))
        say(erasing, "a sealed segment cannot be read; look with `exeat audit verify`");
    else if (!record_erasing(audit, erasing))
        say(erasing, "the PRUNE record could not be written; nothing was erased");
    else if (!erase_all(directory, places, count, erasing->before_us))
        say(erasing, "a file could not be written; some private parts are still there, ask again");
    else
        erasing->state = AUDIT_ERASED;
    base_free(places);
}
