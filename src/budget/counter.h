/* SPDX-License-Identifier: Apache-2.0 */
/* One shared counter. */
#ifndef EXEAT_BUDGET_COUNTER_H
#define EXEAT_BUDGET_COUNTER_H

#include <stdatomic.h>

#include "exeat/budget.h"

/* Window (its low 24 bits) and what is used in it, in one word, so that both change together. Two windows that share
 * those bits are 194 days apart at least. Of BUDGET_CONCURRENT the word is how many there are. */
struct counter {
    _Atomic uint64_t word;
};

uint64_t counter_window(int64_t now_us, uint64_t window_us);
/* Takes up to `wanted`, as far as the limit goes; returns how much. */
uint64_t counter_take(struct counter *counter, const struct budget_limit *limit, uint64_t wanted, int64_t now_us);
/* What was taken at `then_us` was not used after all; in a window that is over it stays as it was. */
void counter_give(struct counter *counter, const struct budget_limit *limit, uint64_t amount, int64_t then_us);
uint64_t counter_used(const struct counter *counter, const struct budget_limit *limit, int64_t now_us);
/* A place among those at once. */
MUST_CHECK bool counter_occupy(struct counter *counter, const struct budget_limit *limit);
void counter_vacate(struct counter *counter);

#endif
