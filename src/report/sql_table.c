/* SPDX-License-Identifier: Apache-2.0 */
/* The two tables of `--sql`, fed by the reader and kept nowhere: `requests`, a decision joined with its outcome a row,
 * and `records`, any record with its fields as JSON. */
#include <sqlite3.h>

#include "exeat/base/clock.h"
#include "exeat/base/memory.h"
#include "sql_table.h"

enum { COLUMN_SEQUENCE, COLUMN_TIME, COLUMN_FIRST, RECORDS_KIND = COLUMN_FIRST, RECORDS_FIELDS };

struct sql_vtab {
    sqlite3_vtab base;
    const struct sql_shape *shape; /* borrowed: what the table was registered with */
};
/* A row of `records` waits here until it has been read. */
struct sql_cursor {
    sqlite3_vtab_cursor base;
    const struct sql_source *source;
    bool is_records;
    struct store_reader *reader; /* owned */
    struct export_requests_options options;
    struct export_requests *requests; /* owned */
    struct export_item *item;         /* borrowed; NULL: at the end */
    struct store_row row;
    bool is_at_end;
    struct buffer scratch; /* owned */
};

/* --- the shape
 * ------------------------------------------------------------------------------------------------------------- */

static void declare_requests(struct buffer *out)
{
    buffer_append_string(out, "CREATE TABLE requests(sequence INTEGER, time TEXT");
    for (size_t i = 0; i < export_table_width(); i++)
        buffer_printf(out, ", \"%s\" %s", export_table_title(i), export_table_is_number(i) ? "INTEGER" : "TEXT");
    buffer_append_string(out, ")");
}

static int
connect_table(sqlite3 *database, void *context, int count, const char *const *words, sqlite3_vtab **out, char **error)
{
    (void)count, (void)words, (void)error;
    const struct sql_shape *shape = context;
    struct buffer sql = {0};
    if (shape->is_records)
        buffer_append_string(&sql, "CREATE TABLE records(sequence INTEGER, time TEXT, kind TEXT, fields TEXT)");
    else
        declare_requests(&sql);
    char *text = buffer_take(&sql);
    int result = sqlite3_declare_vtab(database, text);
    base_free(text);
    if (result != SQLITE_OK)
        return result;
    struct sql_vtab *table = base_zalloc(sizeof(*table));
    table->shape = shape;
    *out = &table->base;
    return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *table)
{
    base_free(table);
    return SQLITE_OK;
}

/* There is one way to read a log: from its beginning. */
static int plan(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    info->estimatedCost = 1e6;
    info->estimatedRows = 1000000;
    return SQLITE_OK;
}

/* --- rows
 * -------------------------------------------------------------------------------------------------------------- */

static int fail(struct sql_cursor *cursor, char *error)
{
    sqlite3_free(cursor->base.pVtab->zErrMsg);
    cursor->base.pVtab->zErrMsg = sqlite3_mprintf("%s", error);
    base_free(error);
    return SQLITE_ERROR;
}

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
    const struct sql_shape *shape = ((struct sql_vtab *)base)->shape;
    struct sql_cursor *cursor = base_zalloc(sizeof(*cursor));
    char *error = NULL;
    cursor->source = shape->source;
    cursor->is_records = shape->is_records;
    cursor->options =
        (struct export_requests_options){.filter = shape->source->filter, .progress = shape->source->progress};
    cursor->reader = store_reader_open(shape->source->directory, &error);
    cursor->base.pVtab = base;
    *out = &cursor->base;
    return cursor->reader != NULL ? SQLITE_OK : fail(cursor, error);
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
    struct sql_cursor *cursor = (struct sql_cursor *)base;
    export_requests_free(cursor->requests);
    store_reader_free(cursor->reader);
    buffer_clear(&cursor->scratch);
    base_free(cursor);
    return SQLITE_OK;
}

static int next_record(struct sql_cursor *cursor)
{
    enum store_read read = store_reader_next(cursor->reader, &cursor->row);
    cursor->is_at_end = read != STORE_ROW;
    return read == STORE_UNREADABLE ? fail(cursor, text_copy(text_from(store_reader_error(cursor->reader))))
                                    : SQLITE_OK;
}

static int next_request(struct sql_cursor *cursor)
{
    enum store_read read = STORE_END;
    do {
        read = export_requests_next(cursor->requests, &cursor->item);
        if (read == STORE_UNREADABLE)
            return fail(cursor, export_requests_error(cursor->requests));
        if (read == STORE_END)
            cursor->item = export_requests_rest(cursor->requests);
    } while (cursor->item != NULL && !export_item_is_request(cursor->item));
    cursor->is_at_end = cursor->item == NULL;
    return SQLITE_OK;
}

