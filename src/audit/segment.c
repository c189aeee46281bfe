/* SPDX-License-Identifier: Apache-2.0 */
/* A segment: one SQLite file with a run of records, the frontier of their tree, and the checkpoints signed over it.
 * 1. WAL with synchronous=FULL: a commit that returned is on disk.
 * 2. It is never checkpointed while it is written, so there is never a second writer on the file (the WAL-reset bug of
 *    SQLite before 3.51.3 needs two).
 * 3. The bytes that are hashed are the bytes that are stored; the columns beside them are for queries. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit_internal.h"
#include "exeat/base/check.h"
#include "exeat/base/memory.h"

static const char schema[] =
    "CREATE TABLE rec(seq INTEGER PRIMARY KEY, body BLOB NOT NULL, ts INTEGER NOT NULL, kind INTEGER NOT NULL,"
    " verdict INTEGER, host TEXT) STRICT;"
    "CREATE TABLE priv(seq INTEGER PRIMARY KEY, salt BLOB NOT NULL, body BLOB NOT NULL) STRICT;"
    "CREATE TABLE ckpt(size INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;"
    "CREATE TABLE blob(sha256 BLOB PRIMARY KEY, body BLOB NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE meta(k TEXT PRIMARY KEY, v BLOB NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TRIGGER rec_u BEFORE UPDATE ON rec BEGIN SELECT RAISE(ABORT, 'append-only'); END;"
    "CREATE TRIGGER rec_d BEFORE DELETE ON rec BEGIN SELECT RAISE(ABORT, 'append-only'); END;"
    "CREATE TRIGGER ckpt_u BEFORE UPDATE ON ckpt BEGIN SELECT RAISE(ABORT, 'append-only'); END;"
    "CREATE TRIGGER ckpt_d BEFORE DELETE ON ckpt BEGIN SELECT RAISE(ABORT, 'append-only'); END;";

static const char settings[] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;"
                               "PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF; PRAGMA secure_delete=ON;";

static const struct statement_row {
    size_t offset;
    const char *sql;
} statements[] = {
    {offsetof(struct segment_statements, begin), "BEGIN IMMEDIATE"},
    {offsetof(struct segment_statements, commit), "COMMIT"},
    {offsetof(struct segment_statements, rollback), "ROLLBACK"},
    {offsetof(struct segment_statements, record),
     "INSERT INTO rec(seq, body, ts, kind, verdict, host) VALUES(?1, ?2, ?3, ?4, ?5, ?6)"},
    {offsetof(struct segment_statements, private_part), "INSERT INTO priv(seq, salt, body) VALUES(?1, ?2, ?3)"},
    {offsetof(struct segment_statements, checkpoint), "INSERT OR IGNORE INTO ckpt(size, note) VALUES(?1, ?2)"},
    {offsetof(struct segment_statements, meta), "INSERT OR REPLACE INTO meta(k, v) VALUES(?1, ?2)"},
    {offsetof(struct segment_statements, blob), "INSERT OR IGNORE INTO blob(sha256, body) VALUES(?1, ?2)"},
};

static sqlite3_stmt **statement_at(struct segment *segment, size_t row)
{
    return (sqlite3_stmt **)(void *)((char *)&segment->prepared + statements[row].offset);
}

void segment_name(uint64_t first, char out[SEGMENT_NAME_SIZE])
{
    snprintf(out, SEGMENT_NAME_SIZE, "seg-%016llx.db", (unsigned long long)first);
}

bool segment_name_parse(const char *name, uint64_t *first)
{
    uint8_t bytes[8];
    if (strlen(name) != SEGMENT_NAME_SIZE - 1 || strncmp(name, "seg-", 4) != 0 || strcmp(name + 20, ".db") != 0)
        return false;
    if (!hex_decode((struct text){name + 4, 16}, bytes, sizeof(bytes)))
        return false;
    *first = bytes_get_u64(bytes);
    return true;
}

void frontier_write(const struct audit_tree *tree, struct buffer *out)
{
    uint8_t size[8];
    bytes_put_u64(size, tree->size);
    buffer_append(out, (struct text){(const char *)size, sizeof(size)});
    for (size_t i = 0; i < tree->count; i++)
        buffer_append(out, (struct text){(const char *)tree->nodes[i].bytes, sizeof(tree->nodes[i].bytes)});
}

bool frontier_read(struct bytes bytes, struct audit_tree *tree)
{
    if (bytes.length < 8)
        return false;
    *tree = (struct audit_tree){.size = bytes_get_u64(bytes.data)};
    tree->count = (size_t)__builtin_popcountll(tree->size);
    if (bytes.length != 8 + tree->count * sizeof(struct digest))
        return false;
    for (size_t i = 0; i < tree->count; i++)
        memcpy(tree->nodes[i].bytes, bytes.data + 8 + i * sizeof(struct digest), sizeof(struct digest));
    return true;
}

char *sqlite_sentence(const char *path, const char *doing, sqlite3 *database)
{
    struct buffer out = {0};
    buffer_printf(&out, "%s: cannot %s: %s", path, doing, database == NULL ? "no memory" : sqlite3_errmsg(database));
    return buffer_take(&out);
}

/* --- writing -------------------------------------------------------------------------------------------------------
 */

