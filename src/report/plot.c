/* SPDX-License-Identifier: Apache-2.0 */
/* Bars, labels and frames in SVG, the same in every plot. */
#include "plot.h"

const struct plot_kind plot_kinds[PLOT_KINDS] = {
    {VERDICT_ALLOW, "allowed", NULL},
    {VERDICT_REROUTE, "rerouted", "h3"},
    {VERDICT_DENY, "denied", "h2"},
    {VERDICT_ERROR, "malformed", "h4"},
};

void plot_bar(const struct report *report, double x, double y, double width, double height, size_t kind)
{
    if (width <= 0 || height <= 0)
        return;
    buffer_printf(
        report->out, "<rect class=\"v%d\" x=\"%.1f\" y=\"%.1f\" width=\"%.2f\" height=\"%.2f\"/>",
        (int)plot_kinds[kind].verdict, x, y, width, height);
    if (plot_kinds[kind].hatch != NULL)
        buffer_printf(
            report->out, "<rect fill=\"url(#%s)\" x=\"%.1f\" y=\"%.1f\" width=\"%.2f\" height=\"%.2f\"/>",
            plot_kinds[kind].hatch, x, y, width, height);
}

void plot_open(const struct report *report, const char *name, int height)
{
    buffer_append_string(report->out, "<figure><figcaption>");
    html_string(report->out, name);
    buffer_printf(
        report->out, "</figcaption>\n<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", PLOT_WIDTH, height);
    html_string(report->out, name);
    buffer_append_string(report->out, "\">");
}

void plot_close(const struct report *report)
{
    buffer_append_string(report->out, "</svg></figure>\n");
}

void plot_nothing(const struct report *report, const char *name, const char *what)
{
    buffer_append_string(report->out, "<h3>");
    html_string(report->out, name);
    buffer_printf(report->out, "</h3><p class=\"dim\">%s</p>\n", what);
}

void plot_legend(const struct report *report, int y)
{
    for (size_t i = 0; i < PLOT_KINDS; i++) {
        double x = 60 + 110.0 * (double)i;
        plot_bar(report, x, y, 12, 9, i);
        buffer_printf(report->out, "<text x=\"%.0f\" y=\"%d\">%s</text>", x + 16, y + 8, plot_kinds[i].word);
    }
}

void plot_label(const struct report *report, double x, double y, const char *anchor, struct text text)
{
    buffer_printf(report->out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
    html_text(report->out, text);
    buffer_append_string(report->out, "</text>");
}

void plot_number(const struct report *report, double x, double y, const char *anchor, uint64_t number)
{
    buffer_printf(report->out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
    html_number(report->out, number);
    buffer_append_string(report->out, "</text>");
}

void plot_time(const struct report *report, double x, double y, const char *anchor, int64_t wall_us)
{
    buffer_printf(report->out, "<text class=\"dim\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
    html_time(report->out, wall_us);
    buffer_append_string(report->out, "</text>");
}

void plot_begin_row(const struct report *report, const struct counter *counter)
{
    buffer_append_string(report->out, "<tr><td class=\"h\">");
    html_text(report->out, export_text_limit(counter->name, 255));
    buffer_append_string(report->out, "</td><td class=\"n\">");
    html_number(report->out, counter->count);
}
