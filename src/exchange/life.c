/* SPDX-License-Identifier: Apache-2.0 */
/* The life of an exchange: made when the first byte of a head comes, and freed when its outcome is recorded. */
#include "exchange_internal.h"

static void on_decided(struct account *account)
{
    exchange_go_on(list_owner(account, struct exchange, account));
}

/* Who asks, before anything was said: inside an opened connection it is who made the connection. */
static struct client client_at(const struct entrance *entrance)
{
    if (entrance->binding == NULL)
        return (struct client){.address = entrance->peer.address, .known.door = entrance->peer.door};
    return (struct client){entrance_client(entrance), entrance->peer.address, entrance->known};
}

struct exchange *exchange_new(struct exchange_worker *worker, struct entrance *entrance)
{
    struct exchange *exchange = pool_take(&worker->exchanges);
    *exchange = (struct exchange){
        .worker = worker,
        .entrance = entrance,
        .term = term_hold(worker),
        .ask.head = pool_take(&worker->heads),
        .ask.request.client = client_at(entrance),
        .entered_us = loop_now_us(worker->loop),
    };
    exchange->active_us = exchange->entered_us;
    exchange->policy = exchange->term->policy;
    message_head_reset(exchange->ask.head);
    http_server_begin(&exchange->client, &entrance->http, &worker->limits.http);
    account_open(&exchange->account, worker->options.book, exchange->active_us);
    exchange->account.on_decided = on_decided;
    if (entrance->binding != NULL)
        entrance->binding->is_used = true;
    return exchange;
}

void exchange_begin_call(struct exchange *exchange)
{
    const struct inference_about about = {
        .policy = exchange->policy,
        .request = &exchange->ask.request,
        .decision = &exchange->decision,
        .engines = exchange->term->engines,
        .account = &exchange->account,
        .loop = exchange->worker->loop,
        .memo = engines_memo(exchange->worker->options.engines),
        .policy_sequence = exchange->term->sequence,
        .answer_held = exchange->worker->limits.answer_held,
    };
    exchange->call = inference_new(&about);
}

struct text entrance_client(const struct entrance *entrance)
{
    return entrance->client_name == NULL ? TEXT("") : text_from(entrance->client_name);
}

void exchange_forget_head(struct exchange *exchange)
{
    if (exchange->ask.head != NULL)
        pool_give(&exchange->worker->heads, exchange->ask.head);
    exchange->ask.head = NULL;
    http_side_forget_head(&exchange->client);
}

void exchange_free(struct exchange *exchange, enum reason reason)
{
    if (exchange == NULL)
        return;
    limit_leave(exchange);
    engine_turn_leave(&exchange->way.turn);
    exchange_complete(exchange, reason);
    way_out_drop(exchange);
    exchange_forget_head(exchange);
    buffer_clear(&exchange->ask.kept);
    flow_forget(exchange);
    inference_free(exchange->call);
    looked_free(exchange->looked);
    keys_seen_free(exchange->keys);
    broker_free(exchange->brokered);
    account_unsay(&exchange->account);
    term_release(exchange->term);
    pool_give(&exchange->worker->exchanges, exchange);
}

void exchange_note_unused(struct exchange_worker *worker, struct entrance *entrance)
{
    struct exchange *exchange = exchange_new(worker, entrance);
    exchange->ask.request.scheme = SCHEME_HTTPS;
    host_restore(entrance->binding->host, &exchange->ask.request.host);
    exchange->ask.request.port = entrance->binding->port;
    exchange->decision = (struct decision){.verdict = VERDICT_ERROR, .plan = PLAN_OPEN, .reason = REASON_OPENED_UNUSED};
    exchange->account.done = PLAN_OPEN;
    exchange_free(exchange, REASON_OPENED_UNUSED);
}

uint64_t exchange_new_user(struct exchange_worker *worker)
{
    return ++worker->users;
}
