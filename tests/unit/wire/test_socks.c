/* SPDX-License-Identifier: Apache-2.0 */
/* What SOCKS clients say: whole, cut short, byte by byte and malformed; and what they are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exeat/wire/socks.h"

static void an_offer_is_read_for_the_two_ways_that_are_known(void **state)
{
    (void)state;
    static const struct {
        struct text input;
        bool has_nobody, has_user;
    } rows[] = {
        {TEXT_INIT("\5\1\0"), true, false},       {TEXT_INIT("\5\1\2"), false, true},
        {TEXT_INIT("\5\2\0\2"), true, true},      {TEXT_INIT("\5\3\0\1\2"), true, true},
        {TEXT_INIT("\5\2\1\3"), false, false},    {TEXT_INIT("\5\0"), false, false},
        {TEXT_INIT("\5\2\0\0\5\1"), true, false}, /* what follows is the next message's */
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct socks_offer offer;
        struct fault fault;
        size_t used = 0;
        assert_int_equal(socks_offer_parse(rows[i].input, &offer, &used, &fault), PARSE_DONE);
        assert_int_equal(used, 2 + (uint8_t)rows[i].input.data[1]);
        assert_int_equal(offer.has_nobody, rows[i].has_nobody);
        assert_int_equal(offer.has_user, rows[i].has_user);
    }
}

static void another_protocol_is_told_from_its_first_byte(void **state)
{
    (void)state;
    static const char *const firsts[] = {"\4", "\6", "G", "P", "\x16", "\xff", "\1"};
    struct socks_offer offer;
    struct fault fault;
    size_t used;
    for (size_t i = 0; i < COUNT_OF(firsts); i++) {
        assert_int_equal(socks_offer_parse((struct text){firsts[i], 1}, &offer, &used, &fault), PARSE_BAD);
        assert_int_equal(fault.reason, REASON_MALFORMED_HEAD);
        assert_true(fault.detail.text[0] != '\0');
    }
    assert_int_equal(socks_offer_parse(TEXT("\0"), &offer, &used, &fault), PARSE_BAD);
}

static void user_and_password_have_any_bytes_and_any_length(void **state)
{
    (void)state;
    struct socks_user user;
    struct fault fault;
    size_t used;
    assert_int_equal(socks_user_parse(TEXT("\1\3a:\0\2\xff ."), &user, &used, &fault), PARSE_DONE);
    assert_true(text_equal(user.name, TEXT("a:\0")));
    assert_true(text_equal(user.proof, TEXT("\xff ")));
    assert_int_equal(used, 8);
    assert_int_equal(socks_user_parse(TEXT("\1\0\0"), &user, &used, &fault), PARSE_DONE);
    assert_int_equal(user.name.length + user.proof.length, 0);
    assert_int_equal(socks_user_parse(TEXT("\5\1\0"), &user, &used, &fault), PARSE_BAD);
    assert_int_equal(fault.reason, REASON_MALFORMED_HEAD);
}

static void a_request_names_a_host_or_an_address(void **state)
{
    (void)state;
    static const struct {
        struct text input;
        const char *host;
        uint16_t port;
    } rows[] = {
        {TEXT_INIT("\5\1\0\3\14Shop.Example\1\xbb"), "shop.example", 443},
        {TEXT_INIT("\5\1\0\3\15shop.example.\0\x50"), "shop.example", 80},
        {TEXT_INIT("\5\1\0\3\011"
                   "192.0.2.1\0\1"),
         "192.0.2.1", 1},
        {TEXT_INIT("\5\1\0\1\300\0\2\1\xff\xff"), "192.0.2.1", 65535},
        {TEXT_INIT("\5\1\0\4\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1\0\x16"), "2001:db8::1", 22},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct socks_request request;
        struct fault fault;
        size_t used = 0;
        assert_int_equal(socks_request_parse(rows[i].input, &request, &used, &fault), PARSE_DONE);
        assert_string_equal(request.host.text, rows[i].host);
        assert_int_equal(request.port, rows[i].port);
        assert_int_equal(used, rows[i].input.length);
        assert_true(text_equal(request.method, TEXT("CONNECT")));
    }
}

