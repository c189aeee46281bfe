/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a call is given to, and what is known of engines across policies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/memory.h"
#include "exeat/engine.h"

#define POOL                                                                                                           \
    "version: 1\n"                                                                                                     \
    "inference:\n"                                                                                                     \
    "  - {name: a, pool: shop, endpoint: \"http://127.0.0.1:1\", slots: 2, queue: {length: 1}}\n"                      \
    "  - {name: b, pool: shop, endpoint: \"http://127.0.0.1:2\", slots: 2, queue: {length: 0}}\n"                      \
    "  - {name: c, endpoint: \"http://127.0.0.1:3\", slots: 1, queue: {length: 0}}\n"                                  \
    "  - {name: canned, builtin: canned}\n"

enum { A, B, C, CANNED };
static const size_t all[] = {A, B, C, CANNED};
static const size_t pool_alone[] = {A, B};

struct scene {
    struct engines *engines;
    struct policy *policy;
    struct engine_set *set;
};

static struct policy *compile(const char *text)
{
    struct diags *diags = diags_new();
    struct settings *settings = settings_parse(text_from(text), "test.yaml", diags);
    assert_non_null(settings);
    struct policy *policy = policy_compile(settings, diags);
    assert_non_null(policy);
    diags_free(diags);
    return policy;
}

static void use(struct scene *scene, const char *text)
{
    struct policy *policy = compile(text);
    struct engine_set *set = engine_set_new(scene->engines, policy);
    engine_set_put_in_force(set);
    engine_set_free(scene->set);
    policy_unref(scene->policy);
    scene->set = set;
    scene->policy = policy;
}

static int set_up(void **state)
{
    struct scene *scene = base_zalloc(sizeof(*scene));
    scene->engines = engines_new();
    use(scene, POOL);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    engine_set_free(scene->set);
    policy_unref(scene->policy);
    engines_free(scene->engines);
    base_free(scene);
    return 0;
}

static struct engine_wish wish(const struct scene *scene, const size_t *list, size_t count)
{
    return (struct engine_wish){
        .set = scene->set, .list = list, .count = count, .now_us = 1000, .may_be_canned = true, .may_wait = true};
}

static struct engine_pick choose(const struct scene *scene)
{
    struct engine_wish any = wish(scene, all, COUNT_OF(all));
    return engine_choose(&any);
}

static struct engine *at(const struct scene *scene, size_t index)
{
    return engine_set_at(scene->set, index);
}

static struct engine_view look(const struct scene *scene, size_t index)
{
    struct engine_view view;
    engine_look(at(scene, index), &view);
    return view;
}

static void the_least_busy_of_a_pool_has_the_call(void **state)
{
    struct scene *scene = *state;
    size_t seen[4];
    for (size_t i = 0; i < COUNT_OF(seen); i++)
        seen[i] = choose(scene).place;
    assert_int_equal(seen[0] + seen[1], A + B);
    assert_int_equal(seen[2] + seen[3], A + B);
    assert_int_equal(look(scene, A).outstanding, 2);
    engine_leave(at(scene, B), false);
    assert_int_equal(choose(scene).place, B);
}

static void calls_of_others_make_an_engine_as_busy_as_our_own_and_take_no_slot(void **state)
{
    struct scene *scene = *state;
    engine_note_load(at(scene, A), 3);
    assert_int_equal(look(scene, A).foreign, 3);
    assert_int_equal(choose(scene).place, B);
    assert_int_equal(choose(scene).place, B);
    assert_int_equal(choose(scene).place, A); /* B's slots are taken, its own are not */
    engine_note_load(at(scene, A), 3);        /* one of which is ours */
    assert_int_equal(look(scene, A).foreign, 2);
    engine_note_load(at(scene, A), 0);
    assert_int_equal(look(scene, A).foreign, 0);
}

static void a_favourite_that_others_keep_busy_is_passed_over(void **state)
{
    struct scene *scene = *state;
    struct engine_wish same = wish(scene, pool_alone, COUNT_OF(pool_alone));
    same.begins = 7;
    struct engine_pick first = engine_choose(&same);
    engine_leave(first.engine, false);
    engine_note_load(first.engine, 2);
    assert_int_equal(engine_choose(&same).place, A + B - first.place);
    engine_note_load(first.engine, 1);
    assert_int_equal(engine_choose(&same).place, first.place);
}

static void a_full_pool_has_its_queue_and_then_the_next_has_the_call(void **state)
{
    struct scene *scene = *state;
    for (int i = 0; i < 4; i++)
        assert_int_equal(choose(scene).choice, ENGINE_CHOSEN);
    assert_int_equal(choose(scene).choice, ENGINE_WAITS);
    struct engine_wish impatient = wish(scene, all, COUNT_OF(all));
    impatient.may_wait = false;
    assert_int_equal(engine_choose(&impatient).place, C);
    assert_int_equal(engine_choose(&impatient).place, CANNED);
    struct engine_wish nowhere = wish(scene, pool_alone, COUNT_OF(pool_alone));
    nowhere.may_wait = false;
    assert_int_equal(engine_choose(&nowhere).choice, ENGINE_BUSY);
}

