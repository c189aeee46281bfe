/* SPDX-License-Identifier: Apache-2.0 */
/* Sealing: an ended hot segment becomes two files that are never written again: the records with their columns, indexes
 * and tiles of the tree, and beside them, in a file of its own so that erasing never touches the evidence, the private
 * parts.
 * 1. Both are made beside, synced, and renamed: first the private one, then the records. Until that last rename the hot
 *    segment counts, after it the sealed one does; so this can be done again after a crash at any point.
 * 2. What was signed is checked on the way: a hot segment that was changed is not sealed.
 * 3. Readers that have the hot files open keep them until they close. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "store_internal.h"

/* A file in the making. */
struct draft {
    char *path;  /* owned: where it is made */
    char *final; /* owned: where it goes */
    sqlite3 *database;
    sqlite3_stmt *row;
    sqlite3_stmt *meta;
};
struct seal {
    const char *directory;
    uint64_t first;
    char *hot_path; /* owned */
    sqlite3 *hot;
    struct draft records;
    struct draft private_part;
    sqlite3_stmt *tile;
    sqlite3_stmt *checkpoints; /* of the hot segment, by size */
    bool has_checkpoint;       /* `checkpoints` stands on a row */
    struct tlog_tree tree;
    char **error;
};

static bool fail(struct seal *seal, const char *path, const char *doing, sqlite3 *database)
{
    if (*seal->error == NULL)
        *seal->error = sqlite_sentence(path, doing, database);
    return false;
}

static bool fail_with(struct seal *seal, const char *path, const char *what)
{
    if (*seal->error == NULL)
        *seal->error = file_sentence(path, what, errno == 0 ? "" : strerror(errno));
    return false;
}

/* --- the drafts --- */

static bool draft_open(
    struct seal *seal, struct draft *draft, enum store_segment_layout layout, const char *schema, const char *insert)
{
    static const char settings[] = "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE;"
                                   "PRAGMA temp_store=MEMORY; BEGIN;";
    draft->final = store_segment_path(seal->directory, seal->first, layout, "");
    draft->path = store_segment_path(seal->directory, seal->first, layout, ".tmp");
    int descriptor = open(draft->path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0640);
    if (descriptor < 0)
        return fail_with(seal, draft->path, "cannot make the file");
    close(descriptor);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    return (sqlite3_open_v2(draft->path, &draft->database, flags, NULL) == SQLITE_OK &&
            sqlite3_exec(draft->database, settings, NULL, NULL, NULL) == SQLITE_OK &&
            sqlite3_exec(draft->database, schema, NULL, NULL, NULL) == SQLITE_OK &&
            sqlite3_prepare_v2(draft->database, insert, -1, &draft->row, NULL) == SQLITE_OK &&
            sqlite3_prepare_v2(draft->database, "INSERT INTO meta VALUES(?1, ?2)", -1, &draft->meta, NULL) ==
                SQLITE_OK) ||
           fail(seal, draft->path, "make the file", draft->database);
}

static void draft_close(struct draft *draft)
{
    sqlite3_finalize(draft->row);
    sqlite3_finalize(draft->meta);
    sqlite3_close(draft->database);
    draft->row = NULL;
    draft->meta = NULL;
    draft->database = NULL;
}

static bool draft_put_meta(struct draft *draft, const char *key, struct bytes value)
{
    bind_text(draft->meta, 1, text_from(key));
    bind_bytes(draft->meta, 2, value);
    return sqlite_run(draft->meta);
}

static bool draft_copy_meta(struct seal *seal, struct draft *draft, const char *key)
{
    struct buffer value = {0};
    bool done = meta_read(seal->hot, key, &value) && draft_put_meta(draft, key, bytes_of_text(buffer_text(&value)));
    buffer_clear(&value);
    return done;
}

static bool draft_copy_optional(struct seal *seal, struct draft *draft, const char *key)
{
    struct buffer value = {0};
    bool done = !meta_read(seal->hot, key, &value) || draft_put_meta(draft, key, bytes_of_text(buffer_text(&value)));
    buffer_clear(&value);
    return done;
}

static bool draft_end(struct seal *seal, struct draft *draft, const char *end)
{
    return (sqlite3_exec(draft->database, end, NULL, NULL, NULL) == SQLITE_OK &&
            sqlite3_exec(draft->database, "COMMIT", NULL, NULL, NULL) == SQLITE_OK) ||
           fail(seal, draft->path, "write the file", draft->database);
}

