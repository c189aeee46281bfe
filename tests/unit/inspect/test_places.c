/* SPDX-License-Identifier: Apache-2.0 */
/* Where something was found is told without what was found: names are foreign too. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "rule.h"

#include <stdio.h>
#include <string.h>

#define SECRETS "secret, payment, email, customer"

/* No part of it is what somebody could use. */
static const char *const values[] = {
    "AKIAQ7XJ3KDHNBVCZ2LM",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "xoxb-263594206564-FGqddMF8t08v8N7Oq4i57vs1",
    "4111111111111111",
    "4111 1111 1111 1111",
    "NL91ABNA0417164300",
    "anna@shop.example",
    "KD-123456",
};
enum { VALUES = sizeof(values) / sizeof(values[0]) };

static void assert_untold(const struct rule *rule, const char *value, const struct detail *detail)
{
    struct buffer told = {0};
    inspected_tell_request(rule->inspected, &told);
    buffer_append_string(&told, detail->text);
    buffer_append_byte(&told, '\0');
    assert_null(strstr(told.data, value));
    assert_true(told.length > 1);
    buffer_clear(&told);
}

/* A tilde stands for the value. */
static void write_form(const char *form, const char *value, struct buffer *out)
{
    for (; *form != '\0'; form++)
        if (*form == '~')
            buffer_append_string(out, value);
        else
            buffer_append_byte(out, *form);
}

static void assert_hides(const char *inspect, const struct body_label *label, const char *form)
{
    for (size_t i = 0; i < VALUES; i++) {
        struct rule rule = rule_make(inspect);
        struct buffer body = {0};
        struct detail detail = {0};
        write_form(form, values[i], &body);
        assert_int_not_equal(inspect_body(rule.inspected, label, &body, &detail), INSPECT_UNREADABLE);
        assert_untold(&rule, values[i], &detail);
        buffer_clear(&body);
        rule_free(&rule);
    }
}

static struct body_label labelled(const char *type)
{
    struct body_label label = {0};
    body_label_field(&label, TEXT("Content-Type"), text_from(type));
    assert_int_equal(body_label_end(&label), BODY_FINE);
    return label;
}

static void assert_hidden_everywhere(const char *type, const char *form)
{
    static const char *const actions[] = {
        "{ deny: [" SECRETS "] }", "{ redact: [" SECRETS "] }", "{ flag: [" SECRETS "] }"};
    const struct body_label label = labelled(type);
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
        assert_hides(actions[i], &label, form);
}

static void a_value_that_is_a_name_is_not_told_by_its_place(void **state)
{
    (void)state;
    assert_hidden_everywhere("application/json", "{\"~\":1}");
    assert_hidden_everywhere("application/json", "{\"a\":[{\"~\":{\"b\":\"~\"}}]}");
    assert_hidden_everywhere("application/x-www-form-urlencoded", "~=~");
    assert_hidden_everywhere(
        "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"~\"\r\n\r\n~\r\n--x--\r\n");
    assert_hidden_everywhere("text/csv", "id,~\n1,~\n");
    assert_hidden_everywhere("text/plain", "{\"x\":{\"~\":\"~\"}}");
}

/* XML has no blanks and brackets in names. */
static void nor_is_one_that_is_the_name_of_an_element_or_an_attribute(void **state)
{
    (void)state;
    struct rule rule = rule_make("{ deny: [secret] }");
    const struct body_label label = labelled("application/xml");
    struct buffer body = {0};
    struct detail detail = {0};
    buffer_append_string(
        &body, "<a><AKIAQ7XJ3KDHNBVCZ2LM "
               "AKIAQ7XJ3KDHNBVCZ2LM='AKIAQ7XJ3KDHNBVCZ2LM'>AKIAQ7XJ3KDHNBVCZ2LM</AKIAQ7XJ3KDHNBVCZ2LM></a>");
    assert_int_equal(inspect_body(rule.inspected, &label, &body, &detail), INSPECT_DENIED);
    assert_untold(&rule, "AKIAQ7XJ3KDHNBVCZ2LM", &detail);
    rule_assert_found(&rule, "cloud_key deny 2 a.*; cloud_key deny 2 a.*.*");
    buffer_clear(&body);
    rule_free(&rule);
}

