/* SPDX-License-Identifier: Apache-2.0 */
/* The report as lines for people, as JSON and as SARIF, and a draft of rules. Names of files are foreign. */
#include <stdlib.h>
#include <string.h>

#include "exeat/base/json.h"
#include "exeat/base/memory.h"
#include "scan_internal.h"

/* "2 binary, 1 symbolic link" */
static void report_append_skips(const struct scan_report *report, struct buffer *out)
{
    size_t counts[SCAN_SKIP_COUNT] = {0};
    const char *comma = "; not read: ";
    for (size_t i = 0; i < report->skipped_count; i++)
        counts[report->skipped[i].why]++;
    for (enum scan_skip why = 0; why < SCAN_SKIP_COUNT; why++)
        if (counts[why] > 0) {
            buffer_printf(out, "%s%zu %s", comma, counts[why], scan_skip_name(why));
            comma = ", ";
        }
}

static void append_finding(const struct scan_finding *finding, struct buffer *out)
{
    const struct scan_rule_row *row = scan_rule_row(finding->rule);
    buffer_append_shown(out, finding->file, "");
    buffer_printf(
        out, ":%zu:%zu: %s: %s: ", finding->line, finding->column, scan_severity_name(finding->severity), row->name);
    buffer_append_shown(out, finding->what, "");
    if (finding->covered.length > 0) {
        buffer_append_string(out, " (");
        buffer_append_shown(out, finding->covered, "");
        buffer_append_byte(out, ')');
    }
    buffer_append_byte(out, '\n');
}

static void append_help(const struct scan_report *report, struct buffer *out)
{
    size_t counts[SCAN_RULE_COUNT] = {0};
    for (size_t i = 0; i < report->finding_count; i++)
        counts[report->findings[i].rule]++;
    for (enum scan_rule rule = 0; rule < SCAN_RULE_COUNT; rule++)
        if (counts[rule] > 0)
            buffer_printf(
                out, "%s: %zu; %s: %s\n", scan_rule_row(rule)->name, counts[rule], scan_rule_row(rule)->finds,
                scan_rule_row(rule)->help);
}

void scan_write_text(const struct scan_report *report, bool is_whole, struct buffer *out)
{
    for (size_t i = 0; i < report->finding_count; i++)
        append_finding(&report->findings[i], out);
    for (size_t i = 0; i < report->skipped_count; i++) {
        const struct scan_skipped *skipped = &report->skipped[i];
        if (!is_whole && !scan_skip_fails(skipped->why))
            continue;
        buffer_append_shown(out, skipped->file, "");
        buffer_printf(out, ": not read: %s\n", scan_skip_name(skipped->why));
    }
    append_help(report, out);
    buffer_printf(
        out, "%zu finding%s in %llu file%s, %llu bytes", report->finding_count, report->finding_count == 1 ? "" : "s",
        (unsigned long long)report->files, report->files == 1 ? "" : "s", (unsigned long long)report->bytes);
    report_append_skips(report, out);
    buffer_append_byte(out, '\n');
}

static void append_member(struct buffer *out, const char *name, struct text value)
{
    buffer_printf(out, ", \"%s\": ", name);
    json_append_string(out, value);
}

void scan_write_json(const struct scan_report *report, struct buffer *out)
{
    buffer_printf(
        out, "{\"files\": %llu, \"bytes\": %llu, \"findings\": [", (unsigned long long)report->files,
        (unsigned long long)report->bytes);
    for (size_t i = 0; i < report->finding_count; i++) {
        const struct scan_finding *finding = &report->findings[i];
        buffer_printf(
            out, "%s\n  {\"rule\": \"%s\", \"severity\": \"%s\", \"line\": %zu, \"column\": %zu", i == 0 ? "" : ",",
            scan_rule_row(finding->rule)->name, scan_severity_name(finding->severity), finding->line, finding->column);
        append_member(out, "file", finding->file);
        append_member(out, "what", finding->what);
        append_member(out, "host", finding->host);
        append_member(out, "covered", finding->covered);
        buffer_append_byte(out, '}');
    }
    buffer_append_string(out, "], \"not_read\": [");
    for (size_t i = 0; i < report->skipped_count; i++) {
        buffer_printf(out, "%s\n  {\"why\": \"%s\"", i == 0 ? "" : ",", scan_skip_name(report->skipped[i].why));
        append_member(out, "file", report->skipped[i].file);
        buffer_append_byte(out, '}');
    }
    buffer_append_string(out, "]}\n");
}

