/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a store that may be written meanwhile: read-only connections that never run a WAL checkpoint. A segment's
 * place in the one tree is its name. A hot segment may become a sealed one between two looks: then the folder is looked
 * at again. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "reader_internal.h"

/* --- the folder --- */

/* Where a segment is there in both layouts, the sealed one counts: the hot one is about to be removed. */
static int compare_refs(const void *left, const void *right)
{
    const struct segment_ref *a = left;
    const struct segment_ref *b = right;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    return (a->layout == STORE_HOT) - (b->layout == STORE_HOT);
}

static void add_segment(struct store_reader *reader, const char *name)
{
    struct segment_ref ref;
    if (!store_segment_name_parse(name, &ref.first, &ref.layout) || ref.layout == STORE_PRIVATE)
        return;
    reader->segments = base_resize(reader->segments, reader->count + 1, sizeof(*reader->segments));
    reader->segments[reader->count++] = ref;
}

static void drop_doubles(struct store_reader *reader)
{
    size_t kept = 0;
    for (size_t i = 0; i < reader->count; i++)
        if (kept == 0 || reader->segments[kept - 1].first != reader->segments[i].first)
            reader->segments[kept++] = reader->segments[i];
    reader->count = kept;
}

size_t reader_segment_of(const struct store_reader *reader, uint64_t sequence)
{
    size_t index = 0;
    while (index + 1 < reader->count && reader->segments[index + 1].first <= sequence)
        index++;
    return index;
}

bool reader_list_segments(struct store_reader *reader)
{
    uint64_t here = reader->count > 0 ? reader->segments[reader->current].first : 0;
    DIR *folder = opendir(reader->directory);
    if (folder == NULL) {
        base_free(reader->error);
        reader->error = file_sentence(reader->directory, "cannot read the folder", strerror(errno));
        return false;
    }
    reader->count = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        add_segment(reader, entry->d_name);
    closedir(folder);
    if (reader->count > 0)
        qsort(reader->segments, reader->count, sizeof(*reader->segments), compare_refs);
    drop_doubles(reader);
    reader->current = reader_segment_of(reader, here);
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
static bool open_at(struct store_reader *reader, uint64_t sequence)
{
    enum { TRIES = 9 };
    for (int i = 0; i < TRIES; i++) {
        bool is_gone = false;
        char *error = NULL;
        cursor_close(&reader->cursor);
        reader->current = reader_segment_of(reader, sequence);
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
        if (!is_gone || !reader_list_segments(reader) || reader->count == 0)
            return false;
        wait_a_little(i);
    }
    return false;
}

static bool read_identity(struct store_reader *reader)
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

struct store_reader *store_reader_open(const char *directory, char **error)
{
    struct store_reader *reader = base_zalloc(sizeof(*reader));
    reader->directory = text_copy(text_from(directory));
    bool done = reader_list_segments(reader);
    if (done && reader->count == 0) {
        reader->error = file_sentence(directory, "no audit store here (no seg-*.db)", "");
        done = false;
    }
    done = done && open_at(reader, reader->segments[0].first) && read_identity(reader);
    if (done) {
        reader->next = reader->segments[0].first;
        return reader;
    }
    *error = reader->error;
    reader->error = NULL;
    store_reader_free(reader);
    return NULL;
}

void store_reader_free(struct store_reader *reader)
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

struct text store_reader_origin(const struct store_reader *reader)
{
    return text_from(reader->origin);
}

uint64_t store_reader_first(const struct store_reader *reader)
{
    return reader->segments[0].first;
}

const struct tlog_tree *store_reader_base(const struct store_reader *reader)
{
    return &reader->base;
}

const char *store_reader_error(const struct store_reader *reader)
{
    return reader->error == NULL ? "" : reader->error;
}

/* --- records --- */

void store_reader_seek(struct store_reader *reader, uint64_t sequence)
{
    reader->next = sequence;
    if (reader->cursor.database != NULL && reader_segment_of(reader, sequence) == reader->current)
        cursor_seek(&reader->cursor, sequence);
    else
        (void)open_at(reader, sequence);
}

static enum store_read fail(struct store_reader *reader)
{
    base_free(reader->error);
    reader->error = sqlite_sentence(reader->directory, "read records", reader->cursor.database);
    return STORE_UNREADABLE;
}

/* Is there a segment after the current one? Its first sequence, if so. */
static bool find_following(struct store_reader *reader, uint64_t *first)
{
    if (reader->current + 1 == reader->count && !reader_list_segments(reader))
        return false;
    if (reader->current + 1 >= reader->count)
        return false;
    *first = reader->segments[reader->current + 1].first;
    return true;
}

enum store_read store_reader_next(struct store_reader *reader, struct store_row *row)
{
    bool looked_twice = false;
    for (;;) {
        uint64_t first;
        if (reader->cursor.database == NULL)
            return STORE_UNREADABLE;
        enum store_read result = cursor_next(&reader->cursor, row);
        if (result == STORE_ROW)
            reader->next = row->sequence + 1;
        if (result == STORE_UNREADABLE)
            return fail(reader);
        if (result == STORE_ROW || !find_following(reader, &first))
            return result;
        /* Between the end that was seen and the look at the folder, more may have come. */
        if (first == reader->next || looked_twice) {
            if (!open_at(reader, first))
                return STORE_UNREADABLE;
            looked_twice = false;
        } else {
            looked_twice = true;
        }
    }
}

static bool same_bytes(struct bytes left, struct bytes right)
{
    return left.length == right.length && (left.length == 0 || memcmp(left.data, right.data, left.length) == 0);
}

bool store_row_agrees(const struct store_row *row, const struct record *record)
{
    struct record_columns columns;
    record_projection(record, &columns);
    return record->head.sequence == row->sequence && columns.wall_us == row->wall_us && columns.kind == row->kind &&
           columns.verdict == row->verdict && text_equal(columns.host, row->host) &&
           same_bytes(columns.request, row->request);
}
