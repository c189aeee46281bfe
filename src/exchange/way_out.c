/* SPDX-License-Identifier: Apache-2.0 */
/* Setting out: to the host, or to one endpoint after the other. */
#include "exchange_internal.h"

void way_out_set_out(struct exchange *exchange)
{
    struct way_out *way = &exchange->way;
    way->began_us = loop_now_us(exchange->worker->loop);
    way->failure = REASON_NONE;
    exchange_enter(exchange, EXCHANGE_RESOLVE);
}

static enum progress go(struct exchange *exchange)
{
    const struct policy_inference *inference = way_out_inference(exchange);
    if (inference != NULL && inference->is_canned)
        exchange_enter(exchange, EXCHANGE_ANSWER);
    else
        way_out_set_out(exchange);
    return STEP_NEXT;
}

/* Made-up vectors would spoil the shop's index, so that canned text answers everything else. */
static bool can_serve(const struct exchange *exchange, size_t place)
{
    const struct policy_inference *inference = policy_inference(exchange->policy, exchange->decision.inference[place]);
    return !inference->is_canned || llm_can_be_canned(exchange->decision.llm.operation);
}

static bool is_last(const struct exchange *exchange)
{
    for (size_t i = exchange->way.inference_next + 1; i < exchange->decision.inference_count; i++)
        if (can_serve(exchange, i))
            return false;
    return true;
}

/* An endpoint that rests is passed over while there is another. */
static bool is_worth_trying(const struct exchange *exchange)
{
    return can_serve(exchange, exchange->way.inference_next) && (is_last(exchange) || endpoint_is_well(exchange));
}

enum progress way_out_begin(struct exchange *exchange)
{
    while (way_out_inference(exchange) != NULL && !is_worth_trying(exchange))
        exchange->way.inference_next++;
    return go(exchange);
}

static bool find_next(struct exchange *exchange)
{
    struct way_out *way = &exchange->way;
    size_t failed = way->inference_next;
    while (++way->inference_next < exchange->decision.inference_count)
        if (is_worth_trying(exchange))
            return true;
    way->inference_next = failed;
    return false;
}

/* What the last endpoint had against the call is the answer, if it was that. */
static enum progress give_up(struct exchange *exchange)
{
    if (!endpoint_objection_stands(exchange))
        return exchange_fail(exchange, REASON_INFERENCE_DOWN);
    exchange->call->objection.is_answer = true;
    account_unsay(&exchange->account);
    exchange_enter(exchange, EXCHANGE_ANSWER);
    return STEP_NEXT;
}

/* This way is closed: the next endpoint of a rerouted call, or a refusal with what went wrong. A rerouted call never
 * falls back to the vendor. */
enum progress way_out_failed(struct exchange *exchange, enum reason reason)
{
    if (way_out_inference(exchange) == NULL)
        return exchange_fail(exchange, reason);
    way_out_drop(exchange);
    exchange_take_back(exchange);
    flow_forget(exchange);
    buffer_empty(&exchange->call->body);
    endpoint_failed(exchange, reason);
    if (!find_next(exchange))
        return give_up(exchange);
    exchange->way.fresh_only = false;
    account_unsay(&exchange->account);
    return go(exchange);
}
