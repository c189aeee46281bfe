/* SPDX-License-Identifier: Apache-2.0 */
/* Export and follow: items through a format, in constant memory, from a position and to one. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "exeat/base/memory.h"
#include "export_internal.h"

enum { FOLLOW_MS = 200 };

struct export
{
    struct store_reader *reader;
    const struct export_options *options;
    const struct format *format;
    struct format_source source;
    struct export_requests_options requests_options;
    struct export_requests *requests; /* owned */
    struct buffer line;               /* owned */
    uint64_t count;
    bool shows_life; /* of a terminal that is followed */
};

static bool is_by_record(const struct export_options *options)
{
    return options->format == EXPORT_RECORDS;
}

/* --- lines
 * ------------------------------------------------------------------------------------------------------------ */

static void put_line(struct export *export)
{
    fwrite(export->line.data, 1, export->line.length, export->options->out);
    buffer_empty(&export->line);
}

static void put_item(struct export *export, const struct export_item *item)
{
    bool is_life = !export_item_is_request(item);
    if (is_life && export->shows_life) {
        text_table_life(&export->source, item, &export->line);
        put_line(export);
        return;
    }
    if (export->format->item == NULL || (is_life && !export->format->has_life))
        return;
    export->format->item(&export->source, item, &export->line);
    put_line(export);
    export->count++;
}

static void on_record(void *context, const struct store_row *row)
{
    struct export *export = context;
    struct arena arena = {0};
    struct export_facts facts;
    struct bytes private_part = export->options->filter.redact ? (struct bytes){0} : row->private_part;
    if (export_facts_read(row->body, private_part, &arena, &facts)) {
        export_facts_append_json(&facts, &export->line);
        buffer_append(&export->line, TEXT("}\n"));
        put_line(export);
        export->count++;
    }
    arena_clear(&arena);
}

static void start(
    struct export *export, struct store_reader *reader, const struct export_options *options,
    void (*on_row)(void *context, const struct store_row *row))
{
    *export = (struct export){.reader = reader, .options = options, .format = format_of(options->format)};
    export->source.origin = store_reader_origin(reader);
    text_layout_fit(&export->source.layout, options->width, options->has_colour);
    export->requests_options =
        (struct export_requests_options){.filter = &options->filter, .progress = options->progress};
    export->requests_options.hook = (struct export_row_hook){.on_row = on_row, .context = export};
    export->requests_options.by_record = on_row != NULL;
    export->requests = export_requests_new(reader, &export->requests_options);
}

static void finish(struct export *export)
{
    export_requests_free(export->requests);
    buffer_clear(&export->line);
}

static bool flush_out(struct export *export, char **error)
{
    if (fflush(export->options->out) == 0 && !ferror(export->options->out))
        return true;
    struct buffer out = {0};
    buffer_printf(&out, "cannot write the export: %s", strerror(errno));
    *error = buffer_take(&out);
    return false;
}

/* --- cursor: where the next run goes on
 * -------------------------------------------------------------------------------- */

static void append_open(void *context, uint64_t sequence)
{
    buffer_printf(context, "open %llu\n", (unsigned long long)sequence);
}

/* The leaf of the last record that was read, so that another history is not mistaken for this one. */
static bool leaf_at(struct store_reader *reader, uint64_t sequence, struct digest *leaf)
{
    struct store_row row;
    store_reader_seek(reader, sequence);
    if (store_reader_next(reader, &row) != STORE_ROW || row.sequence != sequence)
        return false;
    tlog_leaf(row.body, leaf);
    return true;
}

static void write_cursor(struct export *export, struct buffer *out)
{
    uint64_t position = export_requests_position(export->requests);
    struct digest leaf;
    buffer_append_string(out, CURSOR_HEAD);
    buffer_append(out, TEXT("origin "));
    buffer_append(out, export->source.origin);
    buffer_printf(out, "\nnext %llu\n", (unsigned long long)position);
    if (position > store_reader_first(export->reader) && leaf_at(export->reader, position - 1, &leaf)) {
        buffer_append(out, TEXT("last "));
        buffer_append_hex(out, (struct bytes){leaf.bytes, sizeof(leaf.bytes)});
        buffer_append_byte(out, '\n');
    }
    store_reader_seek(export->reader, position);
    export_requests_open(export->requests, append_open, out);
}

static bool save_cursor(struct export *export, char **error)
{
    if (export->options->cursor == NULL)
        return true;
    struct buffer out = {0};
    write_cursor(export, &out);
    bool done = export->options->cursor->save(export->options->cursor->context, buffer_text(&out), error);
    buffer_clear(&out);
    return done;
}

