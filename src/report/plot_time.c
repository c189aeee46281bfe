/* SPDX-License-Identifier: Apache-2.0 */
/* Along the time of the period: what was decided, and whether the records are whole. */
#include "plot.h"

enum { COLUMN_ROWS = 12 };

static uint64_t sum_of(const struct tally_bucket *bucket)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < PLOT_KINDS; i++)
        sum += bucket->verdicts[plot_kinds[i].verdict];
    return sum;
}

static void time_axis(const struct report *report, double left, double right, double y)
{
    const struct tally *tally = report->tally;
    buffer_printf(report->out, "<line x1=\"%.0f\" y1=\"%.0f\" x2=\"%.0f\" y2=\"%.0f\"/>", left, y, right, y);
    plot_time(report, left, y + 13, "start", tally_bucket_start(tally, 0));
    plot_time(report, (left + right) / 2, y + 13, "middle", tally_bucket_start(tally, tally->period.bucket_count / 2));
    plot_time(report, right, y + 13, "end", tally->period.last_us);
}

static void time_bars(const struct report *report, uint64_t highest)
{
    enum { LEFT = 60, BASE = 150, TALL = 130 };
    const struct tally *tally = report->tally;
    double step = (double)(PLOT_WIDTH - LEFT - 10) / (double)tally->period.bucket_count;
    for (size_t i = 0; i < tally->period.bucket_count; i++) {
        double y = BASE;
        for (size_t j = 0; j < PLOT_KINDS; j++) {
            double height = (double)tally->period.buckets[i].verdicts[plot_kinds[j].verdict] * TALL / (double)highest;
            y -= height;
            plot_bar(report, LEFT + step * (double)i, y, step > 3 ? step - 1 : step, height, j);
        }
    }
    time_axis(report, LEFT, PLOT_WIDTH - 10, BASE);
    plot_number(report, LEFT - 4, BASE - TALL + 6, "end", highest);
    plot_label(report, LEFT - 4, BASE, "end", TEXT("0"));
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
        for (size_t j = 0; j < PLOT_KINDS; j++) {
            buffer_append_string(report->out, "</td><td class=\"n\">");
            html_number(report->out, tally->period.buckets[i].verdicts[plot_kinds[j].verdict]);
        }
        buffer_append_string(report->out, "</td></tr>\n");
    }
    buffer_append_string(
        report->out, "</tbody></table></div><p class=\"dim\">Steps without a request have no row.</p>\n");
}

void plot_over_time(const struct report *report)
{
    const struct tally *tally = report->tally;
    char name[64];
    uint64_t highest = 1;
    snprintf(name, sizeof(name), "Decisions per %s by verdict", tally_bucket_name(tally));
    if (tally->requests.all == 0) {
        plot_nothing(report, name, "No request in this period.");
        return;
    }
    for (size_t i = 0; i < tally->period.bucket_count; i++)
        if (sum_of(&tally->period.buckets[i]) > highest)
            highest = sum_of(&tally->period.buckets[i]);
    plot_open(report, name, 190);
    time_bars(report, highest);
    plot_legend(report, 176);
    plot_close(report);
    time_rows(report);
}

/* --- integrity -------------------------------------------------------------------------------------------------------
 */

static void integrity_marks(const struct report *report)
{
    enum { LEFT = 130 };
    const struct tally *tally = report->tally;
    double step = (double)(PLOT_WIDTH - LEFT - 10) / (double)tally->period.bucket_count;
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
    plot_label(report, LEFT - 8, 18, "end", TEXT("records"));
    plot_label(report, LEFT - 8, 39, "end", TEXT("starts of the gate"));
    plot_label(report, LEFT - 8, 60, "end", TEXT("policies loaded"));
    plot_label(report, LEFT - 8, 82, "end", TEXT("gaps"));
    time_axis(report, LEFT, PLOT_WIDTH - 10, 92);
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
        {"records vouched for by someone outside", report->verify->outside.size},
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

void plot_integrity(const struct report *report)
{
    plot_open(report, "Integrity over time", 112);
    integrity_marks(report);
    plot_close(report);
    integrity_rows(report);
}
