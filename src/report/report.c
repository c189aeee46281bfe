/* SPDX-License-Identifier: Apache-2.0 */
/* The report page: banner, cards, plots, controls, exceptions, and how to check it all again. */
#include "report_internal.h"

#include "exeat/base/clock.h"

/* --- banner
 * -------------------------------------------------------------------------------------------------------------- */

static const char *banner_class(const struct report *report)
{
    switch (report->verify->verdict) {
    case EVIDENCE_OK:
        return report->page->key_is_known ? "good" : "warn";
    case EVIDENCE_GAP:
    case EVIDENCE_UNSIGNED_TAIL:
        return "warn";
    case EVIDENCE_TAMPERED:
    case EVIDENCE_TRUNCATED:
    case EVIDENCE_FORKED:
    case EVIDENCE_UNREADABLE:
    case EVIDENCE_VERDICTS:
        break;
    }
    return "bad";
}

/* As the first line of `exeat audit verify` has it. */
static const char *banner_limits(const struct report *report)
{
    if (report->verify->verdict != EVIDENCE_OK)
        return "";
    if (!report->page->key_is_known)
        return ", but the signatures were not checked";
    return report->verify->outside.size > 0 ? "" : ", as far as it goes";
}

static void banner_meaning(const struct report *report)
{
    enum evidence_verdict verdict = report->verify->verdict;
    buffer_append_string(report->out, "This means: ");
    if (verdict == EVIDENCE_OK && !report->page->key_is_known)
        buffer_append_string(report->out, "the log is consistent in itself, and anyone can make such a log");
    else
        html_string(report->out, evidence_verdict_meaning(verdict));
    buffer_append_string(report->out, ".<br>");
}

static void banner(const struct report *report)
{
    const struct evidence_report *verify = report->verify;
    buffer_printf(
        report->out, "<div class=\"banner %s\"><b>%s%s</b><br>", banner_class(report),
        evidence_verdict_name(verify->verdict), banner_limits(report));
    if (verify->verdict != EVIDENCE_OK) {
        html_string(report->out, verify->findings[verify->verdict].detail);
        buffer_append_string(report->out, "<br>");
    }
    banner_meaning(report);
    if (!report->page->key_is_known)
        buffer_append_string(
            report->out, "<strong>Signatures were not checked:</strong> the log&#39;s key was not given.<br>");
    if (verify->outside.size > 0) {
        buffer_append_string(report->out, "Someone outside vouches for the first ");
        html_number(report->out, verify->outside.size);
        buffer_append_string(report->out, " records.");
    } else {
        buffer_append_string(
            report->out,
            "Unanchored: no checkpoint from outside was given, so a cut tail or a log written anew by the holder of "
            "its key cannot be seen.");
    }
    buffer_append_string(report->out, "</div>\n");
}

/* --- cards
 * -------------------------------------------------------------------------------------------------------------- */

static void open_card(const struct report *report, const char *title)
{
    buffer_printf(report->out, "<div class=\"card\"><h3>%s</h3><dl>", title);
}

static void close_card(const struct report *report)
{
    buffer_append_string(report->out, "</dl></div>\n");
}

static void text_row(const struct report *report, const char *name, struct text text)
{
    buffer_printf(report->out, "<dt>%s</dt><dd>", name);
    html_text(report->out, text.length > 0 ? text : TEXT("-"));
    buffer_append_string(report->out, "</dd>");
}

static void number_row(const struct report *report, const char *name, uint64_t number)
{
    buffer_printf(report->out, "<dt>%s</dt><dd>", name);
    html_number(report->out, number);
    buffer_append_string(report->out, "</dd>");
}

static void time_row(const struct report *report, const char *name, int64_t wall_us)
{
    buffer_printf(report->out, "<dt>%s</dt><dd>", name);
    if (wall_us == 0)
        buffer_append_string(report->out, "-");
    else
        html_time(report->out, wall_us);
    buffer_append_string(report->out, "</dd>");
}

