/* SPDX-License-Identifier: Apache-2.0 */
/* Each step of both tables has its end: for a peer that says nothing, and for one that says, or takes, a byte now and
 * then, always in time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "edges.h"
#include "exeat/base/check.h"
#include "scene.h"

/* Limits of the scene: a head 1 s, the way 2 s, an idle connection 60 s, nothing moves 30 s, all of it an hour. */
enum { OFTEN_MS = 900, HEAD = 5000, WAY = 70000, STREAM = 45000, LONGEST = 3620000 };

struct situation {
    const char *table;
    const char *step;
    struct fake_peer *(*bring)(struct scene *scene); /* the peer that is slow */
    char byte;                                       /* what it says; 0: it takes one */
    uint64_t silent_ms;                              /* the client's connection ends within */
    uint64_t trickling_ms;
};

static struct tls_identity *identity;

static struct fake_peer *greet(struct scene *scene)
{
    static struct session_listener listener;
    listener.tls = identity;
    scene->browser = come_by(scene, &listener);
    return scene->browser;
}

static struct fake_peer *begins_a_record(struct fake_peer *peer)
{
    fake_send_bytes(peer, TEXT("\x16\x03\x01\x3f\xff\x01\x00\x3f\xfb\x03\x03"));
    fake_run();
    return peer;
}

static struct fake_peer *look(struct scene *scene)
{
    scene->browser = come_turned(scene, 443);
    return begins_a_record(scene->browser);
}

static struct fake_peer *speak_socks(struct scene *scene, struct text said)
{
    static const struct session_listener for_socks = {.door = DOOR_SOCKS};
    scene->browser = come_by(scene, &for_socks);
    fake_send_bytes(scene->browser, said);
    fake_run();
    return scene->browser;
}

static struct fake_peer *socks_offer(struct scene *scene)
{
    return speak_socks(scene, TEXT("\5\377"));
}

static struct fake_peer *socks_user(struct scene *scene)
{
    return speak_socks(scene, TEXT("\5\1\2\1\377"));
}

static struct fake_peer *socks_request(struct scene *scene)
{
    return speak_socks(scene, TEXT("\5\1\0\5\1\0\3\377"));
}

static struct fake_peer *serve(struct scene *scene)
{
    return scene->browser;
}

static struct fake_peer *answer_connect(struct scene *scene)
{
    scene->browser->room = 0;
    say(scene->browser, CONNECT_SHOP);
    return scene->browser;
}

static struct fake_peer *peek_hello(struct scene *scene)
{
    say(scene->browser, CONNECT_SHOP);
    return begins_a_record(scene->browser);
}

static struct fake_peer *accept_tls(struct scene *scene)
{
    say(scene->browser, CONNECT_OPEN);
    hello(scene->browser, "open.example");
    fake_send_bytes(scene->browser, TEXT("\x17\x03\x03\x3f\xff"));
    fake_run();
    return scene->browser;
}

static struct fake_peer *tunnel(struct scene *scene)
{
    say(scene->browser, "CONNECT mail.example:25 HTTP/1.1\r\nHost: mail.example:25\r\n\r\n");
    return scene->browser;
}

static struct fake_peer *finish(struct scene *scene)
{
    scene->browser->room = 0;
    say(scene->browser, "GET http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n");
    say(fake_upstream(), OK);
    return scene->browser;
}

/* Everything is said, and the client neither ends nor is silent. */
static struct fake_peer *finish_lingers(struct scene *scene)
{
    say(scene->browser, "GET http://other.example/ HTTP/1.1\r\nHost: other.example\r\nConnection: close\r\n\r\n");
    return scene->browser;
}

static struct fake_peer *read_head(struct scene *scene)
{
    say(scene->browser, "GET http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\nX: ");
    return scene->browser;
}

static struct fake_peer *read_body(struct scene *scene)
{
    say(scene->browser, CHAT);
    return scene->browser;
}