/* After its connection is closed. */
static bool draft_keep(struct seal *seal, struct draft *draft, mode_t mode)
{
    if (chmod(draft->path, mode) != 0 || !store_sync_path(draft->path) || rename(draft->path, draft->final) != 0)
        return fail_with(seal, draft->final, "cannot put the sealed file in its place");
    return true;
}

/* --- records --- */

static bool put_tiles(struct seal *seal, const struct digest *tiles, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t level = i + 1;
        sqlite3_bind_int64(seal->tile, 1, (sqlite3_int64)level);
        sqlite3_bind_int64(seal->tile, 2, (sqlite3_int64)(seal->tree.size >> (TLOG_TREE_TILE_HEIGHT * level)) - 1);
        bind_bytes(seal->tile, 3, (struct bytes){tiles[i].bytes, sizeof(tiles[i].bytes)});
        if (!sqlite_run(seal->tile))
            return fail(seal, seal->records.path, "write the file", seal->records.database);
    }
    return true;
}

static bool put_record(struct seal *seal, struct bytes body, const struct record *record)
{
    struct record_columns columns;
    sqlite3_stmt *row = seal->records.row;
    record_projection(record, &columns);
    sqlite3_bind_int64(row, 1, (sqlite3_int64)record->head.sequence);
    bind_bytes(row, 2, body);
    sqlite3_bind_int64(row, 3, columns.wall_us);
    sqlite3_bind_int64(row, 4, columns.kind);
    if (columns.verdict != 0)
        sqlite3_bind_int64(row, 5, columns.verdict);
    if (columns.host.length > 0)
        bind_text(row, 6, columns.host);
    if (columns.request.length > 0)
        bind_bytes(row, 7, columns.request);
    return sqlite_run(row) || fail(seal, seal->records.path, "write the file", seal->records.database);
}

static bool next_checkpoint(struct seal *seal)
{
    int result = sqlite3_step(seal->checkpoints);
    seal->has_checkpoint = result == SQLITE_ROW;
    return result == SQLITE_ROW || result == SQLITE_DONE || fail(seal, seal->hot_path, "read the segment", seal->hot);
}

/* A checkpoint at this size must have this root. */
static bool check_signed(struct seal *seal)
{
    struct tlog_checkpoint checkpoint;
    struct digest root;
    if (!seal->has_checkpoint || (uint64_t)sqlite3_column_int64(seal->checkpoints, 0) != seal->tree.size)
        return true;
    tlog_tree_root(&seal->tree, &root);
    bool good = tlog_checkpoint_parse(text_of_bytes(column_bytes(seal->checkpoints, 1)), &checkpoint) &&
                digest_equal(&checkpoint.root, &root);
    errno = 0;
    return good ? next_checkpoint(seal)
                : fail_with(seal, seal->hot_path, "is not sealed: its records are not those that were signed");
}

/* Every checkpoint was met on the way. */
static bool check_all_signed(struct seal *seal)
{
    errno = 0;
    return !seal->has_checkpoint ||
           fail_with(seal, seal->hot_path, "is not sealed: records that were signed are missing");
}

static bool seal_record(struct seal *seal, struct bytes body)
{
    struct record record;
    struct digest leaf;
    struct digest tiles[TLOG_TREE_TILE_LEVELS];
    if (!record_parse(body, &record) || record.head.sequence != seal->tree.size) {
        errno = EBADMSG;
        return fail_with(seal, seal->hot_path, "is not sealed: a record is not readable");
    }
    tlog_leaf(body, &leaf);
    size_t tile_count = tlog_tree_append_tiles(&seal->tree, &leaf, tiles);
    return put_record(seal, body, &record) && put_tiles(seal, tiles, tile_count) && check_signed(seal);
}

static bool seal_private(struct seal *seal, uint64_t sequence, const struct record_private *part)
{
    sqlite3_bind_int64(seal->private_part.row, 1, (sqlite3_int64)sequence);
    bind_bytes(seal->private_part.row, 2, part->salt);
    bind_bytes(seal->private_part.row, 3, part->part);
    return sqlite_run(seal->private_part.row) ||
           fail(seal, seal->private_part.path, "write the file", seal->private_part.database);
}

