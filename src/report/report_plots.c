/* SPDX-License-Identifier: Apache-2.0 */
/* The report's four plots as SVG, each with the table of its numbers. */
#include "report_internal.h"

enum { WIDTH = 700, TOP_HOSTS = 15, PROVIDERS_MAX = 10, ROWS_MAX = 30, COLUMN_ROWS = 12 };

static const struct {
    enum verdict verdict;
    const char *word;
    const char *hatch; /* over the colour: told apart without it */
} kinds[] = {
    {VERDICT_ALLOW, "allowed", NULL},
    {VERDICT_REROUTE, "rerouted", "h3"},
    {VERDICT_DENY, "denied", "h2"},
    {VERDICT_ERROR, "malformed", "h4"},
};

static void bar(const struct report *report, double x, double y, double width, double height, size_t kind)
{
    if (width <= 0 || height <= 0)
        return;
    buffer_printf(
        report->out, "<rect class=\"v%d\" x=\"%.1f\" y=\"%.1f\" width=\"%.2f\" height=\"%.2f\"/>",
        (int)kinds[kind].verdict, x, y, width, height);
    if (kinds[kind].hatch != NULL)
        buffer_printf(
            report->out, "<rect fill=\"url(#%s)\" x=\"%.1f\" y=\"%.1f\" width=\"%.2f\" height=\"%.2f\"/>",
            kinds[kind].hatch, x, y, width, height);
}

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

static void open_svg(const struct report *report, const char *name, int height)
{
    buffer_append_string(report->out, "<figure><figcaption>");
    html_string(report->out, name);
    buffer_printf(report->out, "</figcaption>\n<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", WIDTH, height);
    html_string(report->out, name);
    buffer_append_string(report->out, "\">");
}

static void close_svg(const struct report *report)
{
    buffer_append_string(report->out, "</svg></figure>\n");
}

static void nothing(const struct report *report, const char *name, const char *what)
{
    buffer_append_string(report->out, "<h3>");
    html_string(report->out, name);
    buffer_printf(report->out, "</h3><p class=\"dim\">%s</p>\n", what);
}

static void legend(const struct report *report, int y)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        double x = 60 + 110.0 * (double)i;
        bar(report, x, y, 12, 9, i);
        buffer_printf(report->out, "<text x=\"%.0f\" y=\"%d\">%s</text>", x + 16, y + 8, kinds[i].word);
    }
}