static struct fake_peer *read_body_to_look_into(struct scene *scene)
{
    use_policy(scene, SCREENED, false);
    say(scene->browser,
        "POST http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\nContent-Type: text/plain\r\nContent-Length: "
        "4096\r\n\r\n");
    return scene->browser;
}

static struct fake_peer *commit(struct scene *scene)
{
    fake.manners.records = AUDIT_WAITS;
    say(scene->browser, GET_SHOP);
    return scene->browser;
}

#define ONE_SLOT                                                                                                       \
    "version: 1\ninference: [{ name: one, endpoint: \"http://127.0.0.1:8001\", slots: 1, queue: { length: 1 } }]\n"    \
    "rules: [{ id: llm, verdict: reroute, hosts: [\"@llm\"], schemes: [http], ports: [80], inference: [one] }]\n"

/* Somebody else has the only slot of the endpoint, and keeps it. */
static struct fake_peer *queue(struct scene *scene)
{
    use_policy(scene, ONE_SLOT, false);
    say(scene->browser, CHAT CHAT_BODY);
    scene->browser = come(scene);
    say(scene->browser, CHAT CHAT_BODY);
    return scene->browser;
}

static struct fake_peer *resolve(struct scene *scene)
{
    fake.manners.answers_names = false;
    say(scene->browser, GET_SHOP);
    return scene->browser;
}

static struct fake_peer *dial(struct scene *scene)
{
    fake.manners.connects = false;
    say(scene->browser, GET_SHOP);
    return scene->browser;
}

static struct fake_peer *pass_up(struct scene *scene)
{
    say(scene->browser, "POST http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 99999\r\n\r\n");
    return scene->browser;
}

static struct fake_peer *pass_up_watched(struct scene *scene)
{
    plant(scene);
    return pass_up(scene);
}

/* It was refused in the middle, and reads no further. */
static struct fake_peer *finish_planted(struct scene *scene)
{
    plant(scene);
    say(scene->browser, POST_PLANTED);
    say(scene->browser, REST_PLANTED);
    expect(scene->browser, "canary_seen");
    return scene->browser;
}

static struct fake_peer *pass_head(struct scene *scene)
{
    say(scene->browser, "GET http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n");
    say(fake_upstream(), "HTTP/1.1 200 OK\r\nX: ");
    return fake_upstream();
}

static struct fake_peer *pass_down(struct scene *scene)
{
    say(scene->browser, GET_SHOP);
    say(fake_upstream(), "HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n");
    return fake_upstream();
}

static struct fake_peer *pass_to_a_slow_reader(struct scene *scene)
{
    char part[8001] = "";
    memset(part, 'x', sizeof(part) - 1);
    scene->browser->room = 0;
    (void)pass_down(scene);
    say(fake_upstream(), part);
    return scene->browser;
}

/* The client hears nothing of it before its end. */
static struct fake_peer *pass_held(struct scene *scene)
{
    use_policy(scene, SCREENED, false);
    say(scene->browser, "GET http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n");
    say(fake_upstream(), "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4096\r\n\r\n");
    return fake_upstream();
}

static struct fake_peer *pass_an_event(struct scene *scene)
{
    use_policy(scene, SCREENED, false);
    say(scene->browser, GET_SHOP);
    say(fake_upstream(), "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: ");
    return fake_upstream();
}

static struct fake_peer *answer(struct scene *scene)
{
    scene->browser->room = 0;
    say(scene->browser, "GET http://other.example/ HTTP/1.1\r\nHost: other.example\r\nConnection: close\r\n\r\n");
    return scene->browser;
}

