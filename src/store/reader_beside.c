/* SPDX-License-Identifier: Apache-2.0 */
/* What lies beside the records of a store: checkpoints, texts, trees, sizes, segment by segment. */
#include "exeat/base/memory.h"
#include "reader_internal.h"

enum found { FOUND_NOT, FOUND, FOUND_UNREADABLE };
typedef enum found (*look)(sqlite3 *database, void *context);

/* A segment that was hot when the folder was looked at may be a sealed one by now. */
static sqlite3 *open_segment(const struct store_reader *reader, const struct segment_ref *ref, char **path)
{
    bool is_gone;
    *path = store_segment_path(reader->directory, ref->first, ref->layout, "");
    sqlite3 *database = open_foreign(*path, &is_gone);
    if (database != NULL || !is_gone || ref->layout != STORE_HOT)
        return database;
    base_free(*path);
    *path = store_segment_path(reader->directory, ref->first, STORE_SEALED, "");
    return open_foreign(*path, &is_gone);
}

static enum found look_in_segment(struct store_reader *reader, size_t index, look look_in, void *context)
{
    char *path;
    if (index == reader->current && reader->cursor.database != NULL)
        return look_in(reader->cursor.database, context);
    sqlite3 *database = open_segment(reader, &reader->segments[index], &path);
    enum found found = database == NULL ? FOUND_UNREADABLE : look_in(database, context);
    if (found == FOUND_UNREADABLE) {
        base_free(reader->error);
        reader->error = sqlite_sentence(path, "read the segment", database);
    }
    sqlite3_close(database);
    base_free(path);
    return found;
}

/* From segment `index` on, or (step -1) down from it, until one has it. One that cannot be read ends it: what stands
 * there is not what stands in another. */
static bool look_in_segments(struct store_reader *reader, size_t index, int step, look look_in, void *context)
{
    enum found found = FOUND_NOT;
    for (; found == FOUND_NOT && index<reader->count; index = step> 0 ? index + 1 : index - 1)
        found = look_in_segment(reader, index, look_in, context);
    return found == FOUND;
}

/* Down from the newest, for what is the same wherever it stands. */
static bool look_anywhere(struct store_reader *reader, look look_in, void *context)
{
    enum found found = FOUND_NOT;
    for (size_t index = reader->count; found != FOUND && index > 0; index--)
        found = look_in_segment(reader, index - 1, look_in, context);
    return found == FOUND;
}

static enum found found_by(int result)
{
    return result == SQLITE_ROW ? FOUND : result == SQLITE_DONE ? FOUND_NOT : FOUND_UNREADABLE;
}

struct checkpoint_look {
    uint64_t after;
    uint64_t size; /* found */
    struct buffer *note;
};

static enum found read_checkpoint(sqlite3 *database, const char *sql, struct checkpoint_look *wanted)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK)
        return FOUND_UNREADABLE;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)wanted->after); /* where it is asked for */
    enum found found = found_by(sqlite3_step(statement));
    if (found == FOUND) {
        wanted->size = (uint64_t)sqlite3_column_int64(statement, 0);
        buffer_empty(wanted->note);
        buffer_append(wanted->note, text_of_bytes(column_bytes(statement, 1)));
    }
    sqlite3_finalize(statement);
    return found;
}

static enum found look_for_checkpoint(sqlite3 *database, void *context)
{
    return read_checkpoint(database, "SELECT size, note FROM ckpt WHERE size > ?1 ORDER BY size LIMIT 1", context);
}

bool store_reader_checkpoint(struct store_reader *reader, uint64_t after, uint64_t *size, struct buffer *note)
{
    struct checkpoint_look wanted = {.after = after, .note = note};
    bool found = look_in_segments(reader, reader_segment_of(reader, after), 1, look_for_checkpoint, &wanted);
    *size = wanted.size;
    return found;
}

static enum found look_for_newest(sqlite3 *database, void *context)
{
    static const char sql[] = "SELECT size, note FROM ckpt ORDER BY size DESC LIMIT 1";
    return read_checkpoint(database, sql, context);
}

bool store_reader_newest(struct store_reader *reader, uint64_t *size, struct buffer *note)
{
    struct checkpoint_look wanted = {.note = note};
    bool found = reader->count > 0 && look_in_segments(reader, reader->count - 1, -1, look_for_newest, &wanted);
    *size = wanted.size;
    return found;
}

struct blob_look {
    const struct digest *digest;
    struct buffer *out;
};

