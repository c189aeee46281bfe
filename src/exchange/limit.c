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
    budget_say(&policy_budget_rows(exchange->policy, &count)[refusal->row], refusal->kind, &detail);
    account_say(&exchange->account, FLAW_NONE, detail.text);
}

bool limit_enter(struct exchange *exchange, enum progress *progress)
{
    const struct decision_budgets *under = &exchange->decision.budgets;
    struct budget_stay *stay = &exchange->counted.stay;
    struct budget_refusal refusal;
    if (under->count == 0 || exchange->decision.plan == PLAN_REFUSE)
        return true;
    if (budget_stay_begin(exchange->term->budgets, stay, under->rows, under->count, clock_wall_us(), &refusal))
        return true;
    say_limit(exchange, &refusal);
    exchange->counted.retry_s = refusal.retry_s;
    *progress = exchange_refuse(exchange, reason_of(refusal.kind));
    return false;
}

bool exchange_may_move(struct exchange *exchange, uint64_t bytes)
{
    struct budget_stay *stay = &exchange->counted.stay;
    return stay->count == 0 || budget_stay_moved(exchange->term->budgets, stay, bytes, clock_wall_us());
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
