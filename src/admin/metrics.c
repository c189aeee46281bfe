/* SPDX-License-Identifier: Apache-2.0 */
/* Counters as Prometheus reads them. Labels come from tables, the policy and the catalogue, never from requests. */
#include "admin_internal.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"

static void add_llm(struct account_llm_row *sum, const struct account_llm_row *one)
{
    for (size_t i = 0; i < ACCOUNT_LLM_ROWS; i++) {
        bool is_free = sum[i].provider[0] == '\0';
        bool is_same = text_equal(text_from(sum[i].provider), text_from(one->provider)) &&
                       text_equal(text_from(sum[i].model), text_from(one->model));
        bool is_last = i + 1 == ACCOUNT_LLM_ROWS;
        if (!is_free && !is_same && !is_last)
            continue;
        struct account_llm_row before = sum[i];
        if (is_free)
            sum[i] = *one;
        sum[i].answered = before.answered + one->answered;
        sum[i].refused = before.refused + one->refused;
        sum[i].failed = before.failed + one->failed;
        return;
    }
}

void admin_add(struct session_stats *sum, const struct session_stats *one)
{
    sum->accepted += one->accepted;
    sum->socks += one->socks;
    sum->open += one->open;
    sum->over_limit += one->over_limit;
    sum->over_memory += one->over_memory;
    sum->accounts.observed += one->accounts.observed;
    for (size_t i = 0; i < RESOLVE_SOURCE_COUNT; i++)
        sum->exchanges.lookups[i] += one->exchanges.lookups[i];
    sum->exchanges.lookups_failed += one->exchanges.lookups_failed;
    sum->exchanges.keepalives += one->exchanges.keepalives;
    sum->exchanges.upstream_latency_us += one->exchanges.upstream_latency_us;
    sum->exchanges.upstream_count += one->exchanges.upstream_count;
    sum->accounts.bytes_up += one->accounts.bytes_up;
    sum->accounts.bytes_down += one->accounts.bytes_down;
    for (size_t i = 0; i <= VERDICT_ERROR; i++)
        for (size_t j = 0; j < REASON_COUNT; j++)
            sum->accounts.decisions[i][j] += one->accounts.decisions[i][j];
    for (size_t i = 0; i <= EXCHANGE_LATENCY_BUCKETS; i++)
        sum->exchanges.upstream_latency[i] += one->exchanges.upstream_latency[i];
    for (size_t i = 0; i < ACCOUNT_STEPS; i++)
        sum->accounts.steps[i] += one->accounts.steps[i];
    for (size_t i = 0; i < FOUND_ACTIONS; i++)
        sum->accounts.found[i] += one->accounts.found[i];
    sum->accounts.canaries += one->accounts.canaries;
    for (size_t i = 0; i < FOUND_KEY_COUNT; i++)
        sum->accounts.keys[i] += one->accounts.keys[i];
    for (size_t i = 0; i < ACCOUNT_LLM_ROWS; i++)
        if (one->accounts.llm[i].provider[0] != '\0')
            add_llm(sum->accounts.llm, &one->accounts.llm[i]);
}

static void seconds(struct buffer *out, uint64_t us)
{
    buffer_printf(out, "%llu.%06llu", (unsigned long long)(us / 1000000), (unsigned long long)(us % 1000000));
}

/* A histogram's buckets are cumulative. */
static void histogram(
    struct buffer *out, const char *name, const char *help, const uint64_t *bounds_us, const uint64_t *counts,
    size_t bounds, uint64_t sum_us)
{
    uint64_t total = 0;
    metric_head(out, name, "histogram", help);
    for (size_t i = 0; i <= bounds; i++) {
        total += counts[i];
        buffer_printf(out, "exeat_%s_bucket{le=\"", name);
        if (i < bounds)
            seconds(out, bounds_us[i]);
        else
            buffer_append(out, TEXT("+Inf"));
        buffer_printf(out, "\"} %llu\n", (unsigned long long)total);
    }
    buffer_printf(out, "exeat_%s_sum ", name);
    seconds(out, sum_us);
    buffer_printf(out, "\nexeat_%s_count %llu\n", name, (unsigned long long)total);
}

/* For Prometheus a counter that first appears as 1 never grows: what the policy refuses is told from 0 on. */
static bool is_told(enum verdict verdict, enum reason reason, uint64_t count)
{
    return count > 0 || (verdict == VERDICT_DENY && reason_row(reason)->status == 403);
}

