/* SPDX-License-Identifier: Apache-2.0 */
/* What is replaced in a request, and by what. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "rule.h"

#include <string.h>

static void assert_becomes(struct rule *rule, const char *body, const char *expected)
{
    struct buffer out = {0};
    enum inspect_says says = rule_json(rule, body, &out);
    assert_int_equal(says, strcmp(body, expected) == 0 ? INSPECT_PASSES : INSPECT_CHANGED);
    assert_int_equal(out.length, strlen(expected));
    assert_memory_equal(out.data, expected, out.length);
    buffer_clear(&out);
}

static void the_same_value_has_the_same_word_and_all_else_stays(void **state)
{
    (void)state;
    struct rule rule = rule_make("{ redact: [card, email, customer] }");
    assert_becomes(
        &rule,
        "{ \"a\" : \"4111 1111 1111 1111\",\"b\":[1.50,\"x@shop.example, KD-123456\", \"4111 1111 1111 1111\"] }",
        "{ \"a\" : \"[CARD_1]\",\"b\":[1.50,\"[EMAIL_1], [CUSTOMER_1]\", \"[CARD_1]\"] }");
    rule_assert_found(&rule, "card redact 1 a; email redact 1 b[1]; customer redact 1 b[1]; card redact 1 b[2]");
    rule_free(&rule);
}

static void a_value_is_known_by_what_names_it_and_by_what_it_is_part_of(void **state)
{
    (void)state;
    struct rule rule = rule_make("{ flag: [price] }");
    static const char cost[] = "{\"custom_attributes\":[{\"attribute_code\":\"cost\",\"value\":9.5}]}";
    assert_becomes(&rule, cost, cost);
    rule_assert_found(&rule, "price flag 1 custom_attributes[0].value");
    rule_again(&rule);
    static const char tier[] = "{\"tier_prices\":[{\"qty\":5,\"value\":9.5}]}";
    assert_becomes(&rule, tier, tier);
    rule_assert_found(&rule, "price flag 1 tier_prices[0].value");
    rule_free(&rule);
}

/* A metadata block of brotli with 4111 in it. */
static void bytes_that_no_decoder_shows_do_not_go_on(void **state)
{
    (void)state;
    struct rule rule = rule_make("{ deny: [card] }");
    struct body_label label = body_label_of(BODY_JSON);
    body_label_field(&label, TEXT("content-encoding"), TEXT("br"));
    struct buffer body = {0};
    buffer_append(
        &body, TEXT("\x6b\x0d\x00"
                    "4111\x10\x00\x08[1]\x03"));
    assert_int_equal(inspect_body(rule.inspected, &label, &body, NULL), INSPECT_CHANGED);
    assert_true(text_equal(buffer_text(&body), TEXT("[1]")));
    buffer_clear(&body);
    rule_free(&rule);
}

static void a_conversation_begins_the_same_on_its_next_turn(void **state)
{
    (void)state;
    struct rule rule = rule_make("{ redact: [email] }");
    assert_becomes(&rule, "[\"a@x.example\"]", "[\"[EMAIL_1]\"]");
    rule_again(&rule);
    assert_becomes(
        &rule, "[\"a@x.example\",\"b@x.example\",\"a@x.example\"]", "[\"[EMAIL_1]\",\"[EMAIL_2]\",\"[EMAIL_1]\"]");
    rule_free(&rule);
}

static void a_word_that_the_caller_wrote_is_never_given_to_a_value(void **state)
{
    (void)state;
    struct rule rule = rule_make("{ redact: [email] }");
    assert_becomes(
        &rule, "[\"[EMAIL_1] and [EMAIL_3]\",\"a@x.example\",\"b@x.example\"]",
        "[\"[EMAIL_1] and [EMAIL_3]\",\"[EMAIL_2]\",\"[EMAIL_4]\"]");
    rule_free(&rule);
}