static const char *why_not_resume(struct export *export, struct cursor *cursor)
{
    struct digest leaf;
    if (!text_equal(cursor->origin, export->source.origin))
        return "the cursor is of another log (its origin differs)";
    uint64_t first = store_reader_first(export->reader);
    if (cursor->next > first && cursor->has_last &&
        (!leaf_at(export->reader, cursor->next - 1, &leaf) || !digest_equal(&leaf, &cursor->last)))
        return "the store is not the one that the cursor was made from: it was rolled back or written anew; keep both "
               "and "
               "look with `exeat audit verify`";
    size_t kept = 0;
    for (size_t i = 0; i < cursor->open_count; i++)
        if (cursor->open[i] >= first) /* the others were pruned */
            cursor->open[kept++] = cursor->open[i];
    if (cursor->next < first) {
        if (export->options->cursor->on_pruned != NULL)
            export->options->cursor->on_pruned(export->options->cursor->context, cursor->next, first);
        cursor->next = first;
    }
    if (!export_requests_resume(export->requests, cursor->next, cursor->open, kept))
        return "the cursor names a decision that is not in the store";
    return NULL;
}

static bool resume(struct export *export, char **error)
{
    struct cursor cursor;
    if (export->options->cursor == NULL || export->options->cursor->start.length == 0) {
        if (export->options->from_end)
            return export_requests_resume(export->requests, store_reader_size(export->reader), NULL, 0);
        return true;
    }
    const char *why = "the cursor file is not one that `exeat audit export --cursor` wrote";
    if (cursor_parse(export->options->cursor->start, &cursor))
        why = why_not_resume(export, &cursor);
    cursor_clear(&cursor);
    if (why != NULL)
        *error = text_copy(text_from(why));
    return why == NULL;
}

/* --- export
 * ----------------------------------------------------------------------------------------------------------- */

static bool is_enough(const struct export *export)
{
    return export->options->limit > 0 && export->count >= export->options->limit;
}

static bool write_all(struct export *export, char **error)
{
    struct export_item *item;
    enum store_read read = STORE_END;
    while (!is_enough(export) && (read = export_requests_next(export->requests, &item)) == STORE_ROW)
        put_item(export, item);
    if (read == STORE_UNREADABLE) {
        *error = export_requests_error(export->requests);
        return false;
    }
    while (!is_enough(export) && (item = export_requests_rest(export->requests)) != NULL)
        put_item(export, item);
    return flush_out(export, error) && save_cursor(export, error);
}

bool export_write(struct store_reader *reader, const struct export_options *options, uint64_t *count, char **error)
{
    struct export export;
    start(&export, reader, options, is_by_record(options) ? on_record : NULL);
    bool done = resume(&export, error);
    if (done && export.format->head != NULL) {
        export.format->head(&export.source, &export.line);
        put_line(&export);
    }
    done = done && write_all(&export, error);
    *count = export.count;
    finish(&export);
    return done;
}

/* --- follow
 * ------------------------------------------------------------------------------------------------------------- */

/* All that there is now. False: the store cannot be read. */
static bool catch_up(struct export *export, bool by_record, char **error)
{
    struct export_item *item;
    enum store_read read;
    while ((read = export_requests_next(export->requests, &item)) == STORE_ROW)
        if (!by_record)
            put_item(export, item);
    if (read == STORE_UNREADABLE)
        *error = export_requests_error(export->requests);
    while (read == STORE_END && (item = export_requests_rest(export->requests)) != NULL)
        if (!by_record)
            put_item(export, item);
    return read == STORE_END;
}

bool export_follow(
    struct store_reader *reader, const struct export_options *options, bool (*goes_on)(void), char **error)
{
    struct timespec pause = {.tv_nsec = FOLLOW_MS * 1000000L};
    bool by_record = is_by_record(options);
    struct export export;
    start(&export, reader, options, by_record ? on_record : NULL);
    export.shows_life = options->format == EXPORT_TEXT;
    bool done = resume(&export, error);
    if (done && export.format->head != NULL) {
        export.format->head(&export.source, &export.line);
        put_line(&export);
    }
    uint64_t saved = UINT64_MAX;
    while (done && goes_on()) {
        done = catch_up(&export, by_record, error);
        if (fflush(options->out) != 0)
            break; /* nobody reads any more */
        if (done && export_requests_position(export.requests) != saved)
            done = save_cursor(&export, error);
        saved = export_requests_position(export.requests);
        nanosleep(&pause, NULL);
    }
    finish(&export);
    return done;
}