static const struct situation situations[] = {
    {"session", "greet", greet, '\x16', HEAD, HEAD},
    {"session", "look", look, 'x', HEAD, HEAD},
    {"session", "socks_offer", socks_offer, 'x', HEAD + HEAD, HEAD + HEAD}, /* and its last words */
    {"session", "socks_user", socks_user, 'x', HEAD + HEAD, HEAD + HEAD},
    {"session", "socks_request", socks_request, 'x', HEAD + HEAD, HEAD + HEAD},
    {"session", "serve", serve, '\n', WAY, HEAD},
    {"session", "answer_connect", answer_connect, 0, HEAD, HEAD},
    {"session", "peek_hello", peek_hello, 'x', HEAD, HEAD},
    {"session", "accept_tls", accept_tls, 'x', HEAD, HEAD},
    {"session", "tunnel", tunnel, 'x', STREAM, LONGEST},
    {"session", "finish", finish, 0, HEAD, LONGEST},
    {"session", "finish", finish_lingers, 'x', HEAD, HEAD},
    {"session", "finish", finish_planted, 'x', HEAD, HEAD},
    {"exchange", "read_head", read_head, 'x', HEAD, HEAD},
    {"exchange", "read_body", read_body, ' ', STREAM, STREAM},
    {"exchange", "read_body", read_body_to_look_into, ' ', STREAM, LONGEST},
    {"exchange", "commit", commit, 'x', HEAD, HEAD},
    {"exchange", "queue", queue, 'x', WAY + STREAM, STREAM},
    {"exchange", "resolve", resolve, 'x', WAY, HEAD},
    {"exchange", "dial", dial, 'x', WAY, HEAD},
    {"exchange", "pass", pass_up, 'x', STREAM, LONGEST},
    {"exchange", "pass", pass_up_watched, 'x', STREAM, LONGEST},
    {"exchange", "pass", pass_head, 'x', STREAM, HEAD},
    {"exchange", "pass", pass_down, 'x', STREAM, LONGEST},
    {"exchange", "pass", pass_to_a_slow_reader, 0, STREAM, LONGEST},
    {"exchange", "pass", pass_held, 'x', STREAM, LONGEST},
    {"exchange", "pass", pass_an_event, 'x', STREAM, LONGEST},
    {"exchange", "answer", answer, 0, STREAM, LONGEST},
};

static struct fake_peer *enter(struct scene *scene, const struct situation *situation)
{
    struct fake_peer *slow = situation->bring(scene);
    const char *step = strcmp(situation->table, "session") == 0 ? fake.session_step : fake.exchange_step;
    bool begins_here = strcmp(situation->step, "read_head") == 0; /* no edge leads to it */
    assert_string_equal(step, begins_here ? "" : situation->step);
    assert_non_null(scene->browser->channel);
    return slow;
}

static void a_byte(const struct situation *situation, struct fake_peer *slow)
{
    char byte[2] = {situation->byte, '\0'};
    if (slow->channel == NULL)
        return;
    if (situation->byte == 0)
        fake_make_room(slow, 1);
    else
        fake_send(slow, byte);
}

static void who_is_slow_in_any_step_is_let_go(void **state, bool says_a_byte)
{
    for (size_t i = 0; i < COUNT_OF(situations); i++) {
        const struct situation *situation = &situations[i];
        assert_int_equal(set_up(state), 0);
        struct scene *scene = *state;
        struct fake_peer *slow = enter(scene, situation);
        uint64_t most = says_a_byte ? situation->trickling_ms : situation->silent_ms;
        uint64_t passed = 0;
        for (; scene->browser->channel != NULL && passed <= most; passed += OFTEN_MS) {
            fake_pass(OFTEN_MS);
            if (says_a_byte)
                a_byte(situation, slow);
            fake_run();
        }
        if (scene->browser->channel != NULL)
            fail_msg("%zu: %s stays open for more than %llu ms", i, situation->step, (unsigned long long)most);
        assert_int_equal(tear_down(state), 0);
    }
}

static void who_is_silent_in_any_step_is_let_go(void **state)
{
    who_is_slow_in_any_step_is_let_go(state, false);
}

static void who_says_or_takes_a_byte_now_and_then_in_any_step_is_let_go(void **state)
{
    who_is_slow_in_any_step_is_let_go(state, true);
}

/* --- what is cut is told -------------------------------------------------------------------------------------------
 */

