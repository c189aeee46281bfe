/* SPDX-License-Identifier: Apache-2.0 */
/* Requests as columns for a terminal: as many of them as fit, the most telling first, and the room that is left goes to
 * those whose texts are long. */
#include <string.h>

#include "exeat/base/clock.h"
#include "export_internal.h"

/* In their order on the line; those of the highest rank go first when there is too little room. */
static const struct text_column {
    const char *title;
    size_t least;
    size_t most;
    int rank;
} columns[] = {
    {"time", 14, 20, 0}, {"request", 8, 8, 1},       {"client", 6, 14, 2},      {"verdict", 7, 7, 0},
    {"done", 7, 7, 3},   {"status", 6, 6, 5},        {"reason", 8, 18, 1},      {"rule", 8, 24, 4},
    {"method", 6, 8, 5}, {"host", 18, 44, 0},        {"port", 5, 5, 6},         {"path", 8, 48, 7},
    {"model", 8, 20, 8}, {"served_model", 8, 20, 9}, {"credential", 8, 16, 10},
};
_Static_assert(COUNT_OF(columns) == TEXT_COLUMNS, "every column has a width");

static size_t table_index(const char *title)
{
    size_t i = 0;
    while (strcmp(export_table_title(i), title) != 0)
        i++;
    return i;
}

/* --- widths --- */

static size_t sum_of(const struct text_layout *layout)
{
    size_t sum = 0;
    for (size_t i = 0; i < TEXT_COLUMNS; i++)
        sum += layout->widths[i] > 0 ? layout->widths[i] + 1 : 0;
    return sum - 1; /* none after the last */
}

static void drop_one(struct text_layout *layout)
{
    size_t worst = 0;
    for (size_t i = 0; i < TEXT_COLUMNS; i++)
        if (layout->widths[i] > 0 && (layout->widths[worst] == 0 || columns[i].rank >= columns[worst].rank))
            worst = i;
    layout->widths[worst] = 0;
}

/* One more for each column that wants it; false: none does, or there is no more room. A time is short or whole. */
static bool widen(struct text_layout *layout, size_t width)
{
    bool grew = false;
    for (size_t i = 1; i < TEXT_COLUMNS && sum_of(layout) < width; i++) {
        if (layout->widths[i] == 0 || layout->widths[i] == columns[i].most)
            continue;
        layout->widths[i]++;
        grew = true;
    }
    return grew;
}

void text_layout_fit(struct text_layout *layout, size_t width, bool has_colour)
{
    enum { LEAST = 56, WHOLE_TIME = 100 };
    *layout = (struct text_layout){.has_colour = has_colour};
    for (size_t i = 0; i < TEXT_COLUMNS; i++)
        layout->widths[i] = width == 0 ? columns[i].most : columns[i].least;
    if (width == 0)
        return;
    width = width < LEAST ? LEAST : width;
    while (sum_of(layout) > width)
        drop_one(layout);
    if (width >= WHOLE_TIME)
        layout->widths[0] = columns[0].most;
    while (sum_of(layout) > width)
        drop_one(layout);
    while (widen(layout, width))
        continue;
}

/* --- lines --- */

static void append_cut(struct buffer *out, struct text text, size_t width)
{
    size_t from = out->length;
    export_append_visible(out, text_part(text, 0, width + 1));
    if (out->length - from > width) {
        out->length = from + width - 1;
        buffer_append_byte(out, '~');
    }
}

static void pad(struct buffer *out, size_t from, size_t width)
{
    while (out->length - from <= width)
        buffer_append_byte(out, ' ');
}

/* The verdict's colour, around the word alone. */
static const char *colour_of(const struct export_item *item)
{
    switch (item->decision.verdict) {
    case VERDICT_ALLOW:
        return "32";
    case VERDICT_DENY:
    case VERDICT_ERROR:
        return "31";
    case VERDICT_REROUTE:
        return "36";
    }
    return "0";
}

/* "2026-11-23T10:00:00Z", or "11-23 10:00:00" where that is too long. UTC. */
static void append_time(struct buffer *out, int64_t wall_us, size_t width)
{
    char time[CLOCK_TEXT_SIZE];
    clock_write(wall_us, time);
    if (width >= columns[0].most)
        buffer_printf(out, "%.19sZ", time);
    else
        buffer_printf(out, "%.5s %.8s", time + 5, time + 11);
}

static struct text cell_of(const struct export_item *item, const char *title, size_t width, struct buffer *scratch)
{
    enum { SHORT_ID = 8 };
    if (strcmp(title, "time") == 0) {
        buffer_empty(scratch);
        append_time(scratch, item->head.wall_us, width);
        return buffer_text(scratch);
    }
    if (strcmp(title, "reason") == 0)
        return text_from(export_item_reason(item) == REASON_NONE ? "" : reason_code(export_item_reason(item)));
    struct text cell = export_table_cell(item, table_index(title), scratch);
    return strcmp(title, "request") == 0 ? text_part(cell, 0, SHORT_ID) : cell;
}

static void end_line(struct buffer *out)
{
    while (out->length > 0 && out->data[out->length - 1] == ' ')
        out->length--;
    buffer_append_byte(out, '\n');
}

void text_table_head(const struct format_source *source, struct buffer *out)
{
    for (size_t i = 0; i < TEXT_COLUMNS; i++) {
        size_t from = out->length;
        if (source->layout.widths[i] == 0)
            continue;
        append_cut(out, text_from(i == 0 ? "TIME" : columns[i].title), source->layout.widths[i]);
        pad(out, from, source->layout.widths[i]);
    }
    end_line(out);
}

void text_table_row(const struct format_source *source, const struct export_item *item, struct buffer *out)
{
    struct buffer scratch = {0};
    for (size_t i = 0; i < TEXT_COLUMNS; i++) {
        size_t from = out->length;
        size_t width = source->layout.widths[i];
        if (width == 0)
            continue;
        bool is_painted = source->layout.has_colour && strcmp(columns[i].title, "verdict") == 0;
        if (is_painted)
            buffer_printf(out, "\033[%sm", colour_of(item));
        size_t painted = out->length - from;
        append_cut(out, cell_of(item, columns[i].title, width, &scratch), width);
        if (is_painted) {
            buffer_append_string(out, "\033[0m");
            painted += 4;
        }
        pad(out, from, width + painted);
    }
    end_line(out);
    buffer_clear(&scratch);
}

/* What the gate itself did, between the requests. */
void text_table_life(const struct format_source *source, const struct export_item *item, struct buffer *out)
{
    size_t from = out->length;
    struct buffer sentence = {0};
    size_t width = 0;
    for (size_t i = 0; i < TEXT_COLUMNS; i++)
        width += source->layout.widths[i] > 0 ? source->layout.widths[i] + 1 : 0;
    append_time(out, item->head.wall_us, source->layout.widths[0]);
    buffer_append_string(out, " -- ");
    export_item_sentence(item, &sentence);
    append_cut(out, buffer_text(&sentence), width - 1 - (out->length - from));
    end_line(out);
    buffer_clear(&sentence);
}
