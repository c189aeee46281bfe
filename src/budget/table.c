/* SPDX-License-Identifier: Apache-2.0 */
/* The counters of all owners, and which of them a policy's rows are about. Made and freed by whoever loads policies;
 * workers only read it. */
#include "table.h"

#include <pthread.h>

#include "exeat/base/bytes.h"
#include "exeat/base/check.h"
#include "exeat/base/list.h"
#include "exeat/base/memory.h"

/* Of one owner: a limit with another window is counted anew. */
struct account {
    struct list_node node;
    char *owner; /* owned */
    size_t tables;
    uint64_t windows_us[BUDGET_KINDS];
    struct counter counters[BUDGET_KINDS];
    _Atomic uint64_t refused[BUDGET_KINDS];
};

enum { BUCKETS = 1024 };
struct budgets {
    pthread_mutex_t lock; /* never taken for a request */
    struct list buckets[BUCKETS];
    const struct budget_table *newest; /* NULL: it is gone */
};

struct budget_table {
    _Atomic size_t references;
    struct budgets *budgets; /* borrowed */
    struct budget_line *lines;
    size_t count;
};

static const char *const kind_names[] = {
    [BUDGET_REQUESTS] = "requests",
    [BUDGET_CONCURRENT] = "concurrent",
    [BUDGET_BYTES] = "bytes",
    [BUDGET_TOKENS] = "tokens",
};
_Static_assert(COUNT_OF(kind_names) == BUDGET_KINDS, "every kind has its word");

const char *budget_kind_name(enum budget_kind kind)
{
    return kind_names[kind];
}

void budget_say(const struct budget_row *row, enum budget_kind kind, struct detail *detail)
{
    const struct budget_limit *limit = &row->limits[kind];
    unsigned long long amount = limit->amount;
    unsigned long long seconds = limit->window_us / 1000000;
    if (limit->window_us == 0)
        (void)detail_say(detail, "%.80s: %llu at once", row->owner.data, amount);
    else
        (void)detail_say(detail, "%.80s: %llu %s in %llu s", row->owner.data, amount, budget_kind_name(kind), seconds);
}

/* --- accounts --------------------------------------------------------------------------------------------------------
 */

struct budgets *budgets_new(void)
{
    struct budgets *budgets = base_zalloc(sizeof(*budgets));
    pthread_mutex_init(&budgets->lock, NULL);
    for (size_t i = 0; i < BUCKETS; i++)
        list_init(&budgets->buckets[i]);
    return budgets;
}

void budgets_free(struct budgets *budgets)
{
    if (budgets == NULL)
        return;
    for (size_t i = 0; i < BUCKETS; i++)
        ASSERT(list_first(&budgets->buckets[i]) == NULL);
    pthread_mutex_destroy(&budgets->lock);
    base_free(budgets);
}

static struct list *bucket_of(struct budgets *budgets, struct text owner)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < owner.length; i++)
        hash = (hash ^ (unsigned char)owner.data[i]) * 0x100000001b3u;
    return &budgets->buckets[(hash ^ hash >> 32) % BUCKETS];
}

static bool has_same_windows(const struct account *account, const struct budget_row *row)
{
    for (int i = 0; i < BUDGET_KINDS; i++)
        if (account->windows_us[i] != row->limits[i].window_us)
            return false;
    return true;
}

static struct account *account_take(struct budgets *budgets, const struct budget_row *row)
{
    struct list *bucket = bucket_of(budgets, row->owner);
    struct account *account = NULL;
    for (struct list_node *node = list_first(bucket); node != NULL && account == NULL; node = list_next(bucket, node)) {
        struct account *found = list_owner(node, struct account, node);
        if (text_equal(text_from(found->owner), row->owner) && has_same_windows(found, row))
            account = found;
    }
    if (account == NULL) {
        account = base_zalloc(sizeof(*account));
        account->owner = text_copy(row->owner);
        for (int i = 0; i < BUDGET_KINDS; i++)
            account->windows_us[i] = row->limits[i].window_us;
        list_append(bucket, &account->node);
    }
    account->tables++;
    return account;
}

static void account_give(struct account *account)
{
    if (--account->tables > 0)
        return;
    list_remove(&account->node);
    base_free(account->owner);
    base_free(account);
}

/* --- tables ----------------------------------------------------------------------------------------------------------
 */

/* What all workers have ahead together is a 256th of the limit; of a small one nothing is taken ahead. */
static uint64_t ahead_of(const struct budget_limit *limit, size_t workers)
{
    uint64_t ahead = limit->amount / (256 * (uint64_t)workers);
    return ahead > 0 ? ahead : 1;
}