static void a_request_that_is_none_says_what_the_client_is_told(void **state)
{
    (void)state;
    static const struct {
        struct text input;
        enum reason reason;
        enum socks_reply reply;
    } rows[] = {
        {TEXT_INIT("\4\1\0\3\1a\0\1"), REASON_MALFORMED_HEAD, SOCKS_FAILED},
        {TEXT_INIT("\5\1\1\3\1a\0\1"), REASON_MALFORMED_HEAD, SOCKS_FAILED},
        {TEXT_INIT("\5\1\0\0"), REASON_BAD_TARGET, SOCKS_ADDRESS_UNSUPPORTED},
        {TEXT_INIT("\5\1\0\2\1a\0\1"), REASON_BAD_TARGET, SOCKS_ADDRESS_UNSUPPORTED},
        {TEXT_INIT("\5\2\0\3\1a\0\1"), REASON_METHOD_UNSUPPORTED, SOCKS_COMMAND_UNSUPPORTED},
        {TEXT_INIT("\5\3\0\1\0\0\0\0\0\0"), REASON_METHOD_UNSUPPORTED, SOCKS_COMMAND_UNSUPPORTED},
        {TEXT_INIT("\5\xf0\0\3\1a\0\1"), REASON_METHOD_UNSUPPORTED, SOCKS_COMMAND_UNSUPPORTED},
        {TEXT_INIT("\5\0\0\3\1a\0\1"), REASON_METHOD_UNSUPPORTED, SOCKS_COMMAND_UNSUPPORTED},
        {TEXT_INIT("\5\1\0\3\1a\0\0"), REASON_BAD_TARGET, SOCKS_FAILED},
        {TEXT_INIT("\5\1\0\3\0\0\1"), REASON_BAD_TARGET, SOCKS_FAILED},
        {TEXT_INIT("\5\1\0\3\3a\0b\0\1"), REASON_BAD_TARGET, SOCKS_FAILED},
        {TEXT_INIT("\5\1\0\3\4a..b\0\1"), REASON_BAD_TARGET, SOCKS_FAILED},
        {TEXT_INIT("\5\1\0\3\3a b\0\1"), REASON_BAD_TARGET, SOCKS_FAILED},
        {TEXT_INIT("\5\1\0\3\3a@b\0\1"), REASON_BAD_TARGET, SOCKS_FAILED},
        {TEXT_INIT("\5\1\0\3\3a:1\0\1"), REASON_BAD_TARGET, SOCKS_FAILED},
        {TEXT_INIT("\5\1\0\3\3::1\0\1"), REASON_BAD_TARGET, SOCKS_FAILED},
        {TEXT_INIT("\5\1\0\3\5"
                   "127.1\0\1"),
         REASON_BAD_TARGET, SOCKS_FAILED},
        {TEXT_INIT("\5\1\0\3\3\xc3\xa4x\0\1"), REASON_BAD_TARGET, SOCKS_FAILED},
        {TEXT_INIT("\5\1\0\3\12[evil.com]\0\1"), REASON_BAD_TARGET, SOCKS_FAILED},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct socks_request request;
        struct fault fault = {0};
        size_t used;
        assert_int_equal(socks_request_parse(rows[i].input, &request, &used, &fault), PARSE_BAD);
        assert_int_equal(fault.reason, rows[i].reason);
        assert_int_equal(request.reply, rows[i].reply);
        assert_true(fault.detail.text[0] != '\0');
    }
}

static void what_is_refused_is_still_read_for_the_record(void **state)
{
    (void)state;
    struct socks_request request;
    struct fault fault;
    size_t used;
    assert_int_equal(socks_request_parse(TEXT("\5\2\0\3\1a\0\7"), &request, &used, &fault), PARSE_BAD);
    assert_string_equal(request.host.text, "a");
    assert_int_equal(request.port, 7);
    assert_true(text_equal(request.method, TEXT("BIND")));
    assert_int_equal(socks_request_parse(TEXT("\5\3\0\1\0\0\0\0\0\0"), &request, &used, &fault), PARSE_BAD);
    assert_true(text_equal(request.method, TEXT("UDP")));
}