static void cards(const struct report *report)
{
    const struct tally *tally = report->tally;
    const struct evidence_report *verify = report->verify;
    buffer_append_string(report->out, "<div class=\"cards\">\n");
    open_card(report, "This report");
    time_row(report, "made", report->page->made_us);
    text_row(report, "by", TEXT("exeat " EXEAT_VERSION));
    text_row(report, "asked for", report->page->query.length > 0 ? report->page->query : TEXT("everything"));
    time_row(report, "from", tally->period.first_us);
    time_row(report, "to", tally->period.last_us);
    close_card(report);
    open_card(report, "The log");
    buffer_append_string(report->out, "<dt>origin</dt><dd>");
    html_name(report->out, report->origin);
    buffer_append_string(report->out, "</dd>");
    number_row(report, "records", verify->records);
    number_row(report, "oldest, sequence", verify->first);
    time_row(report, "oldest", verify->first_us);
    time_row(report, "newest", verify->last_us);
    close_card(report);
    open_card(report, "Requests of the period");
    number_row(report, "all", tally->requests.all);
    number_row(report, "allowed", tally->requests.verdicts[VERDICT_ALLOW]);
    number_row(report, "rerouted", tally->requests.verdicts[VERDICT_REROUTE]);
    number_row(report, "denied", tally->requests.verdicts[VERDICT_DENY]);
    number_row(report, "malformed", tally->requests.verdicts[VERDICT_ERROR]);
    close_card(report);
    open_card(report, "AI calls of the period");
    number_row(report, "all", tally->calls.all);
    number_row(report, "answered by a local model", tally_flow(report->tally, FLOW_LOCAL));
    number_row(report, "answered with a kept answer", tally_flow(report->tally, FLOW_KEPT));
    number_row(report, "answered with a list of models", tally_flow(report->tally, FLOW_LISTED));
    number_row(report, "answered with a fixed text", tally_flow(report->tally, FLOW_CANNED));
    number_row(report, "blocked", tally_flow(report->tally, FLOW_BLOCKED));
    number_row(report, "let out to the vendor", tally_flow(report->tally, FLOW_OUT));
    number_row(report, "failed", tally_flow(report->tally, FLOW_FAILED));
    number_row(report, "still under way", tally_flow(report->tally, FLOW_UNKNOWN));
    number_row(report, "vendors asked for", tally->providers.count);
    close_card(report);
    buffer_append_string(report->out, "</div>\n");
}

/* --- exceptions
 * --------------------------------------------------------------------------------------------------------- */

static void exception(const struct report *report, const char *what, uint64_t count)
{
    if (count == 0)
        return;
    buffer_printf(report->out, "<tr><td>%s</td><td class=\"n\">", what);
    html_number(report->out, count);
    buffer_append_string(report->out, "</td></tr>\n");
}

static void findings(const struct report *report)
{
    for (int i = 0; i < EVIDENCE_VERDICTS; i++) {
        const struct evidence_finding *finding = &report->verify->findings[i];
        if (finding->count == 0)
            continue;
        buffer_printf(report->out, "<tr><td><b>%s</b>: ", evidence_verdict_name((enum evidence_verdict)i));
        html_string(report->out, finding->detail);
        buffer_append_string(report->out, "</td><td class=\"n\">");
        html_number(report->out, finding->count);
        buffer_append_string(report->out, "</td></tr>\n");
    }
}

static void events(const struct report *report)
{
    const struct tally *tally = report->tally;
    buffer_append_string(
        report->out,
        "<h3>Events of the gate&#39;s own life</h3><table><thead><tr><th>time (UTC)</th><th class=\"n\">sequence</th>"
        "<th>event</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < tally->events.count; i++) {
        buffer_append_string(report->out, "<tr><td class=\"t\">");
        html_time(report->out, tally->events.list[i].wall_us);
        buffer_printf(
            report->out, "</td><td class=\"n\">%llu</td><td>", (unsigned long long)tally->events.list[i].sequence);
        html_text(report->out, export_text_limit(tally->events.list[i].what, 300));
        buffer_append_string(report->out, "</td></tr>\n");
    }
    buffer_append_string(report->out, "</tbody></table>\n");
    if (tally->events.beyond > 0) {
        buffer_append_string(report->out, "<p class=\"dim\">and ");
        html_number(report->out, tally->events.beyond);
        buffer_append_string(report->out, " later ones.</p>\n");
    }
}

