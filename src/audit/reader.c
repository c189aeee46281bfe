/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a store that may be written meanwhile: read-only connections that never run a WAL checkpoint. A segment's
 * place in the one tree is its name. A hot segment may become a sealed one between two looks: then the folder is looked
 * at again. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cursor.h"
#include "exeat/base/memory.h"

struct segment_ref {
    uint64_t first;
    enum segment_layout layout;
};
struct audit_reader {
    char *directory;              /* owned */
    struct segment_ref *segments; /* owned; ascending */
    size_t count;
    size_t current; /* segment of the cursor */
    struct cursor cursor;
    uint64_t next; /* sequence wanted */
    struct tlog_tree base;
    char *origin; /* owned */
    char *error;  /* owned */
};

/* --- the folder --- */

/* Where a segment is there in both layouts, the sealed one counts: the hot one is about to be removed. */
static int compare_refs(const void *left, const void *right)
{
    const struct segment_ref *a = left;
    const struct segment_ref *b = right;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    return (a->layout == SEGMENT_HOT) - (b->layout == SEGMENT_HOT);
}

static void add_segment(struct audit_reader *reader, const char *name)
{
    struct segment_ref ref;
    if (!segment_name_parse(name, &ref.first, &ref.layout) || ref.layout == SEGMENT_PRIVATE)
        return;
    reader->segments = base_resize(reader->segments, reader->count + 1, sizeof(*reader->segments));
    reader->segments[reader->count++] = ref;
}

static void drop_doubles(struct audit_reader *reader)
{
    size_t kept = 0;
    for (size_t i = 0; i < reader->count; i++)
        if (kept == 0 || reader->segments[kept - 1].first != reader->segments[i].first)
            reader->segments[kept++] = reader->segments[i];
    reader->count = kept;
}

static size_t segment_of(const struct audit_reader *reader, uint64_t sequence)
{
    size_t index = 0;
    while (index + 1 < reader->count && reader->segments[index + 1].first <= sequence)
        index++;
    return index;
}

static bool list_segments(struct audit_reader *reader)
{
    uint64_t here = reader->count > 0 ? reader->segments[reader->current].first : 0;
    DIR *folder = opendir(reader->directory);
    if (folder == NULL) {
        base_free(reader->error);
        reader->error = store_sentence(reader->directory, "cannot read the folder", strerror(errno));
        return false;
    }
    reader->count = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        add_segment(reader, entry->d_name);
    closedir(folder);
    if (reader->count > 0)
        qsort(reader->segments, reader->count, sizeof(*reader->segments), compare_refs);
    drop_doubles(reader);
    reader->current = segment_of(reader, here);
    return true;
}

/* --- opening --- */

/* What changes under a reader's feet is done with soon, but not at once where the processor is busy. */
static void wait_a_little(int try)
{
    const struct timespec pause = {.tv_nsec = 1000000L << try};
    nanosleep(&pause, NULL);
}

/* The segment that holds the sequence, looked up again when it is being made, or was sealed or pruned meanwhile. */
static bool open_at(struct audit_reader *reader, uint64_t sequence)
{
    enum { TRIES = 9 };
    for (int i = 0; i < TRIES; i++) {
        bool is_gone = false;
        char *error = NULL;
        cursor_close(&reader->cursor);
        reader->current = segment_of(reader, sequence);
        const struct segment_ref *ref = &reader->segments[reader->current];
        if (cursor_open(&reader->cursor, reader->directory, ref->first, ref->layout, &is_gone, &error)) {
            cursor_seek(&reader->cursor, sequence);
            if (i > 0) { /* it was no error after all */
                base_free(reader->error);
                reader->error = NULL;
            }
            return true;
        }
        base_free(reader->error);
        reader->error = error;
        if (!is_gone || !list_segments(reader) || reader->count == 0)
            return false;
        wait_a_little(i);
    }
    return false;
}

static bool read_identity(struct audit_reader *reader)
{
    struct buffer value = {0};
    bool done = meta_read(reader->cursor.database, "origin", &value);
    if (done) {
        reader->origin = text_copy(buffer_text(&value));
        done = meta_read(reader->cursor.database, "base", &value) &&
               tlog_tree_read(bytes_of_text(buffer_text(&value)), &reader->base);
    }
    buffer_clear(&value);
    if (!done)
        reader->error = sqlite_sentence(reader->directory, "read what store this is", reader->cursor.database);
    return done;
}

