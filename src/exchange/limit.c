/* SPDX-License-Identifier: Apache-2.0 */
/* What a request counts under: taken before its decision is recorded, and left when it has ended. */
#include <stdio.h>

#include "exchange_internal.h"
#include "exeat/base/log.h"

static enum reason reason_of(enum budget_kind kind)
{
    switch (kind) {
    case BUDGET_REQUESTS:
        return REASON_LIMIT_REQUESTS;
    case BUDGET_CONCURRENT:
        return REASON_LIMIT_CONCURRENT;
    case BUDGET_BYTES:
        return REASON_LIMIT_BYTES;
    case BUDGET_TOKENS:
        return REASON_LIMIT_TOKENS;
    case BUDGET_KINDS:
        break;
    }
    return REASON_INTERNAL;
}

/* Whose limit, and how much of it there is: the caller may read it. */
static void say_limit(struct exchange *exchange, const struct budget_refusal *refusal)
{
    size_t count = 0;
    struct detail detail = {.text = ""};
    const struct budget_row *row = &policy_budget_rows(exchange->policy, &count)[refusal->row];
    const struct budget_limit *limit = &row->limits[refusal->kind];
    if (limit->window_us == 0)
        (void)detail_say(&detail, "%.80s: %llu at once", row->owner.data, (unsigned long long)limit->amount);
    else
        (void)detail_say(
            &detail, "%.80s: %llu %s in %llu s", row->owner.data, (unsigned long long)limit->amount,
            budget_kind_name(refusal->kind), (unsigned long long)(limit->window_us / 1000000));
    account_say(&exchange->account, FLAW_NONE, detail.text);
}

bool limit_enter(struct exchange *exchange, enum progress *progress)
{
    const struct decision_budgets *under = &exchange->decision.budgets;
    struct budget_refusal refusal;
    if (under->count == 0 || exchange->decision.plan == PLAN_REFUSE)
        return true;
    if (budget_enter(exchange->term->budgets, under->rows, under->count, clock_wall_us(), &refusal)) {
        exchange->counted.under = *under;
        return true;
    }
    say_limit(exchange, &refusal);
    exchange->counted.retry_s = refusal.retry_s;
    *progress = exchange_refuse(exchange, reason_of(refusal.kind));
    return false;
}

bool exchange_may_move(struct exchange *exchange, uint64_t bytes)
{
    struct counted *counted = &exchange->counted;
    if (counted->under.count == 0 || bytes <= counted->bytes)
        return true;
    uint64_t more = bytes - counted->bytes;
    counted->bytes = bytes;
    return budget_spend(
        exchange->term->budgets, counted->under.rows, counted->under.count, BUDGET_BYTES, more, clock_wall_us());
}

void limit_leave(struct exchange *exchange)
{
    struct counted *counted = &exchange->counted;
    const struct account *account = &exchange->account;
    if (counted->under.count == 0)
        return;
    /* What it took beyond the limit is told to the next. */
    (void)exchange_may_move(exchange, account->bytes_up + account->bytes_down);
    uint64_t tokens = account->service.tokens_in + account->service.tokens_out;
    if (tokens > 0)
        (void)budget_spend(
            exchange->term->budgets, counted->under.rows, counted->under.count, BUDGET_TOKENS, tokens, clock_wall_us());
    budget_leave(exchange->term->budgets, counted->under.rows, counted->under.count);
}
