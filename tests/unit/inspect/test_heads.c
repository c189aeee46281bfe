/* SPDX-License-Identifier: Apache-2.0 */
/* What of a request's head goes on is looked into as its body is; and what of it is recorded. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "rule.h"

#include <stdio.h>
#include <string.h>

static struct message_head head;

static enum inspect_says look(struct rule *rule, const char *path, const char *query, struct buffer *changed)
{
    head.target.path = text_from(path);
    head.target.query = text_from(query);
    rule_again(rule);
    return inspect_head(rule->inspected, &head, changed, NULL);
}

static enum inspect_says look_at_field(struct rule *rule, const char *name, const char *value)
{
    struct buffer changed = {0};
    head.field_count = 1;
    head.fields[0] = (struct field){text_from(name), text_from(value)};
    enum inspect_says says = look(rule, "/", "", &changed);
    head.field_count = 0;
    buffer_clear(&changed);
    return says;
}

static void assert_shows(struct rule *rule, const char *path, const char *query)
{
    struct text shown_path = head.target.path;
    struct text shown_query = head.target.query;
    struct text shown_method = head.method;
    inspected_show(rule->inspected, &shown_method, &shown_path, &shown_query);
    assert_int_equal(shown_path.length, strlen(path));
    assert_memory_equal(shown_path.data, path, shown_path.length);
    assert_int_equal(shown_query.length, strlen(query));
    assert_memory_equal(shown_query.data, query, shown_query.length);
}

static void a_method_of_the_callers_own_is_looked_into_and_shown_as_a_star(void **state)
{
    (void)state;
    static const struct {
        const char *method;
        bool holds;
    } methods[] = {{"X4111111111111111", true},     {"4111-1111-1111-1111", true},
                   {"card.4111111111111111", true}, {"GET", false},
                   {"VERSION-CONTROL", false},      {"X-12345", false}};
    struct rule denies = rule_make("{ deny: [card] }");
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        struct buffer changed = {0};
        struct text path = TEXT("/"), query = TEXT("");
        head.method = text_from(methods[i].method);
        struct text method = head.method;
        assert_int_equal(look(&denies, "/", "", &changed), methods[i].holds ? INSPECT_DENIED : INSPECT_PASSES);
        inspected_show(denies.inspected, &method, &path, &query);
        assert_true(text_equal(method, methods[i].holds ? TEXT("*") : head.method));
        buffer_clear(&changed);
    }
    head.method = TEXT("");
    rule_free(&denies);
}

/* All that is sent to the host of a field, whichever it is and however it spells it. */
static void a_field_is_looked_into_whatever_part_and_spelling(void **state)
{
    (void)state;
    static const char *const fields[][2] = {
        {"Cookie", "a=b; card=4111111111111111"},
        {"X-Note", "%4111111111111111"},
        {"X-Note", "%34111111111111111"},
        {"Cookie", "4111111111111111"},
        {"Cookie", "a=b; 4111111111111111"},
        {"Cookie", "4111111111111111=x"},
        {"Cookie", "c=%7B%22pay%22%3A%224111%201111%201111%201111%22%7D"},
        {"Cookie", "c=NDExMTExMTExMTExMTExMQ=="},
        {"X-4111111111111111", "1"},
        {"X-4111-1111-1111-1111", "1"},
        {"4111111111111111", "1"},
        {"X-Note", "4111 1111 1111 1111"},
        {"X-Note", "NDExMTExMTExMTExMTExMQ=="},
        {"X-Note", "{\"pay\":{\"number\":\"4111\\u00201111 1111 1111\"}}"},
        {"X-Note", "[\"a\",4111111111111111]"},
        {"X-Note", "data:text/plain;base64,NDExMTExMTExMTExMTExMQ=="},
        {"X-Note", "4111%201111%201111%201111"},
        {"X-Note", "M\xfcller 4111111111111111"},
        {"Authorization", "Basic YW5uYTo0MTExMTExMTExMTExMTEx"}, /* anna:4111111111111111 */
        {"Sec-WebSocket-Key", "NDExMTExMTExMTExMTExMQ=="},
        {"User-Agent", "shop/1.0 (4111111111111111)"},
        {"Expect", "4111111111111111"},
        {"Expect", "100-continue, x=\"4111 1111 1111 1111\""},
    };
    struct rule denies = rule_make("{ deny: [card] }");
    struct rule redacts = rule_make("{ redact: [card] }");
    struct rule observes = rule_observing("{ redact: [card] }");
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        assert_int_equal(look_at_field(&denies, fields[i][0], fields[i][1]), INSPECT_DENIED);
        assert_int_equal(look_at_field(&redacts, fields[i][0], fields[i][1]), INSPECT_UNCHANGEABLE);
        assert_int_equal(look_at_field(&observes, fields[i][0], fields[i][1]), INSPECT_PASSES);
    }
    rule_free(&denies);
    rule_free(&redacts);
    rule_free(&observes);
}

