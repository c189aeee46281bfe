/* SPDX-License-Identifier: Apache-2.0 */
/* The counters of a policy's limits; at the start, what the newest records say was used in the windows that are on. */
#include <string.h>

#include "daemon_internal.h"
#include "exeat/base/clock.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"

struct budget_table *limits_new(struct budgets *budgets, const struct policy *policy, size_t workers)
{
    size_t count = 0;
    const struct budget_row *rows = policy_budget_rows(policy, &count);
    return budget_table_new(budgets, rows, count, workers);
}

/* --- decisions whose outcome is still to come ------------------------------------------------------------------------
 */

struct pending {
    struct request_id id;
    struct decision_budgets under; /* count 0: a free place */
    int64_t wall_us;
};
struct recall {
    struct budget_table *table;  /* borrowed */
    const struct policy *policy; /* borrowed */
    int64_t now_us;
    struct pending *places; /* owned; a hash by the id, which is random */
    size_t size;
    size_t used;
};

static struct pending *place_of(struct pending *places, size_t size, const struct request_id *id)
{
    uint64_t hash;
    memcpy(&hash, id->bytes, sizeof(hash));
    size_t at = hash & (size - 1);
    while (places[at].under.count > 0 && memcmp(&places[at].id, id, sizeof(*id)) != 0)
        at = (at + 1) & (size - 1);
    return &places[at];
}

static void grow(struct recall *recall)
{
    size_t size = recall->size == 0 ? 1024 : recall->size * 2;
    struct pending *places = base_array(size, sizeof(*places));
    for (size_t i = 0; i < recall->size; i++)
        if (recall->places[i].under.count > 0)
            *place_of(places, size, &recall->places[i].id) = recall->places[i];
    base_free(recall->places);
    recall->places = places;
    recall->size = size;
}

/* --- records ---------------------------------------------------------------------------------------------------------
 */

static void charge(
    const struct recall *recall, const struct decision_budgets *under, enum budget_kind kind, uint64_t amount,
    int64_t then_us)
{
    for (size_t i = 0; i < under->count && amount > 0; i++)
        budget_recall(recall->table, under->rows[i], kind, amount, then_us, recall->now_us);
}

static void take_decision(struct recall *recall, const struct record *record)
{
    struct decision_record decision;
    struct decision_budgets under = {.count = 0};
    record_decision_read(record, (struct bytes){0}, &decision);
    if (decision.plan == PLAN_REFUSE || decision.plan == PLAN_OPEN)
        return;
    if (policy_budget_of_rule(recall->policy, decision.rule, &under.rows[under.count]))
        under.count++;
    if (policy_budget_of_client(recall->policy, decision.client, &under.rows[under.count]))
        under.count++;
    if (under.count == 0)
        return;
    charge(recall, &under, BUDGET_REQUESTS, 1, record->head.wall_us);
    if (recall->used * 2 >= recall->size)
        grow(recall);
    *place_of(recall->places, recall->size, &decision.id) = (struct pending){decision.id, under, record->head.wall_us};
    recall->used++;
}

/* It counts when it ended, as it did then. */
static void take_outcome(struct recall *recall, const struct record *record)
{
    struct outcome_record outcome;
    record_outcome_read(record, &outcome);
    if (recall->size == 0)
        return;
    const struct pending *place = place_of(recall->places, recall->size, &outcome.id);
    bool is_request = outcome.done != PLAN_OPEN && outcome.reason != REASON_AUDIT_UNAVAILABLE;
    for (size_t i = 0; i < place->under.count && !is_request; i++)
        budget_unrecall(recall->table, place->under.rows[i], BUDGET_REQUESTS, 1, place->wall_us);
    charge(recall, &place->under, BUDGET_BYTES, outcome.bytes_up + outcome.bytes_down, record->head.wall_us);
    charge(recall, &place->under, BUDGET_TOKENS, outcome.tokens_in + outcome.tokens_out, record->head.wall_us);
}

/* The first record at or after that time, as far as the clock went forward: a search by halves. */
static uint64_t find_since(struct store_reader *reader, int64_t since_us)
{
    struct store_row row;
    uint64_t low = store_reader_first(reader);
    uint64_t high = store_reader_size(reader);
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        store_reader_seek(reader, middle);
        if (store_reader_next(reader, &row) == STORE_ROW && row.wall_us < since_us)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void read_records(struct recall *recall, struct store_reader *reader)
{
    struct store_row row;
    struct record record;
    store_reader_seek(reader, find_since(reader, budget_table_since(recall->table, recall->now_us)));
    while (store_reader_next(reader, &row) == STORE_ROW) {
        if (!record_parse(row.body, &record))
            continue;
        if (record.head.kind == RECORD_DECISION)
            take_decision(recall, &record);
        else if (record.head.kind == RECORD_COMPLETION)
            take_outcome(recall, &record);
    }
}

void limits_recall(struct budget_table *table, const struct policy *policy)
{
    struct recall recall = {.table = table, .policy = policy, .now_us = clock_wall_us()};
    char *error = NULL;
    if (budget_table_since(table, recall.now_us) == recall.now_us)
        return; /* nothing is counted in windows */
    struct store_reader *reader = store_reader_open(policy_settings(policy)->audit.directory.data, &error);
    if (reader == NULL) {
        log_warn("limits_begin_anew", log_string("why", error));
        base_free(error);
        return;
    }
    read_records(&recall, reader);
    store_reader_free(reader);
    base_free(recall.places);
}