static bool run(sqlite3_stmt *statement)
{
    int result = sqlite3_step(statement);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return result == SQLITE_DONE || result == SQLITE_ROW;
}

static void bind_bytes(sqlite3_stmt *statement, int index, struct bytes bytes)
{
    sqlite3_bind_blob64(statement, index, bytes.data, bytes.length, SQLITE_STATIC);
}

static void bind_text(sqlite3_stmt *statement, int index, struct text text)
{
    sqlite3_bind_text64(statement, index, text.data, text.length, SQLITE_STATIC, SQLITE_UTF8);
}

static bool put_meta(struct segment *segment, const char *key, struct bytes value)
{
    bind_text(segment->prepared.meta, 1, text_from(key));
    bind_bytes(segment->prepared.meta, 2, value);
    return run(segment->prepared.meta);
}

bool segment_begin(struct segment *segment)
{
    return run(segment->prepared.begin);
}

static bool
put_private(struct segment *segment, uint64_t sequence, const uint8_t salt[AUDIT_SALT_SIZE], struct bytes private_part)
{
    sqlite3_stmt *statement = segment->prepared.private_part;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)sequence);
    bind_bytes(statement, 2, (struct bytes){salt, AUDIT_SALT_SIZE});
    bind_bytes(statement, 3, private_part);
    return run(statement);
}

static bool put_record(struct segment *segment, struct bytes body)
{
    struct audit_record record;
    int64_t verdict;
    struct text host;
    bool ours = audit_record_parse(body, &record);
    ASSERT(ours);
    audit_projection(&record, &verdict, &host);
    sqlite3_stmt *statement = segment->prepared.record;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)record.head.sequence);
    bind_bytes(statement, 2, body);
    sqlite3_bind_int64(statement, 3, record.head.wall_us);
    sqlite3_bind_int(statement, 4, (int)record.head.kind);
    if (verdict != 0)
        sqlite3_bind_int64(statement, 5, verdict);
    if (host.length > 0)
        bind_text(statement, 6, host);
    return run(statement);
}

bool segment_append(
    struct segment *segment, enum audit_kind kind, int64_t wall_us, uint64_t boot_us, struct bytes fields,
    struct bytes private_part, struct buffer *scratch)
{
    struct audit_head head = {.kind = kind, .sequence = segment->tree.size, .wall_us = wall_us, .boot_us = boot_us};
    uint8_t bytes[AUDIT_HEAD_SIZE];
    audit_head_write(&head, bytes);
    buffer_empty(scratch);
    buffer_append(scratch, (struct text){(const char *)bytes, sizeof(bytes)});
    buffer_append(scratch, text_of_bytes(fields));
    if (private_part.length > 0) {
        uint8_t salt[AUDIT_SALT_SIZE];
        struct digest commitment;
        random_fill(salt, sizeof(salt));
        audit_commitment(salt, private_part, &commitment);
        audit_field_append(scratch, AUDIT_TAG_COMMITMENT, (struct bytes){commitment.bytes, sizeof(commitment.bytes)});
        if (!put_private(segment, head.sequence, salt, private_part))
            return false;
    }
    struct bytes body = bytes_of_text(buffer_text(scratch));
    struct digest leaf;
    audit_leaf(body, &leaf);
    audit_tree_append(&segment->tree, &leaf);
    return put_record(segment, body);
}

bool segment_add_checkpoint(struct segment *segment, uint64_t size, struct text note)
{
    sqlite3_bind_int64(segment->prepared.checkpoint, 1, (sqlite3_int64)size);
    bind_text(segment->prepared.checkpoint, 2, note);
    return run(segment->prepared.checkpoint);
}

bool segment_add_blob(struct segment *segment, const struct audit_blob *blob)
{
    bind_bytes(segment->prepared.blob, 1, (struct bytes){blob->digest.bytes, sizeof(blob->digest.bytes)});
    bind_bytes(segment->prepared.blob, 2, bytes_of_text(blob->body));
    return run(segment->prepared.blob);
}

bool segment_commit(struct segment *segment)
{
    struct buffer frontier = {0};
    frontier_write(&segment->tree, &frontier);
    bool done = put_meta(segment, "frontier", bytes_of_text(buffer_text(&frontier)));
    buffer_clear(&frontier);
    return done && run(segment->prepared.commit);
}

