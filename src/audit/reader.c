/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a store that may be written meanwhile: read-only connections, short transactions keyed by sequence, never a
 * WAL checkpoint. A segment's place in the one tree is its name. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "audit_internal.h"
#include "exeat/base/memory.h"

enum { CHUNK = 1000, BUSY_MS = 5000 };

struct audit_reader {
    char *directory;  /* owned */
    uint64_t *firsts; /* owned; ascending: the segments' first sequences */
    size_t count;
    size_t current;     /* segment that is open */
    sqlite3 *database;  /* owned */
    sqlite3_stmt *rows; /* owned */
    size_t in_chunk;    /* rows given since the statement began */
    bool is_stepping;
    uint64_t next; /* sequence wanted */
    struct audit_tree base;
    char *origin; /* owned */
    char *error;  /* owned */
};

static void fail(struct audit_reader *reader, const char *doing)
{
    base_free(reader->error);
    reader->error = sqlite_sentence(reader->directory, doing, reader->database);
}

static int compare_firsts(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return a < b ? -1 : a > b;
}

static bool list_segments(struct audit_reader *reader)
{
    DIR *folder = opendir(reader->directory);
    if (folder == NULL) {
        struct buffer out = {0};
        buffer_printf(&out, "%s: cannot read the folder: %s", reader->directory, strerror(errno));
        base_free(reader->error);
        reader->error = buffer_take(&out);
        return false;
    }
    reader->count = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        uint64_t first;
        if (!segment_name_parse(entry->d_name, &first))
            continue;
        reader->firsts = base_resize(reader->firsts, reader->count + 1, sizeof(*reader->firsts));
        reader->firsts[reader->count++] = first;
    }
    closedir(folder);
    if (reader->count > 0)
        qsort(reader->firsts, reader->count, sizeof(*reader->firsts), compare_firsts);
    return true;
}

static void close_segment(struct audit_reader *reader)
{
    sqlite3_finalize(reader->rows);
    sqlite3_close(reader->database);
    reader->rows = NULL;
    reader->database = NULL;
    reader->is_stepping = false;
}

static const char select_rows[] =
    "SELECT r.seq, r.body, r.ts, r.kind, r.verdict, r.host, p.salt, p.body FROM rec r NOT INDEXED"
    " LEFT JOIN priv p ON p.seq = r.seq WHERE r.seq >= ?1 ORDER BY r.seq LIMIT ?2";

