/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of AI vendors: from the provider to what became of them. */
#include "plot.h"

enum { PROVIDERS_MAX = 10, ROWS_MAX = 30 };

/* How each end is drawn: as the verdict it comes nearest to. */
static size_t kind_of(enum flow_end end)
{
    switch (end) {
    case FLOW_LOCAL:
    case FLOW_KEPT:
    case FLOW_LISTED:
    case FLOW_CANNED:
        return 1;
    case FLOW_BLOCKED:
        return 2;
    case FLOW_FAILED:
    case FLOW_UNKNOWN:
        return 3;
    case FLOW_OUT:
    case FLOW_ENDS:
        break;
    }
    return 0;
}

/* A band between two columns. */
static void band(const struct report *report, double from, double to, double height, size_t kind)
{
    enum { X1 = 190, X2 = 480, MIDDLE = (X1 + X2) / 2 };
    if (height < 0.4)
        height = 0.4;
    buffer_printf(
        report->out,
        "<path class=\"v%d\" fill-opacity=\".55\" d=\"M%d %.1fC%d %.1f %d %.1f %d %.1fV%.1fC%d %.1f %d %.1f %d "
        "%.1fZ\"/>",
        (int)plot_kinds[kind].verdict, X1, from, MIDDLE, from, MIDDLE, to, X2, to, to + height, MIDDLE, to + height,
        MIDDLE, from + height, X1, from + height);
}

struct river {
    double unit; /* height of one call */
    double left[PROVIDERS_MAX];
    double right[FLOW_ENDS];
};

static void lay_out(const struct report *report, size_t providers, struct river *river)
{
    double y = 8;
    river->unit = 150.0 / (double)report->tally->calls.all;
    for (size_t i = 0; i < providers; i++) {
        river->left[i] = y;
        y += (double)report->tally->providers.list[i].count * river->unit + 14;
    }
    y = 8;
    for (int i = 0; i < FLOW_ENDS; i++) {
        uint64_t count = report->tally->calls.flow.ends[i];
        river->right[i] = y;
        y += count > 0 ? (double)count * river->unit + 14 : 0;
    }
}

static void side_labels(const struct report *report, size_t providers, const struct river *river)
{
    const struct tally *tally = report->tally;
    for (size_t i = 0; i < providers; i++) {
        plot_label(report, 180, river->left[i] + 8, "end", export_text_limit(tally->providers.list[i].name, 24));
        plot_number(report, 180, river->left[i] + 18, "end", tally->providers.list[i].count);
    }
    for (int i = 0; i < FLOW_ENDS; i++) {
        if (tally->calls.flow.ends[i] == 0)
            continue;
        plot_label(report, 490, river->right[i] + 8, "start", text_from(flow_end_name((enum flow_end)i)));
        plot_number(report, 490, river->right[i] + 18, "start", tally->calls.flow.ends[i]);
    }
}

static void draw_river(const struct report *report, size_t providers)
{
    struct river river;
    lay_out(report, providers, &river);
    side_labels(report, providers, &river);
    for (size_t i = 0; i < providers; i++) {
        for (int j = 0; j < FLOW_ENDS; j++) {
            double height = (double)report->tally->calls.flows[i].ends[j] * river.unit;
            if (report->tally->calls.flows[i].ends[j] == 0)
                continue;
            band(report, river.left[i], river.right[j], height, kind_of((enum flow_end)j));
            river.left[i] += height;
            river.right[j] += height;
        }
    }
}

static void flow_rows(const struct report *report)
{
    const struct tally *tally = report->tally;
    buffer_append_string(report->out, "<table><thead><tr><th>provider</th>");
    for (int i = 0; i < FLOW_ENDS; i++)
        buffer_printf(report->out, "<th class=\"n\">%s</th>", flow_end_name((enum flow_end)i));
    buffer_append_string(report->out, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < tally->calls.flow_count && i < ROWS_MAX; i++) {
        buffer_append_string(report->out, "<tr><td class=\"h\">");
        html_text(report->out, tally->providers.list[i].name);
        for (int j = 0; j < FLOW_ENDS; j++) {
            buffer_append_string(report->out, "</td><td class=\"n\">");
            html_number(report->out, tally->calls.flows[i].ends[j]);
        }
        buffer_append_string(report->out, "</td></tr>\n");
    }
    buffer_append_string(report->out, "</tbody></table>\n");
}

static void model_rows(const struct report *report)
{
    const struct counter *top[PLOT_TOP];
    size_t count = counters_top(&report->tally->models, 0, top, PLOT_TOP);
    if (count == 0)
        return;
    buffer_append_string(
        report->out,
        "<h3>Models: asked for, and which one answered</h3><table><thead><tr><th>provider: asked &rarr; served</th>"
        "<th class=\"n\">calls</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < count; i++) {
        plot_begin_row(report, top[i]);
        buffer_append_string(report->out, "</td></tr>\n");
    }
    buffer_append_string(report->out, "</tbody></table>\n");
}

void plot_calls(const struct report *report)
{
    size_t providers =
        report->tally->calls.flow_count < PROVIDERS_MAX ? report->tally->calls.flow_count : PROVIDERS_MAX;
    if (report->tally->calls.all == 0) {
        plot_nothing(report, "AI calls: provider, and what became of them", "No call of an AI vendor in this period.");
        return;
    }
    size_t rows = providers > FLOW_ENDS ? providers : FLOW_ENDS;
    plot_open(report, "AI calls: provider, and what became of them", 170 + 14 * (int)rows);
    draw_river(report, providers);
    plot_close(report);
    flow_rows(report);
    model_rows(report);
}
