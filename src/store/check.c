/* SPDX-License-Identifier: Apache-2.0 */
/* The start check: does the end of the store agree with itself and with the key? Not its history: that is verify's. */
#include <string.h>

#include "exeat/base/memory.h"
#include "store_internal.h"

/* --- what a segment says of itself --- */

const char *check_identity(sqlite3 *database, const struct store_log *log)
{
    struct buffer value = {0};
    const char *wrong = NULL;
    if (!meta_read(database, "format", &value) || value.length != 1)
        wrong = "it is no audit store of exeat";
    else if (value.data[0] > STORE_FORMAT)
        wrong = "it was written by a newer exeat; use that one";
    else if (value.data[0] < STORE_FORMAT)
        wrong = "it was written by an exeat before its first release";
    else if (!meta_read(database, "origin", &value) || !text_equal(buffer_text(&value), log->origin))
        wrong = "it belongs to another audit.origin";
    buffer_clear(&value);
    return wrong;
}

static bool read_hash_key(sqlite3 *database, uint8_t key[32])
{
    struct buffer value = {0};
    bool done = meta_read(database, "hash_key", &value) && value.length == 32;
    if (done)
        memcpy(key, value.data, 32);
    buffer_clear(&value);
    return done;
}

static bool read_tree(sqlite3 *database, const char *key, struct tlog_tree *tree)
{
    struct buffer value = {0};
    bool done = meta_read(database, key, &value) && tlog_tree_read(bytes_of_text(buffer_text(&value)), tree);
    buffer_clear(&value);
    return done;
}

/* --- its last checkpoint --- */

struct last_checkpoint {
    struct tlog_checkpoint parsed;
    char *note; /* owned; NULL: there is none */
};

static const char *read_checkpoint(sqlite3 *database, const struct store_log *log, struct last_checkpoint *last)
{
    sqlite3_stmt *statement = NULL;
    const char *wrong = NULL;
    uint8_t key[VERIFY_KEY_SIZE];
    signing_key_public(log->key, key);
    if (sqlite3_prepare_v2(database, "SELECT size, note FROM ckpt ORDER BY size DESC LIMIT 1", -1, &statement, NULL) !=
        SQLITE_OK)
        return "its checkpoints cannot be read";
    if (sqlite3_step(statement) == SQLITE_ROW) {
        last->note = text_copy(text_of_bytes(column_bytes(statement, 1)));
        if (!tlog_checkpoint_parse(text_from(last->note), &last->parsed) ||
            last->parsed.size != (uint64_t)sqlite3_column_int64(statement, 0))
            wrong = "its last checkpoint is not readable";
        else if (!tlog_checkpoint_verify(text_from(last->note), log->origin, key))
            wrong = "its last checkpoint was signed by another key than audit.key";
    }
    sqlite3_finalize(statement);
    return wrong;
}

static const char *check_root(const struct last_checkpoint *last, const struct tlog_tree *tree)
{
    struct digest root;
    if (last->note == NULL || last->parsed.size != tree->size)
        return NULL;
    tlog_tree_root(tree, &root);
    return digest_equal(&root, &last->parsed.root) ? NULL : "its records are not those that were signed";
}

/* --- the end of a hot segment: from the last row that holds a frontier --- */

static const char *walk_row(struct store_segment *segment, sqlite3_stmt *statement, const struct last_checkpoint *last)
{
    struct bytes rest = column_bytes(statement, 1);
    struct bytes bytes;
    struct record record;
    struct digest leaf;
    const char *wrong = NULL;
    if ((uint64_t)sqlite3_column_int64(statement, 0) != segment->tree.size)
        return "records are missing";
    while (wrong == NULL && record_batch_next(&rest, &bytes)) {
        if (!record_parse(bytes, &record) || record.head.sequence != segment->tree.size)
            return "its last records are not readable";
        segment->last_kind = record.head.kind;
        tlog_leaf(bytes, &leaf);
        tlog_tree_append(&segment->tree, &leaf);
        wrong = check_root(last, &segment->tree);
    }
    return wrong != NULL ? wrong : rest.length > 0 ? "its last records are not readable" : NULL;
}

static const char *walk_end(struct store_segment *segment, const struct last_checkpoint *last)
{
    static const char sql[] = "SELECT first, body FROM batch WHERE first >= ?1 ORDER BY first";
    sqlite3_stmt *statement = NULL;
    const char *wrong = NULL;
    if (sqlite3_prepare_v2(segment->database, sql, -1, &statement, NULL) != SQLITE_OK)
        return "its records cannot be read";
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)segment->tree.size);
    int result = SQLITE_DONE;
    while (wrong == NULL && (result = sqlite3_step(statement)) == SQLITE_ROW)
        wrong = walk_row(segment, statement, last);
    sqlite3_finalize(statement);
    return wrong != NULL || result == SQLITE_DONE ? wrong : "its records cannot be read";
}