static enum found look_for_blob(sqlite3 *database, void *context)
{
    const struct blob_look *wanted = context;
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(database, "SELECT body FROM blob WHERE sha256=?1", -1, &statement, NULL) != SQLITE_OK)
        return FOUND_UNREADABLE;
    bind_bytes(statement, 1, (struct bytes){wanted->digest->bytes, sizeof(wanted->digest->bytes)});
    enum found found = found_by(sqlite3_step(statement));
    if (found == FOUND)
        buffer_append(wanted->out, text_of_bytes(column_bytes(statement, 0)));
    sqlite3_finalize(statement);
    return found;
}

bool store_reader_blob(struct store_reader *reader, const struct digest *digest, struct buffer *out)
{
    struct blob_look wanted = {digest, out};
    return look_anywhere(reader, look_for_blob, &wanted);
}

/* Every segment has one. */
static enum found look_for_base(sqlite3 *database, void *context)
{
    struct buffer value = {0};
    bool found = meta_read(database, "base", &value) && tlog_tree_read(bytes_of_text(buffer_text(&value)), context);
    buffer_clear(&value);
    return found ? FOUND : FOUND_UNREADABLE;
}

struct texts_look {
    void (*on_text)(void *context, uint64_t first, struct bytes digest, struct bytes body);
    void *context;
};

static enum found look_at_texts(sqlite3 *database, void *context)
{
    const struct texts_look *wanted = context;
    sqlite3_stmt *statement = NULL;
    struct tlog_tree base = {0};
    if (look_for_base(database, &base) != FOUND)
        base.size = 0;
    if (sqlite3_prepare_v2(database, "SELECT sha256, body FROM blob", -1, &statement, NULL) == SQLITE_OK)
        while (sqlite3_step(statement) == SQLITE_ROW)
            wanted->on_text(wanted->context, base.size, column_bytes(statement, 0), column_bytes(statement, 1));
    sqlite3_finalize(statement);
    return FOUND_NOT;
}

void store_reader_texts(
    struct store_reader *reader, void (*on_text)(void *context, uint64_t first, struct bytes digest, struct bytes body),
    void *context)
{
    struct texts_look wanted = {on_text, context};
    (void)look_anywhere(reader, look_at_texts, &wanted);
}

bool store_reader_frontier(struct store_reader *reader, uint64_t sequence, struct tlog_tree *tree)
{
    return sequence >= store_reader_first(reader) &&
           look_in_segments(reader, reader_segment_of(reader, sequence), -1, look_for_base, tree) &&
           tree->size <= sequence;
}

struct cosigned_look {
    struct tlog_tree *tree;
    struct buffer *note;
};

static enum found look_for_cosigned(sqlite3 *database, void *context)
{
    const struct cosigned_look *wanted = context;
    struct buffer frontier = {0};
    struct buffer note = {0};
    bool found = meta_read(database, "cosigned", &note) && meta_read(database, "cosigned_tree", &frontier) &&
                 tlog_tree_read(bytes_of_text(buffer_text(&frontier)), wanted->tree);
    if (found)
        buffer_append(wanted->note, buffer_text(&note));
    buffer_clear(&frontier);
    buffer_clear(&note);
    return found ? FOUND : FOUND_NOT;
}

bool store_reader_cosigned(struct store_reader *reader, struct tlog_tree *tree, struct buffer *note)
{
    struct cosigned_look wanted = {tree, note};
    return look_in_segments(reader, reader->count - 1, -1, look_for_cosigned, &wanted);
}

/* A hot segment may have no record yet. */
static enum found look_for_hot_size(sqlite3 *database, uint64_t *size)
{
    static const char sql[] = "SELECT first + count FROM batch ORDER BY first DESC LIMIT 1";
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK)
        return FOUND_UNREADABLE;
    enum found found = found_by(sqlite3_step(statement));
    if (found == FOUND)
        *size = (uint64_t)sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return found;
}

static enum found look_for_size(sqlite3 *database, void *context)
{
    struct buffer value = {0};
    struct tlog_tree tree;
    bool found = meta_read(database, "frontier", &value) && tlog_tree_read(bytes_of_text(buffer_text(&value)), &tree);
    buffer_clear(&value);
    if (!found)
        return look_for_hot_size(database, context);
    *(uint64_t *)context = tree.size;
    return FOUND;
}

uint64_t store_reader_size(struct store_reader *reader)
{
    uint64_t size = store_reader_first(reader);
    (void)reader_list_segments(reader);
    if (reader->count > 0)
        (void)look_in_segments(reader, reader->count - 1, -1, look_for_size, &size);
    return size;
}
