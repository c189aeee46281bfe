/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions and exchanges in a world without sockets: each edge of both tables is walked, with every byte scripted and
 * no time but what the script lets pass. After each walk all is recorded once, and nothing has left before its record.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/ssl.h>

#include "edges.h"
#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "exeat/session.h"
#include "exeat/wire/socks.h"
#include "fake.h"
#include "scene.h"

/* --- requests -------------------------------------------------------------------------------------------------------
 */

static void a_request_goes_there_and_back_and_its_connection_goes_on(void **state)
{
    struct scene *scene = *state;
    for (int i = 0; i < 3; i++) {
        say(scene->browser, GET_SHOP);
        struct fake_peer *shop = fake_upstream();
        expect(shop, "GET / HTTP/1.1\r\nHost: shop.example\r\n");
        say(shop, OK);
        expect(scene->browser, "hi");
        fake_forget(scene->browser);
        fake_forget(shop);
    }
    assert_int_equal(fake.peer_count, 2); /* one upstream connection for all three */
    assert_int_equal(fake.outcomes, 3);
}

static void a_request_that_comes_byte_by_byte_is_the_same(void **state)
{
    struct scene *scene = *state;
    static const char request[] = GET_SHOP;
    for (size_t i = 0; i + 1 < sizeof(request); i++) {
        char byte[2] = {request[i], '\0'};
        say(scene->browser, byte);
    }
    struct fake_peer *shop = fake_upstream();
    shop->piece = 1;
    say(shop, OK);
    expect(scene->browser, "\r\n\r\nhi");
}

static void what_the_policy_refuses_is_answered_here(void **state)
{
    struct scene *scene = *state;
    say(scene->browser, "GET http://other.example/ HTTP/1.1\r\nHost: other.example\r\n\r\n");
    expect(scene->browser, "HTTP/1.1 403");
    assert_null(fake_upstream());
    say(scene->browser, "nonsense\r\n\r\n");
    expect(scene->browser, "HTTP/1.1 400");
}

static void a_client_that_goes_away_is_noticed_wherever_it_is(void **state)
{
    struct scene *scene = *state;
    fake_rst(scene->browser); /* between requests */
    fake_run();
    assert_null(scene->browser->channel);
    struct fake_peer *in_head = come(scene);
    say(in_head, "GET http://shop");
    fake_rst(in_head);
    fake_run();
    struct fake_peer *in_body = come(scene);
    say(in_body, CHAT "{\"model\"");
    fake_rst(in_body);
    fake_run();
    fake.manners.records = AUDIT_WAITS;
    struct fake_peer *at_commit = come(scene);
    say(at_commit, GET_SHOP);
    fake_rst(at_commit);
    fake_run();
    fake.manners.records = AUDIT_RECORDED;
    fake.manners.answers_names = false;
    struct fake_peer *at_name = come(scene);
    say(at_name, GET_SHOP);
    fake_rst(at_name);
    fake_run();
    fake.manners.answers_names = true;
    fake.manners.connects = false;
    struct fake_peer *at_dial = come(scene);
    say(at_dial, GET_SHOP);
    fake_rst(at_dial);
    fake_run();
    fake.manners.connects = true;
    struct fake_peer *passing = come(scene);
    say(passing, GET_SHOP);
    fake_rst(passing);
    fake_run();
    struct fake_peer *answered = come(scene);
    answered->room = 0;
    say(answered, "GET http://other.example/ HTTP/1.1\r\nHost: other.example\r\n\r\n");
    fake_rst(answered);
    fake_run();
    for (size_t i = 0; i < fake.peer_count; i++)
        assert_null(fake.peers[i].channel);
}

static void nothing_happens_before_the_decision_is_on_disk(void **state)
{
    struct scene *scene = *state;
    fake.manners.records = AUDIT_WAITS;
    say(scene->browser, GET_SHOP);
    assert_null(fake_upstream());
    fake_settle(true);
    fake_run();
    assert_non_null(fake_upstream());
    say(fake_upstream(), OK);
    expect(scene->browser, "hi");
}

static void a_store_that_fails_or_sleeps_refuses(void **state)
{
    struct scene *scene = *state;
    fake.manners.records = AUDIT_WAITS;
    say(scene->browser, GET_SHOP);
    fake_settle(false);
    fake_run();
    expect(scene->browser, "HTTP/1.1 503");
    struct fake_peer *second = come(scene);
    say(second, GET_SHOP);
    fake_pass(1100);
    expect(second, "HTTP/1.1 503");
    assert_null(fake_upstream());
}

static void a_head_that_does_not_end_is_told_so(void **state)
{
    struct scene *scene = *state;
    say(scene->browser, "GET http://shop.example/ HTTP/1.1\r\nHost:");
    fake_pass(1100);
    expect(scene->browser, "HTTP/1.1 408");
}

static void an_idle_connection_ends_without_a_word(void **state)
{
    struct scene *scene = *state;
    fake_pass(61000);
    assert_null(scene->browser->channel);
    assert_int_equal(scene->browser->heard.length, 0);
}