static void what_cannot_be_changed_refuses_the_request(void **state)
{
    (void)state;
    struct buffer out = {0};
    struct rule rule = rule_make("{ redact: [card, email] }");
    assert_int_equal(rule_json(&rule, "{\"card_number\":4111111111111111}", &out), INSPECT_UNCHANGEABLE);
    assert_int_equal(rule_json(&rule, "{\"a@x.example\":1}", &out), INSPECT_UNCHANGEABLE);
    rule_assert_found(&rule, "card flag 1 card_number; email flag 1 *");
    buffer_clear(&out);
    rule_free(&rule);
}

static void of_two_words_about_one_kind_the_stricter_counts(void **state)
{
    (void)state;
    struct buffer out = {0};
    struct rule rule = rule_make("{ flag: [card], deny: [payment] }");
    assert_int_equal(rule_json(&rule, "[\"4111111111111111\"]", &out), INSPECT_DENIED);
    buffer_clear(&out);
    rule_free(&rule);
}

static void of_two_kinds_that_meet_the_one_counts_that_is_denied(void **state)
{
    (void)state;
    struct buffer out = {0};
    struct rule rule = rule_make("{ flag: [phone], deny: [customer], redact: [email] }");
    assert_int_equal(rule_json(&rule, "{\"mail\":\"KD-123456@shop.example\"}", &out), INSPECT_DENIED);
    buffer_clear(&out);
    rule_free(&rule);
}

static bool has(const struct buffer *buffer, const char *part)
{
    return memmem(buffer->data, buffer->length, part, strlen(part)) != NULL;
}

static void no_spelling_of_a_value_is_left(void **state)
{
    (void)state;
    struct buffer out = {0};
    struct rule rule = rule_make("{ redact: [card, email] }");
    enum inspect_says says = rule_json(
        &rule,
        "[\"4111\\u00201111 1111 1111\",\"a%40x.example\",\"NDExMTExMTExMTExMTExMQ==\","
        "\"{\\\"card\\\":\\\"4111 1111 1111 1111\\\"}\"]",
        &out);
    assert_int_equal(says, INSPECT_CHANGED);
    assert_false(has(&out, "1111"));
    assert_false(has(&out, "x.example"));
    assert_false(has(&out, "NDExMTEx"));
    assert_true(has(&out, "{\\\"card\\\":\\\"[CARD_"));
    buffer_clear(&out);
    rule_free(&rule);
}

static void a_value_of_which_there_is_no_fake_skips_no_number(void **state)
{
    (void)state;
    struct rule rule = rule_make("{ redact: [jwt, customer], format: preserve }");
    struct buffer out = {0};
    enum inspect_says says = rule_json(&rule, "[\"KD-123456\",\"KD-123457\",\"KD-123456 KD-123458\"]", &out);
    assert_int_equal(says, INSPECT_CHANGED);
    assert_true(
        text_equal(buffer_text(&out), TEXT("[\"[CUSTOMER_1]\",\"[CUSTOMER_2]\",\"[CUSTOMER_1] [CUSTOMER_3]\"]")));
    buffer_clear(&out);
    rule_free(&rule);
}

static void a_fake_has_the_shape_and_belongs_to_nobody(void **state)
{
    (void)state;
    struct rule rule = rule_make("{ redact: [card, email, iban, phone], format: preserve }");
    assert_becomes(
        &rule, "[\"4012-8888-8888-1881\",\"anna@shop.example\",\"mail customer1@example.com or bert@shop.example\"]",
        "[\"4111-1100-0000-0013\",\"customer2@example.com\",\"mail customer3@example.com or customer4@example.com\"]");
    rule_free(&rule);
}

static void a_hash_joins_a_value_with_itself_however_it_is_grouped(void **state)
{
    (void)state;
    struct buffer out = {0};
    struct rule rule = rule_make("{ redact: [card], format: hash, key_file: " SOURCE_FOLDER
                                 "/tests/policy_cases/every-key/hash.key }");
    assert_int_equal(rule_json(&rule, "[\"4111 1111 1111 1111\",\"4111111111111111\"]", &out), INSPECT_CHANGED);
    struct text text = buffer_text(&out);
    size_t comma = text_index(text, ',', 0);
    assert_true(text_starts_with(text, TEXT("[\"[CARD_")));
    assert_true(text_equal(text_part(text, 1, comma - 1), text_part(text, comma + 1, comma - 1)));
    buffer_clear(&out);
    rule_free(&rule);
}