static int next_row(sqlite3_vtab_cursor *base)
{
    struct sql_cursor *cursor = (struct sql_cursor *)base;
    return cursor->is_records ? next_record(cursor) : next_request(cursor);
}

static int start(sqlite3_vtab_cursor *base, int number, const char *name, int count, sqlite3_value **values)
{
    (void)number, (void)name, (void)count, (void)values;
    struct sql_cursor *cursor = (struct sql_cursor *)base;
    store_reader_seek(cursor->reader, store_reader_first(cursor->reader));
    export_requests_free(cursor->requests);
    cursor->requests = export_requests_new(cursor->reader, &cursor->options);
    return next_row(base);
}

static int is_at_end(sqlite3_vtab_cursor *base)
{
    return ((struct sql_cursor *)base)->is_at_end ? 1 : 0;
}

static int row_id(sqlite3_vtab_cursor *base, sqlite3_int64 *id)
{
    struct sql_cursor *cursor = (struct sql_cursor *)base;
    *id = (sqlite3_int64)(cursor->is_records ? cursor->row.sequence : cursor->item->head.sequence);
    return SQLITE_OK;
}

/* --- values
 * ------------------------------------------------------------------------------------------------------------ */

static void give_text(sqlite3_context *out, struct text text)
{
    if (text.length == 0)
        sqlite3_result_null(out);
    else
        sqlite3_result_text64(out, text.data, text.length, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static void give_time(sqlite3_context *out, int64_t wall_us)
{
    char time[CLOCK_TEXT_SIZE];
    clock_write(wall_us, time);
    give_text(out, text_from(time));
}

static void give_fields(struct sql_cursor *cursor, sqlite3_context *out)
{
    struct arena arena = {0};
    struct export_facts facts;
    struct bytes private_part = cursor->source->filter->redact ? (struct bytes){0} : cursor->row.private_part;
    buffer_empty(&cursor->scratch);
    if (export_facts_read(cursor->row.body, private_part, &arena, &facts)) {
        export_facts_append_json(&facts, &cursor->scratch);
        buffer_append_byte(&cursor->scratch, '}');
    }
    arena_clear(&arena);
    give_text(out, buffer_text(&cursor->scratch));
}

static void give_record(struct sql_cursor *cursor, sqlite3_context *out, int column)
{
    if (column == COLUMN_SEQUENCE)
        sqlite3_result_int64(out, (sqlite3_int64)cursor->row.sequence);
    else if (column == COLUMN_TIME)
        give_time(out, cursor->row.wall_us);
    else if (column == RECORDS_KIND)
        give_text(out, text_from(record_kind_name((enum record_kind)cursor->row.kind)));
    else
        give_fields(cursor, out);
}

static void give_request(struct sql_cursor *cursor, sqlite3_context *out, int column)
{
    const struct export_item *item = cursor->item;
    if (column == COLUMN_SEQUENCE)
        sqlite3_result_int64(out, (sqlite3_int64)item->head.sequence);
    else if (column == COLUMN_TIME)
        give_time(out, item->head.wall_us);
    else if (export_table_is_number((size_t)column - COLUMN_FIRST))
        sqlite3_result_int64(out, (sqlite3_int64)export_table_number(item, (size_t)column - COLUMN_FIRST));
    else
        give_text(out, export_table_cell(item, (size_t)column - COLUMN_FIRST, &cursor->scratch));
}

static int give(sqlite3_vtab_cursor *base, sqlite3_context *out, int column)
{
    struct sql_cursor *cursor = (struct sql_cursor *)base;
    (cursor->is_records ? give_record : give_request)(cursor, out, column);
    return SQLITE_OK;
}

/* Made by name, so that sqlite_master has them; nothing else can be made, since the authorizer lets nobody. */
static const sqlite3_module module = {
    .xCreate = connect_table,
    .xDestroy = disconnect,
    .xConnect = connect_table,
    .xBestIndex = plan,
    .xDisconnect = disconnect,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = start,
    .xNext = next_row,
    .xEof = is_at_end,
    .xColumn = give,
    .xRowid = row_id,
};

/* What is there by its name alone is declared when it is first named: do that too, while declaring is still allowed. */
static const char make_them[] = "CREATE VIRTUAL TABLE requests USING requests;"
                                "CREATE VIRTUAL TABLE records USING records;"
                                "SELECT 1 FROM pragma_table_info('requests')";

bool sql_tables_add(sqlite3 *database, struct sql_tables *tables, const struct sql_source *source)
{
    tables->requests = (struct sql_shape){source, false};
    tables->records = (struct sql_shape){source, true};
    return sqlite3_create_module(database, "requests", &module, &tables->requests) == SQLITE_OK &&
           sqlite3_create_module(database, "records", &module, &tables->records) == SQLITE_OK &&
           sqlite3_exec(database, make_them, NULL, NULL, NULL) == SQLITE_OK;
}
