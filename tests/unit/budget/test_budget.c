/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of windows of time: never more than the limit, nearly all of it, and again in the next window. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exeat/budget.h"

enum { SECOND = 1000000, WORKERS = 4 };
#define HOUR (INT64_C(3600) * SECOND)
#define DAY (INT64_C(86400) * SECOND)
#define NOW (INT64_C(1767225600) * SECOND + 10 * HOUR + 250000) /* 2026-01-01T10:00:00.25Z */

struct scene {
    struct budgets *budgets;
    struct budget_table *table;
    struct budget_share *shares[WORKERS];
};

static const size_t first_row[] = {0};
static const size_t both_rows[] = {0, 1};

static void open_scene(struct scene *scene, const struct budget_row *rows, size_t count)
{
    scene->budgets = budgets_new();
    scene->table = budget_table_new(scene->budgets, rows, count, WORKERS);
    for (int i = 0; i < WORKERS; i++)
        scene->shares[i] = budget_share_new(scene->table);
}

static void close_scene(struct scene *scene)
{
    for (int i = 0; i < WORKERS; i++)
        budget_share_free(scene->shares[i]);
    budget_table_unref(scene->table);
    budgets_free(scene->budgets);
}

static struct budget_row requests_per(uint64_t amount, int64_t window_us)
{
    return (struct budget_row){
        .owner = TEXT("rule shop"), .limits = {[BUDGET_REQUESTS] = {amount, (uint64_t)window_us}}};
}

static unsigned enter_all(struct scene *scene, unsigned tries, int64_t now)
{
    struct budget_refusal refusal;
    unsigned entered = 0;
    for (unsigned i = 0; i < tries; i++)
        entered += budget_enter(scene->shares[i % WORKERS], first_row, 1, now, &refusal) ? 1 : 0;
    return entered;
}

static void a_window_has_exactly_its_limit_whoever_asks(void **state)
{
    static const uint64_t limits[] = {1, 2, 20, 333, 1000};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(limits); i++) {
        struct scene scene;
        struct budget_row row = requests_per(limits[i], SECOND);
        open_scene(&scene, &row, 1);
        assert_int_equal(enter_all(&scene, 5000, NOW), limits[i]);
        assert_int_equal(enter_all(&scene, 5000, NOW + 700000), 0); /* still the same second */
        assert_int_equal(enter_all(&scene, 5000, NOW + 750000), limits[i]);
        close_scene(&scene);
    }
}

static void of_a_large_limit_hardly_anything_is_lost(void **state)
{
    enum { LIMIT = 100000 };
    (void)state;
    struct scene scene;
    struct budget_row row = requests_per(LIMIT, SECOND);
    open_scene(&scene, &row, 1);
    unsigned entered = 0;
    struct budget_refusal refusal;
    while (budget_enter(scene.shares[0], first_row, 1, NOW, &refusal))
        entered++;
    (void)enter_all(&scene, 4, NOW);
    assert_int_equal(entered, LIMIT); /* alone it has all of it */
    entered = 0;
    for (int i = 0; i < WORKERS; i++)
        entered += budget_enter(scene.shares[i], first_row, 1, NOW + SECOND, &refusal) ? 1 : 0;
    while (budget_enter(scene.shares[0], first_row, 1, NOW + SECOND, &refusal))
        entered++;
    assert_in_range(entered, LIMIT - LIMIT / 256, LIMIT);
    close_scene(&scene);
}

static void a_refusal_says_what_and_when(void **state)
{
    (void)state;
    struct scene scene;
    struct budget_row row = requests_per(1, HOUR);
    struct budget_refusal refusal;
    row.limits[BUDGET_TOKENS] = (struct budget_limit){100, (uint64_t)DAY};
    open_scene(&scene, &row, 1);
    assert_true(budget_enter(scene.shares[0], first_row, 1, NOW, &refusal));
    assert_false(budget_enter(scene.shares[1], first_row, 1, NOW, &refusal));
    assert_int_equal(refusal.kind, BUDGET_REQUESTS);
    assert_int_equal(refusal.retry_s, 3600);
    assert_int_equal(refusal.row, 0);
    assert_false(budget_enter(scene.shares[1], first_row, 1, NOW + HOUR - 300000, &refusal));
    assert_int_equal(refusal.retry_s, 1);
    assert_false(budget_spend(scene.shares[2], first_row, 1, BUDGET_TOKENS, 101, NOW + HOUR));
    assert_false(budget_enter(scene.shares[1], first_row, 1, NOW + HOUR, &refusal));
    assert_int_equal(refusal.kind, BUDGET_TOKENS);
    assert_int_equal(refusal.retry_s, 13 * 3600);
    close_scene(&scene);
}

