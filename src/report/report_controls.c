/* SPDX-License-Identifier: Apache-2.0 */
/* Controls of the frameworks that a shop is asked about, what of this log is evidence towards them, and how much of it
 * there is. A log never makes anyone compliant; rows that it says nothing about are shown as such. */
#include "report_internal.h"

/* A number out of the report; `*whole` 0: out of nothing. */
typedef uint64_t (*row_count)(const struct report *report, uint64_t *whole);

static uint64_t count_requests(const struct report *report, uint64_t *whole)
{
    *whole = 0;
    return report->tally->requests.all;
}

static uint64_t count_refused(const struct report *report, uint64_t *whole)
{
    *whole = report->tally->requests.all;
    return report->tally->requests.verdicts[VERDICT_DENY] + report->tally->requests.verdicts[VERDICT_ERROR];
}

static uint64_t count_hosts(const struct report *report, uint64_t *whole)
{
    *whole = 0;
    return report->tally->hosts.count;
}

static uint64_t count_reached_hosts(const struct report *report, uint64_t *whole)
{
    const struct counters *hosts = &report->tally->hosts;
    uint64_t reached = 0;
    for (size_t i = 0; i < hosts->count; i++)
        reached += hosts->list[i].by_verdict[VERDICT_ALLOW] > 0 ? 1 : 0;
    *whole = hosts->count;
    return reached;
}

static uint64_t count_erased(const struct report *report, uint64_t *whole)
{
    *whole = 0;
    return report->verify->erased;
}

static uint64_t count_stayed(const struct report *report, uint64_t *whole)
{
    *whole = report->tally->calls.all;
    return report->tally->calls.all - tally_flow(report->tally, FLOW_OUT) - tally_flow(report->tally, FLOW_UNKNOWN);
}

static uint64_t count_let_out(const struct report *report, uint64_t *whole)
{
    *whole = report->tally->calls.all;
    return tally_flow(report->tally, FLOW_OUT);
}

static uint64_t count_calls(const struct report *report, uint64_t *whole)
{
    *whole = 0;
    return report->tally->calls.all;
}

static uint64_t count_providers(const struct report *report, uint64_t *whole)
{
    *whole = 0;
    return report->tally->providers.count;
}

static uint64_t count_models(const struct report *report, uint64_t *whole)
{
    *whole = 0;
    return report->tally->models.count;
}

static uint64_t count_fallbacks(const struct report *report, uint64_t *whole)
{
    *whole = report->tally->calls.rerouted;
    return report->tally->calls.fallbacks;
}

static uint64_t count_changes(const struct report *report, uint64_t *whole)
{
    *whole = 0;
    return report->tally->kinds[RECORD_POLICY] + report->tally->kinds[RECORD_CONFIG];
}

static uint64_t count_admin(const struct report *report, uint64_t *whole)
{
    *whole = 0;
    return report->tally->kinds[RECORD_ADMIN] + report->tally->kinds[RECORD_PRUNE];
}

static uint64_t count_proven(const struct report *report, uint64_t *whole)
{
    const struct evidence_report *verify = report->verify;
    *whole = verify->records;
    return verify->verdict == EVIDENCE_OK || verify->verdict == EVIDENCE_UNSIGNED_TAIL
               ? verify->records - verify->unsigned_tail
               : 0;
}

static uint64_t count_vouched(const struct report *report, uint64_t *whole)
{
    *whole = report->verify->size;
    return report->verify->outside.size;
}

static uint64_t count_steps(const struct report *report, uint64_t *whole)
{
    *whole = 0;
    return report->tally->kinds[RECORD_TIME_STEP];
}

static uint64_t count_failures(const struct report *report, uint64_t *whole)
{
    *whole = 0;
    return report->tally->kinds[RECORD_GAP] + report->tally->requests.reasons[REASON_AUDIT_UNAVAILABLE];
}

static uint64_t count_days(const struct report *report, uint64_t *whole)
{
    static const int64_t day_us = 86400000000;
    *whole = 0;
    return report->verify->records == 0 ? 0 : (uint64_t)((report->verify->last_us - report->verify->first_us) / day_us);
}

static uint64_t count_named_clients(const struct report *report, uint64_t *whole)
{
    *whole = report->tally->requests.all;
    return report->tally->requests.with_client;
}