static bool seal_batch(struct seal *seal, sqlite3_stmt *batches)
{
    uint64_t first = (uint64_t)sqlite3_column_int64(batches, 0);
    struct bytes private_rest = column_bytes(batches, 1);
    struct bytes rest = column_bytes(batches, 2);
    struct bytes body;
    struct record_private part;
    while (record_batch_next(&rest, &body))
        if (!seal_record(seal, body))
            return false;
    while (record_batch_next_private(&private_rest, &part))
        if (!seal_private(seal, first + part.ordinal, &part))
            return false;
    errno = EBADMSG;
    return (rest.length == 0 && private_rest.length == 0) ||
           fail_with(seal, seal->hot_path, "is not sealed: a batch is not readable");
}

static bool seal_batches(struct seal *seal)
{
    static const char sql[] = "SELECT first, private, body FROM batch ORDER BY first";
    sqlite3_stmt *batches = NULL;
    bool done = sqlite3_prepare_v2(seal->hot, sql, -1, &batches, NULL) == SQLITE_OK;
    int result = SQLITE_DONE;
    while (done && (result = sqlite3_step(batches)) == SQLITE_ROW)
        done = seal_batch(seal, batches);
    if (result != SQLITE_DONE && result != SQLITE_ROW)
        done = false;
    sqlite3_finalize(batches);
    return done || fail(seal, seal->hot_path, "read the segment", seal->hot);
}

/* --- the rest --- */

static bool copy_rows(struct seal *seal, const char *select, const char *insert)
{
    sqlite3_stmt *from = NULL;
    sqlite3_stmt *to = NULL;
    bool done = sqlite3_prepare_v2(seal->hot, select, -1, &from, NULL) == SQLITE_OK &&
                sqlite3_prepare_v2(seal->records.database, insert, -1, &to, NULL) == SQLITE_OK;
    int result = SQLITE_DONE;
    while (done && (result = sqlite3_step(from)) == SQLITE_ROW) {
        sqlite3_bind_value(to, 1, sqlite3_column_value(from, 0));
        sqlite3_bind_value(to, 2, sqlite3_column_value(from, 1));
        done = sqlite_run(to);
    }
    sqlite3_finalize(from);
    sqlite3_finalize(to);
    if (result != SQLITE_ROW && result != SQLITE_DONE) /* what cannot be read is not left out */
        return fail(seal, seal->hot_path, "read the segment", seal->hot);
    return done || fail(seal, seal->records.path, "write the file", seal->records.database);
}

/* The texts of a policy that was in force before this segment began are in the segment before. */
static bool carry_texts(struct seal *seal)
{
    static const char sql[] =
        "INSERT INTO blob SELECT sha256, body FROM before.blob WHERE sha256 IN (SELECT sha256 FROM policy)"
        " AND sha256 NOT IN (SELECT sha256 FROM main.blob)";
    uint64_t first;
    sqlite3_stmt *attach = NULL;
    if (!store_segment_before(seal->directory, seal->first, &first))
        return true;
    char *path = store_segment_path(seal->directory, first, STORE_SEALED, "");
    bool done = sqlite3_exec(seal->records.database, "COMMIT", NULL, NULL, NULL) == SQLITE_OK &&
                sqlite3_prepare_v2(seal->records.database, "ATTACH ?1 AS before", -1, &attach, NULL) == SQLITE_OK;
    if (done) {
        bind_text(attach, 1, text_from(path));
        done = sqlite_run(attach) && sqlite3_exec(seal->records.database, sql, NULL, NULL, NULL) == SQLITE_OK;
    }
    sqlite3_finalize(attach);
    done = done && sqlite3_exec(seal->records.database, "DETACH before; BEGIN", NULL, NULL, NULL) == SQLITE_OK;
    base_free(path);
    return done || fail(seal, seal->records.path, "copy the texts of the policy", seal->records.database);
}

