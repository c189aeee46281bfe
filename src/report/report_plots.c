/* SPDX-License-Identifier: Apache-2.0 */
/* The report's four plots, each with the table of its numbers. */
#include "plot.h"

/* Patterns in the colour of the paper, laid over the bars. */
static void patterns(const struct report *report)
{
    buffer_append_string(
        report->out, "<svg width=\"0\" height=\"0\" style=\"position:absolute\" aria-hidden=\"true\"><defs>"
                     "<pattern id=\"h2\" class=\"hatch\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" "
                     "patternTransform=\"rotate(45)\"><line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"5\"/></pattern>"
                     "<pattern id=\"h3\" class=\"hatch\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\">"
                     "<line x1=\"0\" y1=\"2\" x2=\"5\" y2=\"2\"/></pattern>"
                     "<pattern id=\"h4\" class=\"hatch\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\">"
                     "<line x1=\"2\" y1=\"0\" x2=\"2\" y2=\"4\"/><line x1=\"0\" y1=\"2\" x2=\"4\" y2=\"2\"/></pattern>"
                     "</defs></svg>\n");
}

void report_plots(const struct report *report)
{
    patterns(report);
    buffer_append_string(report->out, "<h2>What was decided</h2>\n");
    plot_over_time(report);
    plot_destinations(report);
    buffer_append_string(report->out, "<h2>AI calls</h2>\n");
    plot_calls(report);
    buffer_append_string(report->out, "<h2>Integrity</h2>\n");
    plot_integrity(report);
}