static void line_fill(struct budget_line *line, struct budgets *budgets, const struct budget_row *row, size_t workers)
{
    line->row = *row;
    line->account = account_take(budgets, row);
    line->row.owner = text_from(line->account->owner);
    line->refused = line->account->refused;
    for (int i = 0; i < BUDGET_KINDS; i++) {
        line->counters[i] = &line->account->counters[i];
        line->ahead[i] = ahead_of(&row->limits[i], workers);
    }
}

struct budget_table *
budget_table_new(struct budgets *budgets, const struct budget_row *rows, size_t count, size_t workers)
{
    struct budget_table *table = base_zalloc(sizeof(*table));
    table->references = 1;
    table->budgets = budgets;
    table->count = count;
    table->lines = base_array(count + 1, sizeof(*table->lines));
    pthread_mutex_lock(&budgets->lock);
    for (size_t i = 0; i < count; i++)
        line_fill(&table->lines[i], budgets, &rows[i], workers);
    budgets->newest = table;
    pthread_mutex_unlock(&budgets->lock);
    return table;
}

struct budget_table *budget_table_ref(struct budget_table *table)
{
    table->references++;
    return table;
}

void budget_table_unref(struct budget_table *table)
{
    if (table == NULL || --table->references > 0)
        return;
    pthread_mutex_lock(&table->budgets->lock);
    if (table->budgets->newest == table)
        table->budgets->newest = NULL;
    for (size_t i = 0; i < table->count; i++)
        account_give(table->lines[i].account);
    pthread_mutex_unlock(&table->budgets->lock);
    base_free(table->lines);
    base_free(table);
}

size_t budget_table_count(const struct budget_table *table)
{
    return table->count;
}

const struct budget_line *budget_table_line(const struct budget_table *table, size_t row)
{
    ASSERT(row < table->count);
    return &table->lines[row];
}

uint64_t budget_used(const struct budget_table *table, size_t row, enum budget_kind kind, int64_t now_us)
{
    const struct budget_line *line = budget_table_line(table, row);
    return counter_used(line->counters[kind], &line->row.limits[kind], now_us);
}

static void line_tell(const struct budget_line *line, int64_t now_us, budget_tell tell, void *context)
{
    for (int kind = 0; kind < BUDGET_KINDS; kind++) {
        const struct budget_limit *limit = &line->row.limits[kind];
        if (limit->amount == 0)
            continue;
        struct budget_standing standing = {
            .row = &line->row,
            .kind = (enum budget_kind)kind,
            .used = counter_used(line->counters[kind], limit, now_us),
            .refused = atomic_load_explicit(&line->refused[kind], memory_order_relaxed),
        };
        tell(context, &standing);
    }
}

/* A table that is being freed waits for the lock. */
void budgets_look(struct budgets *budgets, int64_t now_us, budget_tell tell, void *context)
{
    pthread_mutex_lock(&budgets->lock);
    const struct budget_table *table = budgets->newest;
    for (size_t i = 0; table != NULL && i < table->count; i++)
        line_tell(&table->lines[i], now_us, tell, context);
    pthread_mutex_unlock(&budgets->lock);
}

void budget_recall(
    struct budget_table *table, size_t row, enum budget_kind kind, uint64_t amount, int64_t then_us, int64_t now_us)
{
    const struct budget_line *line = budget_table_line(table, row);
    const struct budget_limit *limit = &line->row.limits[kind];
    bool counts = limit->amount > 0 && limit->window_us > 0 &&
                  counter_window(then_us, limit->window_us) == counter_window(now_us, limit->window_us);
    if (counts)
        (void)counter_take(line->counters[kind], limit, amount, now_us);
}

void budget_unrecall(struct budget_table *table, size_t row, enum budget_kind kind, uint64_t amount, int64_t then_us)
{
    const struct budget_line *line = budget_table_line(table, row);
    const struct budget_limit *limit = &line->row.limits[kind];
    if (limit->amount > 0 && limit->window_us > 0)
        counter_give(line->counters[kind], limit, amount, then_us);
}

int64_t budget_table_since(const struct budget_table *table, int64_t now_us)
{
    int64_t since = now_us;
    for (size_t i = 0; i < table->count; i++)
        for (int kind = 0; kind < BUDGET_KINDS; kind++) {
            int64_t window_us = (int64_t)table->lines[i].row.limits[kind].window_us;
            if (window_us > 0 && now_us - now_us % window_us < since)
                since = now_us - now_us % window_us;
        }
    return since;
}
