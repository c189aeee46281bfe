/* SPDX-License-Identifier: Apache-2.0 */
/* `--sql`: one SELECT over tables that the reader feeds, in a database that holds nothing. The authorizer lets reading
 * pass and nothing else; length, depth, memory and time are bounded, and nothing is spilled into temporary files. */
#include <math.h>
#include <string.h>

#include "exeat/base/clock.h"
#include "exeat/base/json.h"
#include "exeat/base/memory.h"
#include "sql_table.h"

enum { HEAP_MAX = 256 << 20, LOOK_EACH = 20000 };

struct query {
    sqlite3 *database;       /* owned */
    sqlite3_stmt *statement; /* owned */
    const struct report_sql *options;
    struct sql_source source;
    struct sql_tables tables;
    uint64_t deadline_us;
    bool is_late;
    struct buffer line; /* owned */
};

/* --- bounds
 * ------------------------------------------------------------------------------------------------------------ */

static int
authorize(void *context, int action, const char *first, const char *second, const char *base, const char *view)
{
    (void)context, (void)base, (void)view;
    if (action == SQLITE_PRAGMA) /* which columns there are */
        return strcmp(first, "table_info") == 0 ? SQLITE_OK : SQLITE_DENY;
    if (action == SQLITE_FUNCTION)
        return strcmp(second, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
    return action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_RECURSIVE ? SQLITE_OK : SQLITE_DENY;
}

static int look_at_clock(void *context)
{
    struct query *query = context;
    query->is_late = clock_steady_us() > query->deadline_us;
    return query->is_late ? 1 : 0;
}

static void set_bounds(struct query *query)
{
    static const struct {
        int limit;
        int value;
    } rows[] = {
        {SQLITE_LIMIT_LENGTH, 16 << 20}, {SQLITE_LIMIT_SQL_LENGTH, 1 << 20}, {SQLITE_LIMIT_COLUMN, 200},
        {SQLITE_LIMIT_EXPR_DEPTH, 100},  {SQLITE_LIMIT_COMPOUND_SELECT, 50}, {SQLITE_LIMIT_VDBE_OP, 250000},
        {SQLITE_LIMIT_FUNCTION_ARG, 50}, {SQLITE_LIMIT_ATTACHED, 0},         {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000},
        {SQLITE_LIMIT_TRIGGER_DEPTH, 1}, {SQLITE_LIMIT_WORKER_THREADS, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        sqlite3_limit(query->database, rows[i].limit, rows[i].value);
    sqlite3_hard_heap_limit64(HEAP_MAX);
    query->deadline_us = clock_steady_us() + query->options->seconds * 1000000;
    sqlite3_progress_handler(query->database, LOOK_EACH, look_at_clock, query);
    sqlite3_set_authorizer(query->database, authorize, NULL);
}

static bool open_database(struct query *query)
{
    if (sqlite3_open_v2(":memory:", &query->database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return false;
    sqlite3_db_config(query->database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(query->database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(query->database, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    if (sqlite3_exec(query->database, "PRAGMA temp_store=MEMORY", NULL, NULL, NULL) != SQLITE_OK ||
        !sql_tables_add(query->database, &query->tables, &query->source))
        return false;
    set_bounds(query);
    return true;
}

/* --- rows
 * -------------------------------------------------------------------------------------------------------------- */

static struct text text_at(const struct query *query, int column)
{
    const void *data = sqlite3_column_text(query->statement, column);
    return (struct text){data == NULL ? "" : data, (size_t)sqlite3_column_bytes(query->statement, column)};
}

static void append_json_value(struct query *query, int column)
{
    int type = sqlite3_column_type(query->statement, column);
    bool is_number = type == SQLITE_INTEGER || type == SQLITE_FLOAT;
    /* JSON has no word for infinity. */
    if (type == SQLITE_NULL || (is_number && !isfinite(sqlite3_column_double(query->statement, column))))
        buffer_append_string(&query->line, "null");
    else if (is_number)
        buffer_append(&query->line, text_at(query, column));
    else
        json_append_string(&query->line, text_at(query, column));
}

static void append_json(struct query *query, int columns)
{
    for (int i = 0; i < columns; i++) {
        buffer_append_byte(&query->line, i == 0 ? '{' : ',');
        json_append_string(&query->line, text_from(sqlite3_column_name(query->statement, i)));
        buffer_append_byte(&query->line, ':');
        append_json_value(query, i);
    }
    buffer_append(&query->line, TEXT("}\n"));
}

static void append_cells(struct query *query, int columns, bool is_head)
{
    bool is_csv = query->options->format == EXPORT_CSV;
    for (int i = 0; i < columns; i++) {
        struct text cell = is_head ? text_from(sqlite3_column_name(query->statement, i)) : text_at(query, i);
        buffer_append_string(&query->line, i == 0 ? "" : is_csv ? "," : "\t");
        if (is_csv)
            export_csv_cell(cell, &query->line);
        else
            export_append_visible(&query->line, cell);
    }
    buffer_append_string(&query->line, is_csv ? "\r\n" : "\n");
}

static void put_line(struct query *query)
{
    fwrite(query->line.data, 1, query->line.length, query->options->out);
    buffer_empty(&query->line);
}

static int give_rows(struct query *query, uint64_t *rows)
{
    int columns = sqlite3_column_count(query->statement);
    bool is_json = query->options->format == EXPORT_JSONL;
    int result;
    if (!is_json) {
        append_cells(query, columns, true);
        put_line(query);
    }
    while ((result = sqlite3_step(query->statement)) == SQLITE_ROW) {
        if (is_json)
            append_json(query, columns);
        else
            append_cells(query, columns, false);
        put_line(query);
        (*rows)++;
    }
    return result;
}

/* --- the query
 * --------------------------------------------------------------------------------------------------------- */

static char *sentence(const struct query *query)
{
    struct buffer out = {0};
    if (query->is_late)
        buffer_printf(
            &out, "the query took longer than %llu s (--seconds)", (unsigned long long)query->options->seconds);
    else if (sqlite3_errcode(query->database) == SQLITE_NOMEM)
        buffer_printf(&out, "the query needs more than %d MiB; take fewer rows or columns", HEAP_MAX >> 20);
    else
        buffer_printf(&out, "SQL: %s", sqlite3_errmsg(query->database));
    return buffer_take(&out);
}

/* Nothing but blanks, semicolons and comments. */
static bool is_nothing(struct query *query, struct text text)
{
    sqlite3_stmt *more = NULL;
    const char *rest = text.data;
    const char *end = text.data + text.length;
    bool empty = true;
    while (empty && rest < end) {
        const char *from = rest;
        empty = sqlite3_prepare_v2(query->database, from, (int)(end - from), &more, &rest) == SQLITE_OK && more == NULL;
        sqlite3_finalize(more);
        if (rest == from)
            break;
    }
    return empty;
}

static enum report_sql_result prepare(struct query *query, char **error)
{
    const char *rest = NULL;
    struct text text = query->options->query;
    if (!open_database(query) ||
        sqlite3_prepare_v2(query->database, text.data, (int)text.length, &query->statement, &rest) != SQLITE_OK) {
        *error = sentence(query);
        return REPORT_SQL_REFUSED;
    }
    struct text more = text_after(text, (size_t)(rest - text.data));
    if (query->statement == NULL || !sqlite3_stmt_readonly(query->statement) || !is_nothing(query, more)) {
        *error = text_copy(TEXT("SQL: one SELECT, nothing after it"));
        return REPORT_SQL_REFUSED;
    }
    return REPORT_SQL_DONE;
}

enum report_sql_result report_sql(const char *directory, const struct report_sql *options, uint64_t *rows, char **error)
{
    struct query query = {.options = options, .source = {directory, &options->filter, options->progress}};
    *rows = 0;
    enum report_sql_result result = prepare(&query, error);
    if (result == REPORT_SQL_DONE && give_rows(&query, rows) != SQLITE_DONE) {
        *error = sentence(&query);
        result = REPORT_SQL_FAILED;
    }
    sqlite3_finalize(query.statement);
    sqlite3_close(query.database);
    sqlite3_hard_heap_limit64(0);
    buffer_clear(&query.line);
    return result;
}
