/* SPDX-License-Identifier: Apache-2.0 */
/* The hot segment: the one SQLite file that is written. A row holds a batch as one worker handed it over, so that a
 * transaction costs a few pages whatever the number of its records.
 * 1. WAL with synchronous=FULL: a commit that returned is on disk.
 * 2. It is never checkpointed, so there is never a second writer on the file (the WAL-reset bug of SQLite before 3.51.3
 *    needs two); the sealer rebuilds it into another file and removes it.
 * 3. The bytes that are hashed are the bytes that are stored.
 * 4. Now and then a row holds the frontier of the tree before it, so that a start need not hash the whole segment. */
#include <string.h>

#include "exeat/base/check.h"
#include "store_internal.h"

enum { FRONTIER_EVERY = 1024 };

static const struct statement_row {
    size_t offset;
    const char *sql;
} statements[] = {
    {offsetof(struct store_segment_statements, begin), "BEGIN IMMEDIATE"},
    {offsetof(struct store_segment_statements, commit), "COMMIT"},
    {offsetof(struct store_segment_statements, rollback), "ROLLBACK"},
    {offsetof(struct store_segment_statements, batch),
     "INSERT INTO batch(first, count, frontier, private, body) VALUES(?1, ?2, ?3, ?4, ?5)"},
    {offsetof(struct store_segment_statements, checkpoint), "INSERT OR IGNORE INTO ckpt(size, note) VALUES(?1, ?2)"},
    {offsetof(struct store_segment_statements, meta), "INSERT OR REPLACE INTO meta(k, v) VALUES(?1, ?2)"},
    {offsetof(struct store_segment_statements, blob), "INSERT OR IGNORE INTO blob(sha256, body) VALUES(?1, ?2)"},
    {offsetof(struct store_segment_statements, policy), "INSERT OR IGNORE INTO policy(seq, sha256) VALUES(?1, ?2)"},
};

static sqlite3_stmt **statement_at(struct store_segment *segment, size_t row)
{
    return (sqlite3_stmt **)(void *)((char *)&segment->prepared + statements[row].offset);
}

bool store_segment_prepare(struct store_segment *segment)
{
    for (size_t i = 0; i < COUNT_OF(statements); i++)
        if (sqlite3_prepare_v3(
                segment->database, statements[i].sql, -1, SQLITE_PREPARE_PERSISTENT, statement_at(segment, i), NULL) !=
            SQLITE_OK)
            return false;
    return true;
}

static int on_wal(void *context, sqlite3 *database, const char *name, int pages)
{
    enum { FRAME = 4096 + 24 };
    struct store_segment *segment = context;
    (void)database;
    (void)name;
    segment->wal_bytes = (uint64_t)pages * FRAME;
    return SQLITE_OK;
}

void store_segment_watch(struct store_segment *segment)
{
    segment->wal_bytes = 0;
    segment->wal_room = 0;
    (void)sqlite3_wal_hook(segment->database, on_wal, segment);
}

void store_segment_close(struct store_segment *segment)
{
    for (size_t i = 0; i < COUNT_OF(statements); i++)
        sqlite3_finalize(*statement_at(segment, i));
    sqlite3_close(segment->database);
    segment->database = NULL;
    segment->prepared = (struct store_segment_statements){0};
}

bool store_segment_begin(struct store_segment *segment)
{
    return sqlite_run(segment->prepared.begin);
}

static bool
insert(struct store_segment *segment, const struct record_batch *batch, uint64_t first, const struct buffer *frontier)
{
    sqlite3_stmt *statement = segment->prepared.batch;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)first);
    sqlite3_bind_int64(statement, 2, batch->count);
    if (frontier->length > 0)
        bind_bytes(statement, 3, bytes_of_text(buffer_text(frontier)));
    if (batch->private_length > 0)
        bind_bytes(statement, 4, (struct bytes){batch->private_part, batch->private_length});
    bind_bytes(statement, 5, (struct bytes){batch->body, batch->body_length});
    return sqlite_run(statement);
}

bool store_segment_add_batch(
    struct store_segment *segment, struct record_batch *batch, const struct record_clock *clock, const uint8_t *salts)
{
    struct buffer frontier = {0};
    uint64_t first = segment->tree.size;
    if (first == segment->first || first - segment->framed_size >= FRONTIER_EVERY) {
        tlog_tree_write(&segment->tree, &frontier);
        segment->framed_size = first;
    }
    record_batch_complete(batch, clock, salts, &segment->tree);
    bool done = insert(segment, batch, first, &frontier);
    buffer_clear(&frontier);
    return done;
}

bool store_segment_add_checkpoint(struct store_segment *segment, uint64_t size, struct text note)
{
    sqlite3_bind_int64(segment->prepared.checkpoint, 1, (sqlite3_int64)size);
    bind_text(segment->prepared.checkpoint, 2, note);
    return sqlite_run(segment->prepared.checkpoint);
}

bool store_segment_add_blob(struct store_segment *segment, const struct store_blob *blob)
{
    bind_bytes(segment->prepared.blob, 1, (struct bytes){blob->digest.bytes, sizeof(blob->digest.bytes)});
    bind_bytes(segment->prepared.blob, 2, bytes_of_text(blob->body));
    return sqlite_run(segment->prepared.blob);
}

bool store_segment_add_policy(struct store_segment *segment, uint64_t sequence, const struct digest *digest)
{
    sqlite3_bind_int64(segment->prepared.policy, 1, (sqlite3_int64)sequence);
    bind_bytes(segment->prepared.policy, 2, (struct bytes){digest->bytes, sizeof(digest->bytes)});
    return sqlite_run(segment->prepared.policy);
}

bool store_segment_put_meta(struct store_segment *segment, const char *key, struct bytes value)
{
    bind_text(segment->prepared.meta, 1, text_from(key));
    bind_bytes(segment->prepared.meta, 2, value);
    return sqlite_run(segment->prepared.meta);
}

bool store_segment_commit(struct store_segment *segment)
{
    return sqlite_run(segment->prepared.commit);
}

void store_segment_rollback(struct store_segment *segment, const struct store_segment_mark *mark)
{
    segment->tree = mark->tree;
    segment->framed_size = mark->framed_size;
    if (sqlite3_get_autocommit(segment->database) != 0)
        return;
    bool done = sqlite_run(segment->prepared.rollback);
    (void)done; /* what failed once may fail again; the next BEGIN says so */
}

bool store_segment_lost_the_disk(const struct store_segment *segment)
{
    int code = sqlite3_extended_errcode(segment->database);
    return code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC;
}

bool store_segment_is_full(const struct store_segment *segment)
{
    return (sqlite3_errcode(segment->database) & 0xff) == SQLITE_FULL;
}

const char *store_segment_error(const struct store_segment *segment)
{
    return sqlite3_errmsg(segment->database);
}
