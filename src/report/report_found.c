/* SPDX-License-Identifier: Apache-2.0 */
/* The report's sections on data minimisation: what `inspect` found, by rule and over time, and where secrets went that
 * the gate put in. Counts alone: there are no values in the log. */
#include "report_internal.h"

enum { ROWS = 40 };

static void row(const struct report *report, struct text name, uint64_t count)
{
    buffer_append_string(report->out, "<tr><td>");
    html_text(report->out, name);
    buffer_append_string(report->out, "</td><td class=\"n\">");
    html_number(report->out, count);
    buffer_append_string(report->out, "</td></tr>\n");
}

static void table(const struct report *report, const struct counters *counters, const char *title)
{
    const struct counter *top[ROWS];
    size_t count = counters_top(counters, 0, top, ROWS);
    buffer_printf(report->out, "<table><thead><tr><th>%s</th><th class=\"n\">count</th></tr></thead><tbody>\n", title);
    for (size_t i = 0; i < count; i++)
        row(report, export_text_limit(top[i]->name, 200), top[i]->count);
    buffer_append_string(report->out, "</tbody></table>\n");
}

static void over_time(const struct report *report)
{
    const struct tally *tally = report->tally;
    buffer_printf(
        report->out, "<table><thead><tr><th>%s from (UTC)</th><th class=\"n\">found</th></tr></thead><tbody>\n",
        tally_bucket_name(tally));
    size_t rows = 0;
    for (size_t i = 0; i < tally->period.bucket_count && rows < ROWS; i++) {
        if (tally->period.buckets[i].found == 0)
            continue;
        buffer_append_string(report->out, "<tr><td class=\"t\">");
        html_time(report->out, tally_bucket_start(tally, i));
        buffer_append_string(report->out, "</td><td class=\"n\">");
        html_number(report->out, tally->period.buckets[i].found);
        buffer_append_string(report->out, "</td></tr>\n");
        rows++;
    }
    buffer_append_string(report->out, "</tbody></table>\n");
}

void report_found(const struct report *report)
{
    if (report->tally->found.count == 0)
        return;
    buffer_append_string(
        report->out,
        "<h2>Data minimisation</h2>\n<p class=\"dim\">What rules with <code>inspect</code> found in requests and "
        "answers, and vendors' keys in requests. The log has kinds and counts, never a value.</p>\n");
    table(report, &report->tally->found, "rule: kind, what became of it");
    over_time(report);
}

void report_credentials(const struct report *report)
{
    if (report->tally->credentials.count == 0)
        return;
    buffer_append_string(
        report->out,
        "<h2>Credentials</h2>\n<p class=\"dim\">Secrets that the gate put into requests, by their names in the policy, "
        "and "
        "every place that each went to. The shop has placeholders; where one stood elsewhere, the request was refused "
        "(<code>credential_misplaced</code>).</p>\n");
    table(report, &report->tally->credentials, "credential: where it went");
}
