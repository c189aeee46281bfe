/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of export share: the formats, JSON members, and the cursor. */
#ifndef EXEAT_EXPORT_INTERNAL_H
#define EXEAT_EXPORT_INTERNAL_H

#include "exeat/export.h"
#include "exeat/export/item.h"
#include "exeat/export/text.h"

const char *reason_code(enum reason reason); /* "unknown" beyond the table */

/* --- formats --- */

/* How wide each column of the terminal is; 0: it is left out. */
enum { TEXT_COLUMNS = 15 };
struct text_layout {
    size_t widths[TEXT_COLUMNS];
    bool has_colour;
};
/* `width` of the terminal; 0: none, and every column has the room that it likes. */
void text_layout_fit(struct text_layout *layout, size_t width, bool has_colour);
struct format_source {
    struct text origin;
    struct text_layout layout; /* of EXPORT_TEXT */
};
struct format {
    const char *name;
    bool has_life;                                                        /* shows records of the gate's own life too */
    bool names_log;                                                       /* each line does */
    void (*head)(const struct format_source *source, struct buffer *out); /* NULL: none */
    void (*item)(const struct format_source *source, const struct export_item *item, struct buffer *out);
};
const struct format *format_of(enum export_format format);

void text_table_head(const struct format_source *source, struct buffer *out);
void text_table_row(const struct format_source *source, const struct export_item *item, struct buffer *out);
void text_table_life(const struct format_source *source, const struct export_item *item, struct buffer *out);
void csv_head(const struct format_source *source, struct buffer *out);
void csv_row(const struct format_source *source, const struct export_item *item, struct buffer *out);
void ecs_line(const struct format_source *source, const struct export_item *item, struct buffer *out);
void ocsf_line(const struct format_source *source, const struct export_item *item, struct buffer *out);
void cef_line(const struct format_source *source, const struct export_item *item, struct buffer *out);
void leef_line(const struct format_source *source, const struct export_item *item, struct buffer *out);
void syslog_line(const struct format_source *source, const struct export_item *item, struct buffer *out);

/* JSON objects member by member; empty texts and zeros write nothing. */
struct json_line {
    struct buffer *out;
    bool needs_comma;
};
void json_open(struct json_line *line, const char *name); /* NULL: no name */
void json_close(struct json_line *line);
void json_put(struct json_line *line, const char *name, struct text text);
void json_put_string(struct json_line *line, const char *name, const char *string);
void json_put_number(struct json_line *line, const char *name, uint64_t number);
void json_put_hex(struct json_line *line, const char *name, struct bytes bytes);
void json_put_raw(struct json_line *line, const char *name, const char *json); /* our own constant */

void export_put_found(const struct export_item *item, struct json_line *line); /* by `inspect` */
/* Who answered an LLM call, and how: for what others have no words. */
void export_put_service(const struct export_item *item, struct json_line *line);

/* --- cursor: a text that says where to go on --- */

#define CURSOR_HEAD "exeat-cursor 1\n"
struct cursor {
    struct text origin; /* borrowed from the text */
    uint64_t next;      /* sequence */
    struct digest last; /* the leaf before it */
    bool has_last;
    uint64_t *open; /* owned: decisions whose outcome had not come */
    size_t open_count;
};
/* False: it is no cursor. Clear in either case. */
MUST_CHECK bool cursor_parse(struct text text, struct cursor *cursor);
void cursor_clear(struct cursor *cursor);

#endif
