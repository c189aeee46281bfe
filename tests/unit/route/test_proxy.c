/* SPDX-License-Identifier: Apache-2.0 */
/* Through a proxy: what it is asked, what of its answers connects, and that nobody goes past it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/memory.h"
#include "exeat/route.h"
#include "route_internal.h"

/* A proxy that says what it is told to, however it is asked. */
struct scene {
    struct loop *loop;
    struct route *route;
    struct listener *listener;
    struct judged_address to;
    struct proxy proxy;
    const char *answer;
    struct channel *far; /* the proxy's end */
    struct buffer asked;
    struct upstream *upstream;
    enum reason reason;
    char detail[256];
    bool done;
};

static void on_far(void *context)
{
    struct scene *scene = context;
    char bytes[512];
    size_t got = 0;
    enum io io;
    while ((io = channel_read(scene->far, bytes, sizeof(bytes), &got)) == IO_OK)
        buffer_append(&scene->asked, (struct text){bytes, got});
    bool is_asked = text_ends_with(buffer_text(&scene->asked), TEXT("\r\n\r\n"));
    if (!is_asked || scene->answer == NULL)
        return;
    struct iovec part = {(void *)(uintptr_t)scene->answer, strlen(scene->answer)};
    size_t put = 0;
    assert_int_equal(channel_write(scene->far, &part, 1, &put), IO_OK);
    scene->answer = NULL;
    if (scene->proxy.name.length == 0) {
        channel_free(scene->far);
        scene->far = NULL;
    }
}

static bool on_accept(void *context, int descriptor, const struct address *peer, uint16_t port)
{
    struct scene *scene = context;
    (void)peer, (void)port;
    channel_free(scene->far);
    scene->far = channel_new(scene->loop, descriptor, on_far, scene);
    on_far(scene);
    return true;
}

static int set_up(void **state)
{
    struct scene *scene = base_zalloc(sizeof(*scene));
    struct route_options options = {.idle_timeout_ms = 1000, .idle_maximum = 4};
    char *error = NULL;
    scene->loop = loop_new();
    scene->route = route_new(scene->loop, &options);
    scene->proxy = (struct proxy){.name = TEXT("corp"), .id = {{1}}};
    assert_true(address_parse(TEXT("127.0.0.1"), &scene->to.address));
    assert_true(host_parse(TEXT("proxy.corp.example"), &scene->proxy.host));
    int descriptor = listener_bind(&scene->to.address, &scene->to.port, &error);
    assert_true(descriptor >= 0);
    scene->listener = listener_new(scene->loop, descriptor, on_accept, scene);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    upstream_free(scene->upstream);
    channel_free(scene->far);
    listener_free(scene->listener);
    route_free(scene->route);
    loop_free(scene->loop);
    buffer_clear(&scene->asked);
    base_free(scene);
    return 0;
}

static void on_done(void *context, struct upstream *upstream, enum reason reason, const char *detail)
{
    struct scene *scene = context;
    scene->upstream = upstream;
    scene->reason = reason;
    scene->done = true;
    text_store(text_from(detail), scene->detail, sizeof(scene->detail));
    loop_stop(scene->loop);
}

static struct connecting *begin(struct scene *scene, const char *host, bool is_tunnel)
{
    struct host to;
    assert_true(host_parse(text_from(host), &to));
    buffer_empty(&scene->asked);
    upstream_free(scene->upstream);
    scene->upstream = NULL;
    scene->done = false;
    struct route_way way = {
        .scheme = SCHEME_HTTP,
        .is_tunnel = is_tunnel,
        .host = &to,
        .port = 443,
        .proxy = &scene->proxy,
        .to = &scene->to,
        .count = 1,
    };
    return route_connect(scene->route, &way, on_done, scene);
}

static bool connect_with(struct scene *scene, const char *answer)
{
    scene->answer = answer;
    assert_non_null(begin(scene, "shop.example", true));
    loop_run(scene->loop);
    return scene->upstream != NULL;
}

