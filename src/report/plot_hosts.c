/* SPDX-License-Identifier: Apache-2.0 */
/* Where requests went. */
#include "plot.h"

static void host_bars(const struct report *report, const struct counter **top, size_t count)
{
    enum { LEFT = 230, ROW = 16 };
    double highest = (double)top[0]->count;
    for (size_t i = 0; i < count; i++) {
        double x = LEFT;
        double y = 4 + ROW * (double)i;
        plot_label(report, LEFT - 6, y + 9, "end", export_text_limit(top[i]->name, 42));
        for (size_t j = 0; j < PLOT_KINDS; j++) {
            double width = (double)top[i]->by_verdict[plot_kinds[j].verdict] * (PLOT_WIDTH - LEFT - 70) / highest;
            plot_bar(report, x, y, width, ROW - 5, j);
            x += width;
        }
        plot_number(report, x + 5, y + 9, "start", top[i]->count);
    }
    plot_legend(report, 8 + ROW * (int)count);
}

static void host_rows(const struct report *report, const struct counter **top, size_t count)
{
    buffer_append_string(
        report->out, "<table><thead><tr><th>destination</th><th class=\"n\">requests</th><th "
                     "class=\"n\">allowed</th><th class=\"n\">rerouted</th>"
                     "<th class=\"n\">denied</th><th class=\"n\">malformed</th><th>first seen</th><th>last "
                     "seen</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < count; i++) {
        plot_begin_row(report, top[i]);
        for (size_t j = 0; j < PLOT_KINDS; j++) {
            buffer_append_string(report->out, "</td><td class=\"n\">");
            html_number(report->out, top[i]->by_verdict[plot_kinds[j].verdict]);
        }
        buffer_append_string(report->out, "</td><td class=\"t\">");
        html_date(report->out, top[i]->first_us);
        buffer_append_string(report->out, "</td><td class=\"t\">");
        html_date(report->out, top[i]->last_us);
        buffer_append_string(report->out, "</td></tr>\n");
    }
    buffer_append_string(report->out, "</tbody></table>\n");
}

void plot_destinations(const struct report *report)
{
    const struct counter *top[PLOT_TOP];
    const struct counters *hosts = &report->tally->hosts;
    size_t count = counters_top(hosts, 0, top, PLOT_TOP);
    if (count == 0) {
        plot_nothing(report, "Top destinations", "No request in this period.");
        return;
    }
    plot_open(report, "Top destinations", 26 + 16 * (int)count);
    host_bars(report, top, count);
    plot_close(report);
    host_rows(report, top, count);
    buffer_append_string(report->out, "<p class=\"dim\">");
    html_number(report->out, hosts->count);
    buffer_append_string(report->out, " destinations in all");
    if (hosts->beyond > 0) {
        buffer_append_string(report->out, ", and ");
        html_number(report->out, hosts->beyond);
        buffer_append_string(report->out, " requests to more names than are counted one by one");
    }
    buffer_append_string(report->out, ".</p>\n");
}
