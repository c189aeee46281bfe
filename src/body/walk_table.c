/* SPDX-License-Identifier: Apache-2.0 */
/* CSV and TSV (RFC 4180). The cells of the first row name the columns of the others; they are told as values too, since
 * a table may have no such row. */
#include "exeat/base/memory.h"

#include "body_internal.h"

enum { COLUMNS_MAX = 1024 };
struct cell {
    struct text raw;
    bool is_quoted;
};

struct table {
    struct body *body;
    struct text rest;
    char separator;
    size_t row;
    size_t column;
    struct crumb names[COLUMNS_MAX]; /* of the columns */
};

/* Whether it stands in the first row, outside of quotes. */
static bool first_row_has(struct text text, char byte)
{
    bool is_quoted = false;
    for (size_t i = 0; i < text.length; i++) {
        if (!is_quoted && (text.data[i] == byte || text.data[i] == '\n' || text.data[i] == '\r'))
            return text.data[i] == byte;
        is_quoted ^= text.data[i] == '"';
    }
    return false;
}

static const char separators[] = {',', ';', '\t', '|'};

/* What stands before the first row is none: lines with nothing in them, and the one by which a program is told what
 * parts cells ("sep=;"). */
static struct text behind_preface(struct text text)
{
    size_t at = 0;
    if (text_starts_with(text, TEXT("sep=")) && text.length > 5 && (text.data[5] == '\n' || text.data[5] == '\r'))
        at = 5;
    while (at < text.length && (text.data[at] == '\n' || text.data[at] == '\r'))
        at++;
    return text_after(text, at);
}

/* Of a table whose type says commas, and whose first row has none: many programs write semicolons. */
static char separator_of(const struct layer *layer)
{
    struct text rows = behind_preface(layer->text);
    if (layer->separator == '\t')
        return '\t';
    for (size_t i = 0; i < sizeof(separators); i++)
        if (first_row_has(rows, separators[i]))
            return separators[i];
    return ',';
}

static bool is_end(const struct table *table, size_t at)
{
    char byte = at < table->rest.length ? table->rest.data[at] : '\n';
    return byte == table->separator || byte == '\n' || byte == '\r';
}

/* False: a quote has no end, or something behind it. */
static bool take_quoted(struct table *table, struct cell *cell)
{
    struct text rest = table->rest;
    size_t at = 1;
    for (; at < rest.length; at++) {
        if (rest.data[at] != '"')
            continue;
        if (at + 1 == rest.length || rest.data[at + 1] != '"')
            break;
        at++;
    }
    if (at >= rest.length || !is_end(table, at + 1))
        return false;
    *cell = (struct cell){text_part(rest, 1, at - 1), true};
    table->rest = text_after(rest, at + 1);
    return true;
}

static bool take_cell(struct table *table, struct cell *cell)
{
    if (text_starts_with(table->rest, TEXT("\"")))
        return take_quoted(table, cell) || walk_fail(table->body, BODY_MALFORMED, "a quote of a cell without its end");
    size_t length = 0;
    while (!is_end(table, length))
        length++;
    *cell = (struct cell){text_part(table->rest, 0, length), false};
    table->rest = text_after(table->rest, length);
    return true;
}

static bool tell_cell(struct table *table, const struct cell *cell)
{
    enum spelling spelling = cell->is_quoted ? SPELLED_QUOTED : SPELLED_CELL;
    if (table->column == COLUMNS_MAX)
        return walk_fail(table->body, BODY_TOO_MANY, "more than 1024 columns");
    struct crumb *name = &table->names[table->column];
    if (table->row == 0)
        *name = (struct crumb){.name = cell->raw, .is_name = true, .spelling = spelling};
    bool is_named = table->row > 0 && name->is_name;
    if (is_named && !crumb_push(table->body, *name))
        return false;
    bool goes_on = cell->raw.length == 0 || place_tell(table->body, BODY_VALUE, spelling, cell->raw);
    if (is_named)
        crumb_pop(table->body);
    return goes_on;
}

/* Behind a cell: the next one of the row, or the next row. */
static void go_on(struct table *table)
{
    bool is_same_row = table->rest.length > 0 && table->rest.data[0] == table->separator;
    bool is_pair = text_starts_with(table->rest, TEXT("\r\n"));
    table->rest = text_after(table->rest, is_pair ? 2 : 1);
    table->column = is_same_row ? table->column + 1 : 0;
    table->row += !is_same_row;
}

static bool walk_rows(struct table *table)
{
    struct cell cell = {0};
    while (table->rest.length > 0) {
        crumb_top(table->body)->index = table->row;
        crumb_changed(&table->body->walk, table->body->walk.depth - 1);
        if (!take_cell(table, &cell) || !tell_cell(table, &cell))
            return false;
        go_on(table);
    }
    return true;
}

static void begin(struct table *table, char separator)
{
    table->rest = behind_preface(body_layer(table->body)->text);
    table->separator = separator;
    table->row = table->column = 0;
}

/* Quotes end where cells do: nothing is told, and nothing is blamed. */
static bool is_well_formed(struct table *table, char separator)
{
    struct walk *walk = &table->body->walk;
    body_see see = walk->see;
    struct detail *detail = walk->detail;
    walk->see = NULL;
    walk->detail = NULL;
    begin(table, separator);
    bool is_good = walk_rows(table);
    walk->see = see;
    walk->detail = detail;
    walk->fault = BODY_FINE;
    return is_good;
}

/* Its type says commas, but many readers are told what parts cells, or look for it: each that may be one is. */
static bool walk_others(struct table *table, char separator, size_t told)
{
    struct layer *layer = body_layer(table->body);
    size_t same_as = layer->same_as;
    bool goes_on = true;
    for (size_t i = 0; i < sizeof(separators) && goes_on && separator != '\t'; i++) {
        char other = separators[i];
        if (other == separator || !first_row_has(behind_preface(layer->text), other) || !is_well_formed(table, other))
            continue;
        begin(table, other);
        body_layer(table->body)->same_as = same_as > 0 ? same_as : told;
        goes_on = walk_rows(table);
        layer = body_layer(table->body);
        layer->same_as = same_as;
    }
    return goes_on;
}

bool walk_table(struct body *body)
{
    if (!crumb_push(body, (struct crumb){0}))
        return false;
    struct table *table = base_zalloc(sizeof(*table));
    size_t told = body->walk.places + 1;
    table->body = body;
    begin(table, separator_of(body_layer(body)));
    char separator = table->separator;
    bool goes_on = walk_rows(table) && (body->walk.see == NULL || walk_others(table, separator, told));
    base_free(table);
    crumb_pop(body);
    return goes_on;
}
