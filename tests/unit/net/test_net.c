/* SPDX-License-Identifier: Apache-2.0 */
/* Real sockets on loopback: what is dialled is accepted, what is sent arrives, half-close and refusal are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "exeat/base/memory.h"
#include "exeat/net.h"

struct scene {
    struct loop *loop;
    struct listener *listener;
    struct judged_address to;
    struct stream *near; /* the dialling side */
    struct stream *far;  /* the accepted side */
    enum dial_result dialled;
    struct address answers[4];
    size_t answer_count;
    enum resolve_result resolved;
};

static void stop_when_connected(struct scene *scene)
{
    if (scene->near != NULL && scene->far != NULL)
        loop_stop(scene->loop);
}

static void on_accept(void *context, int descriptor, const struct address *peer, uint16_t port)
{
    struct scene *scene = context;
    (void)peer;
    (void)port;
    scene->far = stream_new(scene->loop, descriptor, NULL, NULL);
    stop_when_connected(scene);
}

static void on_dialled(void *context, enum dial_result result, int descriptor)
{
    struct scene *scene = context;
    scene->dialled = result;
    if (result != DIAL_OK) {
        loop_stop(scene->loop);
        return;
    }
    scene->near = stream_new(scene->loop, descriptor, NULL, NULL);
    stop_when_connected(scene);
}

static void open_listener(struct scene *scene)
{
    char *error = NULL;
    assert_true(address_parse(TEXT("127.0.0.1"), &scene->to.address));
    scene->to.port = 0;
    int descriptor = listener_bind(&scene->to.address, &scene->to.port, &error);
    assert_true(descriptor >= 0);
    scene->listener = listener_new(scene->loop, descriptor, on_accept, scene);
}

static void connect_both(struct scene *scene)
{
    open_listener(scene);
    struct dial *dial = dial_start(scene->loop, &scene->to, 3000, on_dialled, scene);
    assert_non_null(dial);
    loop_run(scene->loop);
    assert_int_equal(scene->dialled, DIAL_OK);
}

static void close_scene(struct scene *scene)
{
    stream_free(scene->near);
    stream_free(scene->far);
    listener_free(scene->listener);
    loop_free(scene->loop);
}

static void what_is_dialled_is_accepted_and_bytes_arrive(void **state)
{
    (void)state;
    struct scene scene = {.loop = loop_new()};
    connect_both(&scene);
    struct window out = {0};
    struct window in = {0};
    uint64_t put = 0;
    window_append(scene.loop, &out, TEXT("hello"));
    assert_int_equal(window_write(scene.loop, &out, scene.near, &put), IO_OK);
    assert_int_equal(put, 5);
    assert_null(out.block);
    while (window_read(scene.loop, &in, scene.far, 100, NULL) == IO_AGAIN)
        continue;
    assert_true(text_equal(window_text(&in), TEXT("hello")));
    window_clear(scene.loop, &in);
    assert_true(stream_is_quiet(scene.near));
    assert_int_equal(stream_finish(scene.far), IO_OK);
    char byte;
    size_t got;
    enum io result;
    do
        result = stream_read(scene.near, &byte, 1, &got);
    while (result == IO_AGAIN);
    assert_int_equal(result, IO_END);
    close_scene(&scene);
}

static void a_refused_connection_is_told(void **state)
{
    (void)state;
    struct scene scene = {.loop = loop_new(), .dialled = DIAL_OK};
    open_listener(&scene);
    listener_free(scene.listener);
    scene.listener = NULL;
    dial_start(scene.loop, &scene.to, 3000, on_dialled, &scene);
    loop_run(scene.loop);
    assert_int_equal(scene.dialled, DIAL_REFUSED);
    close_scene(&scene);
}

static void on_resolved(void *context, enum resolve_result result, const struct address *addresses, size_t count)
{
    struct scene *scene = context;
    scene->resolved = result;
    scene->answer_count = count;
    if (count > 0)
        scene->answers[0] = addresses[0];
    loop_stop(scene->loop);
}

static void fixed_answers_and_addresses_need_no_dns(void **state)
{
    (void)state;
    struct scene scene = {.loop = loop_new()};
    struct address address;
    assert_true(address_parse(TEXT("10.20.0.7"), &address));
    struct resolver_fixed fixed = {.addresses = &address, .count = 1};
    assert_true(host_parse(TEXT("erp.example"), &fixed.name));
    struct resolver_options options = {.fixed = &fixed, .fixed_count = 1, .servers = "127.0.0.1:1"};
    struct resolver *resolver = resolver_new(scene.loop, &options);
    resolve_start(resolver, &fixed.name, on_resolved, &scene);
    loop_run(scene.loop);
    assert_int_equal(scene.resolved, RESOLVE_OK);
    assert_int_equal(scene.answer_count, 1);
    assert_true(address_equal(&scene.answers[0], &address));
    resolver_free(resolver);
    close_scene(&scene);
}

static void a_large_head_grows_its_window(void **state)
{
    (void)state;
    struct loop *loop = loop_new();
    struct window window = {0};
    for (int i = 0; i < 5000; i++)
        window_append(loop, &window, TEXT("0123456789"));
    assert_int_equal(window_length(&window), 50000);
    window_consume(loop, &window, 49990);
    assert_true(text_equal(window_text(&window), TEXT("0123456789")));
    window_consume(loop, &window, 10);
    assert_null(window.block);
    loop_free(loop);
}

static void an_address_that_is_not_ours_is_one_clear_sentence(void **state)
{
    (void)state;
    struct address address;
    uint16_t port = 0;
    char *error = NULL;
    assert_true(address_parse(TEXT("192.0.2.1"), &address));
    assert_int_equal(listener_bind(&address, &port, &error), -1);
    assert_non_null(error);
    assert_true(text_starts_with(text_from(error), TEXT("cannot listen on 192.0.2.1 port 0: ")));
    base_free(error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_dialled_is_accepted_and_bytes_arrive),
        cmocka_unit_test(a_refused_connection_is_told),
        cmocka_unit_test(fixed_answers_and_addresses_need_no_dns),
        cmocka_unit_test(a_large_head_grows_its_window),
        cmocka_unit_test(an_address_that_is_not_ours_is_one_clear_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
