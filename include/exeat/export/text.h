/* SPDX-License-Identifier: Apache-2.0 */
/* What came from the network, made fit for a line, a terminal or a cell. */
#ifndef EXEAT_EXPORT_TEXT_H
#define EXEAT_EXPORT_TEXT_H

#include "exeat/export/item.h"

/* Text for a line: what is not UTF-8 becomes U+FFFD; control characters, line separators and turners of direction
 * become \xNN or \uNNNN; a byte of `escaped` gets a backslash before it. */
void export_append_clean(struct buffer *out, struct text text, const char *escaped);
/* The longest part of at most `limit` bytes that does not cut a character. */
struct text export_text_limit(struct text text, size_t limit);
/* For a terminal: ASCII, everything else as \xNN. */
void export_append_visible(struct buffer *out, struct text text);

/* The cells of a request's row. */
size_t export_table_width(void);
const char *export_table_title(size_t index);
bool export_table_is_number(size_t index);
uint64_t export_table_number(const struct export_item *item, size_t index);
struct text
export_table_cell(const struct export_item *item, size_t index, struct buffer *scratch); /* borrowed from either */
void export_csv_cell(struct text text, struct buffer *out);

#endif
