/* SPDX-License-Identifier: Apache-2.0 */
/* Lines for collectors: CEF:0, LEEF 2.0 and RFC 5424. Each has its own idea of escaping; none may be broken by what a
 * client put into a host or a path. */
#ifndef EXEAT_EXPORT_FORMAT_LINES_H
#define EXEAT_EXPORT_FORMAT_LINES_H

#include "export_internal.h"

/* How a line is graded: syslog severity (RFC 5424 6.2.1), and the 0 to 10 of CEF and LEEF. */
struct grade {
    unsigned syslog;
    unsigned ten;
};
struct grade line_grade(const struct export_item *item);

enum { LINE_KIND_SIZE = 16 };
const char *line_kind(const struct export_item *item, char out[LINE_KIND_SIZE]); /* in capitals */
/* As hex. */
void line_append_leaf(const struct export_item *item, struct buffer *out);
void line_append_id(const struct export_item *item, struct buffer *out);
bool line_has_id(const struct export_item *item); /* of a request */

#endif
