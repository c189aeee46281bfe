/* SPDX-License-Identifier: Apache-2.0 */
/* The order in which a host's addresses are tried, seen by what fails: nobody listens, so that each fails at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exeat/base/memory.h"
#include "exeat/route.h"

enum { MOST = 6 };

struct scene {
    struct loop *loop;
    struct route *route;
    struct listener *listener;
    uint16_t port;
    struct upstream *upstream;
    enum reason reason;
    struct buffer order; /* the addresses that failed, as they were tried */
};

static bool on_accept(void *context, int descriptor, const struct address *peer, uint16_t port)
{
    struct scene *scene = context;
    (void)peer, (void)port;
    channel_free(channel_new(scene->loop, descriptor, NULL, NULL));
    return true;
}

static void listen_on(struct scene *scene, const char *written)
{
    struct address address;
    char *error = NULL;
    assert_true(address_parse(text_from(written), &address));
    int descriptor = listener_bind(&address, &scene->port, &error);
    assert_true(descriptor >= 0);
    scene->listener = listener_new(scene->loop, descriptor, on_accept, scene);
}

static void stop_listening(struct scene *scene)
{
    listener_free(scene->listener);
    scene->listener = NULL;
}

static int set_up(void **state)
{
    struct scene *scene = base_zalloc(sizeof(*scene));
    struct route_options options = {.idle_timeout_ms = 1000, .idle_maximum = 4};
    scene->loop = loop_new();
    scene->route = route_new(scene->loop, &options);
    listen_on(scene, "127.0.0.1");
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    stop_listening(scene);
    route_free(scene->route);
    loop_free(scene->loop);
    buffer_clear(&scene->order);
    base_free(scene);
    return 0;
}

/* "ADDRESS: why; ADDRESS: why" to "ADDRESS ADDRESS". */
static void keep_order(struct scene *scene, struct text detail)
{
    while (detail.length > 0) {
        size_t why = 0;
        while (why < detail.length && !text_starts_with(text_after(detail, why), TEXT(": ")))
            why++;
        buffer_printf(&scene->order, "%s%.*s", scene->order.length > 0 ? " " : "", (int)why, detail.data);
        detail = text_after(detail, text_index(detail, ';', 0) + 2);
    }
}

static void on_done(void *context, struct upstream *upstream, enum reason reason, const char *detail)
{
    struct scene *scene = context;
    scene->upstream = upstream;
    scene->reason = reason;
    keep_order(scene, text_from(detail));
    loop_stop(scene->loop);
}

static bool run_race(struct scene *scene, const char *const written[MOST])
{
    struct host host;
    struct judged_address to[MOST] = {{.port = 0}};
    size_t count = 0;
    for (; count < MOST && written[count] != NULL; count++) {
        assert_true(address_parse(text_from(written[count]), &to[count].address));
        to[count].port = scene->port;
    }
    assert_true(host_parse(TEXT("shop.example"), &host));
    buffer_empty(&scene->order);
    struct route_way way = {.scheme = SCHEME_HTTP, .host = &host, .to = to, .count = count};
    assert_non_null(route_connect(scene->route, &way, on_done, scene));
    loop_run(scene->loop);
    bool done = scene->upstream != NULL;
    upstream_free(scene->upstream);
    scene->upstream = NULL;
    return done;
}

static void assert_order(const struct scene *scene, const char *order)
{
    if (!text_equal(buffer_text(&scene->order), text_from(order)))
        fail_msg("%.*s", TEXT_ARG(buffer_text(&scene->order)));
}

static void families_take_turns_beginning_with_the_first(void **state)
{
    struct scene *scene = *state;
    static const struct {
        const char *to[MOST];
        const char *order;
    } rows[] = {
        {{"127.0.1.1", "127.0.1.2", "127.0.1.3"}, "127.0.1.1 127.0.1.2 127.0.1.3"},
        {{"127.0.2.1", "127.0.2.2", "::1"}, "127.0.2.1 ::1 127.0.2.2"},
        {{"::1", "fe80::1", "127.0.3.1", "127.0.3.2"}, "::1 127.0.3.1 fe80::1 127.0.3.2"},
        {{"::1"}, "::1"},
    };
    stop_listening(scene);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct route_options options = {.idle_timeout_ms = 1000, .idle_maximum = 4};
        route_free(scene->route); /* nothing is remembered */
        scene->route = route_new(scene->loop, &options);
        assert_false(run_race(scene, rows[i].to));
        assert_int_equal(scene->reason, REASON_CONNECT_FAILED);
        assert_order(scene, rows[i].order);
    }
}

static void what_failed_lately_comes_last_until_it_answers(void **state)
{
    struct scene *scene = *state;
    static const char *const to[MOST] = {"127.0.1.1", "127.0.1.2", "127.0.0.1"};
    static const char *const first[MOST] = {"127.0.1.1"};
    assert_true(run_race(scene, to));
    stop_listening(scene);
    assert_false(run_race(scene, to));
    assert_order(scene, "127.0.0.1 127.0.1.1 127.0.1.2");
    listen_on(scene, "127.0.1.1");
    assert_true(run_race(scene, first));
    stop_listening(scene);
    assert_false(run_race(scene, to));
    assert_order(scene, "127.0.1.1 127.0.1.2 127.0.0.1");
}

static void a_race_that_is_cancelled_calls_nobody_back(void **state)
{
    struct scene *scene = *state;
    struct host host;
    struct judged_address to = {.port = scene->port};
    assert_true(host_parse(TEXT("shop.example"), &host));
    assert_true(address_parse(TEXT("127.0.1.1"), &to.address));
    struct route_way way = {.scheme = SCHEME_HTTP, .host = &host, .to = &to, .count = 1};
    static const char *const next[MOST] = {"127.0.0.1"};
    connecting_cancel(route_connect(scene->route, &way, NULL, NULL));
    assert_true(run_race(scene, next));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(families_take_turns_beginning_with_the_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_failed_lately_comes_last_until_it_answers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_race_that_is_cancelled_calls_nobody_back, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