static void label(const struct report *report, double x, double y, const char *anchor, struct text text)
{
    buffer_printf(report->out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
    html_text(report->out, text);
    buffer_append_string(report->out, "</text>");
}

static void number_label(const struct report *report, double x, double y, const char *anchor, uint64_t number)
{
    buffer_printf(report->out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
    html_number(report->out, number);
    buffer_append_string(report->out, "</text>");
}

static void time_label(const struct report *report, double x, double y, const char *anchor, int64_t wall_us)
{
    buffer_printf(report->out, "<text class=\"dim\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
    html_time(report->out, wall_us);
    buffer_append_string(report->out, "</text>");
}

/* --- decisions over time
 * ------------------------------------------------------------------------------------------------ */

static uint64_t sum_of(const struct tally_bucket *bucket)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        sum += bucket->verdicts[kinds[i].verdict];
    return sum;
}

static void time_axis(const struct report *report, double left, double right, double y)
{
    const struct tally *tally = report->tally;
    buffer_printf(report->out, "<line x1=\"%.0f\" y1=\"%.0f\" x2=\"%.0f\" y2=\"%.0f\"/>", left, y, right, y);
    time_label(report, left, y + 13, "start", tally_bucket_start(tally, 0));
    time_label(report, (left + right) / 2, y + 13, "middle", tally_bucket_start(tally, tally->period.bucket_count / 2));
    time_label(report, right, y + 13, "end", tally->period.last_us);
}

static void time_bars(const struct report *report, uint64_t highest)
{
    enum { LEFT = 60, BASE = 150, TALL = 130 };
    const struct tally *tally = report->tally;
    double step = (double)(WIDTH - LEFT - 10) / (double)tally->period.bucket_count;
    for (size_t i = 0; i < tally->period.bucket_count; i++) {
        double y = BASE;
        for (size_t j = 0; j < COUNT_OF(kinds); j++) {
            double height = (double)tally->period.buckets[i].verdicts[kinds[j].verdict] * TALL / (double)highest;
            y -= height;
            bar(report, LEFT + step * (double)i, y, step > 3 ? step - 1 : step, height, j);
        }
    }
    time_axis(report, LEFT, WIDTH - 10, BASE);
    number_label(report, LEFT - 4, BASE - TALL + 6, "end", highest);
    label(report, LEFT - 4, BASE, "end", TEXT("0"));
}

/* In columns only where there are rows enough for two. */
static bool is_long(const struct tally *tally)
{
    size_t rows = 0;
    for (size_t i = 0; i < tally->period.bucket_count; i++)
        rows += sum_of(&tally->period.buckets[i]) == 0 ? 0 : 1;
    return rows > COLUMN_ROWS;
}

static void time_rows(const struct report *report)
{
    const struct tally *tally = report->tally;
    buffer_printf(
        report->out,
        "<div%s><table><thead><tr><th>%s from (UTC)</th><th class=\"n\">allowed</th><th "
        "class=\"n\">rerouted</th>"
        "<th class=\"n\">denied</th><th class=\"n\">malformed</th></tr></thead><tbody>\n",
        is_long(tally) ? " class=\"cols\"" : "", tally_bucket_name(tally));
    for (size_t i = 0; i < tally->period.bucket_count; i++) {
        if (sum_of(&tally->period.buckets[i]) == 0)
            continue;
        buffer_append_string(report->out, "<tr><td class=\"t\">");
        html_time(report->out, tally_bucket_start(tally, i));
        for (size_t j = 0; j < COUNT_OF(kinds); j++) {
            buffer_append_string(report->out, "</td><td class=\"n\">");
            html_number(report->out, tally->period.buckets[i].verdicts[kinds[j].verdict]);
        }
        buffer_append_string(report->out, "</td></tr>\n");
    }
    buffer_append_string(
        report->out, "</tbody></table></div><p class=\"dim\">Steps without a request have no row.</p>\n");
}

static void over_time(const struct report *report)
{
    const struct tally *tally = report->tally;
    char name[64];
    uint64_t highest = 1;
    snprintf(name, sizeof(name), "Decisions per %s by verdict", tally_bucket_name(tally));
    if (tally->requests.all == 0) {
        nothing(report, name, "No request in this period.");
        return;
    }
    for (size_t i = 0; i < tally->period.bucket_count; i++)
        if (sum_of(&tally->period.buckets[i]) > highest)
            highest = sum_of(&tally->period.buckets[i]);
    open_svg(report, name, 190);
    time_bars(report, highest);
    legend(report, 176);
    close_svg(report);
    time_rows(report);
}

/* --- destinations
 * -------------------------------------------------------------------------------------------------------- */

static void host_bars(const struct report *report, const struct counter **top, size_t count)
{
    enum { LEFT = 230, ROW = 16 };
    double highest = (double)top[0]->count;
    for (size_t i = 0; i < count; i++) {
        double x = LEFT;
        double y = 4 + ROW * (double)i;
        label(report, LEFT - 6, y + 9, "end", export_text_limit(top[i]->name, 42));
        for (size_t j = 0; j < COUNT_OF(kinds); j++) {
            double width = (double)top[i]->by_verdict[kinds[j].verdict] * (WIDTH - LEFT - 70) / highest;
            bar(report, x, y, width, ROW - 5, j);
            x += width;
        }
        number_label(report, x + 5, y + 9, "start", top[i]->count);
    }
    legend(report, 8 + ROW * (int)count);
}

/* Up to the end of its count. */
static void begin_row(const struct report *report, const struct counter *counter)
{
    buffer_append_string(report->out, "<tr><td class=\"h\">");
    html_text(report->out, export_text_limit(counter->name, 255));
    buffer_append_string(report->out, "</td><td class=\"n\">");
    html_number(report->out, counter->count);
}

static void host_rows(const struct report *report, const struct counter **top, size_t count)
{
    buffer_append_string(
        report->out, "<table><thead><tr><th>destination</th><th class=\"n\">requests</th><th "
                     "class=\"n\">allowed</th><th class=\"n\">rerouted</th>"
                     "<th class=\"n\">denied</th><th class=\"n\">malformed</th><th>first seen</th><th>last "
                     "seen</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < count; i++) {
        begin_row(report, top[i]);
        for (size_t j = 0; j < COUNT_OF(kinds); j++) {
            buffer_append_string(report->out, "</td><td class=\"n\">");
            html_number(report->out, top[i]->by_verdict[kinds[j].verdict]);
        }
        buffer_append_string(report->out, "</td><td class=\"t\">");
        html_date(report->out, top[i]->first_us);
        buffer_append_string(report->out, "</td><td class=\"t\">");
        html_date(report->out, top[i]->last_us);
        buffer_append_string(report->out, "</td></tr>\n");
    }
    buffer_append_string(report->out, "</tbody></table>\n");
}

static void destinations(const struct report *report)
{
    const struct counter *top[TOP_HOSTS];
    const struct counters *hosts = &report->tally->hosts;
    size_t count = counters_top(hosts, 0, top, TOP_HOSTS);
    if (count == 0) {
        nothing(report, "Top destinations", "No request in this period.");
        return;
    }
    open_svg(report, "Top destinations", 26 + 16 * (int)count);
    host_bars(report, top, count);
    close_svg(report);
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

/* --- AI calls: provider to what became of them
 * -------------------------------------------------------------------------------- */

/* How each end is drawn: as the verdict it comes nearest to. */
static size_t kind_of(enum flow_end end)
{
    switch (end) {
    case FLOW_LOCAL:
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
        (int)kinds[kind].verdict, X1, from, MIDDLE, from, MIDDLE, to, X2, to, to + height, MIDDLE, to + height, MIDDLE,
        from + height, X1, from + height);
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
        label(report, 180, river->left[i] + 8, "end", export_text_limit(tally->providers.list[i].name, 24));
        number_label(report, 180, river->left[i] + 18, "end", tally->providers.list[i].count);
    }
    for (int i = 0; i < FLOW_ENDS; i++) {
        if (tally->calls.flow.ends[i] == 0)
            continue;
        label(report, 490, river->right[i] + 8, "start", text_from(flow_end_name((enum flow_end)i)));
        number_label(report, 490, river->right[i] + 18, "start", tally->calls.flow.ends[i]);
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
    const struct counter *top[TOP_HOSTS];
    size_t count = counters_top(&report->tally->models, 0, top, TOP_HOSTS);
    if (count == 0)
        return;
    buffer_append_string(
        report->out,
        "<h3>Models: asked for, and which one answered</h3><table><thead><tr><th>provider: asked &rarr; served</th>"
        "<th class=\"n\">calls</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < count; i++) {
        begin_row(report, top[i]);
        buffer_append_string(report->out, "</td></tr>\n");
    }
    buffer_append_string(report->out, "</tbody></table>\n");
}

static void ai_calls(const struct report *report)
{
    size_t providers =
        report->tally->calls.flow_count < PROVIDERS_MAX ? report->tally->calls.flow_count : PROVIDERS_MAX;
    if (report->tally->calls.all == 0) {
        nothing(report, "AI calls: provider, and what became of them", "No call of an AI vendor in this period.");
        return;
    }
    size_t rows = providers > FLOW_ENDS ? providers : FLOW_ENDS;
    open_svg(report, "AI calls: provider, and what became of them", 170 + 14 * (int)rows);
    draw_river(report, providers);
    close_svg(report);
    flow_rows(report);
    model_rows(report);
}

/* --- integrity over time
 * ------------------------------------------------------------------------------------------------- */

static void integrity_marks(const struct report *report)
{
    enum { LEFT = 130 };
    const struct tally *tally = report->tally;
    double step = (double)(WIDTH - LEFT - 10) / (double)tally->period.bucket_count;
    for (size_t i = 0; i < tally->period.bucket_count; i++) {
        const struct tally_bucket *bucket = &tally->period.buckets[i];
        double x = LEFT + step * ((double)i + 0.5);
        if (bucket->records > 0)
            buffer_printf(
                report->out, "<rect class=\"v1\" x=\"%.1f\" y=\"8\" width=\"%.2f\" height=\"12\"/>",
                LEFT + step * (double)i, step + 0.2);
        if (bucket->starts > 0)
            buffer_printf(report->out, "<path class=\"v3\" d=\"M%.1f 30l5 10h-10z\"/>", x);
        if (bucket->policies > 0)
            buffer_printf(report->out, "<circle class=\"v4\" cx=\"%.1f\" cy=\"57\" r=\"5\"/>", x);
        if (bucket->gaps > 0)
            buffer_printf(report->out, "<rect class=\"v2\" x=\"%.1f\" y=\"72\" width=\"10\" height=\"12\"/>", x - 5);
    }
    label(report, LEFT - 8, 18, "end", TEXT("records"));
    label(report, LEFT - 8, 39, "end", TEXT("starts of the gate"));
    label(report, LEFT - 8, 60, "end", TEXT("policies loaded"));
    label(report, LEFT - 8, 82, "end", TEXT("gaps"));
    time_axis(report, LEFT, WIDTH - 10, 92);
}

static void integrity_rows(const struct report *report)
{
    const struct tally *tally = report->tally;
    const struct {
        const char *name;
        uint64_t count;
    } rows[] = {
        {"requests and events of the period", 0},
        {"starts of the gate (open)", tally->kinds[RECORD_OPEN]},
        {"starts after an unclean end, in the whole log", report->verify->crashes},
        {"policies loaded", tally->kinds[RECORD_POLICY]},
        {"gaps", tally->kinds[RECORD_GAP]},
        {"clock steps", tally->kinds[RECORD_TIME_STEP]},
        {"checkpoints that hold, in the whole log", report->verify->checkpoints},
        {"records vouched for by someone outside", report->verify->anchored_size},
    };
    uint64_t records = 0;
    for (size_t i = 0; i < tally->period.bucket_count; i++)
        records += tally->period.buckets[i].records;
    buffer_append_string(report->out, "<table><tbody>\n");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        buffer_printf(report->out, "<tr><td>%s</td><td class=\"n\">", rows[i].name);
        html_number(report->out, i == 0 ? records : rows[i].count);
        buffer_append_string(report->out, "</td></tr>\n");
    }
    buffer_append_string(report->out, "</tbody></table>\n");
}

static void integrity(const struct report *report)
{
    open_svg(report, "Integrity over time", 112);
    integrity_marks(report);
    close_svg(report);
    integrity_rows(report);
}

void report_plots(const struct report *report)
{
    patterns(report);
    buffer_append_string(report->out, "<h2>What was decided</h2>\n");
    over_time(report);
    destinations(report);
    buffer_append_string(report->out, "<h2>AI calls</h2>\n");
    ai_calls(report);
    buffer_append_string(report->out, "<h2>Integrity</h2>\n");
    integrity(report);
}