static void what_drains_stands_by_or_has_another_model_never_gets_a_call(void **state)
{
    struct scene *scene = *state;
    struct engine_wish only = wish(scene, pool_alone, COUNT_OF(pool_alone));
    engine_set_order(at(scene, A), ENGINE_DRAINS);
    engine_set_order(at(scene, B), ENGINE_STANDS_BY);
    assert_int_equal(engine_choose(&only).choice, ENGINE_NOBODY);
    engine_set_order(at(scene, B), ENGINE_IN_USE);
    assert_int_equal(engine_choose(&only).place, B);
    use(scene, "version: 1\n"
               "inference:\n"
               "  - {name: a, endpoint: \"http://127.0.0.1:1\", digest_file: d, health: {}, expect_digest: "
               "\"sha256:0000000000000000000000000000000000000000000000000000000000000001\"}\n");
    static const size_t first[] = {A};
    only = wish(scene, first, 1);
    engine_set_order(at(scene, A), ENGINE_IN_USE);
    assert_int_equal(engine_choose(&only).choice, ENGINE_NOBODY); /* nobody knows which it has */
    struct engine_identity other = {.has_digest = true};
    assert_true(engine_note_identity(at(scene, A), &other));
    assert_int_equal(engine_choose(&only).choice, ENGINE_NOBODY);
    assert_true(look(scene, A).is_wrong_model);
    other.digest.bytes[31] = 1;
    assert_true(engine_note_identity(at(scene, A), &other));
    assert_false(engine_note_identity(at(scene, A), &other));
    assert_int_equal(engine_choose(&only).choice, ENGINE_CHOSEN);
}

/* Who wonders why nobody answered reads which of the list was never asked, and why. */
static void who_is_kept_out_is_told_with_the_reason(void **state)
{
    struct scene *scene = *state;
    struct engine_turn turn = {.set = scene->set, .list = pool_alone, .count = COUNT_OF(pool_alone)};
    struct detail detail = {0};
    assert_false(engine_turn_kept_out(&turn, &detail));
    engine_set_order(at(scene, B), ENGINE_DRAINS);
    assert_true(engine_turn_kept_out(&turn, &detail));
    assert_string_equal(detail.text, "b gets no calls: it drains, by `exeat control`");
    use(scene, "version: 1\n"
               "inference:\n"
               "  - {name: a, endpoint: \"http://127.0.0.1:1\", digest_file: d, health: {}, expect_digest: "
               "\"sha256:0000000000000000000000000000000000000000000000000000000000000001\"}\n");
    static const size_t first[] = {A};
    turn = (struct engine_turn){.set = scene->set, .list = first, .count = 1};
    assert_true(engine_turn_kept_out(&turn, &detail));
    assert_non_null(strstr(detail.text, "(model_unknown)"));
    struct engine_identity other = {.has_digest = true};
    assert_true(engine_note_identity(at(scene, A), &other));
    assert_true(engine_turn_kept_out(&turn, &detail));
    assert_string_equal(detail.text, "a gets no calls: its model is not that of `expect_digest` (wrong_model)");
}

static void one_that_warms_is_passed_over_while_there_is_another(void **state)
{
    struct scene *scene = *state;
    assert_true(engine_note_state(at(scene, A), ENGINE_WARMING, TEXT("")));
    assert_int_equal(choose(scene).place, B);
    assert_true(engine_note_state(at(scene, B), ENGINE_WARMING, TEXT("")));
    assert_int_equal(choose(scene).place, C);
    struct engine_wish only = wish(scene, pool_alone, COUNT_OF(pool_alone));
    assert_int_equal(engine_choose(&only).choice, ENGINE_WAITS);
}

static const struct engine_failure dead = {.code = REASON_CONNECT_FAILED, .rest_ms = 5000, .is_down = true};

static void one_call_alone_tries_whether_a_dead_one_is_well_again(void **state)
{
    struct scene *scene = *state;
    assert_true(engine_failed(at(scene, A), &dead, 1000));
    assert_false(engine_failed(at(scene, A), &dead, 1000));
    struct engine_wish later = wish(scene, all, COUNT_OF(all));
    assert_int_equal(engine_choose(&later).place, B);
    later.now_us = 11000000 + 1000;
    engine_set_order(at(scene, B), ENGINE_DRAINS);
    struct engine_pick trial = engine_choose(&later);
    assert_int_equal(trial.place, A);
    assert_true(trial.is_trial);
    assert_int_equal(engine_choose(&later).place, C);
    assert_true(engine_answered(trial.engine, later.now_us));
    engine_leave(trial.engine, trial.is_trial);
    assert_int_equal(engine_choose(&later).place, A);
}

static void who_goes_on_failing_rests_longer_and_never_more_than_a_minute(void **state)
{
    struct scene *scene = *state;
    struct engine_wish later = wish(scene, pool_alone, COUNT_OF(pool_alone));
    engine_set_order(at(scene, B), ENGINE_DRAINS);
    for (int i = 0; i < 20; i++)
        (void)engine_failed(at(scene, A), &dead, 0);
    later.now_us = 59999999;
    assert_false(engine_choose(&later).is_trial); /* better a dead one than none */
    later.now_us = 60000001;
    assert_true(engine_choose(&later).is_trial);
}