static const struct control {
    const char *framework;
    const char *control;
    const char *evidence; /* NULL: not covered by this tool; `unit` says by what it would be */
    row_count count;
    const char *unit;
} controls[] = {
    {"GDPR", "Art. 25, 17: data protection by default, erasure",
     "paths, queries and addresses lie apart from the records and can be erased without breaking a proof", count_erased,
     "private parts erased"},
    {"GDPR", "Art. 30(1)(d): recipients", "inventory of destinations that data was let out to", count_reached_hosts,
     "destinations reached, of those asked for"},
    {"GDPR", "Art. 30(1)(e): transfers to third countries", NULL, NULL, "the country of a destination is not recorded"},
    {"GDPR", "Art. 32(1): security of processing", "what was refused by rule", count_refused, "requests refused"},
    {"GDPR", "Art. 32(1)(d): regular testing", NULL, NULL, "a task of the organisation"},
    {"GDPR", "Art. 33: notification of breaches", NULL, NULL, "a task of the organisation"},
    {"GDPR", "Art. 35(7)(a): description of the processing", "observed flows: who asked, where to, under which rule",
     count_hosts, "destinations asked for"},
    {"GDPR", "Art. 35(7)(b): necessity", "AI calls that did not reach the vendor", count_stayed,
     "AI calls kept inside"},
    {"GDPR", "Art. 35(7)(d): measures", "AI calls that did reach a vendor, each by a named rule", count_let_out,
     "AI calls let out"},
    {"NIS2", "Art. 21(2)(b): incident handling", "times when the log itself failed", count_failures,
     "gaps and refusals for it"},
    {"NIS2", "Art. 21(2)(d): supply chain", "inventory of third-party endpoints with first and last use", count_hosts,
     "endpoints"},
    {"NIS2", "2024/2690 Annex 3.2.3(a)(g): outbound traffic", "every request with its decision and its outcome",
     count_requests, "requests on record"},
    {"NIS2", "2024/2690 Annex 3.2.3(e)(f): changes and privileged access", "policies and configurations loaded",
     count_changes, "changes on record"},
    {"NIS2", "2024/2690 Annex 3.2.4: review, alarms", NULL, NULL, "belongs to the SIEM that takes the export"},
    {"NIS2", "2024/2690 Annex 3.2.5: logs protected from change", "records under a signed tree head that holds",
     count_proven, "records proven, of all in the log"},
    {"NIST AI RMF", "GOVERN 6.1; AI 600-1 GV-6.1-007: approved providers",
     "AI vendors that were asked for, against the policy", count_providers, "vendors"},
    {"NIST AI RMF", "GOVERN 6.2; AI 600-1 GV-6.2-006: contingency", "rerouted calls that no local model answered",
     count_fallbacks, "fallbacks, of rerouted calls"},
    {"NIST AI RMF", "MAP 4.1: components", "models asked for and models that answered", count_models,
     "pairs of models"},
    {"NIST AI RMF", "MEASURE 2.4, MANAGE 4.1: monitoring in production", "AI calls over time", count_calls, "AI calls"},
    {"NIST AI RMF", "MEASURE 2.11: fairness and bias", NULL, NULL, "the content of answers is not judged"},
    {"EU AI Act", "Art. 12: record-keeping (high-risk systems)",
     "AI calls with time, model asked for and model that answered", count_calls, "AI calls on record"},
    {"EU AI Act", "Art. 14: human oversight", NULL, NULL, "a task of the deployer"},
    {"EU AI Act", "Art. 19, 26(6): logs kept at least six months", "span of the records that are here", count_days,
     "days"},
    {"PCI DSS 4.0", "10.2.2: user identification", "requests with a named client", count_named_clients,
     "requests, of all"},
    {"PCI DSS 4.0", "10.2.2: type, time, success, origin, resource", "the fields of every decision and outcome",
     count_requests, "requests on record"},
    {"PCI DSS 4.0", "10.3.2, 10.3.4: protected, changes detected", "records under a signed tree head that holds",
     count_proven, "records proven, of all in the log"},
    {"PCI DSS 4.0", "10.3.3: copies on a central server", "records that someone outside vouches for", count_vouched,
     "records, of all"},
    {"PCI DSS 4.0", "10.4.1: reviewed daily", NULL, NULL, "a task of the organisation"},
    {"PCI DSS 4.0", "10.5.1: kept twelve months", "span of the records that are here", count_days, "days"},
    {"PCI DSS 4.0", "10.6: time", "steps of the clock that the log noticed", count_steps, "steps"},
    {"PCI DSS 4.0", "10.7: failures of controls", "times when the log itself failed", count_failures,
     "gaps and refusals for it"},
    {"ISO 27001:2022", "A.8.15: logging", "every request with its decision and its outcome", count_requests,
     "requests on record"},
    {"ISO 27001:2022", "A.8.15: access to the log", "exports and erasures on record", count_admin, "records"},
    {"ISO 27001:2022", "A.8.16: monitoring", "what was refused by rule", count_refused, "requests refused"},
    {"ISO 27001:2022", "A.8.17: clocks", "steps of the clock that the log noticed", count_steps, "steps"},
    {"ISO 27001:2022", "A.8.12: data leakage prevention", NULL, NULL, "this report counts no findings in bodies"},
    {"ISO 27001:2022", "A.8.23: web filtering", "destinations reached under the allowlist", count_reached_hosts,
     "destinations, of those asked for"},
};

static void put_count(const struct report *report, const struct control *control)
{
    uint64_t whole = 0;
    uint64_t count = control->count(report, &whole);
    html_number(report->out, count);
    if (whole > 0) {
        buffer_append_string(report->out, " of ");
        html_number(report->out, whole);
    }
}

static void put_control(const struct report *report, const struct control *control)
{
    bool covered = control->evidence != NULL;
    buffer_printf(report->out, "<tr%s><td class=\"t\">", covered ? "" : " class=\"none\"");
    html_string(report->out, control->framework);
    buffer_append_string(report->out, "</td><td>");
    html_string(report->out, control->control);
    buffer_append_string(report->out, "</td><td>");
    if (!covered) {
        buffer_append_string(
            report->out, "<span class=\"tag\">not covered by this tool</span></td><td class=\"n\">&ndash;</td><td>");
    } else {
        html_string(report->out, control->evidence);
        buffer_append_string(report->out, "</td><td class=\"n\">");
        put_count(report, control);
        buffer_append_string(report->out, "</td><td>");
    }
    html_string(report->out, control->unit);
    buffer_append_string(report->out, "</td></tr>\n");
}

void report_controls(const struct report *report)
{
    buffer_append_string(
        report->out, "<h2>Controls: evidence towards</h2>\n<p class=\"dim\">What this log holds that is evidence "
                     "towards a control, and how "
                     "much. Nothing here says that anyone complies with "
                     "anything.</p>\n<table><thead><tr><th>framework</th><th>control</th>"
                     "<th>evidence towards it</th><th class=\"n\">count</th><th>of what</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < COUNT_OF(controls); i++)
        put_control(report, &controls[i]);
    buffer_append_string(report->out, "</tbody></table>\n");
}
