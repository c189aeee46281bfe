/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and answers that are looked into, in the world without sockets: nothing is asked for before the last byte of
 * a body was judged, what was planted never gets to an upstream, and what an answer may not hold not to the client. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/check.h"
#include "scene.h"

/* --- what is said ----------------------------------------------------------------------------------------------------
 */

static char found[256]; /* in the newest decision */

static void note_found(const struct decision_record *decision)
{
    text_store(decision->found, found, sizeof(found));
}

static int begin(void **state)
{
    if (set_up(state) != 0)
        return -1;
    use_policy(*state, SCREENED, false);
    fake.ledger.planted = CARD;
    fake.ledger.on_decision = note_found;
    return 0;
}

enum framing { BY_LENGTH, BY_CHUNKS, FRAMING_COUNT };

static void append_framed(struct buffer *out, enum framing framing, const char *body)
{
    size_t length = strlen(body);
    if (framing == BY_LENGTH)
        buffer_printf(out, "Content-Length: %zu\r\n\r\n%s", length, body);
    else
        buffer_printf(
            out, "Transfer-Encoding: chunked\r\n\r\n%zx\r\n%.*s\r\n%zx\r\n%s\r\n0\r\n\r\n", length / 2,
            (int)(length / 2), body, length - length / 2, body + length / 2);
}

static struct buffer post_of(const char *host, const char *fields, enum framing framing, const char *body)
{
    struct buffer out = {0};
    buffer_printf(&out, "POST http://%s/orders HTTP/1.1\r\nHost: %s\r\n%s", host, host, fields);
    append_framed(&out, framing, body);
    return out;
}

#define JSON_TYPE "Content-Type: application/json\r\n"

static void post(struct fake_peer *client, const char *host, const char *fields, enum framing framing, const char *body)
{
    struct buffer out = post_of(host, fields, framing, body);
    fake_send_bytes(client, buffer_text(&out));
    fake_run();
    buffer_clear(&out);
}

static void reply(const char *fields, enum framing framing, const char *body)
{
    struct buffer out = {0};
    assert_non_null(fake_upstream());
    buffer_printf(&out, "HTTP/1.1 200 OK\r\n%s", fields);
    append_framed(&out, framing, body);
    fake_send_bytes(fake_upstream(), buffer_text(&out));
    fake_run();
    buffer_clear(&out);
}

static size_t upstreams(void)
{
    size_t count = 0;
    for (size_t i = 0; i < fake.peer_count; i++)
        count += fake.peers[i].is_upstream ? 1 : 0;
    return count;
}

/* --- requests --------------------------------------------------------------------------------------------------------
 */

static void nothing_is_asked_for_before_the_last_byte_of_a_body_was_judged(void **state)
{
    struct scene *scene = *state;
    for (enum framing framing = BY_LENGTH; framing < FRAMING_COUNT; framing++) {
        struct fake_peer *client = come(scene);
        struct buffer out = post_of("shop.example", JSON_TYPE, framing, "{\"note\":\"" CARD "\",\"n\":1}");
        size_t upstreams_before = upstreams();
        for (size_t i = 0; i < out.length; i++) {
            if (fake_undecided() != 0 || upstreams() != upstreams_before || fake.decisions != framing)
                fail_msg("something happened before byte %zu of %zu", i, out.length);
            fake_send_bytes(client, text_part(buffer_text(&out), i, 1));
            fake_run();
        }
        buffer_clear(&out);
        assert_int_equal(fake.decisions, framing + 1);
        expect(fake_upstream(), "\r\n\r\n{\"note\":\"[CARD_1]\",\"n\":1}");
        assert_string_equal(found, "card redact 1 note");
        reply(JSON_TYPE, framing, "{\"said\":\"[CARD_1]\"}");
        expect(client, "{\"said\":\"" CARD "\"}");
        fake_rst(fake_upstream()); /* a connection of its own for the next */
        fake_run();
    }
}