static void a_signed_body_is_told_by_its_field(void **state)
{
    (void)state;
    static struct message_head head;
    struct text field;
    head.field_count = 2;
    head.fields[0] = (struct field){TEXT("Authorization"), TEXT("Bearer x")};
    head.fields[1] = (struct field){TEXT("x-hub-signature-256"), TEXT("sha256=0")};
    assert_true(inspect_is_signed(&head, &field));
    assert_true(text_equal(field, TEXT("x-hub-signature-256")));
    head.field_count = 1;
    assert_false(inspect_is_signed(&head, &field));
}

#define STRIPE                                                                                                         \
    "sk_live_"                                                                                                         \
    "51HqLyjWDarjtT1zdp7dcXq8"

static void hear(void *context, const struct vendor_key *key, struct text value, struct text place, bool goes_on)
{
    struct buffer *heard = context;
    assert_true(text_equal(value, TEXT(STRIPE)));
    BUFFER_APPEND_ALL(heard, text_from(key->provider), TEXT(" "), place, goes_on ? TEXT(" goes on;") : TEXT(" stays;"));
}

static void assert_heard(const char *inspect, const char *host, enum inspect_says expected, const char *told)
{
    struct rule rule = rule_make(inspect);
    struct buffer heard = {0};
    struct buffer body = {0};
    inspected_free(rule.inspected);
    rule.inspected = inspected_new(rule.inspector, rule.inspection, text_from(host));
    inspected_hear_keys(rule.inspected, hear, &heard);
    assert_int_equal(rule_json(&rule, "{\"a\":{\"note\":\"it is " STRIPE "\"}}", &body), expected);
    buffer_append_byte(&heard, '\0');
    assert_string_equal(heard.data, told);
    buffer_clear(&heard);
    buffer_clear(&body);
    rule_free(&rule);
}

static void a_vendors_key_in_a_body_is_told_of_and_is_no_finding_at_its_vendor(void **state)
{
    (void)state;
    assert_heard("{ flag: [secret] }", "a.example", INSPECT_PASSES, "stripe a.note goes on;");
    assert_heard("{ redact: [secret] }", "a.example", INSPECT_CHANGED, "stripe a.note stays;");
    assert_heard("{ deny: [secret] }", "a.example", INSPECT_DENIED, "stripe a.note goes on;");
    assert_heard("{ deny: [secret] }", "api.stripe.com", INSPECT_PASSES, "stripe a.note goes on;");
    assert_heard("{ redact: [secret] }", "", INSPECT_CHANGED, "stripe a.note stays;");
    assert_heard("{ redact: [card] }", "a.example", INSPECT_PASSES, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_known_by_what_names_it_and_by_what_it_is_part_of),
        cmocka_unit_test(bytes_that_no_decoder_shows_do_not_go_on),
        cmocka_unit_test(the_same_value_has_the_same_word_and_all_else_stays),
        cmocka_unit_test(a_conversation_begins_the_same_on_its_next_turn),
        cmocka_unit_test(a_word_that_the_caller_wrote_is_never_given_to_a_value),
        cmocka_unit_test(what_cannot_be_changed_refuses_the_request),
        cmocka_unit_test(of_two_words_about_one_kind_the_stricter_counts),
        cmocka_unit_test(of_two_kinds_that_meet_the_one_counts_that_is_denied),
        cmocka_unit_test(no_spelling_of_a_value_is_left),
        cmocka_unit_test(a_value_of_which_there_is_no_fake_skips_no_number),
        cmocka_unit_test(a_fake_has_the_shape_and_belongs_to_nobody),
        cmocka_unit_test(a_hash_joins_a_value_with_itself_however_it_is_grouped),
        cmocka_unit_test(a_signed_body_is_told_by_its_field),
        cmocka_unit_test(a_vendors_key_in_a_body_is_told_of_and_is_no_finding_at_its_vendor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
