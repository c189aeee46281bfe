/* SPDX-License-Identifier: Apache-2.0 */
/* How much may leave in a window of time: counters that all workers share. The time is given; nothing here asks for it:
 * all `now_us`, `then_us` and `since_us` are wall time, in microseconds since 1970, for windows begin with the second,
 * minute, hour or day of UTC. A worker takes from the shared counter ahead, at most a
 * 256th of a limit in all, so that most requests touch memory of their own only. */
#ifndef EXEAT_BUDGET_H
#define EXEAT_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exeat/base/attributes.h"
#include "exeat/base/detail.h"
#include "exeat/base/text.h"

enum budget_kind { BUDGET_REQUESTS, BUDGET_CONCURRENT, BUDGET_BYTES, BUDGET_TOKENS, BUDGET_KINDS };
const char *budget_kind_name(enum budget_kind kind); /* static; as the policy spells it */

/* At most so much (0: no limit) in each window; of BUDGET_CONCURRENT at once, and the window is 0. */
struct budget_limit {
    uint64_t amount;
    uint64_t window_us; /* whole seconds */
};
enum { BUDGET_AMOUNT_BITS = 40 };
#define BUDGET_AMOUNT_MAX ((UINT64_C(1) << BUDGET_AMOUNT_BITS) - 1)

/* Whose limits: "rule llm", "client queue". */
struct budget_row {
    struct text owner;
    struct budget_limit limits[BUDGET_KINDS];
};

/* --- shared ----------------------------------------------------------------------------------------------------------
 */

/* The counters of a process, by owner, kind and window: a new policy's go on where the old one's stand. */
struct budgets;
struct budgets *budgets_new(void);          /* the caller's, for budgets_free */
void budgets_free(struct budgets *budgets); /* after all tables */

/* How one limit stands. */
struct budget_standing {
    const struct budget_row *row;
    enum budget_kind kind;
    uint64_t used;    /* or taken ahead, in the window that is on; more than the limit, when it was larger before */
    uint64_t refused; /* requests that it turned away, since somebody has this owner with these windows */
};
typedef void (*budget_tell)(void *context, const struct budget_standing *standing);
/* Tells of each limit of the newest table, from any thread; `tell` makes and frees no table. */
void budgets_look(struct budgets *budgets, int64_t now_us, budget_tell tell, void *context);

/* The counters of one policy's rows, which are copied; all workers share it. */
struct budget_table;
/* One reference, the caller's. `workers`: how many take from it. */
struct budget_table *
budget_table_new(struct budgets *budgets, const struct budget_row *rows, size_t count, size_t workers);
struct budget_table *budget_table_ref(struct budget_table *table); /* from any thread, as the next */
void budget_table_unref(struct budget_table *table);               /* NULL is fine */
size_t budget_table_count(const struct budget_table *table);       /* how many rows */
/* How much of a limit is used, or taken ahead, in the window of `now_us`; row < count. */
uint64_t budget_used(const struct budget_table *table, size_t row, enum budget_kind kind, int64_t now_us);
/* What was used before this process began, at `then_us`: it counts when the same window is still on. */
void budget_recall(
    struct budget_table *table, size_t row, enum budget_kind kind, uint64_t amount, int64_t then_us, int64_t now_us);
/* Of that, so much was not used after all. */
void budget_unrecall(struct budget_table *table, size_t row, enum budget_kind kind, uint64_t amount, int64_t then_us);
/* Since when what was used may still count. */
int64_t budget_table_since(const struct budget_table *table, int64_t now_us);

/* --- of one worker ---------------------------------------------------------------------------------------------------
 */

struct budget_share;
struct budget_share *budget_share_new(struct budget_table *table); /* holds a reference */
void budget_share_free(struct budget_share *share);                /* NULL is fine */

/* Which limit is in the way, and when to try again. */
struct budget_refusal {
    size_t row;
    enum budget_kind kind;
    uint64_t retry_s; /* at least 1 */
};
/* One more request under all of these rows: takes a request and a place of each. False: it takes nothing. */
MUST_CHECK bool budget_enter(
    struct budget_share *share, const size_t *rows, size_t count, int64_t now_us, struct budget_refusal *refusal);
/* Of what was taken since `then_us`, so much was not used after all. */
void budget_give_back(
    struct budget_share *share, const size_t *rows, size_t count, enum budget_kind kind, uint64_t amount,
    int64_t then_us);
/* Which of these limits has nothing left of that kind, after budget_spend said so; false: none, since a new window
 * began.
 */
bool budget_is_spent(
    struct budget_share *share, const size_t *rows, size_t count, enum budget_kind kind, int64_t now_us,
    struct budget_refusal *refusal);
/* The request has ended: its places are free. */
void budget_leave(struct budget_share *share, const size_t *rows, size_t count);
/* Bytes that have moved or tokens that were used. False: nothing of one of the limits is left. */
bool budget_spend(
    struct budget_share *share, const size_t *rows, size_t count, enum budget_kind kind, uint64_t amount,
    int64_t now_us);

/* --- a request -------------------------------------------------------------------------------------------------------
 */

/* From its beginning to its end. */
struct budget_stay {
    const size_t *rows; /* borrowed */
    size_t count;       /* 0: under no limit */
    int64_t since_us;
    uint64_t bytes; /* of those that have moved, how many were counted */
};
/* budget_enter, remembered. */
MUST_CHECK bool budget_stay_begin(
    struct budget_share *share, struct budget_stay *stay, const size_t *rows, size_t count, int64_t now_us,
    struct budget_refusal *refusal);
/* So many have moved by now, in all. False: nothing is left for more. */
bool budget_stay_moved(struct budget_share *share, struct budget_stay *stay, uint64_t bytes, int64_t now_us);
/* What it came to: less than was counted is given back. */
struct budget_used {
    bool is_request; /* false: it was none, after all */
    uint64_t bytes;
    uint64_t tokens;
};
/* The request has ended: its places are free, and the rest is settled. */
void budget_stay_end(
    struct budget_share *share, struct budget_stay *stay, const struct budget_used *used, int64_t now_us);
/* "rule llm: 20 requests in 60 s", for whoever is refused. */
void budget_say(const struct budget_row *row, enum budget_kind kind, struct detail *detail);

#endif
