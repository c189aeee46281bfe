/* SPDX-License-Identifier: Apache-2.0 */
/* SARIF 2.1.0 (OASIS Standard, 27 March 2020): one run; the numbers are sections of it. */
#include <string.h>

#include "exeat/base/json.h"
#include "scan_internal.h"

/* A relative reference (RFC 3986 4.2): bytes that are not unreserved, and not `/`, in percent. */
static void append_uri(struct buffer *out, struct text path)
{
    for (size_t i = 0; i < path.length; i++) {
        unsigned char byte = (unsigned char)path.data[i];
        bool is_plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
                        (byte != '\0' && strchr("-._~/", byte) != NULL);
        if (is_plain)
            buffer_append_byte(out, (char)byte);
        else
            buffer_printf(out, "%%%02X", byte);
    }
}

static void append_rules(struct buffer *out)
{
    for (enum scan_rule rule = 0; rule < SCAN_RULE_COUNT; rule++) {
        const struct scan_rule_row *row = scan_rule_row(rule);
        buffer_printf(
            out,
            "%s\n      {\"id\": \"%s\", \"shortDescription\": {\"text\": \"%s\"}, \"help\": {\"text\": \"%s\"}, "
            "\"defaultConfiguration\": {\"level\": \"%s\"}}",
            rule == 0 ? "" : ",", row->name, row->finds, row->help, scan_severity_name(row->severity));
    }
}

/* 3.28, 3.29 */
static void append_location(struct buffer *out, struct text file)
{
    buffer_append_string(out, "\"locations\": [{\"physicalLocation\": {\"artifactLocation\": {\"uri\": \"");
    append_uri(out, file);
    buffer_append_string(out, "\", \"uriBaseId\": \"SRCROOT\"}");
}

/* 3.27 */
static void append_result(struct buffer *out, const struct scan_finding *finding)
{
    const struct scan_rule_row *row = scan_rule_row(finding->rule);
    struct buffer message = {0};
    buffer_printf(&message, "%s: %.*s", row->finds, TEXT_ARG(finding->what));
    if (finding->covered.length > 0)
        buffer_printf(&message, " (%.*s)", TEXT_ARG(finding->covered));
    buffer_printf(
        out, "\n      {\"ruleId\": \"%s\", \"ruleIndex\": %d, \"level\": \"%s\", \"message\": {\"text\": ", row->name,
        (int)finding->rule, scan_severity_name(finding->severity));
    json_append_string(out, buffer_text(&message));
    buffer_append_string(out, "}, ");
    append_location(out, finding->file);
    buffer_printf(out, ", \"region\": {\"startLine\": %zu, \"startColumn\": %zu}}}]}", finding->line, finding->column);
    buffer_clear(&message);
}

/* 3.20.21: what was not read is told by the tool about its run. */
static void append_invocation(struct buffer *out, const struct scan_report *report)
{
    bool is_whole = true;
    for (size_t i = 0; i < report->skipped_count; i++)
        is_whole = is_whole && !scan_skip_fails(report->skipped[i].why);
    buffer_printf(
        out, "\"invocations\": [{\"executionSuccessful\": %s, \"toolExecutionNotifications\": [",
        is_whole ? "true" : "false");
    for (size_t i = 0; i < report->skipped_count; i++) {
        const struct scan_skipped *skipped = &report->skipped[i];
        buffer_printf(
            out, "%s\n      {\"level\": \"%s\", \"message\": {\"text\": \"not read: %s\"}, ", i == 0 ? "" : ",",
            scan_skip_fails(skipped->why) ? "error" : "note", scan_skip_name(skipped->why));
        append_location(out, skipped->file);
        buffer_append_string(out, "}}]}");
    }
    buffer_append_string(out, "]}]");
}

void scan_write_sarif(const struct scan_report *report, struct buffer *out)
{
    buffer_append_string(
        out, "{\"$schema\": \"https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json\", "
             "\"version\": \"2.1.0\", \"runs\": [{\n  \"tool\": {\"driver\": {\"name\": \"exeat\", \"version\": "
             "\"" EXEAT_VERSION "\", \"rules\": [");
    append_rules(out);
    buffer_append_string(out, "]}},\n  \"columnKind\": \"unicodeCodePoints\",\n  ");
    append_invocation(out, report);
    buffer_append_string(out, ",\n  \"results\": [");
    for (size_t i = 0; i < report->finding_count; i++) {
        buffer_append_string(out, i == 0 ? "" : ",");
        append_result(out, &report->findings[i]);
    }
    buffer_append_string(out, "]}]}\n");
}