/* However short, a message of which more may come is neither taken nor refused. */
static void nothing_is_said_of_what_is_not_whole(void **state)
{
    (void)state;
    static const struct text offer = TEXT_INIT("\5\2\0\2");
    static const struct text user = TEXT_INIT("\1\2ab\3cde");
    static const struct text requests[] = {
        TEXT_INIT("\5\1\0\3\1a\0\1"), TEXT_INIT("\5\1\0\1\1\2\3\4\0\1"), TEXT_INIT("\5\1\0\4abcdefghijklmnop\0\1"),
        TEXT_INIT("\5\2\0\3\2a!\0\0")};
    struct socks_offer offered;
    struct socks_user shown;
    struct socks_request asked;
    struct fault fault;
    size_t used;
    for (size_t i = 0; i < offer.length; i++)
        assert_int_equal(socks_offer_parse(text_part(offer, 0, i), &offered, &used, &fault), PARSE_NEED_MORE);
    for (size_t i = 0; i < user.length; i++)
        assert_int_equal(socks_user_parse(text_part(user, 0, i), &shown, &used, &fault), PARSE_NEED_MORE);
    for (size_t j = 0; j < COUNT_OF(requests); j++)
        for (size_t i = 0; i < requests[j].length; i++)
            assert_int_equal(socks_request_parse(text_part(requests[j], 0, i), &asked, &used, &fault), PARSE_NEED_MORE);
}

static void answers_are_as_the_rfc_writes_them(void **state)
{
    (void)state;
    uint8_t two[SOCKS_ANSWER_SIZE];
    uint8_t ten[SOCKS_REPLY_SIZE];
    socks_method_write(SOCKS_NO_METHOD, two);
    assert_memory_equal(two, "\5\xff", 2);
    socks_user_write(true, two);
    assert_memory_equal(two, "\1\0", 2);
    socks_user_write(false, two);
    assert_memory_equal(two, "\1\1", 2);
    socks_reply_write(SOCKS_NOT_ALLOWED, ten);
    assert_memory_equal(ten, "\5\2\0\1\0\0\0\0\0\0", 10);
}

static void each_way_to_fail_has_the_reply_that_the_rfc_has_for_it(void **state)
{
    static const struct {
        enum reason reason;
        enum socks_reply reply;
    } rows[] = {
        {REASON_NO_RULE, SOCKS_NOT_ALLOWED},
        {REASON_ADDRESS, SOCKS_NOT_ALLOWED},
        {REASON_LOOP, SOCKS_NOT_ALLOWED},
        {REASON_CREDENTIALS_NEEDED, SOCKS_NOT_ALLOWED},
        {REASON_LIMIT_CONCURRENT, SOCKS_NOT_ALLOWED},
        {REASON_NET_UNREACHABLE, SOCKS_NET_UNREACHABLE},
        {REASON_HOST_UNREACHABLE, SOCKS_HOST_UNREACHABLE},
        {REASON_DNS_FAILED, SOCKS_HOST_UNREACHABLE},
        {REASON_CONNECT_FAILED, SOCKS_REFUSED},
        {REASON_CONNECT_TIMEOUT, SOCKS_TTL_EXPIRED},
        {REASON_METHOD_UNSUPPORTED, SOCKS_COMMAND_UNSUPPORTED},
        {REASON_AUDIT_UNAVAILABLE, SOCKS_FAILED},
        {REASON_MALFORMED_HEAD, SOCKS_FAILED},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(socks_reply_of(rows[i].reason), rows[i].reply);
    for (int reason = 0; reason < REASON_COUNT; reason++) /* a refusal never reads as a success */
        assert_int_not_equal(socks_reply_of((enum reason)reason), SOCKS_SUCCEEDED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way_to_fail_has_the_reply_that_the_rfc_has_for_it),
        cmocka_unit_test(an_offer_is_read_for_the_two_ways_that_are_known),
        cmocka_unit_test(another_protocol_is_told_from_its_first_byte),
        cmocka_unit_test(user_and_password_have_any_bytes_and_any_length),
        cmocka_unit_test(a_request_names_a_host_or_an_address),
        cmocka_unit_test(a_request_that_is_none_says_what_the_client_is_told),
        cmocka_unit_test(what_is_refused_is_still_read_for_the_record),
        cmocka_unit_test(nothing_is_said_of_what_is_not_whole),
        cmocka_unit_test(answers_are_as_the_rfc_writes_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
