/* SPDX-License-Identifier: Apache-2.0 */
/* commit: nothing goes on before the decision is on disk. */
#include "exchange_internal.h"

/* A store that cannot be written refuses everyone; the store's own GAP record tells of it later. */
static enum progress refuse_unrecorded(struct exchange *exchange)
{
    exchange->refusal = REASON_AUDIT_UNAVAILABLE;
    http_side_make_last(&exchange->client);
    exchange_enter(exchange, EXCHANGE_ANSWER);
    return STEP_NEXT;
}

enum progress commit_overdue(struct exchange *exchange)
{
    account_stop_waiting(&exchange->account);
    return refuse_unrecorded(exchange);
}

static bool answers_here(const struct exchange *exchange)
{
    return exchange->refusal != REASON_NONE || exchange->decision.plan == PLAN_ANSWER ||
           (exchange->decision.llm.operation == LLM_MODELS && inference_answers(&exchange->decision) &&
            !(http_side_is_whole(&exchange->client) && inference_needs_list(exchange->call)));
}

enum progress step_commit(struct exchange *exchange)
{
    enum account_state state = exchange->account.state;
    if (state == ACCOUNT_OPEN)
        state = exchange_decide(exchange);
    switch (state) {
    case ACCOUNT_OPEN:
    case ACCOUNT_WAITS:
        return exchange_watch_client(exchange);
    case ACCOUNT_FAILED:
    case ACCOUNT_OVERDUE:
    case ACCOUNT_CLOSED:
        return refuse_unrecorded(exchange);
    case ACCOUNT_DURABLE:
        break;
    }
    if (!answers_here(exchange))
        return way_out_begin(exchange);
    exchange_enter(exchange, EXCHANGE_ANSWER);
    return STEP_NEXT;
}