static const char *read_frontier(struct store_segment *segment)
{
    static const char sql[] = "SELECT frontier FROM batch WHERE frontier IS NOT NULL ORDER BY first DESC LIMIT 1";
    sqlite3_stmt *statement = NULL;
    const char *wrong = NULL;
    if (sqlite3_prepare_v2(segment->database, sql, -1, &statement, NULL) != SQLITE_OK)
        return "its records cannot be read";
    int result = sqlite3_step(statement);
    if (result == SQLITE_ROW ? !tlog_tree_read(column_bytes(statement, 0), &segment->tree)
                             : !read_tree(segment->database, "base", &segment->tree))
        wrong = "its tree is not readable";
    sqlite3_finalize(statement);
    segment->framed_size = segment->tree.size;
    return wrong;
}

static const char *check_sizes(struct store_segment *segment, const struct last_checkpoint *last)
{
    segment->signed_size = last->note == NULL ? segment->first : last->parsed.size;
    return segment->signed_size > segment->tree.size
               ? "records are missing: its last signed checkpoint covers more than it has"
               : NULL;
}

const char *check_hot_end(struct store_segment *segment, const struct store_log *log)
{
    struct last_checkpoint last = {0};
    const char *wrong = check_identity(segment->database, log);
    if (wrong == NULL && !schema_is_ours(segment->database, schema_hot))
        wrong = "its tables are not those of an audit store";
    if (wrong == NULL && !read_hash_key(segment->database, segment->hash_key))
        wrong = "its hash key is missing";
    if (wrong == NULL)
        wrong = read_frontier(segment);
    if (wrong == NULL)
        wrong = read_checkpoint(segment->database, log, &last);
    if (wrong == NULL)
        wrong = walk_end(segment, &last);
    if (wrong == NULL)
        wrong = check_sizes(segment, &last);
    base_free(last.note);
    return wrong;
}

/* --- the end of a sealed segment --- */

static sqlite3 *open_read_only(const struct store_log *log, uint64_t first, enum store_segment_layout layout)
{
    sqlite3 *database = NULL;
    char *path = store_segment_path(log->directory, first, layout, "");
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    bool done = sqlite3_open_v2(path, &database, flags, NULL) == SQLITE_OK;
    base_free(path);
    if (done) {
        sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        return database;
    }
    sqlite3_close(database);
    return NULL;
}

static const char *check_last_record(struct store_segment *segment, sqlite3 *database)
{
    sqlite3_stmt *statement = NULL;
    struct record record;
    struct digest leaf;
    const char *wrong = "its last record is not readable";
    if (sqlite3_prepare_v2(database, "SELECT body FROM rec ORDER BY seq DESC LIMIT 1", -1, &statement, NULL) !=
        SQLITE_OK)
        return "its records cannot be read";
    if (sqlite3_step(statement) == SQLITE_ROW && record_parse(column_bytes(statement, 0), &record)) {
        tlog_leaf(column_bytes(statement, 0), &leaf);
        segment->last_kind = record.head.kind;
        wrong = record.head.sequence + 1 != segment->tree.size ? "its records do not end where its tree ends" : NULL;
        if (wrong == NULL && segment->tree.size % 2 == 1 &&
            !digest_equal(&leaf, &segment->tree.nodes[segment->tree.count - 1]))
            wrong = "its last record is not the one that its tree ends with";
    }
    sqlite3_finalize(statement);
    return wrong;
}

/* Same texts keep their hash over the segments of a store; where the private parts are gone, a new key begins. */
static void take_hash_key(struct store_segment *segment, const struct store_log *log)
{
    sqlite3 *database = open_read_only(log, segment->first, STORE_PRIVATE);
    if (database == NULL || !read_hash_key(database, segment->hash_key))
        random_fill(segment->hash_key, sizeof(segment->hash_key));
    sqlite3_close(database);
}

const char *check_sealed_end(struct store_segment *segment, const struct store_log *log)
{
    struct last_checkpoint last = {0};
    sqlite3 *database = open_read_only(log, segment->first, STORE_SEALED);
    if (database == NULL)
        return "it cannot be opened";
    const char *wrong = check_identity(database, log);
    if (wrong == NULL && !schema_is_ours(database, schema_sealed))
        wrong = "its tables are not those of an audit store";
    if (wrong == NULL && !read_tree(database, "frontier", &segment->tree))
        wrong = "its tree is not readable";
    if (wrong == NULL)
        wrong = check_last_record(segment, database);
    if (wrong == NULL)
        wrong = read_checkpoint(database, log, &last);
    if (wrong == NULL)
        wrong = check_root(&last, &segment->tree);
    if (wrong == NULL)
        wrong = check_sizes(segment, &last);
    sqlite3_close(database);
    base_free(last.note);
    take_hash_key(segment, log);
    return wrong;
}