static void what_is_spent_up_to_the_limit_is_fine_and_then_nobody_enters(void **state)
{
    (void)state;
    struct scene scene;
    struct budget_row row = {.owner = TEXT("rule shop"), .limits = {[BUDGET_BYTES] = {1000, HOUR}}};
    struct budget_refusal refusal;
    open_scene(&scene, &row, 1);
    assert_true(budget_spend(scene.shares[0], first_row, 1, BUDGET_BYTES, 400, NOW));
    assert_true(budget_spend(scene.shares[1], first_row, 1, BUDGET_BYTES, 598, NOW));
    assert_true(budget_enter(scene.shares[2], first_row, 1, NOW, &refusal)); /* keeps one of the two left */
    assert_true(budget_spend(scene.shares[1], first_row, 1, BUDGET_BYTES, 1, NOW));
    assert_false(budget_spend(scene.shares[1], first_row, 1, BUDGET_BYTES, 1, NOW));
    assert_false(budget_enter(scene.shares[3], first_row, 1, NOW, &refusal));
    assert_int_equal(budget_used(scene.table, 0, BUDGET_BYTES, NOW), 1000);
    assert_int_equal(budget_used(scene.table, 0, BUDGET_BYTES, NOW + HOUR), 0);
    assert_true(budget_spend(scene.shares[1], first_row, 1, BUDGET_BYTES, 1000, NOW + HOUR));
    close_scene(&scene);
}

static void those_at_once_are_counted_and_leave(void **state)
{
    (void)state;
    struct scene scene;
    struct budget_row row = {.owner = TEXT("client php"), .limits = {[BUDGET_CONCURRENT] = {3, 0}}};
    struct budget_refusal refusal;
    open_scene(&scene, &row, 1);
    assert_int_equal(enter_all(&scene, 10, NOW), 3);
    budget_leave(scene.shares[3], first_row, 1);
    assert_int_equal(enter_all(&scene, 10, NOW + DAY), 1);
    assert_false(budget_enter(scene.shares[0], first_row, 1, NOW, &refusal));
    assert_int_equal(refusal.kind, BUDGET_CONCURRENT);
    assert_int_equal(refusal.retry_s, 1);
    assert_int_equal(budget_used(scene.table, 0, BUDGET_CONCURRENT, NOW), 3);
    close_scene(&scene);
}

static void who_is_refused_by_one_of_two_takes_nothing_of_the_other(void **state)
{
    (void)state;
    struct scene scene;
    const struct budget_row rows[] = {
        {.owner = TEXT("rule shop"), .limits = {[BUDGET_REQUESTS] = {2, HOUR}, [BUDGET_CONCURRENT] = {2, 0}}},
        {.owner = TEXT("client php"), .limits = {[BUDGET_CONCURRENT] = {1, 0}}}};
    struct budget_refusal refusal;
    open_scene(&scene, rows, 2);
    assert_true(budget_enter(scene.shares[0], both_rows, 2, NOW, &refusal));
    for (int i = 0; i < 10; i++)
        assert_false(budget_enter(scene.shares[0], both_rows, 2, NOW, &refusal));
    assert_int_equal(refusal.row, 1);
    assert_int_equal(budget_used(scene.table, 0, BUDGET_CONCURRENT, NOW), 1);
    budget_leave(scene.shares[0], both_rows, 2);
    assert_true(budget_enter(scene.shares[0], both_rows, 2, NOW, &refusal));
    assert_false(budget_enter(scene.shares[0], first_row, 1, NOW, &refusal));
    assert_int_equal(refusal.kind, BUDGET_REQUESTS);
    close_scene(&scene);
}

static void a_new_policy_goes_on_counting_where_the_old_one_stands(void **state)
{
    (void)state;
    struct scene scene;
    struct budget_row row = requests_per(10, HOUR);
    open_scene(&scene, &row, 1);
    assert_int_equal(enter_all(&scene, 8, NOW), 8);
    struct budget_row rows[] = {requests_per(12, HOUR), requests_per(5, HOUR)};
    rows[1].owner = TEXT("rule other");
    struct budget_table *next = budget_table_new(scene.budgets, rows, 2, WORKERS);
    struct budget_share *share = budget_share_new(next);
    struct budget_refusal refusal;
    unsigned entered = 0;
    while (budget_enter(share, first_row, 1, NOW, &refusal))
        entered++;
    assert_int_equal(entered, 4);
    assert_int_equal(enter_all(&scene, 8, NOW), 0); /* those under the old policy are of the same owner */
    budget_share_free(share);
    budget_table_unref(next);
    close_scene(&scene);
}

