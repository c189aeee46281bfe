/* SPDX-License-Identifier: Apache-2.0 */
/* What one worker has taken from the shared counters and not used yet. */
#include "exeat/base/memory.h"
#include "table.h"

struct purse {
    uint64_t window;
    uint64_t left;
};
struct purses {
    struct purse of[BUDGET_KINDS];
};
struct budget_share {
    struct budget_table *table; /* one reference */
    struct purses *rows;
};

struct budget_share *budget_share_new(struct budget_table *table)
{
    struct budget_share *share = base_zalloc(sizeof(*share));
    share->table = budget_table_ref(table);
    share->rows = base_array(budget_table_count(table) + 1, sizeof(*share->rows));
    return share;
}

void budget_share_free(struct budget_share *share)
{
    if (share == NULL)
        return;
    budget_table_unref(share->table);
    base_free(share->rows);
    base_free(share);
}

/* --- one limit -------------------------------------------------------------------------------------------------------
 */

/* As much as `wanted` in the purse, if the limit goes that far; returns what is there. */
static uint64_t fill(struct budget_share *share, size_t row, enum budget_kind kind, uint64_t wanted, int64_t now_us)
{
    const struct budget_line *line = budget_table_line(share->table, row);
    const struct budget_limit *limit = &line->row.limits[kind];
    struct purse *purse = &share->rows[row].of[kind];
    uint64_t window = counter_window(now_us, limit->window_us);
    if (purse->window != window)
        *purse = (struct purse){.window = window};
    if (purse->left < wanted) {
        uint64_t missing = wanted - purse->left;
        uint64_t ahead = line->ahead[kind];
        purse->left += counter_take(line->counters[kind], limit, missing > ahead ? missing : ahead, now_us);
    }
    return purse->left;
}

static const struct budget_limit *limit_of(const struct budget_share *share, size_t row, enum budget_kind kind)
{
    return &budget_table_line(share->table, row)->row.limits[kind];
}

static bool has_limit(const struct budget_share *share, size_t row, enum budget_kind kind)
{
    return limit_of(share, row, kind)->amount > 0;
}

static uint64_t seconds_to_next(const struct budget_limit *limit, int64_t now_us)
{
    enum { SECOND_US = 1000000 };
    if (limit->window_us == 0)
        return 1; /* whenever somebody leaves */
    uint64_t left_us = limit->window_us - (uint64_t)now_us % limit->window_us;
    return (left_us + SECOND_US - 1) / SECOND_US;
}

/* --- a request -------------------------------------------------------------------------------------------------------
 */

/* Is there anything left for one more? What is used afterwards needs a rest only. */
static bool has_room(struct budget_share *share, size_t row, int64_t now_us, enum budget_kind *kind)
{
    static const enum budget_kind counted[] = {BUDGET_REQUESTS, BUDGET_BYTES, BUDGET_TOKENS};
    for (size_t i = 0; i < COUNT_OF(counted); i++) {
        *kind = counted[i];
        if (has_limit(share, row, *kind) && fill(share, row, *kind, 1, now_us) == 0)
            return false;
    }
    return true;
}

static bool occupy(struct budget_share *share, size_t row)
{
    const struct budget_line *line = budget_table_line(share->table, row);
    return !has_limit(share, row, BUDGET_CONCURRENT) ||
           counter_occupy(line->counters[BUDGET_CONCURRENT], &line->row.limits[BUDGET_CONCURRENT]);
}

bool budget_enter(
    struct budget_share *share, const size_t *rows, size_t count, int64_t now_us, struct budget_refusal *refusal)
{
    enum budget_kind kind = BUDGET_CONCURRENT;
    size_t entered = 0;
    size_t row = 0;
    bool good = true;
    for (size_t i = 0; i < count && good; i++) {
        row = rows[i];
        good = has_room(share, row, now_us, &kind);
    }
    for (; entered < count && good; entered += good ? 1 : 0) {
        row = rows[entered];
        kind = BUDGET_CONCURRENT;
        good = occupy(share, row);
    }
    if (!good) {
        budget_leave(share, rows, entered);
        atomic_fetch_add_explicit(&budget_table_line(share->table, row)->refused[kind], 1, memory_order_relaxed);
        *refusal = (struct budget_refusal){row, kind, seconds_to_next(limit_of(share, row, kind), now_us)};
        return false;
    }
    for (size_t i = 0; i < count; i++)
        if (has_limit(share, rows[i], BUDGET_REQUESTS))
            share->rows[rows[i]].of[BUDGET_REQUESTS].left--;
    return true;
}

void budget_leave(struct budget_share *share, const size_t *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (has_limit(share, rows[i], BUDGET_CONCURRENT))
            counter_vacate(budget_table_line(share->table, rows[i])->counters[BUDGET_CONCURRENT]);
}

bool budget_spend(
    struct budget_share *share, const size_t *rows, size_t count, enum budget_kind kind, uint64_t amount,
    int64_t now_us)
{
    bool is_left = true;
    for (size_t i = 0; i < count; i++) {
        if (!has_limit(share, rows[i], kind))
            continue;
        uint64_t there = fill(share, rows[i], kind, amount, now_us);
        share->rows[rows[i]].of[kind].left = there > amount ? there - amount : 0;
        is_left = is_left && there >= amount;
    }
    return is_left;
}

bool budget_is_spent(
    struct budget_share *share, const size_t *rows, size_t count, enum budget_kind kind, int64_t now_us,
    struct budget_refusal *refusal)
{
    for (size_t i = 0; i < count; i++) {
        if (!has_limit(share, rows[i], kind) || fill(share, rows[i], kind, 1, now_us) > 0)
            continue;
        *refusal = (struct budget_refusal){rows[i], kind, seconds_to_next(limit_of(share, rows[i], kind), now_us)};
        return true;
    }
    return false;
}

/* To the counter that all share: a purse may be of another window. */
void budget_give_back(
    struct budget_share *share, const size_t *rows, size_t count, enum budget_kind kind, uint64_t amount,
    int64_t then_us)
{
    for (size_t i = 0; i < count; i++)
        budget_unrecall(share->table, rows[i], kind, amount, then_us);
}