static void what_takes_too_long_is_no_end(void **state)
{
    struct scene *scene = *state;
    struct fake_peer *browser = scene->browser;
    struct fake_peer *shop = pass_down(scene);
    for (int i = 0; i < 4100; i++) {
        fake_pass(OFTEN_MS);
        fake_send(shop, "x");
    }
    assert_null(browser->channel);
    assert_true(browser->gate_broke);
    struct fake_peer *up = come(scene);
    say(up, "POST http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 99999\r\n\r\n");
    for (int i = 0; i < 4100 && up->channel != NULL; i++) {
        fake_pass(OFTEN_MS);
        fake_send(up, "x");
    }
    expect(up, "HTTP/1.1 504");
    expect(up, "too_long");
    struct fake_peer *mail = come(scene);
    say(mail, "CONNECT mail.example:25 HTTP/1.1\r\nHost: mail.example:25\r\n\r\n");
    for (int i = 0; i < 4100 && mail->channel != NULL; i++) {
        fake_pass(OFTEN_MS);
        fake_send(mail, "x");
    }
    assert_true(mail->gate_broke);
}

/* The client takes nothing more of what upstream had said before it broke off: it must not take what it has for all. */
static void what_upstream_cut_is_no_end_for_a_client_that_is_slow_to_take_it(void **state)
{
    struct scene *scene = *state;
    for (int i = 0; i < 2; i++) {
        struct fake_peer *mail = come(scene);
        say(mail, "CONNECT mail.example:25 HTTP/1.1\r\nHost: mail.example:25\r\n\r\n");
        mail->is_slow = true; /* all is written, and nothing acknowledged; or nothing is written */
        mail->room = i == 0 ? mail->room : 0;
        say(fake_upstream(), "the first half");
        fake_rst(fake_upstream());
        fake_run();
        assert_non_null(mail->channel);
        for (uint64_t passed = 0; mail->channel != NULL && passed <= STREAM; passed += OFTEN_MS) {
            fake_pass(OFTEN_MS);
            fake_run();
        }
        assert_null(mail->channel);
        assert_true(mail->gate_broke);
    }
}

/* --- all of them ----------------------------------------------------------------------------------------------------
 */

static bool waits(const char *step)
{
    static const char *const never[] = {"start", "judge", "done", "closed"};
    for (size_t i = 0; i < COUNT_OF(never); i++)
        if (strcmp(step, never[i]) == 0)
            return false;
    return true;
}

static void every_step_that_waits_has_its_situation(void **state)
{
    (void)state;
    char edges[96][EDGE_SIZE];
    size_t count = edges_of_session(edges, COUNT_OF(edges));
    count += edges_of_exchange(edges + count, COUNT_OF(edges) - count);
    for (size_t i = 0; i < count; i++) {
        char table[EDGE_SIZE];
        char step[EDGE_SIZE];
        bool found = false;
        assert_int_equal(sscanf(edges[i], "%s %s", table, step), 2);
        for (size_t j = 0; j < COUNT_OF(situations) && !found; j++)
            found = strcmp(situations[j].table, table) == 0 && strcmp(situations[j].step, step) == 0;
        if (!found && waits(step))
            fail_msg("nobody is slow in %s %s", table, step);
    }
}

static int make_all(void **state)
{
    if (set_up_once(state) != 0)
        return -1;
    struct scene *scene = *state;
    char *error = NULL;
    const struct tls_identity_options options = {.certificate = scene->certificate, .key = scene->key};
    identity = tls_identity_load(&options, &error);
    return identity == NULL ? -1 : 0;
}

static int free_all(void **state)
{
    tls_identity_free(identity);
    return tear_down_once(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_silent_in_any_step_is_let_go),
        cmocka_unit_test(who_says_or_takes_a_byte_now_and_then_in_any_step_is_let_go),
        cmocka_unit_test_setup_teardown(what_takes_too_long_is_no_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            what_upstream_cut_is_no_end_for_a_client_that_is_slow_to_take_it, set_up, tear_down),
        cmocka_unit_test(every_step_that_waits_has_its_situation),
    };
    return cmocka_run_group_tests(tests, make_all, free_all);
}