static void what_was_used_before_a_restart_counts_in_its_window_only(void **state)
{
    (void)state;
    struct scene scene;
    struct budget_row row = requests_per(10, HOUR);
    row.limits[BUDGET_TOKENS] = (struct budget_limit){1000, (uint64_t)DAY};
    open_scene(&scene, &row, 1);
    assert_int_equal(budget_table_since(scene.table, NOW), NOW - 10 * HOUR - 250000); /* midnight */
    budget_recall(scene.table, 0, BUDGET_REQUESTS, 1, NOW - 250000, NOW);
    budget_recall(scene.table, 0, BUDGET_REQUESTS, 1, NOW - 250001, NOW); /* the hour before */
    budget_recall(scene.table, 0, BUDGET_TOKENS, 600, NOW - 5 * HOUR, NOW);
    budget_recall(scene.table, 0, BUDGET_TOKENS, 600, NOW - 11 * HOUR, NOW); /* yesterday */
    budget_recall(scene.table, 0, BUDGET_BYTES, 600, NOW, NOW);              /* no limit */
    assert_int_equal(budget_used(scene.table, 0, BUDGET_REQUESTS, NOW), 1);
    assert_int_equal(budget_used(scene.table, 0, BUDGET_TOKENS, NOW), 600);
    assert_int_equal(enter_all(&scene, 20, NOW), 9);
    close_scene(&scene);
}

static void a_clock_that_is_set_back_begins_a_window_and_does_not_end_the_world(void **state)
{
    (void)state;
    struct scene scene;
    struct budget_row row = requests_per(5, SECOND);
    open_scene(&scene, &row, 1);
    assert_int_equal(enter_all(&scene, 20, NOW), 5);
    assert_int_equal(enter_all(&scene, 20, NOW - SECOND), 0); /* a worker that is late by a moment */
    assert_int_equal(enter_all(&scene, 20, NOW - DAY), 5);
    assert_int_equal(enter_all(&scene, 20, NOW + DAY), 5);
    close_scene(&scene);
}

struct racer {
    pthread_t thread;
    struct budget_share *share;
    unsigned entered;
};

static void *race(void *context)
{
    enum { TRIES = 200000, KEEP_EVERY = 3 };
    struct racer *racer = context;
    struct budget_refusal refusal;
    for (unsigned i = 0; i < TRIES; i++) {
        if (!budget_enter(racer->share, first_row, 1, NOW, &refusal))
            continue;
        racer->entered++;
        budget_leave(racer->share, first_row, 1);
    }
    return NULL;
}