static void write_decisions(const struct session_stats *stats, struct buffer *out)
{
    metric_head(out, "decisions_total", "counter", "Decisions by verdict and reason.");
    for (size_t verdict = VERDICT_ALLOW; verdict <= VERDICT_ERROR; verdict++)
        for (size_t reason = 0; reason < REASON_COUNT; reason++) {
            uint64_t count = stats->accounts.decisions[verdict][reason];
            if (is_told((enum verdict)verdict, (enum reason)reason, count))
                buffer_printf(
                    out, "exeat_decisions_total{verdict=\"%s\",reason=\"%s\"} %llu\n",
                    verdict_name((enum verdict)verdict), reason_row((enum reason)reason)->code,
                    (unsigned long long)count);
        }
}

static void write_found(const struct account_stats *stats, struct buffer *out)
{
    metric_head(out, "found_total", "counter", "What rules with `inspect` found, by what became of it.");
    for (size_t i = 0; i < FOUND_ACTIONS; i++)
        buffer_printf(
            out, "exeat_found_total{action=\"%s\"} %llu\n", found_actions[i], (unsigned long long)stats->found[i]);
}

static void write_keys(const struct account_stats *stats, struct buffer *out)
{
    metric_head(out, "keys_total", "counter", "Vendors' keys in requests, by what became of them.");
    for (size_t i = 0; i < FOUND_KEY_COUNT; i++)
        buffer_printf(
            out, "exeat_keys_total{became=\"%s\"} %llu\n", found_key_words[i], (unsigned long long)stats->keys[i]);
    metric_head(out, "canary_total", "counter", "Canaries that were seen on their way out.");
    buffer_printf(out, "exeat_canary_total %llu\n", (unsigned long long)stats->canaries);
}

static void write_credentials(const struct account_stats *stats, struct buffer *out)
{
    static const enum reason reasons[] = {REASON_CREDENTIAL_MISPLACED, REASON_CREDENTIAL_MISSING};
    metric_head(out, "credentials_refused_total", "counter", "Requests refused for a credential's placeholder.");
    for (size_t i = 0; i < COUNT_OF(reasons); i++)
        buffer_printf(
            out, "exeat_credentials_refused_total{reason=\"%s\"} %llu\n", reason_row(reasons[i])->code,
            (unsigned long long)stats->decisions[VERDICT_DENY][reasons[i]]);
}

static void write_steps(const struct account_stats *stats, struct buffer *out)
{
    metric_head(
        out, "llm_steps_total", "counter", "LLM calls that were answered, by the step of `inference` that did.");
    for (size_t i = 0; i < ACCOUNT_STEPS; i++)
        buffer_printf(out, "exeat_llm_steps_total{step=\"%zu\"} %llu\n", i + 1, (unsigned long long)stats->steps[i]);
}

static void write_llm(const struct session_stats *stats, struct buffer *out)
{
    metric_head(out, "llm_calls_total", "counter", "LLM calls by provider, model that answered, and outcome.");
    for (size_t i = 0; i < ACCOUNT_LLM_ROWS && stats->accounts.llm[i].provider[0] != '\0'; i++) {
        const struct account_llm_row *row = &stats->accounts.llm[i];
        const struct {
            const char *name;
            uint64_t count;
        } outcomes[] = {{"answered", row->answered}, {"refused", row->refused}, {"failed", row->failed}};
        for (size_t j = 0; j < COUNT_OF(outcomes); j++) {
            buffer_append(out, TEXT("exeat_llm_calls_total{provider=\""));
            metric_label(out, row->provider);
            buffer_append(out, TEXT("\",model=\""));
            metric_label(out, row->model);
            buffer_printf(out, "\",outcome=\"%s\"} %llu\n", outcomes[j].name, (unsigned long long)outcomes[j].count);
        }
    }
}

static void write_witness(const struct anchor_stats *witness, struct buffer *out)
{
    metric_head(out, "witness_state", "gauge", "1 for what the gate knows of its log from the witness.");
    for (size_t state = 0; state < ANCHOR_STATE_COUNT; state++)
        buffer_printf(
            out, "exeat_witness_state{state=\"%s\"} %d\n", anchor_state_name((enum anchor_state)state),
            witness->state == (enum anchor_state)state);
    metric_number(
        out, "witness_size", "gauge", "Records under the newest cosigned checkpoint.", witness->witnessed_size);
    metric_number(
        out, "witness_time_seconds", "gauge", "When it was cosigned; 0: not in this run.", witness->witnessed_at);
    metric_number(
        out, "witness_age_seconds", "gauge", "Since the newest cosignature came, or the gate began.",
        witness->age_us / 1000000);
    metric_number(out, "witness_answers_total", "counter", "Cosignatures that came.", witness->cosigned);
    metric_number(out, "witness_failures_total", "counter", "Questions without a usable answer.", witness->failures);
}