static void a_body_of_which_a_byte_is_missing_is_asked_for_nowhere(void **state)
{
    struct scene *scene = *state;
    for (enum framing framing = BY_LENGTH; framing < FRAMING_COUNT; framing++)
        for (int ending = 0; ending < 3; ending++) {
            struct fake_peer *client = come(scene);
            struct buffer out = post_of("shop.example", JSON_TYPE, framing, "{\"note\":\"" CARD "\"}");
            fake_send_bytes(client, text_part(buffer_text(&out), 0, out.length - 1));
            fake_run();
            if (ending == 0)
                fake_fin(client);
            else if (ending == 1)
                fake_rst(client);
            else
                fake_pass(31000);
            fake_run();
            if (ending == 2)
                expect(client, "HTTP/1.1 408");
            else
                assert_null(client->channel);
            buffer_clear(&out);
        }
    assert_int_equal(upstreams(), 0);
}

static void a_client_that_has_ended_its_side_behind_its_body_is_answered(void **state)
{
    struct scene *scene = *state;
    struct buffer out = post_of("shop.example", JSON_TYPE, BY_LENGTH, "{\"note\":\"" CARD "\"}");
    fake_send_bytes(scene->browser, buffer_text(&out));
    fake_fin(scene->browser);
    fake_run();
    buffer_clear(&out);
    expect(fake_upstream(), "[CARD_1]");
    reply(JSON_TYPE, BY_LENGTH, "{\"said\":\"[CARD_1]\"}");
    expect(scene->browser, CARD);
}

struct refused {
    const char *fields;
    const char *body;
    const char *status;
    const char *reason;
};

static void what_may_not_leave_or_cannot_be_read_is_refused_and_nobody_is_asked(void **state)
{
    static const struct refused rows[] = {
        {JSON_TYPE, "{\"a\":\"" IBAN "\"}", "403", "inspect_denied"},
        {JSON_TYPE "Cookie: a=" IBAN "\r\n", "{}", "403", "inspect_denied"},
        {JSON_TYPE "X-Note: " CARD "\r\n", "{}", "403", "inspect_unchanged"},
        {JSON_TYPE, "{\"card_number\":4111111111111111}", "403", "inspect_unchanged"},
        {JSON_TYPE "Signature: x\r\n", "{\"a\":\"" CARD "\"}", "403", "inspect_unchanged"},
        {JSON_TYPE "Content-Range: bytes 0-1/9\r\n", "{\"a\":\"" CARD "\"}", "403", "inspect_unchanged"},
        {JSON_TYPE, "{\"a\":\"cut", "422", "inspect_unreadable"},
        {JSON_TYPE "Content-Type: text/plain\r\n", "{}", "422", "inspect_unreadable"},
        {JSON_TYPE "Content-Encoding: gzip\r\n", "{}", "422", "inspect_unreadable"},
        {JSON_TYPE "Content-Encoding: lzw\r\n", "{}", "422", "inspect_unreadable"},
        {"Content-Type: application/json; charset=ebcdic-us\r\n", "{}", "422", "inspect_unreadable"},
        {"Content-Type: multipart/form-data; boundary=x\r\n", "--x\r\n\r\na", "422", "inspect_unreadable"},
        {"Content-Type: image/gif\r\n", "GIF89a", "422", "inspect_unreadable"},
        {"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n", "",
         "403", "inspect_unseen"},
    };
    struct scene *scene = *state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (enum framing framing = BY_LENGTH; framing < FRAMING_COUNT; framing++) {
            struct fake_peer *client = come(scene);
            bool is_get = rows[i].body[0] == '\0';
            struct buffer out = post_of("shop.example", rows[i].fields, framing, rows[i].body);
            if (is_get) {
                buffer_empty(&out);
                buffer_printf(
                    &out, "GET http://shop.example/ws HTTP/1.1\r\nHost: shop.example\r\n%s\r\n", rows[i].fields);
            }
            fake_send_bytes(client, buffer_text(&out));
            fake_run();
            buffer_clear(&out);
            if (!fake_heard(client, rows[i].status) || !fake_heard(client, rows[i].reason))
                fail_msg("row %zu: %.*s", i, TEXT_ARG(buffer_text(&client->heard)));
            fake_rst(client);
            fake_run();
        }
    assert_int_equal(upstreams(), 0);
    assert_int_equal(fake.decisions, COUNT_OF(rows) * FRAMING_COUNT);
}

