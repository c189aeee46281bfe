/* SPDX-License-Identifier: Apache-2.0 */
/* One shared counter: a word that is exchanged as a whole. */
#include "counter.h"

enum { WINDOW_BITS = 64 - BUDGET_AMOUNT_BITS };
#define WINDOW_MASK ((UINT64_C(1) << WINDOW_BITS) - 1)

uint64_t counter_window(int64_t now_us, uint64_t window_us)
{
    return ((uint64_t)now_us / window_us) & WINDOW_MASK;
}

static uint64_t make_word(uint64_t window, uint64_t used)
{
    return window << BUDGET_AMOUNT_BITS | used;
}

/* Workers read their clocks one after the other: who is still in the window before this one counts in it. Any other
 * window is a new one, be the clock set forward or back. */
static uint64_t window_of(uint64_t word, uint64_t now)
{
    uint64_t window = word >> BUDGET_AMOUNT_BITS;
    return ((now + 1) & WINDOW_MASK) == window ? window : now;
}

static uint64_t used_in(uint64_t word, uint64_t window)
{
    return word >> BUDGET_AMOUNT_BITS == window ? word & BUDGET_AMOUNT_MAX : 0;
}

uint64_t counter_take(struct counter *counter, const struct budget_limit *limit, uint64_t wanted, int64_t now_us)
{
    uint64_t now = counter_window(now_us, limit->window_us);
    uint64_t word = atomic_load_explicit(&counter->word, memory_order_relaxed);
    uint64_t taken;
    uint64_t next;
    do {
        uint64_t window = window_of(word, now);
        uint64_t used = used_in(word, window);
        uint64_t left = used < limit->amount ? limit->amount - used : 0;
        taken = wanted < left ? wanted : left;
        next = make_word(window, used + taken);
        if (taken == 0)
            return 0;
    } while (!atomic_compare_exchange_weak_explicit(
        &counter->word, &word, next, memory_order_relaxed, memory_order_relaxed));
    return taken;
}

void counter_give(struct counter *counter, const struct budget_limit *limit, uint64_t amount, int64_t then_us)
{
    uint64_t then = counter_window(then_us, limit->window_us);
    uint64_t word = atomic_load_explicit(&counter->word, memory_order_relaxed);
    uint64_t used;
    do {
        used = used_in(word, then);
        if (used == 0)
            return;
    } while (!atomic_compare_exchange_weak_explicit(
        &counter->word, &word, word - (amount < used ? amount : used), memory_order_relaxed, memory_order_relaxed));
}

uint64_t counter_used(const struct counter *counter, const struct budget_limit *limit, int64_t now_us)
{
    uint64_t word = atomic_load_explicit(&counter->word, memory_order_relaxed);
    if (limit->window_us == 0)
        return word;
    return used_in(word, window_of(word, counter_window(now_us, limit->window_us)));
}

bool counter_occupy(struct counter *counter, const struct budget_limit *limit)
{
    if (atomic_fetch_add_explicit(&counter->word, 1, memory_order_relaxed) < limit->amount)
        return true;
    counter_vacate(counter);
    return false;
}

void counter_vacate(struct counter *counter)
{
    atomic_fetch_sub_explicit(&counter->word, 1, memory_order_relaxed);
}
