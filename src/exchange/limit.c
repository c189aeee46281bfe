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
static void say_limit(struct exchange *exchange)
{
    size_t count = 0;
    const struct budget_refusal *refused = &exchange->counted.refused;
    struct detail detail = {.text = ""};
    budget_say(&policy_budget_rows(exchange->policy, &count)[refused->row], refused->kind, &detail);
    account_say(&exchange->account, FLAW_NONE, detail.text);
}

bool limit_pace(const struct exchange *exchange, struct dialect_pace *pace)
{
    enum { SECOND_US = 1000000 };
    static const enum dialect_paced paced[] = {
        [BUDGET_REQUESTS] = PACED_REQUESTS,
        [BUDGET_CONCURRENT] = PACED_AT_ONCE,
        [BUDGET_BYTES] = PACED_BYTES,
        [BUDGET_TOKENS] = PACED_TOKENS,
    };
    size_t count = 0;
    const struct budget_refusal *refused = &exchange->counted.refused;
    if (exchange->refusal != reason_of(refused->kind) || refused->retry_s == 0)
        return false;
    const struct budget_limit *limit =
        &policy_budget_rows(exchange->policy, &count)[refused->row].limits[refused->kind];
    *pace = (struct dialect_pace){
        .what = paced[refused->kind],
        .limit = limit->amount,
        .window_s = limit->window_us / SECOND_US,
        .retry_s = refused->retry_s,
        .wall_us = clock_wall_us(),
    };
    return true;
}

bool limit_enter(struct exchange *exchange, enum progress *progress)
{
    const struct decision_budgets *under = &exchange->decision.budgets;
    struct budget_stay *stay = &exchange->counted.stay;
    struct budget_refusal *refused = &exchange->counted.refused;
    if (under->count == 0 || exchange->decision.plan == PLAN_REFUSE)
        return true;
    if (budget_stay_begin(exchange->term->budgets, stay, under->rows, under->count, clock_wall_us(), refused))
        return true;
    say_limit(exchange);
    *progress = exchange_refuse(exchange, reason_of(refused->kind));
    return false;
}

bool exchange_may_move(struct exchange *exchange, uint64_t bytes)
{
    struct budget_stay *stay = &exchange->counted.stay;
    struct budget_share *share = exchange->term->budgets;
    if (stay->count == 0)
        return true;
    int64_t now_us = clock_wall_us();
    bool is_left = budget_stay_moved(share, stay, bytes, now_us);
    if (!is_left && budget_is_spent(share, stay->rows, stay->count, BUDGET_BYTES, now_us, &exchange->counted.refused))
        say_limit(exchange);
    return is_left;
}

/* It counts as what its records say, which is what the next start will read. Refused before it had to be on disk, it is
 * no request; nor is a CONNECT that was opened, since those inside are. An answer that was taken back has not been
 * given, unless the limit itself was in its way, which has then been used up. */
void limit_leave(struct exchange *exchange)
{
    struct budget_stay *stay = &exchange->counted.stay;
    const struct account *account = &exchange->account;
    if (stay->count == 0)
        return;
    struct budget_used used = {
        .is_request = exchange->decision.plan != PLAN_REFUSE && account->done != PLAN_OPEN &&
                      exchange->refusal != REASON_AUDIT_UNAVAILABLE,
        .bytes = account->reason == REASON_LIMIT_BYTES ? stay->bytes : account->bytes_up + account->bytes_down,
        .tokens = account->service.tokens_in + account->service.tokens_out,
    };
    budget_stay_end(exchange->term->budgets, stay, &used, clock_wall_us());
}