static void names_and_hosts_that_do_not_answer_are_told(void **state)
{
    struct scene *scene = *state;
    fake.manners.answers_names = fake.manners.connects = false;
    say(scene->browser, GET_SHOP);
    fake_answer_name(false);
    fake_run();
    expect(scene->browser, "HTTP/1.1 502");
    fake_forget(scene->browser);
    say(scene->browser, GET_SHOP);
    fake_pass(2100);
    expect(scene->browser, "HTTP/1.1 504");
    fake_forget(scene->browser);
    say(scene->browser, GET_SHOP);
    fake_answer_name(true);
    fake_run();
    fake_connect(false);
    fake_run();
    expect(scene->browser, "HTTP/1.1 502");
}

static void a_stale_connection_is_replaced_by_a_fresh_one(void **state)
{
    struct scene *scene = *state;
    say(scene->browser, GET_SHOP);
    struct fake_peer *first = fake_upstream();
    say(first, OK);
    fake_forget(scene->browser);
    fake_send(scene->browser, GET_SHOP);
    fake_run();
    fake_fin(first); /* just when the second request was on its way */
    fake_run();
    assert_ptr_not_equal(fake_upstream(), first);
    say(fake_upstream(), OK);
    expect(scene->browser, "hi");
}

static void an_upstream_that_breaks_is_told_or_breaks_the_client(void **state)
{
    struct scene *scene = *state;
    say(scene->browser, GET_SHOP);
    say(fake_upstream(), "HTTP/1.1 200 OK\r\nContent-Le");
    fake_rst(fake_upstream());
    fake_run();
    expect(scene->browser, "HTTP/1.1 502");
    struct fake_peer *second = come(scene);
    say(second, GET_SHOP);
    say(fake_upstream(), "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    fake_rst(fake_upstream());
    fake_run();
    assert_true(second->gate_broke);
}

static void an_upstream_that_sleeps_is_told(void **state)
{
    struct scene *scene = *state;
    say(scene->browser, GET_SHOP);
    fake_pass(31000);
    expect(scene->browser, "HTTP/1.1 504");
}

/* --- calls ----------------------------------------------------------------------------------------------------------
 */

static void a_call_goes_to_the_endpoint_and_to_the_next_when_that_fails(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(strlen(CHAT_BODY), 60);
    say(scene->browser, CHAT CHAT_BODY);
    struct fake_peer *endpoint = fake_upstream();
    expect(endpoint, "POST /v1/chat/completions HTTP/1.1\r\n");
    say(endpoint, "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"model\":\"mm\"}");
    expect(scene->browser, "{\"model\":\"m\"}");
    fake_forget(scene->browser);
    say(scene->browser, CHAT CHAT_BODY);
    say(fake_upstream(), "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
    expect(scene->browser, "HTTP/1.1 200"); /* the canned text */
}

/* A stream of the endpoint's, of which nothing has reached the client when it breaks off: the canned text does. */
static void take_back_an_answer(struct scene *scene)
{
    enum { EVENTS = 70 }; /* more than one turn takes */
    static const char event[] = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"0123456789\"}}]}\n\n";
    struct buffer reply = {0};
    buffer_append_string(
        &reply, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < EVENTS; i++)
        buffer_printf(&reply, "%zx\r\n%s\r\n", sizeof(event) - 1, event);
    buffer_append_string(&reply, "no chunk\r\n");
    say(scene->browser, STREAMED_CHAT);
    fake_send_bytes(fake_upstream(), buffer_text(&reply));
    fake_run();
    buffer_clear(&reply);
    expect(scene->browser, "HTTP/1.1 200");
    expect(scene->browser, "\"x\"");
    fake_forget(scene->browser);
    fake_pass(6000); /* the endpoint has rested */
}

static void what_was_taken_back_or_refused_is_not_counted(void **state)
{
    struct scene *scene = *state;
    use_policy(
        scene,
        "version: 1\ninference: [{ name: local, endpoint: \"http://127.0.0.1:8000\" }, { name: canned, builtin: "
        "canned, "
        "text: x }]\nrules: [{ id: llm, verdict: reroute, hosts: [\"@llm\"], schemes: [http], ports: [80], inference: "
        "[local, canned], limit: { requests: 3/d, bytes: 8KiB/d, concurrent: 1 } }]\n",
        false);
    for (int i = 0; i < 3; i++) {
        say(scene->browser, "POST http://api.openai.com/v1/chat/completions HTTP/1.1\r\nHost: "
                            "api.openai.com\r\nContent-Length: 3\r\n\r\n[1]");
        expect(scene->browser, "HTTP/1.1 400");
        fake_forget(scene->browser);
    }
    for (int i = 0; i < 3; i++)
        take_back_an_answer(scene);
    say(scene->browser, CHAT CHAT_BODY);
    expect(scene->browser, "HTTP/1.1 429");
    expect(scene->browser, "3 requests in");
}

static void ask_the_shop(struct scene *scene, const char *status)
{
    fake_forget(scene->browser);
    say(scene->browser, GET_SHOP);
    if (!fake_heard(scene->browser, "HTTP/1.1 429"))
        say(fake_upstream(), OK);
    expect(scene->browser, status);
}

static void a_clock_that_is_set_closes_no_limit_for_ever_and_opens_none(void **state)
{
    static const int64_t days[] = {0, 1, 3, 2, 0, 4, -400, 1};
    struct scene *scene = *state;
    use_policy(
        scene,
        "version: 1\nrules: [{ id: shop, verdict: allow, hosts: [shop.example], schemes: [http], ports: [80], "
        "addresses: "
        "[192.0.2.0/24], limit: { requests: 1/d } }]\n",
        false);
    for (size_t i = 0; i < COUNT_OF(days); i++) {
        fake.wall_step_us = days[i] * 86400 * 1000000;
        bool is_kept = i > 0 && days[i] == days[i - 1] - 1; /* who is a window behind the others counts in theirs */
        ask_the_shop(scene, is_kept ? "HTTP/1.1 429" : "HTTP/1.1 200");
        ask_the_shop(scene, "HTTP/1.1 429");
    }
}

static void a_call_that_is_none_is_refused_before_anybody_is_asked(void **state)
{
    struct scene *scene = *state;
    say(scene->browser, "POST http://api.openai.com/v1/chat/completions HTTP/1.1\r\nHost: "
                        "api.openai.com\r\nContent-Length: 3\r\n\r\n[1]");
    expect(scene->browser, "HTTP/1.1 400");
    struct fake_peer *slow = come(scene);
    say(slow, CHAT "{");
    fake_pass(31000);
    expect(slow, "HTTP/1.1 408");
    assert_null(fake_upstream());
}

static void when_nobody_else_serves_the_endpoints_objection_is_the_answer(void **state)
{
    struct scene *scene = *state;
    use_policy(
        scene,
        "version: 1\ninference: [{ name: one, endpoint: \"http://127.0.0.1:8000\" }, { name: two, endpoint: "
        "\"http://127.0.0.1:8001\" }]\nrules: [{ id: llm, verdict: reroute, hosts: [\"@llm\"], schemes: [http], ports: "
        "[80], inference: [one, two] }]\n",
        false);
    say(scene->browser, CHAT CHAT_BODY);
    say(fake_upstream(), "HTTP/1.1 429 Slow\r\nContent-Length: 2\r\n\r\n{}");
    say(fake_upstream(), "HTTP/1.1 429 Slow\r\nContent-Length: 2\r\n\r\n{}");
    expect(scene->browser, "HTTP/1.1 429");
}

static void the_next_endpoint_is_tried_when_one_cannot_be_connected_to(void **state)
{
    struct scene *scene = *state;
    use_policy(
        scene,
        "version: 1\ninference: [{ name: one, endpoint: \"http://one.example:8000\" }, { name: two, endpoint: "
        "\"http://two.example:8001\" }]\nrules: [{ id: llm, verdict: reroute, hosts: [\"@llm\"], schemes: [http], "
        "ports: [80], inference: [one, two] }]\n",
        false);
    fake.manners.answers_names = fake.manners.connects = false;
    say(scene->browser, CHAT CHAT_BODY);
    fake_answer_name(false); /* resolve, resolve */
    fake_run();
    fake_answer_name(true);
    fake_run();
    fake_connect(true);
    fake_run();
    say(fake_upstream(), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    expect(scene->browser, "HTTP/1.1 200");
    fake_forget(scene->browser);
    session_worker_collect(scene->worker);
    fake_pass(6000); /* the rest of the first is over */
    fake.manners.answers_names = true;
    struct fake_peer *second = come(scene);
    say(second, CHAT CHAT_BODY);
    fake_connect(false); /* dial, resolve */
    fake_run();
    fake.manners.connects = true;
    fake_run();
    say(fake_upstream(), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    expect(second, "HTTP/1.1 200");
}

/* --- calls that wait ------------------------------------------------------------------------------------------------
 */

#define QUEUES                                                                                                         \
    "version: 1\ninference: [{ name: one, endpoint: \"http://one.example:8000\" }, { name: two, endpoint: "            \
    "\"http://127.0.0.1:8001\", slots: 1 }, { name: canned, builtin: canned, text: x }]\nrules: [{ id: llm, verdict: " \
    "reroute, hosts: [\"@llm\"], schemes: [http], ports: [80], inference: [one, two, canned] }]\n"
#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

static void a_call_whose_first_endpoint_has_no_name_waits_for_the_second(void **state)
{
    struct scene *scene = *state;
    use_policy(scene, QUEUES, false);
    fake.manners.answers_names = false;
    say(scene->browser, CHAT CHAT_BODY);
    fake_answer_name(false);
    fake_run();
    fake_answer_name(true); /* of the second */
    fake_run();
    struct fake_peer *busy = fake_upstream();
    fake_pass(6000); /* the rest of the first is over */
    struct fake_peer *second = come(scene);
    say(second, CHAT CHAT_BODY);
    fake_answer_name(false); /* resolve, queue */
    fake_run();
    assert_false(fake_heard(second, "HTTP/1.1"));
    fake.manners.answers_names = true;
    say(busy, ANSWER);
    fake_run();
    say(fake_upstream(), ANSWER);
    expect(second, "HTTP/1.1 200");
}

static void a_caller_that_waits_may_go(void **state)
{
    struct scene *scene = *state;
    use_policy(scene, QUEUES, false);
    fake.manners.connects = false;
    say(scene->browser, CHAT CHAT_BODY);
    fake_connect(false);
    fake_run();
    fake_connect(true);
    fake_run();
    struct fake_peer *busy = fake_upstream();
    fake_pass(6000);
    struct fake_peer *second = come(scene);
    say(second, CHAT CHAT_BODY);
    fake_connect(false); /* dial, queue */
    fake_run();
    fake_rst(second);
    fake_run();
    say(busy, ANSWER);
    expect(scene->browser, "HTTP/1.1 200");
}

static void who_has_waited_for_long_enough_is_given_to_the_next(void **state)
{
    struct scene *scene = *state;
    use_policy(scene, QUEUES, false);
    say(scene->browser, CHAT CHAT_BODY);
    say(fake_upstream(), "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
    struct fake_peer *busy = fake_upstream();
    struct fake_peer *second = come(scene);
    say(second, CHAT CHAT_BODY);
    say(fake_upstream(), "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"); /* pass, queue */
    assert_false(fake_heard(second, "HTTP/1.1"));
    fake_pass(11000);
    expect(second, "HTTP/1.1 200"); /* the canned text */
    say(busy, ANSWER);
    expect(scene->browser, "HTTP/1.1 200");
}

static void one_call_more_than_there_are_slots_waits(void **state)
{
    struct scene *scene = *state;
    use_policy(
        scene,
        "version: 1\ninference: [{ name: one, endpoint: \"http://127.0.0.1:8001\", slots: 1, queue: { length: 1 } }]\n"
        "rules: [{ id: llm, verdict: reroute, hosts: [\"@llm\"], schemes: [http], ports: [80], inference: [one] }]\n",
        false);
    say(scene->browser, CHAT CHAT_BODY);
    struct fake_peer *busy = fake_upstream();
    struct fake_peer *second = come(scene);
    say(second, CHAT CHAT_BODY); /* commit, queue */
    struct fake_peer *third = come(scene);
    say(third, CHAT CHAT_BODY);
    expect(third, "HTTP/1.1 503");
    say(busy, ANSWER);
    fake_run();
    say(fake_upstream(), ANSWER);
    expect(second, "HTTP/1.1 200");
}

/* --- a CONNECT ------------------------------------------------------------------------------------------------------
 */

static void a_tunnel_carries_bytes_both_ways_and_ends_with_both_sides(void **state)
{
    struct scene *scene = *state;
    say(scene->browser, CONNECT_SHOP);
    expect(scene->browser, "HTTP/1.1 200");
    hello(scene->browser, "shop.example");
    struct fake_peer *shop = fake_upstream();
    say(shop, "from the shop");
    expect(scene->browser, "from the shop");
    fake_fin(shop);
    fake_fin(scene->browser);
    fake_run();
    assert_null(scene->browser->channel);
    struct fake_peer *mail = come(scene);
    say(mail, "CONNECT mail.example:25 HTTP/1.1\r\nHost: mail.example:25\r\n\r\n"); /* no TLS in it */
    say(fake_upstream(), "220 hello");
    expect(mail, "220 hello");
}

static void a_tunnel_names_what_was_decided_on(void **state)
{
    struct scene *scene = *state;
    say(scene->browser, CONNECT_SHOP);
    hello(scene->browser, "other.example");
    expect(scene->browser, "\x15\x03"); /* an alert */
    struct fake_peer *gone = come(scene);
    say(gone, CONNECT_SHOP);
    fake_rst(gone);
    fake_run();
    struct fake_peer *slow = come(scene);
    slow->room = 0;
    say(slow, CONNECT_SHOP);
    fake_pass(1100); /* it does not even take the 200 */
    assert_null(slow->channel);
}

static void a_reload_cuts_a_tunnel_that_it_would_not_have(void **state)
{
    struct scene *scene = *state;
    say(scene->browser, CONNECT_SHOP);
    hello(scene->browser, "shop.example");
    use_policy(scene, "version: 1\nrules: []\n", true);
    assert_null(scene->browser->channel);
}

/* It broke off with words on their way: they arrive first, and then the break. */
static void what_an_upstream_said_before_it_broke_off_arrives(void **state)
{
    struct scene *scene = *state;
    for (int i = 0; i < 2; i++) {
        struct fake_peer *client = come(scene);
        say(client, "CONNECT mail.example:25 HTTP/1.1\r\nHost: mail.example:25\r\n\r\n");
        struct fake_peer *mail = fake_upstream();
        client->room = 3;
        client->is_slow = true;
        say(mail, "220 hello\r\n");
        fake_rst(mail);
        if (i == 0)
            fake_run(); /* it is read of */
        else
            say(client, "QUIT\r\n"); /* it is written to */
        assert_non_null(client->channel);
        fake_make_room(client, SIZE_MAX);
        fake_run();
        expect(client, "220 hello\r\n");
        assert_non_null(client->channel);
        fake_acknowledge(client);
        fake_run();
        assert_null(client->channel);
        assert_true(client->gate_broke);
    }
}

static void http_in_a_connect_is_judged_as_http(void **state)
{
    struct scene *scene = *state;
    say(scene->browser, "CONNECT shop.example:80 HTTP/1.1\r\nHost: shop.example:80\r\n\r\n");
    say(scene->browser, "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    say(fake_upstream(), OK);
    expect(scene->browser, "hi");
}

static void an_opened_connection_serves_what_is_inside(void **state)
{
    struct scene *scene = *state;
    struct tls_peer tls;
    say(scene->browser, CONNECT_OPEN);
    tls_begin(&tls, scene->browser, "open.example");
    for (int i = 0; i < 4; i++)
        tls_turn(&tls);
    assert_true(SSL_is_init_finished(tls.ssl));
    static const char request[] = "GET /no HTTP/1.1\r\nHost: open.example\r\n\r\n";
    assert_int_equal(SSL_write(tls.ssl, request, sizeof(request) - 1), sizeof(request) - 1);
    tls_turn(&tls);
    tls_turn(&tls);
    char answer[32] = "";
    assert_true(SSL_read(tls.ssl, answer, 12) == 12);
    assert_string_equal(answer, "HTTP/1.1 403");
    tls_end(&tls);
    struct fake_peer *rude = come(scene);
    say(rude, CONNECT_OPEN);
    hello(rude, "open.example");
    say(rude, "nonsense where a record of TLS must be");
    assert_null(rude->channel);
}

static void a_listener_with_tls_is_spoken_to_through_it(void **state)
{
    struct scene *scene = *state;
    struct tls_peer tls;
    char *error = NULL;
    const struct tls_identity_options options = {.certificate = scene->certificate, .key = scene->key};
    struct session_listener listener = {.tls = tls_identity_load(&options, &error)};
    assert_non_null(listener.tls);
    tls_begin(&tls, come_by(scene, &listener), "open.example");
    for (int i = 0; i < 4; i++)
        tls_turn(&tls);
    assert_true(SSL_is_init_finished(tls.ssl));
    static const char request[] = "GET http://no.example/ HTTP/1.1\r\nHost: no.example\r\n\r\n";
    assert_int_equal(SSL_write(tls.ssl, request, sizeof(request) - 1), sizeof(request) - 1);
    tls_turn(&tls);
    tls_turn(&tls);
    char answer[32] = "";
    assert_true(SSL_read(tls.ssl, answer, 12) == 12);
    assert_string_equal(answer, "HTTP/1.1 403");
    tls_end(&tls);
    struct fake_peer *rude = come_by(scene, &listener);
    say(rude, "GET http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    assert_null(rude->channel);
    session_worker_cut(scene->worker);
    fake_run();
    tls_identity_free(listener.tls);
}

static void a_websocket_becomes_a_tunnel(void **state)
{
    struct scene *scene = *state;
    say(scene->browser,
        "GET http://shop.example/ws HTTP/1.1\r\nHost: shop.example\r\nUpgrade: websocket\r\nConnection: "
        "Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n");
    say(fake_upstream(),
        "HTTP/1.1 101 Go\r\nContent-Length: 5\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nfirst");
    expect(scene->browser, "first");
    assert_false(fake_heard(scene->browser, "Content-Length")); /* RFC 9110 8.6 */
    say(scene->browser, "second");
    expect(fake_upstream(), "second");
}

/* --- connections that were turned to the gate -----------------------------------------------------------------------
 */

static void a_turned_connection_is_judged_by_the_name_that_it_says(void **state)
{
    struct scene *scene = *state;
    struct fake_peer *plain = come_turned(scene, 80);
    say(plain, "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    say(fake_upstream(), OK);
    expect(plain, "hi");
    struct fake_peer *secure = come_turned(scene, 443);
    hello(secure, "shop.example");
    say(fake_upstream(), "from the shop");
    expect(secure, "from the shop");
    struct fake_peer *unnamed = come_turned(scene, 443);
    say(unnamed, "neither TLS nor HTTP\r\n\r\n");
    assert_null(unnamed->channel);
    session_worker_cut(scene->worker); /* of one that has said nothing yet */
    fake_run();
    struct fake_peer *silent = come_turned(scene, 443);
    session_worker_cut(scene->worker);
    fake_run();
    assert_null(silent->channel);
}

/* --- SOCKS -----------------------------------------------------------------------------------------------------------
 */

static const struct session_listener for_socks = {.door = DOOR_SOCKS};

#define SAY(peer, literal) say_bytes(peer, TEXT(literal))

static void say_bytes(struct fake_peer *peer, struct text bytes)
{
    fake_send_bytes(peer, bytes);
    fake_run();
}

/* All that it was told since the last look. */
#define TOLD(peer, literal) told(peer, TEXT(literal))

static void told(struct fake_peer *peer, struct text bytes)
{
    assert_int_equal(peer->heard.length, bytes.length);
    assert_memory_equal(peer->heard.data, bytes.data, bytes.length);
    buffer_empty(&peer->heard);
}

#define SOCKS_OK "\5\0\0\1\0\0\0\0\0\0"
#define SOCKS_MAIL "\5\1\0\3\14mail.example\0\31"
#define SOCKS_SHOP "\5\1\0\3\14shop.example\1\xbb"

static const char with_clients[] = POLICY "clients: { worker: { user: worker, secret_sha256: "
                                          "\"2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b\" } }\n";

static void a_body_with_a_canary_is_cut_before_its_end_has_left(void **state)
{
    struct scene *scene = *state;
    plant(scene);
    say(scene->browser, POST_PLANTED);
    expect(fake_upstream(), "Rabogesuvi");
    say(scene->browser, REST_PLANTED "0\r\n\r\n");
    expect(scene->browser, "HTTP/1.1 403");
    expect(scene->browser, "canary_seen");
    assert_null(fake_upstream()->channel);
    struct fake_peer *told = come(scene); /* the host has begun to answer: nobody can be told */
    say(told, POST_PLANTED);
    say(fake_upstream(), "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsome");
    say(told, REST_PLANTED);
    assert_null(told->channel);
    assert_null(fake_upstream()->channel);
}

static void a_name_with_a_canary_is_refused_at_every_door(void **state)
{
    struct scene *scene = *state;
    plant(scene);
    struct fake_peer *socks = come_by(scene, &for_socks);
    SAY(socks, "\5\1\0\5\1\0\3\40" PLANTED ".evil.test\1\xbb");
    assert_true(socks->heard.length > 3 && socks->heard.data[3] == 2); /* not allowed (RFC 1928 6) */
    struct fake_peer *turned = come_turned(scene, 443);
    hello(turned, PLANTED ".shop.example");
    expect(turned, "\x15\x03"); /* an alert */
    struct fake_peer *plain = come_turned(scene, 80);
    say(plain, "GET / HTTP/1.1\r\nHost: " PLANTED ".shop.example\r\n\r\n");
    expect(plain, "canary_seen");
    struct fake_peer *tunnel = come(scene);
    say(tunnel, "CONNECT " PLANTED ".shop.example:443 HTTP/1.1\r\nHost: " PLANTED ".shop.example:443\r\n\r\n");
    expect(tunnel, "canary_seen");
    assert_int_equal(fake.decisions, 4);
    assert_null(fake_upstream());
}

static void a_socks_client_is_asked_where_to_and_connected(void **state)
{
    struct scene *scene = *state;
    struct fake_peer *mail = come_by(scene, &for_socks);
    SAY(mail, "\5\1\0");
    TOLD(mail, "\5\0");
    SAY(mail, SOCKS_MAIL);
    TOLD(mail, SOCKS_OK);
    say(fake_upstream(), "220 hello");
    expect(mail, "220 hello");
    struct fake_peer *shop = come_by(scene, &for_socks);
    SAY(shop, "\5\1\0" SOCKS_SHOP); /* all at once is the same */
    TOLD(shop, "\5\0" SOCKS_OK);
    hello(shop, "shop.example");
    say(fake_upstream(), "from the shop");
    expect(shop, "from the shop");
}

static void a_socks_client_shows_who_it_is_where_that_tells(void **state)
{
    struct scene *scene = *state;
    use_policy(scene, with_clients, false);
    struct fake_peer *known = come_by(scene, &for_socks);
    SAY(known, "\5\2\0\2");
    TOLD(known, "\5\2");
    SAY(known, "\1\6worker\6secret");
    TOLD(known, "\1\0");
    SAY(known, SOCKS_MAIL);
    TOLD(known, SOCKS_OK);
    struct fake_peer *unknown = come_by(scene, &for_socks);
    SAY(unknown, "\5\2\0\2\1\6worker\5wrong");
    TOLD(unknown, "\5\2\1\1");
    assert_int_equal(fake.decisions, 2);
    struct fake_peer *none = come_by(scene, &for_socks);
    SAY(none, "\5\1\1");
    TOLD(none, "\5\xff");
}

static void what_a_socks_client_may_not_is_told_by_a_reply(void **state)
{
    struct scene *scene = *state;
    static const struct {
        struct text request;
        char reply;
    } rows[] = {
        {TEXT_INIT("\5\1\0\3\15other.example\1\xbb"), 2}, {TEXT_INIT("\5\1\0\1\300\0\2\1\1\xbb"), 2},
        {TEXT_INIT("\5\2\0\3\14mail.example\0\31"), 7},   {TEXT_INIT("\5\1\0\2\0\0\0"), 8},
        {TEXT_INIT("\5\1\0\3\4a\0.b\0\31"), 1},           {TEXT_INIT("\4\1\0\0"), 1},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct fake_peer *peer = come_by(scene, &for_socks);
        SAY(peer, "\5\1\0");
        TOLD(peer, "\5\0");
        say_bytes(peer, rows[i].request);
        assert_int_equal(peer->heard.length, SOCKS_REPLY_SIZE);
        assert_int_equal(peer->heard.data[1], rows[i].reply);
        assert_int_equal(fake.decisions, i + 1);
    }
    assert_null(fake_upstream());
}

static void what_cannot_be_connected_to_is_told_by_a_reply(void **state)
{
    struct scene *scene = *state;
    fake.manners.connects = false;
    struct fake_peer *refused = come_by(scene, &for_socks);
    SAY(refused, "\5\1\0" SOCKS_MAIL);
    fake_connect(false);
    fake_run();
    assert_int_equal(refused->heard.data[3], SOCKS_REFUSED);
    struct fake_peer *late = come_by(scene, &for_socks);
    SAY(late, "\5\1\0" SOCKS_MAIL);
    fake_pass(5000);
    assert_int_equal(late->heard.data[3], SOCKS_TTL_EXPIRED);
    fake.manners.answers_names = false;
    struct fake_peer *nameless = come_by(scene, &for_socks);
    SAY(nameless, "\5\1\0" SOCKS_MAIL);
    fake_answer_name(false);
    fake_run();
    assert_int_equal(nameless->heard.data[3], SOCKS_HOST_UNREACHABLE);
}

/* Each of its bytes may be late; all of a message together may not. */
static void a_socks_client_that_does_not_come_to_an_end_is_told_so(void **state)
{
    struct scene *scene = *state;
    static const struct text begun[] = {
        TEXT_INIT("\5\4\0"), TEXT_INIT("\5\1\2\1\6wor"), TEXT_INIT("\5\1\0\5\1\0\3\14mail")};
    static const struct text ends[] = {TEXT_INIT("\5\xff"), TEXT_INIT("\1\1"), TEXT_INIT("\5\1\0\1\0\0\0\0\0\0")};
    for (size_t i = 0; i < COUNT_OF(begun); i++) {
        struct fake_peer *slow = come_by(scene, &for_socks);
        for (size_t at = 0; at < begun[i].length; at++)
            say_bytes(slow, text_part(begun[i], at, 1));
        fake_pass(600);
        assert_non_null(slow->channel);
        SAY(slow, "x");
        fake_pass(600);
        struct text last = text_after(buffer_text(&slow->heard), slow->heard.length - ends[i].length);
        assert_memory_equal(last.data, ends[i].data, ends[i].length);
        struct fake_peer *gone = come_by(scene, &for_socks);
        say_bytes(gone, begun[i]);
        fake_fin(gone);
        fake_run();
        assert_null(gone->channel);
        assert_int_equal(fake.decisions, 2 * i + 2);
    }
    struct fake_peer *silent = come_by(scene, &for_socks);
    fake_pass(1500);
    assert_null(silent->channel);
    struct fake_peer *mute = come_by(scene, &for_socks);
    fake_fin(mute);
    fake_run();
    assert_null(mute->channel);
    assert_int_equal(fake.decisions, 2 * COUNT_OF(begun)); /* who says nothing leaves nothing */
}

static void a_socks_client_that_goes_away_is_noticed_wherever_it_is(void **state)
{
    struct scene *scene = *state;
    static const struct text begun[] = {TEXT_INIT("\5"), TEXT_INIT("\5\1\2"), TEXT_INIT("\5\1\0")};
    for (size_t i = 0; i < COUNT_OF(begun); i++) {
        struct fake_peer *peer = come_by(scene, &for_socks);
        say_bytes(peer, begun[i]);
        assert_non_null(peer->channel);
        fake_rst(peer);
        fake_run();
        assert_null(peer->channel);
    }
}

static void a_listener_for_socks_with_tls_is_spoken_to_through_it(void **state)
{
    struct scene *scene = *state;
    struct tls_peer tls;
    char *error = NULL;
    char answer[8] = {0};
    const struct tls_identity_options options = {.certificate = scene->certificate, .key = scene->key};
    struct session_listener listener = {.door = DOOR_SOCKS, .tls = tls_identity_load(&options, &error)};
    struct tls_identity *old = listener.tls;
    struct fake_peer *peer = come_by(scene, &listener);
    tls_begin(&tls, peer, "open.example");
    for (int i = 0; i < 4; i++)
        tls_turn(&tls);
    assert_int_equal(SSL_write(tls.ssl, "\5\1", 3), 3);
    tls_turn(&tls);
    tls_turn(&tls);
    assert_int_equal(SSL_read(tls.ssl, answer, sizeof(answer)), 2);
    assert_memory_equal(answer, "\5", 2);
    listener.tls = tls_identity_load(&options, &error); /* what let it in was withdrawn */
    session_worker_recheck(scene->worker);
    fake_run();
    assert_null(peer->channel);
    tls_end(&tls);
    tls_identity_free(old);
    tls_identity_free(listener.tls);
}

/* What is inside is judged as inside a CONNECT. */
static void an_llm_call_within_socks_is_answered(void **state)
{
    struct scene *scene = *state;
    struct fake_peer *peer = come_by(scene, &for_socks);
    SAY(peer, "\5\1\0\5\1\0\3\16api.openai.com\0\x50");
    TOLD(peer, "\5\0" SOCKS_OK);
    say(peer, "POST /v1/files HTTP/1.1\r\nHost: api.openai.com\r\nContent-Length: 2\r\n\r\n{}");
    expect(peer, "HTTP/1.1 403");
}

/* --- what a reload takes away ----------------------------------------------------------------------------------------
 */

static void without_an_authority_nothing_more_is_opened(void **state)
{
    struct scene *scene = *state;
    say(scene->browser, CONNECT_OPEN);
    expect(scene->browser, "HTTP/1.1 200");
    session_worker_set_tls(scene->worker, NULL); /* while the client has yet to say hello */
    hello(scene->browser, "open.example");
    assert_null(scene->browser->channel);
}

static void whose_certificate_was_withdrawn_asks_for_nothing_more(void **state)
{
    struct scene *scene = *state;
    struct tls_peer tls;
    char *error = NULL;
    static const char half[] = "GET http://shop.example/ HTTP/1.1\r\n";
    const struct tls_identity_options options = {.certificate = scene->certificate, .key = scene->key};
    struct session_listener listener = {.tls = tls_identity_load(&options, &error)};
    struct tls_identity *old = listener.tls;
    struct fake_peer *peer = come_by(scene, &listener);
    tls_begin(&tls, peer, "open.example");
    for (int i = 0; i < 4; i++)
        tls_turn(&tls);
    assert_int_equal(SSL_write(tls.ssl, half, sizeof(half) - 1), sizeof(half) - 1);
    tls_turn(&tls);
    assert_non_null(peer->channel);
    listener.tls = tls_identity_load(&options, &error);
    session_worker_recheck(scene->worker);
    fake_run();
    assert_null(peer->channel);
    tls_end(&tls);
    tls_identity_free(old);
    tls_identity_free(listener.tls);
}

/* --- all of it ------------------------------------------------------------------------------------------------------
 */

static void every_edge_of_both_tables_was_walked(void **state)
{
    (void)state;
    char edges[96][EDGE_SIZE];
    size_t count = edges_of_session(edges, COUNT_OF(edges));
    count += edges_of_exchange(edges + count, COUNT_OF(edges) - count);
    size_t missing = 0;
    for (size_t i = 0; i < count; i++)
        if (!fake_took(edges[i])) {
            print_message("nobody walked: %s\n", edges[i]);
            missing++;
        }
    assert_int_equal(missing, 0);
}

#define WALK(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WALK(a_request_goes_there_and_back_and_its_connection_goes_on),
        WALK(a_request_that_comes_byte_by_byte_is_the_same),
        WALK(what_the_policy_refuses_is_answered_here),
        WALK(a_client_that_goes_away_is_noticed_wherever_it_is),
        WALK(nothing_happens_before_the_decision_is_on_disk),
        WALK(a_store_that_fails_or_sleeps_refuses),
        WALK(a_head_that_does_not_end_is_told_so),
        WALK(an_idle_connection_ends_without_a_word),
        WALK(names_and_hosts_that_do_not_answer_are_told),
        WALK(a_stale_connection_is_replaced_by_a_fresh_one),
        WALK(an_upstream_that_breaks_is_told_or_breaks_the_client),
        WALK(an_upstream_that_sleeps_is_told),
        WALK(a_call_goes_to_the_endpoint_and_to_the_next_when_that_fails),
        WALK(what_was_taken_back_or_refused_is_not_counted),
        WALK(a_clock_that_is_set_closes_no_limit_for_ever_and_opens_none),
        WALK(a_call_that_is_none_is_refused_before_anybody_is_asked),
        WALK(when_nobody_else_serves_the_endpoints_objection_is_the_answer),
        WALK(the_next_endpoint_is_tried_when_one_cannot_be_connected_to),
        WALK(a_call_whose_first_endpoint_has_no_name_waits_for_the_second),
        WALK(a_caller_that_waits_may_go),
        WALK(who_has_waited_for_long_enough_is_given_to_the_next),
        WALK(one_call_more_than_there_are_slots_waits),
        WALK(a_tunnel_carries_bytes_both_ways_and_ends_with_both_sides),
        WALK(a_tunnel_names_what_was_decided_on),
        WALK(a_reload_cuts_a_tunnel_that_it_would_not_have),
        WALK(what_an_upstream_said_before_it_broke_off_arrives),
        WALK(http_in_a_connect_is_judged_as_http),
        WALK(an_opened_connection_serves_what_is_inside),
        WALK(a_listener_with_tls_is_spoken_to_through_it),
        WALK(without_an_authority_nothing_more_is_opened),
        WALK(whose_certificate_was_withdrawn_asks_for_nothing_more),
        WALK(a_websocket_becomes_a_tunnel),
        WALK(a_turned_connection_is_judged_by_the_name_that_it_says),
        WALK(a_body_with_a_canary_is_cut_before_its_end_has_left),
        WALK(a_name_with_a_canary_is_refused_at_every_door),
        WALK(a_socks_client_is_asked_where_to_and_connected),
        WALK(a_socks_client_shows_who_it_is_where_that_tells),
        WALK(what_a_socks_client_may_not_is_told_by_a_reply),
        WALK(what_cannot_be_connected_to_is_told_by_a_reply),
        WALK(a_socks_client_that_does_not_come_to_an_end_is_told_so),
        WALK(a_socks_client_that_goes_away_is_noticed_wherever_it_is),
        WALK(an_llm_call_within_socks_is_answered),
        WALK(a_listener_for_socks_with_tls_is_spoken_to_through_it),
        cmocka_unit_test(every_edge_of_both_tables_was_walked),
    };
    return cmocka_run_group_tests(tests, set_up_once, tear_down_once);
}