static void what_is_innocent_in_a_field_goes_on(void **state)
{
    (void)state;
    static const char *const fields[][2] = {
        {"Cookie", "a=b; c; =d"},
        {"Authorization", "Bearer abcdef0123456789abcdef0123456789"},
        {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
        {"Sec-WebSocket-Key", "x3JJHMbDL1EzLkh9GBhXDw=="},
        {"X-Name", "M\xfcller \x81"},
        {"X-Empty", ""},
    };
    struct rule rule = rule_make("{ deny: [secret, payment, personal] }");
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        assert_int_equal(look_at_field(&rule, fields[i][0], fields[i][1]), INSPECT_PASSES);
    rule_free(&rule);
}

static void a_field_that_has_a_value_for_its_name_does_not_tell_it(void **state)
{
    (void)state;
    struct rule rule = rule_make("{ deny: [card] }");
    assert_int_equal(look_at_field(&rule, "X-4111111111111111", "4111111111111111"), INSPECT_DENIED);
    rule_assert_found(&rule, "card deny 2 head.*");
    assert_int_equal(look_at_field(&rule, "X-Data", "{\"a\":[\"4111111111111111\"]}"), INSPECT_DENIED);
    rule_assert_found(&rule, "card deny 1 head.x-data.a[0]");
    rule_free(&rule);
}

static void a_secret_has_its_place_in_a_field_that_is_made_for_it_however_it_is_spelled(void **state)
{
    (void)state;
    struct rule rule = rule_make("{ deny: [session_token] }");
    assert_int_equal(look_at_field(&rule, "Authorization", "Bearer 1234567890abcdefABCDEF"), INSPECT_PASSES);
    assert_int_equal(look_at_field(&rule, "X-Note", "Bearer 1234567890abcdefABCDEF"), INSPECT_DENIED);
    rule_free(&rule);
}

/* Whatever becomes of it: also what is only counted, and what is only observed. */
static void what_is_found_in_a_url_is_not_recorded(void **state)
{
    (void)state;
    static const char *const inspects[] = {"{ flag: [email] }", "{ redact: [email] }", "{ deny: [email] }"};
    struct buffer changed = {0};
    for (size_t i = 0; i < 6; i++) {
        struct rule rule = i < 3 ? rule_make(inspects[i]) : rule_observing(inspects[i - 3]);
        buffer_empty(&changed);
        (void)look(&rule, "/customers/anna%40shop.example/orders", "", &changed);
        assert_shows(&rule, "/customers/*/orders", "");
        rule_free(&rule);
    }
    buffer_clear(&changed);
}

static void of_a_query_only_what_was_found_is_left_out(void **state)
{
    (void)state;
    struct buffer changed = {0};
    struct rule rule = rule_make("{ flag: [email], redact: [card] }");
    assert_int_equal(look(&rule, "/find", "mail=anna%40shop.example&page=2", &changed), INSPECT_PASSES);
    assert_shows(&rule, "/find", "mail=*&page=2");
    assert_int_equal(
        look(&rule, "/find", "mail=anna%40shop.example&pay=4111111111111111&page=2", &changed), INSPECT_CHANGED);
    assert_true(text_equal(buffer_text(&changed), TEXT("mail=anna%40shop.example&pay=%5BCARD_1%5D&page=2")));
    assert_shows(&rule, "/find", "mail=*&pay=%5BCARD_1%5D&page=2");
    buffer_empty(&changed);
    assert_int_equal(look(&rule, "/find", "anna%40shop.example=1&page=2", &changed), INSPECT_PASSES);
    assert_shows(&rule, "/find", "*");
    rule_free(&rule);
    rule = rule_make("{ deny: [email] }");
    buffer_empty(&changed);
    assert_int_equal(look(&rule, "/find", "q=%7B%22mail%22%3A%22anna%40shop.example%22%7D", &changed), INSPECT_DENIED);
    assert_int_equal(changed.length, 0);
    assert_shows(&rule, "/find", "q=%7B%22mail%22%3A%22*%22%7D");
    buffer_clear(&changed);
    rule_free(&rule);
}

static void a_url_in_which_nothing_is_found_is_recorded_as_it_came(void **state)
{
    (void)state;
    struct buffer changed = {0};
    struct rule rule = rule_make("{ redact: [email, card] }");
    assert_int_equal(look(&rule, "/find/%7Ea//b", "page=2&x=%20+&y", &changed), INSPECT_PASSES);
    assert_shows(&rule, "/find/%7Ea//b", "page=2&x=%20+&y");
    assert_int_equal(changed.length, 0);
    buffer_clear(&changed);
    rule_free(&rule);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_method_of_the_callers_own_is_looked_into_and_shown_as_a_star),
        cmocka_unit_test(a_field_is_looked_into_whatever_part_and_spelling),
        cmocka_unit_test(what_is_innocent_in_a_field_goes_on),
        cmocka_unit_test(a_field_that_has_a_value_for_its_name_does_not_tell_it),
        cmocka_unit_test(a_secret_has_its_place_in_a_field_that_is_made_for_it_however_it_is_spelled),
        cmocka_unit_test(what_is_found_in_a_url_is_not_recorded),
        cmocka_unit_test(of_a_query_only_what_was_found_is_left_out),
        cmocka_unit_test(a_url_in_which_nothing_is_found_is_recorded_as_it_came),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
