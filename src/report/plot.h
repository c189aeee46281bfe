/* SPDX-License-Identifier: Apache-2.0 */
/* What the report's plots are drawn with: bars, labels, the frame of a figure. All of it is appended to the page. */
#ifndef EXEAT_REPORT_PLOT_H
#define EXEAT_REPORT_PLOT_H

#include "report_internal.h"

enum { PLOT_WIDTH = 700, PLOT_KINDS = 4, PLOT_TOP = 15 };

/* How a verdict is drawn, in the order in which bars are put together. */
struct plot_kind {
    enum verdict verdict;
    const char *word;
    const char *hatch; /* over the colour: told apart without it; NULL: none */
};
extern const struct plot_kind plot_kinds[PLOT_KINDS];

void plot_open(const struct report *report, const char *name, int height);
void plot_close(const struct report *report);
/* In place of a plot that has nothing to show. */
void plot_nothing(const struct report *report, const char *name, const char *what);
void plot_bar(const struct report *report, double x, double y, double width, double height, size_t kind);
void plot_legend(const struct report *report, int y);
void plot_label(const struct report *report, double x, double y, const char *anchor, struct text text);
void plot_number(const struct report *report, double x, double y, const char *anchor, uint64_t number);
void plot_time(const struct report *report, double x, double y, const char *anchor, int64_t wall_us);
/* A row of a table, up to the end of its count. */
void plot_begin_row(const struct report *report, const struct counter *counter);

/* plot_time.c */
void plot_over_time(const struct report *report);
void plot_integrity(const struct report *report);
/* plot_hosts.c */
void plot_destinations(const struct report *report);
/* plot_calls.c */
void plot_calls(const struct report *report);

#endif
