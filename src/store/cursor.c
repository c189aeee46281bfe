/* SPDX-License-Identifier: Apache-2.0 */
/* Records of one segment, one after the other. A hot segment's are taken out of their batches, their columns out of
 * their bytes; a sealed one's are rows, with the private parts from the file beside. */
#include "cursor.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "exeat/base/file.h"
#include "exeat/base/memory.h"

enum { BUSY_MS = 5000 };

static const char select_batches[] = "SELECT first, private, body FROM batch WHERE first >= (SELECT "
                                     "coalesce(max(first), 0) FROM batch WHERE first <= ?1)"
                                     " ORDER BY first";
static const char select_records[] =
    "SELECT seq, body, ts, kind, verdict, host, request FROM rec NOT INDEXED WHERE seq >= ?1 ORDER BY seq";
static const char select_private[] = "SELECT seq, salt, body FROM priv WHERE seq >= ?1 ORDER BY seq";

sqlite3 *open_foreign(const char *path, bool *is_gone)
{
    sqlite3 *database = NULL;
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    *is_gone = access(path, F_OK) != 0 && errno == ENOENT;
    if (sqlite3_open_v2(path, &database, flags, NULL) != SQLITE_OK) {
        sqlite3_close(database);
        return NULL;
    }
    sqlite3_busy_timeout(database, BUSY_MS);
    sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return database;
}

/* --- is it what it says it is: tables of ours and nothing that acts in their place --- */

/* Its SQL is in the schema word for word. One that is missing is seen where it is used; triggers are but against
 * accidents. */
static bool object_is_ours(const char *type, const char *sql, const char *schema)
{
    if (type == NULL)
        return false;
    if (sql == NULL)
        return strcmp(type, "index") == 0; /* one that SQLite makes for a key */
    return strstr(schema, sql) != NULL;
}

bool schema_is_ours(sqlite3 *database, const char *schema)
{
    static const char sql[] = "SELECT type, sql FROM sqlite_schema";
    sqlite3_stmt *statement = NULL;
    bool ours = sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK;
    int result = SQLITE_DONE;
    while (ours && (result = sqlite3_step(statement)) == SQLITE_ROW)
        ours = object_is_ours(
            (const char *)sqlite3_column_text(statement, 0), (const char *)sqlite3_column_text(statement, 1), schema);
    sqlite3_finalize(statement);
    return ours && result == SQLITE_DONE;
}

static void open_private(struct cursor *cursor, const char *directory, uint64_t first)
{
    bool is_gone;
    char *path = store_segment_path(directory, first, STORE_PRIVATE, "");
    cursor->private_database = open_foreign(path, &is_gone);
    base_free(path);
}

static bool prepare(struct cursor *cursor)
{
    bool is_hot = cursor->layout == STORE_HOT;
    sqlite3 *private_database = cursor->private_database;
    if (cursor->database == NULL || !schema_is_ours(cursor->database, is_hot ? schema_hot : schema_sealed) ||
        sqlite3_prepare_v2(cursor->database, is_hot ? select_batches : select_records, -1, &cursor->rows, NULL) !=
            SQLITE_OK)
        return false;
    return private_database == NULL ||
           (schema_is_ours(private_database, schema_private) &&
            sqlite3_prepare_v2(private_database, select_private, -1, &cursor->private_rows, NULL) == SQLITE_OK);
}

static char *why_not(const struct cursor *cursor, const char *path)
{
    if (cursor->database == NULL)
        return file_sentence(path, "cannot read the segment", "");
    int code = sqlite3_errcode(cursor->database);
    if (code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE)
        return sqlite_sentence(path, "read the segment", cursor->database);
    return file_sentence(path, "its tables, or those of its private parts, are not those of an audit store", "");
}

/* Between the opening of a hot segment and its first page the sealer may have taken its log away: then it is sealed. */
static bool was_sealed_meanwhile(const struct cursor *cursor)
{
    int code = cursor->database == NULL ? SQLITE_OK : sqlite3_errcode(cursor->database) & 0xff; /* without its kind */
    return cursor->layout == STORE_HOT && (code == SQLITE_IOERR || code == SQLITE_CANTOPEN);
}

bool cursor_open(
    struct cursor *cursor, const char *directory, uint64_t first, enum store_segment_layout layout, bool *is_gone,
    char **error)
{
    char *path = store_segment_path(directory, first, layout, "");
    *cursor = (struct cursor){.layout = layout, .next = first, .database = open_foreign(path, is_gone)};
    if (layout == STORE_SEALED)
        open_private(cursor, directory, first);
    bool done = prepare(cursor);
    if (!done) {
        *error = why_not(cursor, path);
        *is_gone = *is_gone || was_sealed_meanwhile(cursor);
    }
    base_free(path);
    if (!done)
        cursor_close(cursor);
    return done;
}

void cursor_close(struct cursor *cursor)
{
    sqlite3_finalize(cursor->rows);
    sqlite3_finalize(cursor->private_rows);
    sqlite3_close(cursor->database);
    sqlite3_close(cursor->private_database);
    *cursor = (struct cursor){0};
}