static void what_stands_in_the_target_is_judged_before_the_body_is_read(void **state)
{
    struct scene *scene = *state;
    say(scene->browser, "POST http://shop.example/of/anna%40shop.example HTTP/1.1\r\nHost: shop.example\r\n"
                        "Content-Length: 5\r\n\r\n");
    expect(scene->browser, "HTTP/1.1 403");
    assert_int_equal(upstreams(), 0);
    struct fake_peer *client = come(scene);
    say(client, "GET http://shop.example/of?mail=anna%40shop.example HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    expect(fake_upstream(), "GET /of?mail=%5BEMAIL_1%5D HTTP/1.1\r\n");
}

static void a_type_that_may_pass_unseen_does(void **state)
{
    struct scene *scene = *state;
    post(scene->browser, "shop.example", "Content-Type: image/png\r\n", BY_CHUNKS, "\x89PNG\r\n\x1a\n");
    expect(fake_upstream(), "\x89PNG");
    assert_string_equal(found, "body unseen 1 image/png");
}

static void a_larger_body_is_refused_or_passes_unseen_as_the_rule_says(void **state)
{
    struct scene *scene = *state;
    char body[5001];
    memset(body, 'x', sizeof(body) - 1);
    body[sizeof(body) - 1] = '\0';
    for (enum framing framing = BY_LENGTH; framing < FRAMING_COUNT; framing++) {
        struct fake_peer *refused = come(scene);
        struct fake_peer *passed = come(scene);
        size_t before = upstreams();
        post(refused, "shop.example", "Content-Type: text/plain\r\n", framing, body);
        expect(refused, "HTTP/1.1 413");
        assert_int_equal(upstreams(), before);
        post(passed, "large.example", "Content-Type: text/plain\r\n", framing, body);
        assert_int_equal(upstreams(), before + 1);
        assert_true(fake_upstream()->heard.length > sizeof(body));
        assert_string_equal(found, "body unseen 1 oversize");
        reply("Content-Type: text/plain\r\n", framing, PHONE);
        expect(passed, "[PHONE_1]");
        fake_rst(fake_upstream());
        fake_run();
    }
}

static void an_allow_that_observes_counts_and_changes_nothing(void **state)
{
    struct scene *scene = *state;
    post(scene->browser, "counted.example", JSON_TYPE, BY_LENGTH, "{\"a\":\"" IBAN "\",\"b\":\"" CARD "\"}");
    expect(fake_upstream(), "{\"a\":\"" IBAN "\",\"b\":\"" CARD "\"}");
    assert_string_equal(found, "iban would_deny 1 a; card would_redact 1 b");
    reply(JSON_TYPE, BY_LENGTH, "{\"a\":\"" IBAN "\"}");
    expect(scene->browser, IBAN);
    struct fake_peer *broken = come(scene);
    post(broken, "counted.example", JSON_TYPE, BY_LENGTH, "{\"cut");
    expect(fake_upstream(), "{\"cut");
    assert_string_equal(found, "body unseen 1 unreadable");
}

/* A body that is held can be said only once. */
static void a_stale_connection_gets_a_looked_into_body_as_a_whole_or_not_at_all(void **state)
{
    struct scene *scene = *state;
    post(scene->browser, "shop.example", JSON_TYPE, BY_LENGTH, "{\"a\":\"" CARD "\"}");
    struct fake_peer *first = fake_upstream();
    reply(JSON_TYPE, BY_LENGTH, "{}");
    fake_forget(scene->browser);
    struct buffer out = post_of("shop.example", JSON_TYPE, BY_LENGTH, "{\"b\":\"" CARD "\"}");
    fake_send_bytes(scene->browser, buffer_text(&out));
    fake_run();
    buffer_clear(&out);
    fake_fin(first); /* as the request was on its way */
    fake_run();
    if (fake_upstream() == first)
        expect(scene->browser, "HTTP/1.1 502");
    else
        expect(fake_upstream(), "{\"b\":\"[CARD_1]\"}");
}

/* --- answers ---------------------------------------------------------------------------------------------------------
 */

static void ask(struct fake_peer *client)
{
    post(client, "shop.example", JSON_TYPE, BY_LENGTH, "{\"note\":\"" CARD "\"}");
    assert_non_null(fake_upstream());
}

static void an_answer_is_held_until_its_last_byte_was_judged(void **state)
{
    struct scene *scene = *state;
    for (enum framing framing = BY_LENGTH; framing < FRAMING_COUNT; framing++) {
        struct buffer out = {0};
        fake_forget(scene->browser);
        ask(scene->browser);
        buffer_append_string(&out, "HTTP/1.1 200 OK\r\n" JSON_TYPE);
        append_framed(&out, framing, "{\"a\":\"" PHONE "\",\"b\":\"[CARD_1]\"}");
        for (size_t i = 0; i < out.length; i++) {
            assert_int_equal(scene->browser->heard.length, 0);
            fake_send_bytes(fake_upstream(), text_part(buffer_text(&out), i, 1));
            fake_run();
        }
        buffer_clear(&out);
        expect(scene->browser, "{\"a\":\"[PHONE_1]\",\"b\":\"" CARD "\"}");
    }
}

static void what_an_answer_may_not_hold_stays_here(void **state)
{
    static const char *const answers[] = {
        "HTTP/1.1 200 OK\r\n" JSON_TYPE "Content-Length: 35\r\n\r\n{\"a\":\"" IBAN "\"}",
        "HTTP/1.1 500 No\r\n" JSON_TYPE "Content-Length: 35\r\n\r\n{\"a\":\"" IBAN "\"}",
        "HTTP/1.1 200 OK\r\n" JSON_TYPE "Content-Length: 9\r\n\r\n" IBAN,
        "HTTP/1.1 200 OK\r\n" JSON_TYPE "Content-Encoding: gzip\r\nContent-Length: 27\r\n\r\n" IBAN,
        "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 27\r\n\r\n" IBAN,
        "HTTP/1.1 200 OK\r\n" JSON_TYPE "Content-Length: 5000\r\n\r\n\"" IBAN,
        "HTTP/1.1 206 Part\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-26/99\r\nContent-Length: "
        "27\r\n\r\n" IBAN,
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {\"a\":\"" IBAN "\"}\n\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"DE89 3704 0044 \"}}]}\n\n"
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"0532 0130 00\"}}]}\n\n"
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\" end\"}}]}\n\n",
    };
    struct scene *scene = *state;
    for (size_t i = 0; i < COUNT_OF(answers); i++)
        for (size_t piece = 1; piece < 10000; piece += 9998) {
            struct fake_peer *client = come(scene);
            ask(client);
            fake_upstream()->piece = piece;
            fake_send(fake_upstream(), answers[i]);
            fake_run();
            fake_fin(fake_upstream());
            fake_run();
            if (fake_heard(client, "3704") || (!fake_heard(client, "HTTP/1.1 502") && !client->gate_broke))
                fail_msg("answer %zu: %.*s", i, TEXT_ARG(buffer_text(&client->heard)));
            if (client->channel != NULL)
                fake_rst(client);
            fake_run();
        }
}

static void an_answer_for_which_there_is_no_memory_is_refused_for_now(void **state)
{
    struct scene *scene = *state;
    ask(scene->browser);
    fake_send(fake_upstream(), "HTTP/1.1 200 OK\r\n" JSON_TYPE "Content-Length: 9\r\n\r\n{\"a\"");
    fake_run();
    assert_int_equal(scene->browser->heard.length, 0);
    fake.has_no_memory = true;
    fake_send(fake_upstream(), ":\"b\"}");
    fake_run();
    fake.has_no_memory = false;
    expect(scene->browser, "HTTP/1.1 503");
    expect(scene->browser, "reason: memory");
    expect(scene->browser, "Retry-After: 1");
}

static void an_answer_that_breaks_off_while_it_is_held_is_none(void **state)
{
    struct scene *scene = *state;
    for (int ending = 0; ending < 3; ending++) {
        struct fake_peer *client = come(scene);
        ask(client);
        fake_send(fake_upstream(), "HTTP/1.1 200 OK\r\n" JSON_TYPE "Content-Length: 99\r\n\r\n{\"a\":\"half");
        fake_run();
        assert_int_equal(client->heard.length, 0);
        if (ending == 0)
            fake_fin(fake_upstream());
        else if (ending == 1)
            fake_rst(fake_upstream());
        else
            fake_pass(31000);
        fake_run();
        assert_false(fake_heard(client, "half"));
        expect(client, ending == 2 ? "HTTP/1.1 504" : "HTTP/1.1 502");
        fake_rst(client);
        fake_run();
    }
}

static void events_go_on_with_values_put_back_wherever_they_are_split(void **state)
{
    static const char events[] = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"call +49 30 9\"}}]}\n\n"
                                 "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"01820, pay [CA\"}}]}\n\n"
                                 "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"RD_1] end\"}}]}\n\n"
                                 "data: [DONE]\n\n";
    struct scene *scene = *state;
    for (size_t piece = 1; piece < 60; piece += 29) {
        struct fake_peer *client = come(scene);
        ask(client);
        fake_upstream()->piece = piece;
        fake_send(fake_upstream(), "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
        fake_send(fake_upstream(), events);
        fake_run();
        fake_fin(fake_upstream());
        fake_run();
        expect(client, CARD " end");
        expect(client, "[PHONE_1], pay ");
        assert_false(fake_heard(client, "901820") || fake_heard(client, "01820"));
        expect(client, "[DONE]");
        if (client->channel != NULL)
            fake_rst(client);
        fake_run();
    }
}

/* Between two of them, and while a text is held back. */
static void who_goes_away_or_takes_nothing_while_events_pass_leaves_nothing_behind(void **state)
{
    struct scene *scene = *state;
    for (int way = 0; way < 3; way++) {
        struct fake_peer *client = come(scene);
        ask(client);
        struct fake_peer *shop = fake_upstream();
        client->room = way == 2 ? 0 : client->room;
        say(shop, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
                  "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"pay [CARD\"}}]}\n\n");
        if (way == 0)
            fake_rst(client);
        else if (way == 1)
            fake_rst(shop);
        else
            fake_pass(31000);
        fake_run();
        assert_false(fake_heard(client, "[CARD"));
        assert_null(shop->channel);
    }
}

/* --- calls that are answered here ------------------------------------------------------------------------------------
 */

static void call(struct fake_peer *client, const char *content, bool streams)
{
    struct buffer body = {0};
    struct buffer out = {0};
    buffer_printf(
        &body, "{\"model\":\"m\",\"stream\":%s,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}",
        streams ? "true" : "false", content);
    buffer_printf(
        &out,
        "POST http://api.openai.com/v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\n" JSON_TYPE
        "Content-Length: %zu\r\n\r\n%.*s",
        body.length, TEXT_ARG(buffer_text(&body)));
    fake_send_bytes(client, buffer_text(&out));
    fake_run();
    buffer_clear(&out);
    buffer_clear(&body);
}

static void a_call_goes_to_each_endpoint_with_words_in_place_of_values(void **state)
{
    struct scene *scene = *state;
    call(scene->browser, CARD, false);
    expect(fake_upstream(), "[CARD_1]");
    reply(
        JSON_TYPE, BY_LENGTH,
        "{\"model\":\"mm\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"[CARD_1] or "
        "" PHONE "\"},\"finish_reason\":\"stop\"}]}");
    expect(scene->browser, CARD " or [PHONE_1]");
    fake_forget(scene->browser);
    call(scene->browser, CARD, true);
    say(fake_upstream(),
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
        "data: {\"model\":\"mm\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"[CAR\"}}]}\n\n"
        "data: {\"model\":\"mm\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"D_1] it is\"}}]}\n\n"
        "data: [DONE]\n\n");
    fake_fin(fake_upstream());
    fake_run();
    expect(scene->browser, CARD " it is");
    assert_false(fake_heard(scene->browser, "[CAR"));
    struct fake_peer *second = come(scene);
    call(second, CARD, false);
    say(fake_upstream(), "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
    expect(second, "HTTP/1.1 200"); /* the canned text */
}

static void a_call_that_holds_what_the_rule_denies_gets_to_no_endpoint(void **state)
{
    struct scene *scene = *state;
    call(scene->browser, IBAN, false);
    expect(scene->browser, "HTTP/1.1 403");
    struct fake_peer *second = come(scene);
    call(second, "\\ud800 cut \\", false);
    expect(second, "HTTP/1.1 400");
    assert_int_equal(upstreams(), 0);
}

/* --- all of it -------------------------------------------------------------------------------------------------------
 */

static void a_client_that_goes_away_is_noticed_in_each_step_of_a_looked_into_request(void **state)
{
    struct scene *scene = *state;
    struct fake_peer *client = come(scene);
    fake.manners.records = AUDIT_WAITS;
    post(client, "shop.example", JSON_TYPE, BY_LENGTH, "{\"a\":\"" CARD "\"}");
    assert_int_equal(fake_undecided(), 1);
    fake_rst(client);
    fake_run();
    client = come(scene);
    post(client, "shop.example", JSON_TYPE, BY_LENGTH, "{\"a\":\"" CARD "\"}");
    fake_settle(false);
    fake_run();
    expect(client, "HTTP/1.1 503");
    fake.manners.records = AUDIT_RECORDED;
    fake.manners.answers_names = false;
    client = come(scene);
    post(client, "shop.example", JSON_TYPE, BY_LENGTH, "{\"a\":\"" CARD "\"}");
    fake_rst(client);
    fake_run();
    fake.manners.answers_names = true;
    fake.manners.connects = false;
    client = come(scene);
    post(client, "shop.example", JSON_TYPE, BY_LENGTH, "{\"a\":\"" CARD "\"}");
    fake_rst(client);
    fake_run();
    client = come(scene);
    post(client, "shop.example", JSON_TYPE, BY_LENGTH, "{\"a\":\"" CARD "\"}");
    fake_connect(false);
    fake_run();
    expect(client, "HTTP/1.1 502");
    fake.manners.connects = true;
    client = come(scene);
    ask(client);
    say(fake_upstream(), "HTTP/1.1 200 OK\r\n" JSON_TYPE "Content-Length: 99\r\n\r\n{");
    fake_rst(client);
    fake_run();
    assert_null(fake_upstream()->channel);
}

static void every_edge_that_a_looked_into_request_can_take_was_walked(void **state)
{
    (void)state;
    static const char *const edges[] = {
        "exchange judge read_body", "exchange read_body commit", "exchange read_body done", "exchange commit resolve",
        "exchange commit answer",   "exchange commit done",      "exchange resolve dial",   "exchange resolve pass",
        "exchange resolve done",    "exchange dial pass",        "exchange dial answer",    "exchange dial done",
        "exchange pass answer",     "exchange pass done",        "exchange answer done",
    };
    for (size_t i = 0; i < COUNT_OF(edges); i++)
        if (!fake_took(edges[i]))
            fail_msg("nobody walked: %s", edges[i]);
}

#define WALK(function) cmocka_unit_test_setup_teardown(function, begin, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WALK(nothing_is_asked_for_before_the_last_byte_of_a_body_was_judged),
        WALK(a_body_of_which_a_byte_is_missing_is_asked_for_nowhere),
        WALK(a_client_that_has_ended_its_side_behind_its_body_is_answered),
        WALK(what_may_not_leave_or_cannot_be_read_is_refused_and_nobody_is_asked),
        WALK(what_stands_in_the_target_is_judged_before_the_body_is_read),
        WALK(a_type_that_may_pass_unseen_does),
        WALK(a_larger_body_is_refused_or_passes_unseen_as_the_rule_says),
        WALK(an_allow_that_observes_counts_and_changes_nothing),
        WALK(a_stale_connection_gets_a_looked_into_body_as_a_whole_or_not_at_all),
        WALK(an_answer_is_held_until_its_last_byte_was_judged),
        WALK(what_an_answer_may_not_hold_stays_here),
        WALK(an_answer_for_which_there_is_no_memory_is_refused_for_now),
        WALK(an_answer_that_breaks_off_while_it_is_held_is_none),
        WALK(events_go_on_with_values_put_back_wherever_they_are_split),
        WALK(who_goes_away_or_takes_nothing_while_events_pass_leaves_nothing_behind),
        WALK(a_call_goes_to_each_endpoint_with_words_in_place_of_values),
        WALK(a_call_that_holds_what_the_rule_denies_gets_to_no_endpoint),
        WALK(a_client_that_goes_away_is_noticed_in_each_step_of_a_looked_into_request),
        cmocka_unit_test(every_edge_that_a_looked_into_request_can_take_was_walked),
    };
    return cmocka_run_group_tests(tests, set_up_once, tear_down_once);
}
