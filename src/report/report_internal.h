/* SPDX-License-Identifier: Apache-2.0 */
/* The report: one HTML page with nothing outside of itself. */
#ifndef EXEAT_REPORT_INTERNAL_H
#define EXEAT_REPORT_INTERNAL_H

#include "tally.h"

struct report {
    const struct tally *tally;
    const struct evidence_report *verify;
    const struct report_page *page;
    struct text origin;
    struct buffer *out;
};

/* Text into HTML, in content and in quoted attributes: markup escaped, what is not UTF-8 or controls text made visible.
 */
void html_text(struct buffer *out, struct text text);
void html_name(struct buffer *out, struct text name); /* a log's name, whose pieces a line break leaves whole */
void html_string(struct buffer *out, const char *string);
void html_number(struct buffer *out, uint64_t number); /* 1 234 567 */
void html_time(struct buffer *out, int64_t wall_us);   /* to the minute, UTC */
void html_date(struct buffer *out, int64_t wall_us);

void report_style(struct buffer *out);
void report_plots(const struct report *report);
void report_controls(const struct report *report);
void report_found(const struct report *report);       /* nothing, where nothing was found */
void report_credentials(const struct report *report); /* nothing, where none was put in; report_found.c */

#endif