static void workers_that_race_never_get_more_than_the_limit(void **state)
{
    enum { LIMIT = 50000 };
    (void)state;
    struct scene scene;
    struct budget_row row = requests_per(LIMIT, DAY);
    row.limits[BUDGET_CONCURRENT] = (struct budget_limit){WORKERS, 0};
    struct racer racers[WORKERS];
    unsigned entered = 0;
    open_scene(&scene, &row, 1);
    for (int i = 0; i < WORKERS; i++) {
        racers[i] = (struct racer){.share = scene.shares[i]};
        assert_int_equal(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
    }
    for (int i = 0; i < WORKERS; i++) {
        pthread_join(racers[i].thread, NULL);
        entered += racers[i].entered;
    }
    assert_int_equal(entered, LIMIT);
    assert_int_equal(budget_used(scene.table, 0, BUDGET_CONCURRENT, NOW), 0);
    close_scene(&scene);
}

static void what_was_not_used_after_all_is_there_for_others_in_its_window_only(void **state)
{
    (void)state;
    struct scene scene;
    struct budget_row row = requests_per(3, HOUR);
    open_scene(&scene, &row, 1);
    assert_int_equal(enter_all(&scene, 10, NOW), 3);
    budget_give_back(scene.shares[0], first_row, 1, BUDGET_REQUESTS, 1, NOW);
    struct budget_refusal refusal;
    assert_true(budget_enter(scene.shares[3], first_row, 1, NOW, &refusal)); /* whoever comes first */
    assert_int_equal(enter_all(&scene, 10, NOW), 0);
    assert_int_equal(enter_all(&scene, 2, NOW + HOUR), 2);
    budget_give_back(scene.shares[1], first_row, 1, BUDGET_REQUESTS, 2, NOW); /* of an hour that is over */
    assert_int_equal(enter_all(&scene, 10, NOW + HOUR), 1);
    budget_give_back(scene.shares[1], first_row, 1, BUDGET_REQUESTS, 99, NOW + HOUR);
    assert_int_equal(enter_all(&scene, 10, NOW + HOUR), 3);                 /* never more than there was */
    budget_give_back(scene.shares[1], first_row, 1, BUDGET_BYTES, 99, NOW); /* without a limit it is nothing */
    budget_unrecall(scene.table, 0, BUDGET_REQUESTS, 1, NOW + HOUR);
    assert_int_equal(budget_used(scene.table, 0, BUDGET_REQUESTS, NOW + HOUR), 2);
    close_scene(&scene);
}

static void a_stay_counts_what_it_came_to(void **state)
{
    (void)state;
    struct scene scene;
    struct budget_row row = {
        .owner = TEXT("rule llm"),
        .limits = {[BUDGET_REQUESTS] = {2, HOUR}, [BUDGET_BYTES] = {1000, HOUR}, [BUDGET_CONCURRENT] = {1, 0}}};
    struct budget_refusal refusal;
    struct budget_stay stay = {.count = 0};
    struct detail detail;
    open_scene(&scene, &row, 1);
    struct budget_share *share = scene.shares[0];
    budget_stay_end(share, &stay, &(struct budget_used){.bytes = 7}, NOW); /* it never began */
    assert_true(budget_stay_begin(share, &stay, first_row, 1, NOW, &refusal));
    assert_true(budget_stay_moved(share, &stay, 900, NOW));
    assert_true(budget_stay_moved(share, &stay, 200, NOW)); /* the answer was taken back, and another begins */
    budget_stay_end(share, &stay, &(struct budget_used){.is_request = true, .bytes = 300}, NOW);
    assert_in_range(budget_used(scene.table, 0, BUDGET_BYTES, NOW), 300, 301);
    assert_true(budget_stay_begin(share, &stay, first_row, 1, NOW, &refusal));
    budget_stay_end(share, &stay, &(struct budget_used){.is_request = false}, NOW);
    assert_true(budget_stay_begin(share, &stay, first_row, 1, NOW, &refusal)); /* the second request, and the place */
    assert_false(budget_stay_moved(share, &stay, 5000, NOW));
    budget_stay_end(share, &stay, &(struct budget_used){.is_request = true, .bytes = 5000}, NOW);
    assert_int_equal(budget_used(scene.table, 0, BUDGET_BYTES, NOW), 1000);
    budget_say(&row, BUDGET_REQUESTS, &detail);
    assert_string_equal(detail.text, "rule llm: 2 requests in 3600 s");
    close_scene(&scene);
}

static void note_amount(void *context, const struct budget_standing *standing)
{
    uint64_t *seen = context;
    seen[0]++;
    seen[1] = standing->row->limits[standing->kind].amount;
    seen[2] = standing->used;
    seen[3] = standing->refused;
}

static void whoever_looks_is_told_of_the_newest_table_and_of_none_when_it_is_gone(void **state)
{
    (void)state;
    struct scene scene;
    struct budget_row row = requests_per(2, HOUR);
    open_scene(&scene, &row, 1);
    assert_int_equal(enter_all(&scene, 5, NOW), 2);
    row.limits[BUDGET_REQUESTS].amount = 10;
    struct budget_table *next = budget_table_new(scene.budgets, &row, 1, WORKERS);
    uint64_t seen[4] = {0};
    budgets_look(scene.budgets, NOW, note_amount, seen);
    const uint64_t newest[] = {1, 10, 2, 3};
    assert_memory_equal(seen, newest, sizeof(newest));
    budgets_look(scene.budgets, NOW + HOUR, note_amount, seen);
    assert_int_equal(seen[2], 0); /* another window */
    budget_table_unref(next);
    budgets_look(scene.budgets, NOW, note_amount, seen);
    assert_int_equal(seen[0], 2);
    close_scene(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_has_exactly_its_limit_whoever_asks),
        cmocka_unit_test(of_a_large_limit_hardly_anything_is_lost),
        cmocka_unit_test(a_refusal_says_what_and_when),
        cmocka_unit_test(what_is_spent_up_to_the_limit_is_fine_and_then_nobody_enters),
        cmocka_unit_test(those_at_once_are_counted_and_leave),
        cmocka_unit_test(who_is_refused_by_one_of_two_takes_nothing_of_the_other),
        cmocka_unit_test(a_new_policy_goes_on_counting_where_the_old_one_stands),
        cmocka_unit_test(what_was_used_before_a_restart_counts_in_its_window_only),
        cmocka_unit_test(a_clock_that_is_set_back_begins_a_window_and_does_not_end_the_world),
        cmocka_unit_test(what_was_not_used_after_all_is_there_for_others_in_its_window_only),
        cmocka_unit_test(a_stay_counts_what_it_came_to),
        cmocka_unit_test(whoever_looks_is_told_of_the_newest_table_and_of_none_when_it_is_gone),
        cmocka_unit_test(workers_that_race_never_get_more_than_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