void segment_rollback(struct segment *segment, const struct audit_tree *tree)
{
    segment->tree = *tree;
    if (sqlite3_get_autocommit(segment->database) == 0)
        (void)run(segment->prepared.rollback);
}

bool segment_lost_the_disk(const struct segment *segment)
{
    int code = sqlite3_extended_errcode(segment->database);
    return code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC;
}

/* --- opening -------------------------------------------------------------------------------------------------------
 */

/* The newest segment's path, or where the first one goes. The caller owns it. */
static char *newest_path(const char *directory, bool *is_new, char **error)
{
    DIR *folder = opendir(directory);
    if (folder == NULL) {
        struct buffer out = {0};
        buffer_printf(&out, "%s: cannot read the folder: %s", directory, strerror(errno));
        *error = buffer_take(&out);
        return NULL;
    }
    uint64_t newest = 0;
    *is_new = true;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        uint64_t first;
        if (!segment_name_parse(entry->d_name, &first))
            continue;
        newest = first > newest ? first : newest;
        *is_new = false;
    }
    closedir(folder);
    struct buffer path = {0};
    char name[SEGMENT_NAME_SIZE];
    segment_name(newest, name);
    buffer_printf(&path, "%s/%s", directory, name);
    return buffer_take(&path);
}

/* SQLite gives new files the mode 0644; ours are for the owner and the group. */
static bool make_file(const char *path)
{
    int descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0640);
    if (descriptor < 0)
        return false;
    close(descriptor);
    return true;
}

static bool prepare(struct segment *segment)
{
    for (size_t i = 0; i < COUNT_OF(statements); i++)
        if (sqlite3_prepare_v3(
                segment->database, statements[i].sql, -1, SQLITE_PREPARE_PERSISTENT, statement_at(segment, i), NULL) !=
            SQLITE_OK)
            return false;
    return true;
}