static bool open_segment(struct audit_reader *reader, size_t index)
{
    char name[SEGMENT_NAME_SIZE];
    struct buffer path = {0};
    close_segment(reader);
    segment_name(reader->firsts[index], name);
    buffer_printf(&path, "%s/%s", reader->directory, name);
    char *file = buffer_take(&path);
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    bool done = sqlite3_open_v2(file, &reader->database, flags, NULL) == SQLITE_OK;
    base_free(file);
    if (done) {
        sqlite3_busy_timeout(reader->database, BUSY_MS);
        sqlite3_db_config(reader->database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        sqlite3_db_config(reader->database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        sqlite3_db_config(reader->database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        done = sqlite3_prepare_v2(reader->database, select_rows, -1, &reader->rows, NULL) == SQLITE_OK;
    }
    if (!done)
        fail(reader, "read the segment");
    reader->current = index;
    return done;
}

static bool read_value(struct audit_reader *reader, const char *key, struct buffer *out)
{
    sqlite3_stmt *statement = NULL;
    bool found = false;
    if (sqlite3_prepare_v2(reader->database, "SELECT v FROM meta WHERE k=?1", -1, &statement, NULL) == SQLITE_OK) {
        sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
        found = sqlite3_step(statement) == SQLITE_ROW;
        if (found)
            buffer_append(
                out, (struct text){sqlite3_column_blob(statement, 0), (size_t)sqlite3_column_bytes(statement, 0)});
    }
    sqlite3_finalize(statement);
    return found;
}

struct audit_reader *audit_reader_open(const char *directory, char **error)
{
    struct audit_reader *reader = base_zalloc(sizeof(*reader));
    struct buffer value = {0};
    reader->directory = text_copy(text_from(directory));
    bool done = list_segments(reader);
    if (done && reader->count == 0) {
        buffer_printf(&value, "%s: no audit store here (no seg-*.db)", directory);
        reader->error = buffer_take(&value);
        done = false;
    }
    done = done && open_segment(reader, 0);
    if (done && !read_value(reader, "origin", &value)) {
        fail(reader, "read what store this is");
        done = false;
    }
    if (done)
        reader->origin = buffer_take(&value);
    if (done && read_value(reader, "base", &value))
        done = frontier_read(bytes_of_text(buffer_text(&value)), &reader->base);
    buffer_clear(&value);
    if (done) {
        reader->next = reader->firsts[0];
        return reader;
    }
    *error = reader->error;
    reader->error = NULL;
    audit_reader_free(reader);
    return NULL;
}

void audit_reader_free(struct audit_reader *reader)
{
    if (reader == NULL)
        return;
    close_segment(reader);
    base_free(reader->directory);
    base_free(reader->firsts);
    base_free(reader->origin);
    base_free(reader->error);
    base_free(reader);
}

struct text audit_reader_origin(const struct audit_reader *reader)
{
    return text_from(reader->origin);
}

uint64_t audit_reader_first(const struct audit_reader *reader)
{
    return reader->firsts[0];
}

const struct audit_tree *audit_reader_base(const struct audit_reader *reader)
{
    return &reader->base;
}

const char *audit_reader_error(const struct audit_reader *reader)
{
    return reader->error == NULL ? "" : reader->error;
}

void audit_reader_seek(struct audit_reader *reader, uint64_t sequence)
{
    reader->next = sequence;
    if (reader->is_stepping)
        sqlite3_reset(reader->rows);
    reader->is_stepping = false;
    size_t index = 0;
    while (index + 1 < reader->count && reader->firsts[index + 1] <= sequence)
        index++;
    if (index != reader->current)
        (void)open_segment(reader, index);
}

static struct bytes column(sqlite3_stmt *statement, int index)
{
    return (struct bytes){sqlite3_column_blob(statement, index), (size_t)sqlite3_column_bytes(statement, index)};
}

static void take_row(struct audit_reader *reader, struct audit_row *row)
{
    sqlite3_stmt *rows = reader->rows;
    *row = (struct audit_row){
        .sequence = (uint64_t)sqlite3_column_int64(rows, 0),
        .body = column(rows, 1),
        .wall_us = sqlite3_column_int64(rows, 2),
        .kind = sqlite3_column_int64(rows, 3),
        .verdict = sqlite3_column_int64(rows, 4),
        .host = text_of_bytes(column(rows, 5)),
        .salt = column(rows, 6),
        .private_part = column(rows, 7),
    };
    reader->next = row->sequence + 1;
    reader->in_chunk++;
}

enum audit_read audit_reader_next(struct audit_reader *reader, struct audit_row *row)
{
    for (;;) {
        if (reader->database == NULL)
            return AUDIT_UNREADABLE;
        if (!reader->is_stepping) {
            sqlite3_reset(reader->rows);
            sqlite3_bind_int64(reader->rows, 1, (sqlite3_int64)reader->next);
            sqlite3_bind_int64(reader->rows, 2, CHUNK);
            reader->is_stepping = true;
            reader->in_chunk = 0;
        }
        int result = sqlite3_step(reader->rows);
        if (result == SQLITE_ROW) {
            take_row(reader, row);
            return AUDIT_ROW;
        }
        sqlite3_reset(reader->rows);
        reader->is_stepping = false;
        if (result != SQLITE_DONE) {
            fail(reader, "read records");
            return AUDIT_UNREADABLE;
        }
        if (reader->in_chunk == CHUNK)
            continue;
        if (reader->current + 1 == reader->count && !list_segments(reader))
            return AUDIT_UNREADABLE;
        if (reader->current + 1 >= reader->count)
            return AUDIT_END;
        if (!open_segment(reader, reader->current + 1))
            return AUDIT_UNREADABLE;
    }
}

bool audit_reader_checkpoint(struct audit_reader *reader, uint64_t after, uint64_t *size, struct buffer *note)
{
    sqlite3_stmt *statement = NULL;
    bool found = false;
    static const char sql[] = "SELECT size, note FROM ckpt WHERE size > ?1 ORDER BY size LIMIT 1";
    if (sqlite3_prepare_v2(reader->database, sql, -1, &statement, NULL) == SQLITE_OK) {
        sqlite3_bind_int64(statement, 1, (sqlite3_int64)after);
        found = sqlite3_step(statement) == SQLITE_ROW;
        if (found) {
            *size = (uint64_t)sqlite3_column_int64(statement, 0);
            buffer_append(note, text_of_bytes(column(statement, 1)));
        }
    }
    sqlite3_finalize(statement);
    return found;
}

bool audit_reader_blob(struct audit_reader *reader, const struct digest *digest, struct buffer *out)
{
    sqlite3_stmt *statement = NULL;
    bool found = false;
    if (sqlite3_prepare_v2(reader->database, "SELECT body FROM blob WHERE sha256=?1", -1, &statement, NULL) ==
        SQLITE_OK) {
        sqlite3_bind_blob(statement, 1, digest->bytes, sizeof(digest->bytes), SQLITE_STATIC);
        found = sqlite3_step(statement) == SQLITE_ROW;
        if (found)
            buffer_append(out, text_of_bytes(column(statement, 0)));
    }
    sqlite3_finalize(statement);
    return found;
}

uint64_t audit_reader_size(struct audit_reader *reader)
{
    struct buffer value = {0};
    struct audit_tree tree = {0};
    if (read_value(reader, "frontier", &value) && !frontier_read(bytes_of_text(buffer_text(&value)), &tree))
        tree.size = 0;
    buffer_clear(&value);
    return tree.size;
}