static bool put_metas(struct seal *seal)
{
    struct buffer frontier = {0};
    tlog_tree_write(&seal->tree, &frontier);
    bool done =
        draft_copy_meta(seal, &seal->records, "format") && draft_copy_meta(seal, &seal->records, "origin") &&
        draft_copy_meta(seal, &seal->records, "base") && draft_copy_optional(seal, &seal->records, "cosigned") &&
        draft_copy_optional(seal, &seal->records, "cosigned_tree") &&
        draft_put_meta(&seal->records, "frontier", bytes_of_text(buffer_text(&frontier))) &&
        draft_copy_meta(seal, &seal->private_part, "format") && draft_copy_meta(seal, &seal->private_part, "origin") &&
        draft_copy_meta(seal, &seal->private_part, "hash_key");
    buffer_clear(&frontier);
    return done || fail(seal, seal->records.path, "write the file", seal->records.database);
}

static bool open_hot(struct seal *seal)
{
    struct buffer base = {0};
    seal->hot_path = store_segment_path(seal->directory, seal->first, STORE_HOT, "");
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    bool done = sqlite3_open_v2(seal->hot_path, &seal->hot, flags, NULL) == SQLITE_OK;
    if (done) {
        sqlite3_db_config(seal->hot, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        done = meta_read(seal->hot, "base", &base) && tlog_tree_read(bytes_of_text(buffer_text(&base)), &seal->tree) &&
               sqlite3_prepare_v2(
                   seal->hot, "SELECT size, note FROM ckpt WHERE size > ?1 ORDER BY size", -1, &seal->checkpoints,
                   NULL) == SQLITE_OK;
    }
    buffer_clear(&base);
    if (!done)
        return fail(seal, seal->hot_path, "read the segment", seal->hot);
    sqlite3_bind_int64(seal->checkpoints, 1, (sqlite3_int64)seal->tree.size);
    return next_checkpoint(seal);
}

static bool build(struct seal *seal)
{
    static const char tile_sql[] = "INSERT INTO tile VALUES(?1, ?2, ?3)";
    return open_hot(seal) &&
           draft_open(
               seal, &seal->records, STORE_SEALED, schema_sealed_tables,
               "INSERT INTO rec VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)") &&
           draft_open(
               seal, &seal->private_part, STORE_PRIVATE, schema_private, "INSERT INTO priv VALUES(?1, ?2, ?3)") &&
           sqlite3_prepare_v2(seal->records.database, tile_sql, -1, &seal->tile, NULL) == SQLITE_OK &&
           seal_batches(seal) && check_all_signed(seal) &&
           copy_rows(seal, "SELECT size, note FROM ckpt", "INSERT INTO ckpt VALUES(?1, ?2)") &&
           copy_rows(seal, "SELECT sha256, body FROM blob", "INSERT INTO blob VALUES(?1, ?2)") &&
           copy_rows(seal, "SELECT seq, sha256 FROM policy", "INSERT INTO policy VALUES(?1, ?2)") &&
           carry_texts(seal) && put_metas(seal) && draft_end(seal, &seal->records, schema_sealed_end) &&
           draft_end(seal, &seal->private_part, "");
}

static void close_all(struct seal *seal)
{
    sqlite3_finalize(seal->tile);
    sqlite3_finalize(seal->checkpoints);
    draft_close(&seal->records);
    draft_close(&seal->private_part);
    sqlite3_close(seal->hot);
}

void store_segment_remove_hot(const char *directory, uint64_t first)
{
    static const char *const files[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        char *path = store_segment_path(directory, first, STORE_HOT, files[i]);
        (void)unlink(path); /* tried again at the next start */
        base_free(path);
    }
}

static void free_paths(struct seal *seal, bool done)
{
    struct draft *const drafts[] = {&seal->records, &seal->private_part};
    for (size_t i = 0; i < COUNT_OF(drafts); i++) {
        if (!done && drafts[i]->path != NULL)
            (void)unlink(drafts[i]->path);
        base_free(drafts[i]->path);
        base_free(drafts[i]->final);
    }
    base_free(seal->hot_path);
}

bool store_seal(const char *directory, uint64_t first, char **error)
{
    struct seal seal = {.directory = directory, .first = first, .error = error};
    *error = NULL;
    bool done = build(&seal);
    close_all(&seal);
    done = done && draft_keep(&seal, &seal.private_part, 0640) && draft_keep(&seal, &seal.records, 0440) &&
           store_sync_path(directory);
    free_paths(&seal, done);
    if (done)
        store_segment_remove_hot(directory, first);
    else if (*error == NULL)
        *error = file_sentence(directory, "cannot seal the segment", strerror(errno));
    return done;
}