static void write_shipping(const struct audit_stats *audit, struct buffer *out)
{
    static const char *const names[] = {
        [AUDIT_SHIPPED] = "shipped", [AUDIT_SHIP_FAILING] = "failing", [AUDIT_SHIP_REFUSED] = "refused"};
    metric_head(out, "audit_ship_state", "gauge", "1 for what became of the last look at audit.ship.");
    for (size_t state = AUDIT_SHIPPED; state < COUNT_OF(names); state++)
        buffer_printf(
            out, "exeat_audit_ship_state{state=\"%s\"} %d\n", names[state],
            audit->shipping == (enum audit_shipping)state);
    metric_number(
        out, "audit_ship_time_seconds", "gauge", "When all that is sealed was shipped; 0: not in this run.",
        audit->shipped_at);
}

static void write_verify(const struct admin_verify *verify, struct buffer *out)
{
    metric_number(
        out, "audit_verify_age_seconds", "gauge", "Since the store was verified last, or the gate began.",
        verify->age_us / 1000000);
    if (verify->state == ADMIN_VERIFY_WAITS)
        return;
    metric_number(
        out, "audit_verify_ok", "gauge", "1: all of the store is what was signed; 0: the log says what is not.",
        verify->state == ADMIN_VERIFY_OK);
    metric_number(out, "audit_verify_records", "gauge", "Records that were read then.", verify->records);
    metric_head(out, "audit_verify_duration_seconds", "gauge", "How long that took.");
    buffer_append(out, TEXT("exeat_audit_verify_duration_seconds "));
    seconds(out, verify->took_us);
    buffer_append_byte(out, '\n');
}

static void write_containment(const struct containment_view *containment, struct buffer *out)
{
    metric_number(
        out, "contained", "gauge", "1: everybody else in the network namespace is held to the gate.",
        containment->holds);
    metric_head(out, "containment_finding", "gauge", "1 for what the newest trial found.");
    buffer_printf(out, "exeat_containment_finding{finding=\"%s\"} 1\n", containment->finding);
    metric_number(
        out, "containment_age_seconds", "gauge", "Since it was tried last, or the gate began.",
        containment->age_us / 1000000);
}

static void write_lookups(const struct session_stats *stats, struct buffer *out)
{
    static const char *const sources[] = {
        [RESOLVE_BY_ITSELF] = "configuration", [RESOLVE_KEPT] = "kept", [RESOLVE_ASKED] = "dns"};
    metric_head(out, "lookups_total", "counter", "Names that were looked up, by who knew them.");
    for (size_t i = 0; i < RESOLVE_SOURCE_COUNT; i++)
        buffer_printf(
            out, "exeat_lookups_total{from=\"%s\"} %llu\n", sources[i],
            (unsigned long long)stats->exchanges.lookups[i]);
    metric_number(
        out, "lookups_failed_total", "counter", "Names for which there was no address.",
        stats->exchanges.lookups_failed);
}

void admin_lapse_write(struct text rule, int64_t until_us, struct buffer *out)
{
    char *name = text_copy(rule);
    buffer_append(out, TEXT("exeat_policy_rule_lapses_seconds{rule=\""));
    metric_label(out, name);
    buffer_printf(out, "\"} %lld\n", (long long)(until_us / 1000000));
    base_free(name);
}

static void write_lapses(const struct admin_view *view, struct buffer *out)
{
    metric_head(
        out, "policy_rule_lapses_seconds", "gauge", "When a rule of the policy lapses or has lapsed, since 1970.");
    buffer_append(out, view->rule_lapses);
    metric_number(
        out, "policy_rules_lapsed_total", "counter", "Rules that lapsed while the gate ran.", view->rules_lapsed);
}

static void write_calls(const struct admin_view *view, struct buffer *out)
{
    write_llm(&view->sessions, out);
    write_steps(&view->sessions.accounts, out);
    write_found(&view->sessions.accounts, out);
    write_keys(&view->sessions.accounts, out);
    write_credentials(&view->sessions.accounts, out);
    metric_number(
        out, "llm_keepalives_total", "counter", "How often callers of streams were told to wait (`keepalive`).",
        view->sessions.exchanges.keepalives);
    engine_metrics_write(view->engines.views, view->engines.count, out);
    memo_metrics_write(&view->engines.memo, out);
}