static void write_exceptions(const struct report *report)
{
    const struct tally *tally = report->tally;
    buffer_append_string(
        report->out,
        "<h2>Exceptions</h2>\n<p class=\"dim\">Only what occurred has a row.</p>\n<table><thead><tr><th>what</th>"
        "<th class=\"n\">count</th></tr></thead><tbody>\n");
    findings(report);
    exception(report, "AI calls let out to a vendor", tally_flow(report->tally, FLOW_OUT));
    exception(
        report, "requests let through by observe mode, which the rules would have refused or rerouted",
        tally->requests.observed);
    exception(report, "rerouted calls that no local model answered", tally->calls.fallbacks);
    exception(report, "allowed or rerouted requests that did not go as decided", tally->requests.failed);
    exception(
        report, "requests refused because the log could not be written",
        tally->requests.reasons[REASON_AUDIT_UNAVAILABLE]);
    exception(report, "requests refused for an error of the gate itself", tally->requests.reasons[REASON_INTERNAL]);
    exception(report, "requests without an outcome: under way, or cut off by a crash", tally->requests.unfinished);
    exception(report, "gaps: decisions let through unrecorded", tally->kinds[RECORD_GAP]);
    exception(report, "starts after an unclean end, in the whole log", report->verify->crashes);
    exception(report, "steps of the clock", tally->kinds[RECORD_TIME_STEP]);
    exception(report, "policies whose text is not stored here", report->verify->policies_missing);
    buffer_append_string(report->out, "</tbody></table>\n");
    if (tally->events.count > 0)
        events(report);
}

/* --- the page
 * ----------------------------------------------------------------------------------------------------------- */

static void method(const struct report *report)
{
    buffer_append_string(
        report->out, "<h2>Method, limits, and how to check again</h2>\n"
                     "<p>The numbers were counted from the records themselves, not from indexes. The log is one RFC "
                     "6962 Merkle tree over all "
                     "records; its head is signed (C2SP checkpoint). The verdict above is of the whole log, the counts "
                     "are of the period. A "
                     "request counts by its decision; what became of it is in its outcome.</p>\n"
                     "<p>What passed beside the gate is not in any log of it: that the pod has no other way out is "
                     "shown by its network policy. "
                     "In a tunnel the gate sees the host and never the content.</p>\n<pre>");
    buffer_append_string(
        report->out, "exeat audit verify --store COPY --vkey 'KEY' --checkpoint FOLDER-OF-CHECKPOINTS\n");
    buffer_append_string(
        report->out, "exeat audit export --store COPY --bundle FOLDER        # records with their proof\n");
    buffer_append_string(
        report->out, "python3 verify_bundle.py FOLDER 'KEY'                  # without exeat\n</pre>\n");
    buffer_append_string(report->out, "<dl class=\"dim\"><dt>root of the tree at ");
    html_number(report->out, report->verify->size);
    buffer_append_string(report->out, " records (SHA-256)</dt><dd>");
    buffer_append_hex(report->out, (struct bytes){report->verify->root.bytes, sizeof(report->verify->root.bytes)});
    buffer_append_string(report->out, "</dd><dt>the log&#39;s key, to compare with the one that you hold</dt><dd>");
    html_text(report->out, report->page->keys.length > 0 ? report->page->keys : TEXT("not known here"));
    buffer_append_string(report->out, "</dd></dl>\n");
}

static void page(const struct report *report)
{
    buffer_append_string(
        report->out,
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';style-src 'unsafe-inline'\">"
        "<title>exeat: evidence of ");
    html_text(report->out, report->origin);
    buffer_append_string(report->out, "</title><style>");
    report_style(report->out);
    buffer_append_string(report->out, "</style></head><body>\n<h1>Egress evidence</h1><p class=\"dim\">");
    html_name(report->out, report->origin);
    buffer_append_string(report->out, "<br>");
    html_time(report->out, report->tally->period.first_us);
    buffer_append_string(report->out, " to ");
    html_time(report->out, report->tally->period.last_us);
    buffer_append_string(report->out, "</p>\n");
    banner(report);
    cards(report);
    report_plots(report);
    report_controls(report);
    report_found(report);
    report_credentials(report);
    write_exceptions(report);
    method(report);
    buffer_append_string(report->out, "</body></html>\n");
}

bool report_html(
    struct store_reader *reader, const struct export_filter *filter, const struct report_page *options,
    const struct evidence_report *verify, struct buffer *out, char **error)
{
    struct tally tally;
    bool done = tally_read(&tally, reader, filter, options->progress, error);
    if (done) {
        const struct report report = {&tally, verify, options, store_reader_origin(reader), out};
        page(&report);
    }
    tally_clear(&tally);
    return done;
}