/* A rule may look for addresses alone. */
static void nor_a_secret_that_stands_above_what_is_found_and_that_nobody_looks_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < VALUES; i++) {
        char json[200];
        struct rule rule = rule_make("{ flag: [email] }");
        struct buffer out = {0};
        (void)snprintf(json, sizeof(json), "{\"%s\":{\"mail\":\"a@x.example\"}}", values[i]);
        assert_int_equal(rule_json(&rule, json, &out), INSPECT_PASSES);
        assert_untold(&rule, values[i], &(struct detail){0});
        buffer_clear(&out);
        rule_free(&rule);
    }
}

static void names_as_programs_have_them_are_told(void **state)
{
    (void)state;
    static const char *const names[] = {
        "messages", "customer", "custom_attributes",           "addressLine1", "line2Text", "sha256", "x-b3-traceid",
        "utf8",     "$ref",     "billingAddressStreetLineOne", "street_1"};
    struct buffer out = {0};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char json[100];
        char expected[100];
        struct rule rule = rule_make("{ flag: [email] }");
        (void)snprintf(json, sizeof(json), "{\"%s\":[{\"mail\":\"a@x.example\"}]}", names[i]);
        (void)snprintf(expected, sizeof(expected), "email flag 1 %s[0].mail", names[i]);
        assert_int_equal(rule_json(&rule, json, &out), INSPECT_PASSES);
        rule_assert_found(&rule, expected);
        rule_free(&rule);
    }
    buffer_clear(&out);
}

/* Half a key is half a secret. */
static void a_place_that_is_too_long_is_cut_between_names(void **state)
{
    (void)state;
    struct rule rule = rule_make("{ flag: [email] }");
    struct buffer json = {0};
    struct buffer out = {0};
    for (size_t i = 0; i < 12; i++)
        buffer_append_string(&json, "{\"somethingRatherLong\":");
    buffer_append_string(&json, "\"a@x.example\"");
    for (size_t i = 0; i < 12; i++)
        buffer_append_byte(&json, '}');
    buffer_append_byte(&json, '\0');
    assert_int_equal(rule_json(&rule, json.data, &out), INSPECT_PASSES);
    rule_assert_found(
        &rule, "email flag 1 somethingRatherLong.somethingRatherLong.somethingRatherLong.somethingRatherLong."
               "somethingRatherLong.*");
    buffer_clear(&json);
    buffer_clear(&out);
    rule_free(&rule);
}

static void a_type_that_passes_unseen_is_told_as_types_are(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        const char *found;
    } cases[] = {
        {"image/png", "body unseen 1 image/png"},
        {"application/vnd.ms-excel", "body unseen 1 application/vnd.ms-excel"},
        {"application/akiaq7xj3kdhnbvcz2lm", "body unseen 1 application/*"},
        {"application/x-4111111111111111", "body unseen 1 application/*"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rule rule = rule_observing("{ flag: [email] }");
        const struct body_label label = labelled(cases[i].type);
        struct buffer body = {0};
        buffer_append_string(&body, "\x89PNG");
        assert_int_equal(inspect_body(rule.inspected, &label, &body, NULL), INSPECT_PASSES);
        rule_assert_found(&rule, cases[i].found);
        buffer_clear(&body);
        rule_free(&rule);
    }
}

static void what_is_only_observed_says_what_would_become_of_it(void **state)
{
    (void)state;
    struct rule rule = rule_observing("{ deny: [card], redact: [email], flag: [phone] }");
    struct buffer out = {0};
    static const char json[] =
        "{\"a\":\"4111 1111 1111 1111\",\"b\":\"a@x.example\",\"c\":\"+49 30 901820\",\"d@x.example\":1}";
    assert_int_equal(rule_json(&rule, json, &out), INSPECT_PASSES);
    assert_int_equal(out.length, strlen(json));
    rule_assert_found(&rule, "card would_deny 1 a; email would_redact 1 b; phone flag 1 c; email would_redact 1 *");
    buffer_clear(&out);
    rule_free(&rule);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_that_is_a_name_is_not_told_by_its_place),
        cmocka_unit_test(nor_is_one_that_is_the_name_of_an_element_or_an_attribute),
        cmocka_unit_test(nor_a_secret_that_stands_above_what_is_found_and_that_nobody_looks_for),
        cmocka_unit_test(names_as_programs_have_them_are_told),
        cmocka_unit_test(a_place_that_is_too_long_is_cut_between_names),
        cmocka_unit_test(a_type_that_passes_unseen_is_told_as_types_are),
        cmocka_unit_test(what_is_only_observed_says_what_would_become_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