static void the_same_beginning_goes_to_the_same_engine_while_it_has_room(void **state)
{
    struct scene *scene = *state;
    struct engine_wish same = wish(scene, all, COUNT_OF(all));
    size_t other = 0;
    for (same.begins = 1; same.begins < 100; same.begins++) {
        struct engine_pick first = engine_choose(&same);
        struct engine_pick second = engine_choose(&same);
        assert_int_equal(first.place, second.place);
        struct engine_pick third = engine_choose(&same); /* both slots are taken */
        assert_int_equal(third.place, A + B - first.place);
        other += first.place;
        engine_leave(first.engine, false);
        engine_leave(second.engine, false);
        engine_leave(third.engine, false);
    }
    assert_in_range(other, 30, 70); /* beginnings are shared out */
    assert_int_equal(
        look(scene, A).preferred + look(scene, B).preferred,
        99 * 2 + look(scene, A).preferred + look(scene, B).preferred - 99 * 2);
    assert_int_equal(look(scene, A).followed + look(scene, B).followed, 99 * 2);
}

static void a_new_policy_keeps_what_is_still_there_and_nothing_else(void **state)
{
    struct scene *scene = *state;
    (void)engine_failed(at(scene, A), &dead, 1000);
    engine_set_order(at(scene, B), ENGINE_DRAINS);
    use(scene, "version: 1\n"
               "inference:\n"
               "  - {name: b, endpoint: \"http://127.0.0.1:2\"}\n"
               "  - {name: a, endpoint: \"http://127.0.0.1:1\"}\n"
               "  - {name: c, endpoint: \"http://127.0.0.1:33\"}\n");
    assert_int_equal(look(scene, 0).order, ENGINE_DRAINS);
    assert_false(look(scene, 1).is_up);
    assert_true(look(scene, 2).is_up);
    struct engine_view views[8];
    assert_int_equal(engines_look(scene->engines, views, COUNT_OF(views)), 3);
}

static void more_kinds_of_failure_than_there_are_places_share_the_last(void **state)
{
    struct scene *scene = *state;
    for (uint16_t code = 400; code < 400 + ENGINE_FAULTS + 3; code++)
        (void)engine_failed(at(scene, A), &(struct engine_failure){.code = code}, 1000);
    struct engine_view view = look(scene, A);
    assert_true(view.is_up);
    assert_int_equal(view.faults[ENGINE_FAULTS - 2].count, 1);
    assert_int_equal(view.faults[ENGINE_FAULTS - 1].count, 4);
    assert_int_equal(view.faults[ENGINE_FAULTS - 1].code, 0);
}

static void note(void *context)
{
    ++*(int *)context;
}

static void who_waits_is_told_when_a_slot_is_free(void **state)
{
    struct scene *scene = *state;
    struct loop *loop = loop_new();
    struct engine_queue *queue = engine_queue_new(scene->engines, loop);
    int turns = 0;
    struct engine_wait wait = {.on_turn = note, .context = &turns};
    struct engine_pick pick = choose(scene);
    engine_wait_begin(queue, &wait, pick.engine);
    assert_int_equal(look(scene, pick.place).waiting, 1);
    engine_leave(pick.engine, false);
    loop_turn(loop);
    assert_int_equal(turns, 1);
    engine_wait_end(queue, &wait);
    engine_wait_end(queue, &wait);
    assert_int_equal(look(scene, pick.place).waiting, 0);
    engine_queue_free(queue);
    loop_free(loop);
}

static void a_pool_is_one_step_of_the_list(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(engine_step_of(scene->set, all, COUNT_OF(all), 0), 1);
    assert_int_equal(engine_step_of(scene->set, all, COUNT_OF(all), 1), 1);
    assert_int_equal(engine_step_of(scene->set, all, COUNT_OF(all), 2), 2);
    assert_int_equal(engine_step_of(scene->set, all, COUNT_OF(all), 3), 3);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_least_busy_of_a_pool_has_the_call),
        TEST(calls_of_others_make_an_engine_as_busy_as_our_own_and_take_no_slot),
        TEST(a_favourite_that_others_keep_busy_is_passed_over),
        TEST(a_full_pool_has_its_queue_and_then_the_next_has_the_call),
        TEST(what_drains_stands_by_or_has_another_model_never_gets_a_call),
        TEST(who_is_kept_out_is_told_with_the_reason),
        TEST(one_that_warms_is_passed_over_while_there_is_another),
        TEST(one_call_alone_tries_whether_a_dead_one_is_well_again),
        TEST(who_goes_on_failing_rests_longer_and_never_more_than_a_minute),
        TEST(the_same_beginning_goes_to_the_same_engine_while_it_has_room),
        TEST(a_new_policy_keeps_what_is_still_there_and_nothing_else),
        TEST(more_kinds_of_failure_than_there_are_places_share_the_last),
        TEST(who_waits_is_told_when_a_slot_is_free),
        TEST(a_pool_is_one_step_of_the_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
