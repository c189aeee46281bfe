/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of inference endpoints: who rests, who answered, what is worth a word, and what a new policy keeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/memory.h"
#include "exeat/route.h"

struct scene {
    struct loop *loop;
    struct route *route;
    struct host host;
};

static int set_up(void **state)
{
    struct scene *scene = base_zalloc(sizeof(*scene));
    struct route_options options = {.idle_timeout_ms = 1000, .idle_maximum = 4};
    scene->loop = loop_new();
    scene->route = route_new(scene->loop, &options);
    if (!host_parse_written(TEXT("llm.example"), &scene->host))
        return 1;
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    route_free(scene->route);
    loop_free(scene->loop);
    base_free(scene);
    return 0;
}

static struct route_endpoint endpoint(struct scene *scene, const char *name, uint16_t port)
{
    return (struct route_endpoint){text_from(name), &scene->host, port};
}

static void set(struct scene *scene, struct route_endpoint one, struct route_endpoint other)
{
    const struct route_endpoint both[] = {one, other};
    route_set_endpoints(scene->route, both, COUNT_OF(both));
}

static const struct route_failure dead = {.code = REASON_CONNECT_FAILED, .rest_ms = 60000, .is_down = true};
static const struct route_failure objection = {.code = 404};

static struct route_health health_of(struct scene *scene, const char *name)
{
    struct route_health health[ROUTE_ENDPOINTS];
    route_copy_health(scene->route, health);
    for (size_t i = 0; i < ROUTE_ENDPOINTS; i++)
        if (strcmp(health[i].name, name) == 0)
            return health[i];
    return (struct route_health){0};
}

static void an_endpoint_rests_alone_and_until_it_answers(void **state)
{
    struct scene *scene = *state;
    struct route_endpoint a = endpoint(scene, "a", 1);
    struct route_endpoint b = endpoint(scene, "b", 1);
    set(scene, a, b);
    assert_true(route_is_well(scene->route, &a) && health_of(scene, "a").is_up);
    assert_true(route_failed(scene->route, &a, &dead));
    assert_false(route_is_well(scene->route, &a) || health_of(scene, "a").is_up);
    assert_true(route_is_well(scene->route, &b) && health_of(scene, "b").is_up);
    assert_true(route_answered(scene->route, &a));
    assert_true(route_is_well(scene->route, &a) && health_of(scene, "a").is_up);
    assert_false(route_answered(scene->route, &a));
}

static void what_is_about_a_call_makes_nobody_rest(void **state)
{
    struct scene *scene = *state;
    struct route_endpoint a = endpoint(scene, "a", 1);
    set(scene, a, endpoint(scene, "b", 1));
    (void)route_failed(scene->route, &a, &objection);
    assert_true(route_is_well(scene->route, &a) && health_of(scene, "a").is_up);
    assert_int_equal(health_of(scene, "a").faults[0].code, 404);
}

static void a_failure_is_news_once_and_counts_each_time(void **state)
{
    struct scene *scene = *state;
    struct route_endpoint a = endpoint(scene, "a", 1);
    set(scene, a, endpoint(scene, "b", 1));
    assert_true(route_failed(scene->route, &a, &objection));
    assert_false(route_failed(scene->route, &a, &objection));
    assert_true(route_failed(scene->route, &a, &dead));
    assert_int_equal(health_of(scene, "a").faults[0].count, 2);
    assert_int_equal(health_of(scene, "a").faults[1].count, 1);
}

static void more_kinds_of_failure_than_there_are_places_share_the_last(void **state)
{
    struct scene *scene = *state;
    struct route_endpoint a = endpoint(scene, "a", 1);
    set(scene, a, endpoint(scene, "b", 1));
    for (uint16_t code = 400; code < 400 + ROUTE_FAULTS + 3; code++)
        (void)route_failed(scene->route, &a, &(struct route_failure){.code = code});
    struct route_health health = health_of(scene, "a");
    assert_int_equal(health.faults[ROUTE_FAULTS - 2].count, 1);
    assert_int_equal(health.faults[ROUTE_FAULTS - 1].count, 4);
    assert_int_equal(health.faults[ROUTE_FAULTS - 1].code, 0);
}

static void a_new_policy_keeps_what_is_still_there_and_nothing_else(void **state)
{
    struct scene *scene = *state;
    struct route_endpoint a = endpoint(scene, "a", 1);
    struct route_endpoint moved = endpoint(scene, "a", 2);
    struct route_endpoint b = endpoint(scene, "b", 1);
    set(scene, a, b);
    (void)route_failed(scene->route, &a, &dead);
    set(scene, b, a); /* by name, not by place */
    assert_false(route_is_well(scene->route, &a));
    assert_true(route_is_well(scene->route, &b));
    set(scene, b, moved); /* the name is the same, the endpoint is not */
    assert_true(route_is_well(scene->route, &moved) && health_of(scene, "a").is_up);
    assert_true(route_is_well(scene->route, &a)); /* for the calls that began before */
    assert_false(route_failed(scene->route, &a, &dead));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_endpoint_rests_alone_and_until_it_answers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_about_a_call_makes_nobody_rest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failure_is_news_once_and_counts_each_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(more_kinds_of_failure_than_there_are_places_share_the_last, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_new_policy_keeps_what_is_still_there_and_nothing_else, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
