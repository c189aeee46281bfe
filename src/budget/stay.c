/* SPDX-License-Identifier: Apache-2.0 */
/* One request under its limits, from the moment it enters to its end. */
#include "table.h"

bool budget_stay_begin(
    struct budget_share *share, struct budget_stay *stay, const size_t *rows, size_t count, int64_t now_us,
    struct budget_refusal *refusal)
{
    if (!budget_enter(share, rows, count, now_us, refusal))
        return false;
    *stay = (struct budget_stay){.rows = rows, .count = count, .since_us = now_us};
    return true;
}

bool budget_stay_moved(struct budget_share *share, struct budget_stay *stay, uint64_t bytes, int64_t now_us)
{
    if (stay->count == 0 || bytes <= stay->bytes)
        return true;
    uint64_t more = bytes - stay->bytes;
    stay->bytes = bytes;
    return budget_spend(share, stay->rows, stay->count, BUDGET_BYTES, more, now_us);
}

void budget_stay_end(
    struct budget_share *share, struct budget_stay *stay, const struct budget_used *used, int64_t now_us)
{
    if (stay->count == 0)
        return;
    /* What it took beyond the limit is told to the next. */
    (void)budget_stay_moved(share, stay, used->bytes, now_us);
    if (stay->bytes > used->bytes)
        budget_give_back(share, stay->rows, stay->count, BUDGET_BYTES, stay->bytes - used->bytes, stay->since_us);
    if (!used->is_request)
        budget_give_back(share, stay->rows, stay->count, BUDGET_REQUESTS, 1, stay->since_us);
    if (used->tokens > 0)
        (void)budget_spend(share, stay->rows, stay->count, BUDGET_TOKENS, used->tokens, now_us);
    budget_leave(share, stay->rows, stay->count);
    stay->count = 0;
}
