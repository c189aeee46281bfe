/* SPDX-License-Identifier: Apache-2.0 */
/* What is written down: one decision and one outcome for each request, and the counters of both. */
#include <string.h>

#include "exeat/base/clock.h"
#include "exeat/base/memory.h"
#include "session_internal.h"

const uint64_t session_latency_bounds_us[SESSION_LATENCY_BUCKETS] = {500,   1000,   2500,   5000,    10000,   25000,
                                                                     50000, 100000, 250000, 1000000, 5000000, 30000000};

/* --- decisions ------------------------------------------------------------------------------------------------------
 */

static struct text model_of(const struct exchange *exchange)
{
    return exchange->call.request == NULL ? TEXT("") : dialect_call_model(exchange->call.request);
}

/* What is opened with TLS has named its host. */
static bool has_server_name(const struct session *session)
{
    return session->opened != NULL && session->opened->scheme == SCHEME_HTTPS;
}

static enum commit_state submit(struct session *session, struct audit_wait *wait)
{
    struct exchange *exchange = session->exchange;
    const struct request *request = &exchange->ask.request;
    const struct decision *decision = &exchange->decision;
    struct decision_record record = {
        .id = exchange->account.id,
        .policy_sequence = exchange->reign->sequence,
        .verdict = decision->verdict,
        .plan = decision->plan,
        .reason = decision->reason,
        .rule = decision->rule,
        .method = exchange->ask.head->message.method,
        .scheme = decision->scheme != 0 ? decision->scheme : request->scheme,
        .host = host_text(&request->host),
        .port = request->port,
        .sni = has_server_name(session) ? host_text(&session->opened->host) : TEXT(""),
        .llm_provider = decision->llm.provider,
        .llm_operation = decision->llm.operation,
        .model = model_of(exchange),
        .client = request->client.name,
        .personal.client_address = text_from(session->peer_text),
        .personal.path = request->inside_known ? exchange->ask.head->message.target.path : TEXT(""),
        .personal.query = request->query,
        .observed = decision->observed,
        .detail = text_from(exchange->account.detail),
    };
    enum audit_answer answer = audit_port_decide(session->worker->options.audit, &record, wait);
    session->worker->stats.decisions[decision->verdict][decision->reason]++;
    session->worker->stats.observed += decision->observed ? 1 : 0;
    switch (answer) {
    case AUDIT_WAITS:
        return COMMIT_WAITS;
    case AUDIT_RECORDED:
        return COMMIT_DURABLE;
    case AUDIT_REFUSED:
        break;
    }
    return COMMIT_FAILED;
}

static void on_durable(struct audit_wait *wait, bool durable)
{
    struct exchange *exchange = list_owner(wait, struct exchange, wait);
    struct session *session = exchange->session;
    exchange->commit = durable ? COMMIT_DURABLE : COMMIT_FAILED;
    if (!durable)
        audit_port_forget(session->worker->options.audit);
    session_run(session);
}

enum commit_state account_decide(struct session *session)
{
    session->exchange->wait.on_durable = on_durable;
    return submit(session, &session->exchange->wait);
}

/* --- outcomes -------------------------------------------------------------------------------------------------------
 */

enum llm_outcome { LLM_ANSWERED, LLM_REFUSED, LLM_FAILED };

static enum llm_outcome llm_outcome_of(const struct account *account)
{
    if (account->status >= 200 && account->reason == REASON_NONE) /* an objection of the endpoint's to the call too */
        return LLM_ANSWERED;
    return account->status == 403 ? LLM_REFUSED : LLM_FAILED;
}

/* Rows are for providers of the catalogue and models that the policy serves; the last one takes what is too many. */
static struct session_llm_row *llm_row(struct session_stats *stats, struct text provider, struct text model)
{
    size_t last = SESSION_LLM_ROWS - 1;
    for (size_t i = 0; i < last; i++) {
        struct session_llm_row *row = &stats->llm[i];
        if (row->provider[0] == '\0') {
            text_store(provider, row->provider, sizeof(row->provider));
            text_store(model, row->model, sizeof(row->model));
            return row;
        }
        if (text_equal(text_from(row->provider), text_part(provider, 0, sizeof(row->provider) - 1)) &&
            text_equal(text_from(row->model), text_part(model, 0, sizeof(row->model) - 1)))
            return row;
    }
    text_store(TEXT("other"), stats->llm[last].provider, sizeof(stats->llm[last].provider));
    text_store(TEXT("other"), stats->llm[last].model, sizeof(stats->llm[last].model));
    return &stats->llm[last];
}