static void stop(struct cursor *cursor)
{
    sqlite3_reset(cursor->rows);
    if (cursor->private_rows != NULL)
        sqlite3_reset(cursor->private_rows);
    cursor->is_stepping = false;
    cursor->has_private = false;
    cursor->has_part = false;
    cursor->rest = (struct bytes){0};
}

void cursor_seek(struct cursor *cursor, uint64_t sequence)
{
    stop(cursor);
    cursor->next = sequence;
}

static void begin(struct cursor *cursor)
{
    if (cursor->is_stepping)
        return;
    cursor->is_stepping = true;
    sqlite3_bind_int64(cursor->rows, 1, (sqlite3_int64)cursor->next);
    if (cursor->private_rows == NULL)
        return;
    sqlite3_bind_int64(cursor->private_rows, 1, (sqlite3_int64)cursor->next);
    cursor->has_private = sqlite3_step(cursor->private_rows) == SQLITE_ROW;
}

static enum store_read end_of_rows(struct cursor *cursor, int result)
{
    stop(cursor);
    return result == SQLITE_DONE ? STORE_END : STORE_UNREADABLE;
}

/* --- hot --- */

static bool next_batch(struct cursor *cursor, int *result)
{
    begin(cursor);
    *result = sqlite3_step(cursor->rows);
    if (*result != SQLITE_ROW)
        return false;
    cursor->batch_first = (uint64_t)sqlite3_column_int64(cursor->rows, 0);
    cursor->at = cursor->batch_first;
    cursor->private_rest = column_bytes(cursor->rows, 1);
    cursor->rest = column_bytes(cursor->rows, 2);
    cursor->has_part = record_batch_next_private(&cursor->private_rest, &cursor->part);
    return true;
}

static void fill_hot(struct cursor *cursor, struct bytes body, struct store_row *row)
{
    struct record record;
    struct record_columns columns = {0};
    uint64_t sequence = cursor->at++;
    while (cursor->has_part && cursor->batch_first + cursor->part.ordinal < sequence)
        cursor->has_part = record_batch_next_private(&cursor->private_rest, &cursor->part);
    *row = (struct store_row){.sequence = sequence, .body = body};
    if (record_parse(body, &record)) /* else the reader of the row will see */
        record_projection(&record, &columns);
    row->wall_us = columns.wall_us;
    row->kind = columns.kind;
    row->verdict = columns.verdict;
    row->host = columns.host;
    row->request = columns.request;
    if (cursor->has_part && cursor->batch_first + cursor->part.ordinal == sequence) {
        row->salt = cursor->part.salt;
        row->private_part = cursor->part.part;
    }
}

static enum store_read next_hot(struct cursor *cursor, struct store_row *row)
{
    struct bytes body;
    int result = SQLITE_ROW;
    for (;;) {
        while (record_batch_next(&cursor->rest, &body)) {
            fill_hot(cursor, body, row);
            if (row->sequence >= cursor->next) {
                cursor->next = row->sequence + 1;
                return STORE_ROW;
            }
        }
        if (cursor->rest.length > 0)
            return STORE_UNREADABLE;
        if (!next_batch(cursor, &result))
            return end_of_rows(cursor, result);
    }
}

/* --- sealed --- */

static void fill_private(struct cursor *cursor, struct store_row *row)
{
    while (cursor->has_private && (uint64_t)sqlite3_column_int64(cursor->private_rows, 0) < row->sequence)
        cursor->has_private = sqlite3_step(cursor->private_rows) == SQLITE_ROW;
    if (!cursor->has_private || (uint64_t)sqlite3_column_int64(cursor->private_rows, 0) != row->sequence)
        return;
    row->salt = column_bytes(cursor->private_rows, 1);
    row->private_part = column_bytes(cursor->private_rows, 2);
}

static enum store_read next_sealed(struct cursor *cursor, struct store_row *row)
{
    begin(cursor);
    int result = sqlite3_step(cursor->rows);
    if (result != SQLITE_ROW)
        return end_of_rows(cursor, result);
    *row = (struct store_row){
        .sequence = (uint64_t)sqlite3_column_int64(cursor->rows, 0),
        .body = column_bytes(cursor->rows, 1),
        .wall_us = sqlite3_column_int64(cursor->rows, 2),
        .kind = sqlite3_column_int64(cursor->rows, 3),
        .verdict = sqlite3_column_int64(cursor->rows, 4),
        .host = text_of_bytes(column_bytes(cursor->rows, 5)),
        .request = column_bytes(cursor->rows, 6),
    };
    fill_private(cursor, row);
    cursor->next = row->sequence + 1;
    return STORE_ROW;
}

enum store_read cursor_next(struct cursor *cursor, struct store_row *row)
{
    return cursor->layout == STORE_HOT ? next_hot(cursor, row) : next_sealed(cursor, row);
}
