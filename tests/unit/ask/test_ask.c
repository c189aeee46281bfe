/* SPDX-License-Identifier: Apache-2.0 */
/* From a head to the request that is judged: each form of a target in each place, and what does not agree with itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/ask.h"
#include "exeat/base/memory.h"

static const struct http_limits limits = {.head = 8192, .fields = 50};
static const struct ask_place plain = {.via = TEXT_INIT("exeat-1")};
static const struct ask_place turned = {.turned_port = 8080, .via = TEXT_INIT("exeat-1")};
static struct binding opened = {.scheme = SCHEME_HTTPS, .port = 443};
static const struct ask_place inside = {.binding = &opened, .via = TEXT_INIT("exeat-1")};

static int open_shop(void **state)
{
    static const struct host shop = {.kind = HOST_NAME, .length = 12, .text = "shop.example"};
    (void)state;
    opened.host = host_shorten(&shop);
    return 0;
}

static int close_shop(void **state)
{
    (void)state;
    base_free(opened.host);
    return 0;
}

struct told {
    struct message_head head;
    struct ask ask;
    struct detail detail;
    enum reason reason;
};

static void ask_so(struct told *told, const struct ask_place *place, const char *bytes)
{
    size_t used;
    struct fault fault;
    memset(told, 0, sizeof(*told));
    struct http_head parsed = {.message = &told->head};
    assert_int_equal(http_request_parse(text_from(bytes), &limits, &parsed, &used, &fault), PARSE_DONE);
    told->ask.head = &told->head;
    told->reason = ask_read(&told->ask, place, &told->detail);
}

static void done(struct told *told)
{
    buffer_clear(&told->ask.kept);
}

static void is_refused(const struct ask_place *place, const char *bytes, enum reason reason, const char *why)
{
    struct told told;
    ask_so(&told, place, bytes);
    if (told.reason != reason || strstr(told.detail.text, why) == NULL)
        fail_msg("%s: %s (%s)", bytes, reason_row(told.reason)->code, told.detail.text);
    done(&told);
}

static void
asks_for(const struct ask_place *place, const char *bytes, enum scheme scheme, const char *host, uint16_t port)
{
    struct told told;
    ask_so(&told, place, bytes);
    if (told.reason != REASON_NONE)
        fail_msg("%s: %s (%s)", bytes, reason_row(told.reason)->code, told.detail.text);
    assert_int_equal(told.ask.request.scheme, scheme);
    assert_string_equal(told.ask.request.host.text, host);
    assert_int_equal(told.ask.request.port, port);
    done(&told);
}

static void each_form_of_a_target_names_one_host_and_one_port(void **state)
{
    (void)state;
    asks_for(
        &plain, "CONNECT Shop.example:443 HTTP/1.1\r\nHost: shop.example\r\n\r\n", SCHEME_HTTPS, "shop.example", 443);
    asks_for(&plain, "CONNECT shop.example:444 HTTP/1.0\r\n\r\n", SCHEME_HTTPS, "shop.example", 444);
    asks_for(
        &plain, "GET http://shop.example/a HTTP/1.1\r\nHost: other.example\r\n\r\n", SCHEME_HTTP, "shop.example", 80);
    asks_for(&plain, "GET /a HTTP/1.1\r\nHost: shop.example:81\r\n\r\n", SCHEME_HTTP, "shop.example", 81);
    asks_for(&inside, "GET /a HTTP/1.1\r\nHost: shop.example\r\n\r\n", SCHEME_HTTPS, "shop.example", 443);
    asks_for(
        &inside, "GET https://shop.example/ HTTP/1.1\r\nHost: shop.example\r\n\r\n", SCHEME_HTTPS, "shop.example", 443);
}

static void who_meant_another_port_means_that_one(void **state)
{
    (void)state;
    asks_for(&turned, "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n", SCHEME_HTTP, "shop.example", 8080);
    asks_for(&turned, "GET / HTTP/1.1\r\nHost: shop.example:8080\r\n\r\n", SCHEME_HTTP, "shop.example", 8080);
    is_refused(&turned, "GET / HTTP/1.1\r\nHost: shop.example:81\r\n\r\n", REASON_MISDIRECTED, "port 81 is named");
    is_refused(
        &turned, "CONNECT a.example:1 HTTP/1.1\r\nHost: a.example\r\n\r\n", REASON_METHOD_UNSUPPORTED, "another");
}

static void what_does_not_agree_with_itself_is_refused(void **state)
{
    (void)state;
    is_refused(
        &plain, "CONNECT a.example:443 HTTP/1.1\r\nHost: b.example\r\n\r\n", REASON_BAD_TARGET, "Host is another");
    is_refused(
        &plain, "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:80\r\n\r\n", REASON_BAD_TARGET, "Host is another");
    is_refused(&plain, "CONNECT a.example:443 HTTP/1.1\r\nHost: a b\r\n\r\n", REASON_BAD_TARGET, "Host: ");
    is_refused(&plain, "GET http://a.example/ HTTP/1.1\r\nHost: a b\r\n\r\n", REASON_BAD_TARGET, "Host: ");
    is_refused(&plain, "GET https://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n", REASON_BAD_TARGET, "use CONNECT");
    is_refused(
        &inside, "GET http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\n\r\n", REASON_BAD_TARGET, "within TLS");
}

static void inside_an_opened_connection_only_its_host_is_asked(void **state)
{
    (void)state;
    is_refused(
        &inside, "GET / HTTP/1.1\r\nHost: b.example\r\n\r\n", REASON_MISDIRECTED, "Host is not shop.example:443");
    is_refused(&inside, "GET / HTTP/1.1\r\nHost: shop.example:444\r\n\r\n", REASON_MISDIRECTED, "Host is not");
    is_refused(
        &inside, "GET https://b.example/ HTTP/1.1\r\nHost: shop.example\r\n\r\n", REASON_MISDIRECTED,
        "the target is not");
    is_refused(
        &inside, "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n", REASON_METHOD_UNSUPPORTED, "within");
}

static void the_path_that_is_judged_is_the_canonical_one(void **state)
{
    (void)state;
    struct told told;
    ask_so(&told, &plain, "GET /a/../%62?q=1 HTTP/1.1\r\nHost: a.example\r\n\r\n");
    assert_int_equal(told.reason, REASON_NONE);
    assert_true(text_equal(told.ask.request.path, TEXT("/b")));
    assert_true(text_equal(told.ask.request.query, TEXT("q=1")));
    assert_false(told.ask.request.path_was_canonical);
    done(&told);
    is_refused(&plain, "GET /a%00 HTTP/1.1\r\nHost: a.example\r\n\r\n", REASON_BAD_PATH, "");
}

static void a_request_that_goes_in_a_circle_or_ends_here_is_refused(void **state)
{
    (void)state;
    is_refused(&plain, "GET / HTTP/1.1\r\nHost: a.example\r\nVia: 1.1 x, 1.1 exeat-1\r\n\r\n", REASON_LOOP, "Via");
    asks_for(&plain, "GET / HTTP/1.1\r\nHost: a.example\r\nVia: 1.1 exeat-2\r\n\r\n", SCHEME_HTTP, "a.example", 80);
    is_refused(
        &plain, "OPTIONS / HTTP/1.1\r\nHost: a.example\r\nMax-Forwards: 0\r\n\r\n", REASON_METHOD_UNSUPPORTED, "is 0");
    asks_for(&plain, "OPTIONS / HTTP/1.1\r\nHost: a.example\r\nMax-Forwards: 1\r\n\r\n", SCHEME_HTTP, "a.example", 80);
}

static void of_what_is_no_head_is_told_what_can_be_read(void **state)
{
    (void)state;
    struct told told = {.reason = REASON_NONE};
    told.ask.head = &told.head;
    ask_glimpse(&told.ask, &plain, TEXT("GET http://shop.example:81/a?b HTTP/1.1\r\nbroken"));
    assert_string_equal(told.ask.request.host.text, "shop.example");
    assert_int_equal(told.ask.request.port, 81);
    assert_true(text_equal(told.ask.head->target.path, TEXT("/a")));
    ask_glimpse(&told.ask, &inside, TEXT("GET http://other.example/ HTTP/1.1\r\nbroken"));
    assert_string_equal(told.ask.request.host.text, "shop.example");
    assert_int_equal(told.ask.request.port, 443);
    ask_glimpse(&told.ask, &plain, TEXT("\x16\x03\x01 no HTTP"));
    assert_int_equal(told.ask.request.host.length, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_of_a_target_names_one_host_and_one_port),
        cmocka_unit_test(who_meant_another_port_means_that_one),
        cmocka_unit_test(what_does_not_agree_with_itself_is_refused),
        cmocka_unit_test(inside_an_opened_connection_only_its_host_is_asked),
        cmocka_unit_test(the_path_that_is_judged_is_the_canonical_one),
        cmocka_unit_test(a_request_that_goes_in_a_circle_or_ends_here_is_refused),
        cmocka_unit_test(of_what_is_no_head_is_told_what_can_be_read),
    };
    return cmocka_run_group_tests(tests, open_shop, close_shop);
}