/* A label comes from the policy: where the caller's own word of it was served, the endpoint's name stands for it. */
static struct text model_label(const struct exchange *exchange)
{
    struct text served = exchange->call.served_model;
    return served.data == model_of(exchange).data ? exchange->account.inference : served;
}

static void count_llm(struct session *session)
{
    const struct exchange *exchange = session->exchange;
    if (exchange->decision.llm.operation == LLM_NONE || exchange->decision.llm.operation == LLM_UNKNOWN)
        return;
    struct session_llm_row *row =
        llm_row(&session->worker->stats, exchange->decision.llm.provider, model_label(exchange));
    switch (llm_outcome_of(&exchange->account)) {
    case LLM_ANSWERED:
        row->answered++;
        break;
    case LLM_REFUSED:
        row->refused++;
        break;
    case LLM_FAILED:
        row->failed++;
        break;
    }
}

static void complete(struct session *session)
{
    const struct exchange *exchange = session->exchange;
    const struct account *account = &exchange->account;
    struct session_stats *stats = &session->worker->stats;
    struct outcome_record outcome = {
        .id = account->id,
        .done = account->done == 0 ? PLAN_REFUSE : account->done,
        .reason = account->reason,
        .status = account->status,
        .bytes_up = account->bytes_up + session->tunnel.up.bytes,
        .bytes_down = account->bytes_down + session->tunnel.down.bytes,
        .duration_us = loop_now_us(session->worker->options.loop) - account->started_us,
        .address = account->address,
        .has_peer_key = account->has_peer_key,
        .inference = account->inference,
        .served_model = exchange->call.served_model,
        .tokens_in = exchange->call.usage.tokens_in,
        .tokens_out = exchange->call.usage.tokens_out,
        .detail = text_from(account->reason == REASON_NONE ? NULL : account->detail),
    };
    memcpy(outcome.peer_key, account->peer_key, sizeof(outcome.peer_key));
    audit_port_complete(session->worker->options.audit, &outcome);
    stats->bytes_up += outcome.bytes_up;
    stats->bytes_down += outcome.bytes_down;
    count_llm(session);
}

void account_complete(struct session *session, enum reason reason)
{
    struct exchange *exchange = session->exchange;
    if (exchange->account.reason == REASON_NONE)
        exchange->account.reason = reason;
    /* Judged, but ended before it had to be recorded: nothing left, and the log says so. */
    if (exchange->commit == COMMIT_IDLE && exchange->decision.plan != 0) {
        exchange->decision.reason = exchange->account.reason;
        exchange->commit = submit(session, NULL);
    }
    if (exchange->commit == COMMIT_IDLE || exchange->commit == COMMIT_FAILED)
        return;
    if (audit_wait_cancel(&exchange->wait))
        complete(session);
    else
        audit_port_forget(session->worker->options.audit);
}

/* --- what exactly was wrong --- */

void account_say(struct account *account, enum flaw flaw, const char *detail)
{
    account_unsay(account);
    account->flaw = flaw;
    if (detail != NULL && detail[0] != '\0')
        account->detail = text_copy(text_from(detail));
}

void account_unsay(struct account *account)
{
    base_free(account->detail);
    account->detail = NULL;
    account->flaw = FLAW_NONE;
}

/* --- an opened connection in which nobody asked for anything --- */

void account_opened_unused(struct session *session, const struct host *host, uint16_t port, enum reason reason)
{
    struct exchange *exchange = exchange_new(session);
    session->exchange = exchange;
    exchange->ask.request.scheme = SCHEME_HTTPS;
    exchange->ask.request.host = *host;
    exchange->ask.request.port = port;
    exchange->ask.request.client.name = text_from(session->client_name);
    exchange->decision = (struct decision){.verdict = VERDICT_ERROR, .plan = PLAN_OPEN, .reason = reason};
    exchange->account.done = PLAN_OPEN;
    account_complete(session, reason);
    exchange_free(session);
}

void account_latency(struct session *session)
{
    struct session_stats *stats = &session->worker->stats;
    uint64_t us = loop_now_us(session->worker->options.loop) - session->exchange->way.asked_us;
    size_t bucket = 0;
    while (bucket < SESSION_LATENCY_BUCKETS && us > session_latency_bounds_us[bucket])
        bucket++;
    stats->upstream_latency[bucket]++;
    stats->upstream_latency_us += us;
    stats->upstream_count++;
}
