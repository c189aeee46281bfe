/* SPDX-License-Identifier: Apache-2.0 */
/* Saying no, before the decision is recorded and after it; and how a reply is cut that cannot go on. */
#include "exchange_internal.h"

/* Before the policy was asked, or in spite of what it said: the request itself is wrong, or too slow. */
static void decide_against(struct decision *decision, enum reason reason)
{
    bool is_policy = reason == REASON_LLM_OPERATION || reason == REASON_LOOP || reason == REASON_CLIENT_UNKNOWN ||
                     reason == REASON_CLIENT_NOBODY || reason == REASON_KEY_ELSEWHERE || reason == REASON_CANARY_SEEN ||
                     reason == REASON_CREDENTIAL_MISPLACED || reason == REASON_CREDENTIAL_MISSING ||
                     (reason >= REASON_INSPECT_DENIED && reason <= REASON_INSPECT_UNCHANGED) ||
                     (reason >= REASON_LIMIT_REQUESTS && reason <= REASON_LIMIT_TOKENS);
    decision->verdict = is_policy ? VERDICT_DENY : VERDICT_ERROR;
    decision->plan = PLAN_REFUSE;
    decision->reason = reason;
}

enum progress exchange_refuse(struct exchange *exchange, enum reason reason)
{
    decide_against(&exchange->decision, reason);
    exchange->refusal = reason;
    exchange_enter(exchange, EXCHANGE_COMMIT);
    return STEP_NEXT;
}

/* Not the head of one who was told to wait: that has left. */
void exchange_take_back(struct exchange *exchange)
{
    if (exchange->flow != NULL)
        exchange->flow->down.count = 0;
    if (!inference_waits(exchange->call)) {
        http_side_take_back(&exchange->client);
        exchange->account.status = 0;
        exchange->account.bytes_down = 0;
    }
    if (exchange->call != NULL)
        inference_take_back(exchange->call);
}

bool exchange_is_told(const struct exchange *exchange)
{
    return exchange->client.said == HTTP_SAID && !inference_waits(exchange->call);
}

/* The dialect's error event if there is one, then a break that no client can take for an end. */
static enum progress break_off(struct exchange *exchange, enum reason reason)
{
    if (exchange->call != NULL && exchange->client.said == HTTP_SAID) {
        inference_break_off(exchange->call, reason, &exchange->client);
        (void)exchange_send_client(exchange);
    }
    exchange->client.role->reset(&exchange->client);
    return exchange_finish(exchange, EXCHANGE_CUT, reason);
}

enum progress exchange_fail(struct exchange *exchange, enum reason reason)
{
    way_out_drop(exchange);
    exchange_take_back(exchange);
    if (inference_waits(exchange->call))
        return break_off(exchange, reason);
    exchange->refusal = reason;
    exchange->account.reason = reason;
    exchange_enter(exchange, EXCHANGE_ANSWER);
    return STEP_NEXT;
}

/* The client has some of it, and cannot be told by a status any more. */
enum progress exchange_cut(struct exchange *exchange, enum reason reason)
{
    bool is_endpoints = reason != REASON_CLIENT_GONE && reason != REASON_LIMIT_BYTES && reason != REASON_TOO_LONG &&
                        reason != REASON_INSPECT_ANSWER;
    if (way_out_inference(exchange) != NULL && is_endpoints)
        exchange_endpoint_failed(exchange, reason);
    return break_off(exchange, reason);
}