static void the_question_names_the_host_and_shows_the_credentials(void **state)
{
    struct scene *scene = *state;
    secret_take(&scene->proxy.authorization, TEXT("Basic dTpw"));
    assert_true(connect_with(scene, "HTTP/1.1 200 OK\r\n\r\n"));
    static const char *const wanted = "CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\n"
                                      "Proxy-Authorization: Basic dTpw\r\n\r\n";
    assert_true(text_equal(buffer_text(&scene->asked), text_from(wanted)));
    secret_clear(&scene->proxy.authorization);
    scene->answer = "HTTP/1.1 200 OK\r\n\r\n";
    assert_non_null(begin(scene, "[2001:db8::1]", true));
    loop_run(scene->loop);
    assert_true(text_equal(
        buffer_text(&scene->asked), TEXT("CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n\r\n")));
}

static void only_a_2xx_that_is_http_connects(void **state)
{
    struct scene *scene = *state;
    static const char *const good[] = {
        "HTTP/1.1 200 Connection established\r\n\r\n",
        "HTTP/1.0 200 OK\r\nVia: 1.1 corp\r\n\r\n",
        "HTTP/1.1 204 \r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", /* to be ignored (RFC 9110 9.3.6) */
        "HTTP/1.1 200 OK\n\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: </>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
    };
    for (size_t i = 0; i < COUNT_OF(good); i++)
        if (!connect_with(scene, good[i]))
            fail_msg("%s: %s", good[i], scene->detail);
    static const struct {
        const char *answer;
        const char *detail;
    } bad[] = {
        {"HTTP/1.1 403 Forbidden\r\n\r\nno", "proxy corp at 127.0.0.1: it answered 403"},
        {"HTTP/1.1 407 Auth\r\nProxy-Authenticate: Basic\r\n\r\n",
         "proxy corp at 127.0.0.1: it answered 407: it wants (other) credentials"},
        {"HTTP/1.1 101 Switching\r\n\r\n", "proxy corp at 127.0.0.1: it answered 101"},
        {"HTTP/1.1 302 Found\r\nLocation: https://login.corp.example/\r\n\r\n",
         "proxy corp at 127.0.0.1: it answered 302"},
        {"HTTP/2 200 OK\r\n\r\n", "proxy corp at 127.0.0.1: its answer to CONNECT is no HTTP"},
        {"HTTP/1.1 2000 OK\r\n\r\n", "proxy corp at 127.0.0.1: its answer to CONNECT is no HTTP"},
        {"220 mail.corp.example ESMTP\r\n\r\n", "proxy corp at 127.0.0.1: its answer to CONNECT is no HTTP"},
        {"\r\n\r\n", "proxy corp at 127.0.0.1: its answer to CONNECT is no HTTP"},
        {"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "proxy corp at 127.0.0.1: its answer to CONNECT is no HTTP"},
        {"HTTP/1.1 100 a\r\n\r\nHTTP/1.1 100 a\r\n\r\nHTTP/1.1 100 a\r\n\r\nHTTP/1.1 100 a\r\n\r\n"
         "HTTP/1.1 100 a\r\n\r\n",
         "proxy corp at 127.0.0.1: it answers CONNECT again and again without saying yes or no"},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_false(connect_with(scene, bad[i].answer));
        assert_int_equal(scene->reason, REASON_UPSTREAM_PROXY);
        assert_string_equal(scene->detail, bad[i].detail);
    }
}

static void an_answer_without_end_is_none(void **state)
{
    struct scene *scene = *state;
    struct buffer answer = {0};
    buffer_append(&answer, TEXT("HTTP/1.1 200 OK\r\nX: "));
    while (answer.length < PROXY_ANSWER_MAX + 10)
        buffer_append_byte(&answer, 'a');
    buffer_append_byte(&answer, '\0');
    assert_false(connect_with(scene, answer.data));
    assert_string_equal(scene->detail, "proxy corp at 127.0.0.1: its answer to CONNECT does not end");
    buffer_clear(&answer);
    scene->proxy.name = TEXT(""); /* it closes after its answer */
    assert_false(connect_with(scene, "HTTP/1.1 200 OK\r\n"));
    assert_string_equal(scene->detail, "proxy  at 127.0.0.1: it closed the connection instead of answering CONNECT");
}

/* A host that speaks first is heard from its first byte on. */
static void not_a_byte_of_the_hosts_is_taken_for_the_proxys(void **state)
{
    struct scene *scene = *state;
    assert_true(connect_with(scene, "HTTP/1.1 200 OK\r\nX: y\r\n\r\n\r\n220 mail.example ESMTP\r\n"));
    char bytes[64];
    size_t got = 0;
    assert_int_equal(channel_read(scene->upstream->channel, bytes, sizeof(bytes), &got), IO_OK);
    assert_true(text_equal((struct text){bytes, got}, TEXT("\r\n220 mail.example ESMTP\r\n")));
}

/* Plain http is asked of the proxy itself. */
static void plain_http_needs_no_connect(void **state)
{
    struct scene *scene = *state;
    assert_non_null(begin(scene, "shop.example", false));
    loop_run(scene->loop);
    assert_non_null(scene->upstream);
    assert_int_equal(scene->asked.length, 0);
}

static bool accept_all(void *context, const struct address *address, uint16_t port)
{
    const struct scene *scene = context;
    assert_true(address_equal(address, &scene->to.address)); /* the proxy's is judged again */
    assert_int_equal(port, scene->to.port);
    return true;
}

static void a_kept_connection_serves_the_same_host_through_the_same_proxy_alone(void **state)
{
    struct scene *scene = *state;
    struct host host;
    struct host other;
    struct proxy another = scene->proxy;
    another.id.bytes[0] = 2;
    assert_true(host_parse(TEXT("shop.example"), &host) && host_parse(TEXT("evil.example"), &other));
    assert_non_null(begin(scene, "shop.example", false));
    loop_run(scene->loop);
    route_give(scene->route, scene->upstream, 1);
    scene->upstream = NULL;
    const struct route_wish wrong[] = {
        {.scheme = SCHEME_HTTP, .host = &host, .port = 443, .user = 1, .may_repeat = true},
        {.scheme = SCHEME_HTTP, .host = &host, .port = 443, .user = 1, .may_repeat = true, .proxy = &another},
        {.scheme = SCHEME_HTTP, .host = &host, .port = 80, .user = 1, .may_repeat = true, .proxy = &scene->proxy},
        {.scheme = SCHEME_HTTP, .host = &other, .port = 443, .user = 1, .may_repeat = true, .proxy = &scene->proxy},
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        assert_null(route_take(scene->route, &wrong[i], accept_all, scene));
    struct route_wish right = wrong[0];
    right.proxy = &scene->proxy;
    scene->upstream = route_take(scene->route, &right, accept_all, scene);
    assert_non_null(scene->upstream);
}

static void who_waits_for_its_answer_may_stop_waiting(void **state)
{
    struct scene *scene = *state;
    scene->answer = NULL;
    struct connecting *race = begin(scene, "shop.example", true);
    while (scene->asked.length == 0)
        loop_turn(scene->loop);
    connecting_expire(race);
    assert_true(scene->done);
    assert_int_equal(scene->reason, REASON_CONNECT_TIMEOUT);
    assert_string_equal(scene->detail, "proxy corp at 127.0.0.1: no answer to CONNECT in time");
    connecting_cancel(begin(scene, "shop.example", true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_question_names_the_host_and_shows_the_credentials, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_a_2xx_that_is_http_connects, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_answer_without_end_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(not_a_byte_of_the_hosts_is_taken_for_the_proxys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(plain_http_needs_no_connect, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_kept_connection_serves_the_same_host_through_the_same_proxy_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_waits_for_its_answer_may_stop_waiting, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
