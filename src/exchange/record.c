/* SPDX-License-Identifier: Apache-2.0 */
/* What is written down of a request, and its counters. */
#include "exchange_internal.h"
#include "exeat/base/histogram.h"

const uint64_t exchange_latency_bounds_us[EXCHANGE_LATENCY_BUCKETS] = {
    500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 1000000, 5000000, 30000000};

/* What is opened with TLS has named its host. */
static struct text server_name(const struct exchange *exchange)
{
    const struct binding *binding = exchange->entrance->binding;
    return binding != NULL && binding->scheme == SCHEME_HTTPS ? host_brief_text(binding->host) : TEXT("");
}

static struct decision_record record_of(const struct exchange *exchange)
{
    const struct request *request = &exchange->ask.request;
    struct text path = request->inside_known ? exchange->ask.head->target.path : TEXT("");
    struct text query = request->query;
    struct text method = exchange->ask.head->method;
    looked_show(exchange->looked, &method, &path, &query);
    const struct decision *decision = &exchange->decision;
    struct decision_record record = {
        .policy_sequence = exchange->term->sequence,
        .verdict = decision->verdict,
        .plan = decision->plan,
        .reason = decision->reason,
        .rule = decision->rule,
        .method = method,
        .scheme = decision->scheme != 0 ? decision->scheme : request->scheme,
        .host = host_text(&request->host),
        .port = request->port,
        .sni = server_name(exchange),
        .llm =
            {decision->llm.provider, decision->llm.operation, decision->llm.dialect, inference_model(exchange->call)},
        .client = request->client.name,
        .known = request->client.known,
        .personal.client_address = text_from(exchange->entrance->peer_text),
        .personal.path = path,
        .personal.query = query,
        .observed = decision->observed,
        .found = keys_seen_tell(exchange->keys, decision->plan, decision->reason, looked_found(exchange->looked)),
        .credential = broker_name(exchange->brokered, decision),
    };
    keys_seen_show(exchange->keys, exchange->looked != NULL, &record);
    return record;
}

enum account_state exchange_decide(struct exchange *exchange)
{
    struct decision_record record = record_of(exchange);
    return account_decide(&exchange->account, &record);
}

/* --- outcomes -------------------------------------------------------------------------------------------------------
 */

/* A label comes from the policy: where the caller's own word of it was served, the endpoint's name stands for it. */
static struct text model_label(const struct exchange *exchange)
{
    const struct account_service *service = &exchange->account.service;
    return service->model.data == inference_model(exchange->call).data ? service->inference : service->model;
}

static void count_call(const struct exchange *exchange)
{
    const struct llm_call *llm = &exchange->decision.llm;
    if (llm->operation != LLM_NONE && llm->operation != LLM_UNKNOWN)
        account_count_call(&exchange->account, llm->provider, model_label(exchange));
}

void exchange_complete(struct exchange *exchange, enum reason reason)
{
    struct account *account = &exchange->account;
    if (account->reason == REASON_NONE)
        account->reason = reason;
    account->found = keys_seen_tell_after(
        exchange->keys, account->reason == REASON_CANARY_SEEN, looked_found_after(exchange->looked));
    /* Judged, but ended before it had to be recorded: nothing left, and the log says so. */
    if (account->state == ACCOUNT_OPEN && exchange->decision.plan != 0) {
        exchange->decision.reason = account->reason;
        struct decision_record record = record_of(exchange);
        account_note(account, &record);
    }
    if (account_complete(account, loop_now_us(exchange->worker->loop)))
        count_call(exchange);
}

void exchange_count_latency(struct exchange *exchange)
{
    struct exchange_stats *stats = &exchange->worker->stats;
    uint64_t us = loop_now_us(exchange->worker->loop) - exchange->way.asked_us;
    stats->upstream_latency[histogram_bucket(exchange_latency_bounds_us, EXCHANGE_LATENCY_BUCKETS, us)]++;
    stats->upstream_latency_us += us;
    stats->upstream_count++;
}