struct audit_reader *audit_reader_open(const char *directory, char **error)
{
    struct audit_reader *reader = base_zalloc(sizeof(*reader));
    reader->directory = text_copy(text_from(directory));
    bool done = list_segments(reader);
    if (done && reader->count == 0) {
        reader->error = store_sentence(directory, "no audit store here (no seg-*.db)", "");
        done = false;
    }
    done = done && open_at(reader, reader->segments[0].first) && read_identity(reader);
    if (done) {
        reader->next = reader->segments[0].first;
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
    cursor_close(&reader->cursor);
    base_free(reader->directory);
    base_free(reader->segments);
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
    return reader->segments[0].first;
}

const struct tlog_tree *audit_reader_base(const struct audit_reader *reader)
{
    return &reader->base;
}

const char *audit_reader_error(const struct audit_reader *reader)
{
    return reader->error == NULL ? "" : reader->error;
}

/* --- records --- */

void audit_reader_seek(struct audit_reader *reader, uint64_t sequence)
{
    reader->next = sequence;
    if (reader->cursor.database != NULL && segment_of(reader, sequence) == reader->current)
        cursor_seek(&reader->cursor, sequence);
    else
        (void)open_at(reader, sequence);
}

static enum audit_read fail(struct audit_reader *reader)
{
    base_free(reader->error);
    reader->error = sqlite_sentence(reader->directory, "read records", reader->cursor.database);
    return AUDIT_UNREADABLE;
}

/* Is there a segment after the current one? Its first sequence, if so. */
static bool find_following(struct audit_reader *reader, uint64_t *first)
{
    if (reader->current + 1 == reader->count && !list_segments(reader))
        return false;
    if (reader->current + 1 >= reader->count)
        return false;
    *first = reader->segments[reader->current + 1].first;
    return true;
}

enum audit_read audit_reader_next(struct audit_reader *reader, struct audit_row *row)
{
    bool looked_twice = false;
    for (;;) {
        uint64_t first;
        if (reader->cursor.database == NULL)
            return AUDIT_UNREADABLE;
        enum audit_read result = cursor_next(&reader->cursor, row);
        if (result == AUDIT_ROW)
            reader->next = row->sequence + 1;
        if (result == AUDIT_UNREADABLE)
            return fail(reader);
        if (result == AUDIT_ROW || !find_following(reader, &first))
            return result;
        /* Between the end that was seen and the look at the folder, more may have come. */
        if (first == reader->next || looked_twice) {
            if (!open_at(reader, first))
                return AUDIT_UNREADABLE;
            looked_twice = false;
        } else {
            looked_twice = true;
        }
    }
}

/* --- what lies beside the records --- */

enum found { FOUND_NOT, FOUND, FOUND_UNREADABLE };
typedef enum found (*look)(sqlite3 *database, void *context);

/* A segment that was hot when the folder was looked at may be a sealed one by now. */
static sqlite3 *open_segment(const struct audit_reader *reader, const struct segment_ref *ref, char **path)
{
    bool is_gone;
    *path = segment_path(reader->directory, ref->first, ref->layout, "");
    sqlite3 *database = open_foreign(*path, &is_gone);
    if (database != NULL || !is_gone || ref->layout != SEGMENT_HOT)
        return database;
    base_free(*path);
    *path = segment_path(reader->directory, ref->first, SEGMENT_SEALED, "");
    return open_foreign(*path, &is_gone);
}

static enum found look_in_segment(struct audit_reader *reader, size_t index, look look_in, void *context)
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
static bool look_in_segments(struct audit_reader *reader, size_t index, int step, look look_in, void *context)
{
    enum found found = FOUND_NOT;
    for (; found == FOUND_NOT && index<reader->count; index = step> 0 ? index + 1 : index - 1)
        found = look_in_segment(reader, index, look_in, context);
    return found == FOUND;
}

/* Down from the newest, for what is the same wherever it stands. */
static bool look_anywhere(struct audit_reader *reader, look look_in, void *context)
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

bool audit_reader_checkpoint(struct audit_reader *reader, uint64_t after, uint64_t *size, struct buffer *note)
{
    struct checkpoint_look wanted = {.after = after, .note = note};
    bool found = look_in_segments(reader, segment_of(reader, after), 1, look_for_checkpoint, &wanted);
    *size = wanted.size;
    return found;
}

static enum found look_for_newest(sqlite3 *database, void *context)
{
    static const char sql[] = "SELECT size, note FROM ckpt ORDER BY size DESC LIMIT 1";
    return read_checkpoint(database, sql, context);
}

bool audit_reader_newest(struct audit_reader *reader, uint64_t *size, struct buffer *note)
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

bool audit_reader_blob(struct audit_reader *reader, const struct digest *digest, struct buffer *out)
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

void audit_reader_texts(
    struct audit_reader *reader, void (*on_text)(void *context, uint64_t first, struct bytes digest, struct bytes body),
    void *context)
{
    struct texts_look wanted = {on_text, context};
    (void)look_anywhere(reader, look_at_texts, &wanted);
}

bool audit_reader_frontier(struct audit_reader *reader, uint64_t sequence, struct tlog_tree *tree)
{
    return sequence >= audit_reader_first(reader) &&
           look_in_segments(reader, segment_of(reader, sequence), -1, look_for_base, tree) && tree->size <= sequence;
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

bool audit_reader_cosigned(struct audit_reader *reader, struct tlog_tree *tree, struct buffer *note)
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

uint64_t audit_reader_size(struct audit_reader *reader)
{
    uint64_t size = audit_reader_first(reader);
    (void)list_segments(reader);
    if (reader->count > 0)
        (void)look_in_segments(reader, reader->count - 1, -1, look_for_size, &size);
    return size;
}

static bool same_bytes(struct bytes left, struct bytes right)
{
    return left.length == right.length && (left.length == 0 || memcmp(left.data, right.data, left.length) == 0);
}

bool audit_row_agrees(const struct audit_row *row, const struct record *record)
{
    struct record_columns columns;
    record_projection(record, &columns);
    return record->head.sequence == row->sequence && columns.wall_us == row->wall_us && columns.kind == row->kind &&
           columns.verdict == row->verdict && text_equal(columns.host, row->host) &&
           same_bytes(columns.request, row->request);
}