static void write_sessions(const struct session_stats *stats, struct buffer *out)
{
    metric_number(
        out, "observed_total", "counter", "Decisions that observe mode let through.", stats->accounts.observed);
    metric_number(out, "sessions_open", "gauge", "Client connections that are open.", stats->open);
    metric_number(out, "sessions_total", "counter", "Client connections that were accepted.", stats->accepted);
    metric_number(out, "socks_sessions_total", "counter", "Of them, by listeners for SOCKS.", stats->socks);
    metric_number(
        out, "sessions_over_limit_total", "counter", "Client connections turned away: too many.", stats->over_limit);
    metric_number(
        out, "sessions_over_memory_total", "counter", "Client connections turned away: limits.memory.",
        stats->over_memory);
}

static void write_traffic(const struct session_stats *stats, struct buffer *out)
{
    metric_number(out, "bytes_up_total", "counter", "Bytes of content from clients.", stats->accounts.bytes_up);
    metric_number(out, "bytes_down_total", "counter", "Bytes of content to clients.", stats->accounts.bytes_down);
    histogram(
        out, "upstream_latency_seconds", "Time from a request's first byte to the head of its reply.",
        exchange_latency_bounds_us, stats->exchanges.upstream_latency, EXCHANGE_LATENCY_BUCKETS,
        stats->exchanges.upstream_latency_us);
}

static void write_audit(const struct audit_stats *audit, struct buffer *out)
{
    metric_number(out, "audit_queue_entries", "gauge", "Records handed over and not yet on disk.", audit->queued);
    metric_number(out, "audit_records_total", "counter", "Records on disk since the start.", audit->records);
    metric_number(out, "audit_disk_free_bytes", "gauge", "Room on the disk of the store.", audit->disk_free);
    metric_number(out, "audit_failures_total", "counter", "Commits that failed.", audit->failures);
    metric_number(
        out, "audit_lost_total", "counter", "Decisions let through without a record (on_failure: allow).", audit->lost);
    histogram(
        out, "audit_commit_seconds", "Time of a commit to disk.", audit_latency_bounds_us, audit->commit_latency,
        AUDIT_LATENCY_BUCKETS, audit->commit_us);
    if (audit->shipping != AUDIT_SHIPS_NOT)
        write_shipping(audit, out);
}

static void write_policy(const struct admin_view *view, struct buffer *out)
{
    metric_number(out, "policy_sequence", "gauge", "Sequence of the POLICY record in force.", view->policy_sequence);
    metric_number(out, "policy_reloads_total", "counter", "Policies that took effect after the first.", view->reloads);
    metric_number(
        out, "policy_reloads_refused_total", "counter", "Policies that were offered and refused.",
        view->reloads_refused);
    write_lapses(view, out);
    if (view->limits.budgets != NULL)
        limit_metrics_write(&view->limits, out);
}

static void write_gate(const struct admin_view *view, struct buffer *out)
{
    metric_number(out, "workers", "gauge", "Worker threads.", view->workers);
    metric_number(
        out, "bypass_active", "gauge", "1 while a bypass lets through what the policy refuses.", view->bypass_active);
    if (view->issuer_expires > 0)
        metric_number(
            out, "authority_expires_seconds", "gauge", "When the local authority is over, since 1970.",
            view->issuer_expires);
    if (view->containment.finding != NULL)
        write_containment(&view->containment, out);
    metric_head(out, "build_info", "gauge", "The version that runs.");
    buffer_append(out, TEXT("exeat_build_info{version=\"" EXEAT_VERSION "\"} 1\n"));
    process_metrics_write(out);
    metric_number(out, "log_dropped_total", "counter", "Lines of the log that nobody read in time.", log_dropped());
    metric_number(out, "ready", "gauge", "1 when the gate takes traffic.", view->ready ? 1 : 0);
}

void admin_metrics_write(const struct admin_view *view, struct buffer *out)
{
    write_decisions(&view->sessions, out);
    write_calls(view, out);
    write_sessions(&view->sessions, out);
    write_lookups(&view->sessions, out);
    if (view->has_names)
        names_metrics_write(&view->names, out);
    write_traffic(&view->sessions, out);
    write_audit(&view->audit, out);
    if (view->verify.state != ADMIN_VERIFY_NOT)
        write_verify(&view->verify, out);
    if (view->has_witness)
        write_witness(&view->witness, out);
    write_policy(view, out);
    write_gate(view, out);
}