static bool begin_first(struct segment *segment, struct text origin)
{
    static const uint8_t format = 1;
    random_fill(segment->hash_key, sizeof(segment->hash_key));
    if (sqlite3_exec(segment->database, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_exec(segment->database, schema, NULL, NULL, NULL) != SQLITE_OK || !prepare(segment))
        return false;
    return put_meta(segment, "format", (struct bytes){&format, 1}) &&
           put_meta(segment, "origin", bytes_of_text(origin)) &&
           put_meta(segment, "hash_key", (struct bytes){segment->hash_key, sizeof(segment->hash_key)}) &&
           segment_commit(segment);
}

static bool read_meta(sqlite3 *database, const char *key, struct buffer *out)
{
    sqlite3_stmt *statement = NULL;
    bool found = false;
    if (sqlite3_prepare_v2(database, "SELECT v FROM meta WHERE k=?1", -1, &statement, NULL) != SQLITE_OK)
        return false;
    bind_text(statement, 1, text_from(key));
    if (sqlite3_step(statement) == SQLITE_ROW) {
        size_t length = (size_t)sqlite3_column_bytes(statement, 0);
        buffer_append(out, (struct text){sqlite3_column_blob(statement, 0), length});
        found = true;
    }
    sqlite3_finalize(statement);
    return found;
}

/* What the end of a segment must agree with itself about before anything is added to it. */
static const char *check_end(struct segment *segment, const struct audit_options *options)
{
    sqlite3_stmt *statement = NULL;
    const char *wrong = NULL;
    if (sqlite3_prepare_v2(
            segment->database, "SELECT seq, body FROM rec ORDER BY seq DESC LIMIT 1", -1, &statement, NULL) !=
        SQLITE_OK)
        return "its records cannot be read";
    if (sqlite3_step(statement) == SQLITE_ROW) {
        struct audit_record record;
        struct bytes body = {sqlite3_column_blob(statement, 1), (size_t)sqlite3_column_bytes(statement, 1)};
        if ((uint64_t)sqlite3_column_int64(statement, 0) + 1 != segment->tree.size)
            wrong = "its records do not end where its tree ends";
        else if (!audit_record_parse(body, &record) || record.head.sequence + 1 != segment->tree.size)
            wrong = "its last record is not readable";
        else {
            struct digest leaf;
            audit_leaf(body, &leaf);
            if (segment->tree.size % 2 == 1 && !digest_equal(&leaf, &segment->tree.nodes[segment->tree.count - 1]))
                wrong = "its last record is not the one that its tree ends with";
            segment->was_closed = record.head.kind == AUDIT_CLOSE;
        }
    } else if (segment->tree.size != 0) {
        wrong = "its records are gone";
    }
    sqlite3_finalize(statement);
    (void)options;
    return wrong;
}

static const char *check_checkpoint(struct segment *segment, const struct audit_options *options)
{
    sqlite3_stmt *statement = NULL;
    const char *wrong = NULL;
    if (sqlite3_prepare_v2(
            segment->database, "SELECT size, note FROM ckpt ORDER BY size DESC LIMIT 1", -1, &statement, NULL) !=
        SQLITE_OK)
        return "its checkpoints cannot be read";
    if (sqlite3_step(statement) == SQLITE_ROW) {
        uint8_t key[VERIFY_KEY_SIZE];
        struct text note = {
            (const char *)sqlite3_column_text(statement, 1), (size_t)sqlite3_column_bytes(statement, 1)};
        struct audit_checkpoint checkpoint;
        struct digest root;
        signing_key_public(options->key, key);
        audit_tree_root(&segment->tree, &root);
        segment->signed_size = (uint64_t)sqlite3_column_int64(statement, 0);
        if (segment->signed_size > segment->tree.size)
            wrong = "records are missing: its last signed checkpoint covers more than it has";
        else if (!audit_checkpoint_parse(note, &checkpoint) || checkpoint.size != segment->signed_size)
            wrong = "its last checkpoint is not readable";
        else if (!audit_checkpoint_verify(note, options->origin, key))
            wrong = "its last checkpoint was signed by another key than audit.key";
        else if (checkpoint.size == segment->tree.size && !digest_equal(&checkpoint.root, &root))
            wrong = "its last signed checkpoint has another root than its tree";
    }
    sqlite3_finalize(statement);
    return wrong;
}

static const char *check_start(struct segment *segment, const struct audit_options *options)
{
    struct buffer value = {0};
    const char *wrong = NULL;
    if (!read_meta(segment->database, "format", &value) || !text_equal(buffer_text(&value), TEXT("\x01")))
        wrong = "it is no exeat store of format 1";
    buffer_empty(&value);
    if (wrong == NULL &&
        (!read_meta(segment->database, "origin", &value) || !text_equal(buffer_text(&value), options->origin)))
        wrong = "it belongs to another audit.origin";
    buffer_empty(&value);
    if (wrong == NULL &&
        (!read_meta(segment->database, "hash_key", &value) || value.length != sizeof(segment->hash_key)))
        wrong = "its hash key is missing";
    if (wrong == NULL)
        memcpy(segment->hash_key, value.data, sizeof(segment->hash_key));
    buffer_empty(&value);
    if (wrong == NULL && (!read_meta(segment->database, "frontier", &value) ||
                          !frontier_read(bytes_of_text(buffer_text(&value)), &segment->tree)))
        wrong = "its tree is not readable";
    buffer_clear(&value);
    if (wrong == NULL)
        wrong = check_end(segment, options);
    if (wrong == NULL)
        wrong = check_checkpoint(segment, options);
    return wrong;
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

static bool has_schema(sqlite3 *database)
{
    sqlite3_stmt *statement = NULL;
    bool found =
        sqlite3_prepare_v2(database, "SELECT 1 FROM sqlite_schema LIMIT 1", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW;
    sqlite3_finalize(statement);
    return found;
}

static bool open_at(struct segment *segment, const char *path, const struct audit_options *options, char **error)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (sqlite3_open_v2(path, &segment->database, flags, NULL) != SQLITE_OK ||
        sqlite3_exec(segment->database, settings, NULL, NULL, NULL) != SQLITE_OK) {
        *error = sqlite_sentence(path, "open the audit store", segment->database);
        return false;
    }
    sqlite3_db_config(segment->database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    /* An empty file is what a crash between making and filling it leaves. */
    if (!has_schema(segment->database)) {
        if (begin_first(segment, options->origin))
            return true;
        *error = sqlite_sentence(path, "begin the audit store", segment->database);
        return false;
    }
    const char *wrong = check_start(segment, options);
    if (wrong != NULL) {
        *error = refuse_start(path, wrong);
        return false;
    }
    if (prepare(segment))
        return true;
    *error = sqlite_sentence(path, "write to the audit store", segment->database);
    return false;
}

bool segment_open(struct segment *segment, const struct audit_options *options, char **error)
{
    bool is_new = false;
    *segment = (struct segment){0};
    char *path = newest_path(options->directory, &is_new, error);
    if (path == NULL)
        return false;
    bool done = !is_new || make_file(path);
    if (!done) {
        struct buffer out = {0};
        buffer_printf(&out, "%s: cannot make the file: %s", path, strerror(errno));
        *error = buffer_take(&out);
    }
    done = done && open_at(segment, path, options, error);
    if (!done)
        segment_close(segment);
    base_free(path);
    return done;
}

void segment_close(struct segment *segment)
{
    for (size_t i = 0; i < COUNT_OF(statements); i++)
        sqlite3_finalize(*statement_at(segment, i));
    /* One plain file stays, which can be copied and read anywhere; with readers about it stays as it is. */
    if (segment->database != NULL)
        sqlite3_exec(segment->database, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
    sqlite3_close(segment->database);
    segment->database = NULL;
    segment->prepared = (struct segment_statements){0};
}