/* --- a draft ---------------------------------------------------------------------------------------------------------
 */

static bool may_be_drafted(const struct scan_finding *finding, bool is_foreign)
{
    bool is_model =
        finding->rule == SCAN_LLM_HOST || finding->rule == SCAN_LLM_BASE_URL || finding->rule == SCAN_LLM_SDK;
    return is_model && finding->is_foreign == is_foreign && finding->host.length > 0 && finding->severity != SCAN_NOTE;
}

static int by_order(const void *left, const void *right)
{
    const struct scan_finding *a = *(const struct scan_finding *const *)left;
    const struct scan_finding *b = *(const struct scan_finding *const *)right;
    return a < b ? -1 : a > b;
}

static int by_host(const void *left, const void *right)
{
    const struct scan_finding *a = *(const struct scan_finding *const *)left;
    const struct scan_finding *b = *(const struct scan_finding *const *)right;
    int order = text_compare(a->host, b->host);
    return order != 0 ? order : by_order(left, right);
}

/* The first finding of each host, in the report's order. The caller's. */
static const struct scan_finding **drafted(const struct scan_report *report, bool is_foreign, size_t *count)
{
    const struct scan_finding **list = base_array(report->finding_count + 1, sizeof(const struct scan_finding *));
    size_t all = 0;
    for (size_t i = 0; i < report->finding_count; i++)
        if (may_be_drafted(&report->findings[i], is_foreign))
            list[all++] = &report->findings[i];
    qsort((void *)list, all, sizeof(const struct scan_finding *), by_host);
    *count = 0;
    for (size_t i = 0; i < all; i++)
        if (*count == 0 || !text_equal(list[*count - 1]->host, list[i]->host))
            list[(*count)++] = list[i];
    qsort((void *)list, *count, sizeof(const struct scan_finding *), by_order);
    return list;
}

/* What the authority may not sign for yet. */
static void append_foreign(const struct scan_report *report, struct buffer *out)
{
    size_t count;
    const struct scan_finding **list = drafted(report, true, &count);
    for (size_t i = 0; i < count; i++)
        buffer_printf(
            out, "# not of the catalogue: put %.*s into tls.authority.names, then among the hosts\n",
            TEXT_ARG(list[i]->host));
    base_free((void *)list);
}

void scan_write_draft(const struct scan_report *report, struct buffer *out)
{
    size_t count;
    const struct scan_finding **list = drafted(report, false, &count);
    buffer_append_string(
        out, "# A draft from what `exeat scan` found. Read each line before you include this file.\nversion: 1\n");
    buffer_append_string(
        out, count == 0
                 ? "rules: [] # no call of a model was found\n"
                 : "inference:\n  - name: scan-draft # put an endpoint of your own in its place\n    builtin: canned\n"
                   "    text: \"This call is to be answered by a model of our own.\"\nrules:\n"
                   "  - id: scan-llm\n    verdict: reroute\n    inference: [scan-draft]\n    hosts:\n");
    for (size_t i = 0; i < count; i++) {
        buffer_append_string(out, "      - ");
        json_append_string(out, list[i]->host);
        buffer_append_string(out, " # ");
        buffer_append_shown(out, list[i]->file, "");
        buffer_printf(out, ":%zu\n", list[i]->line);
    }
    append_foreign(report, out);
    base_free((void *)list);
}
