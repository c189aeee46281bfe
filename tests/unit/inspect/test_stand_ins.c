/* SPDX-License-Identifier: Apache-2.0 */
/* What stands for a value becomes that value again and no other, in every format and whatever kind of body. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "rule.h"

#include <stdio.h>
#include <string.h>

#define HASHES "format: hash, key_file: " SOURCE_FOLDER "/tests/policy_cases/every-key/hash.key"
static const char *const formats[] = {"format: placeholder", "format: preserve", HASHES};
enum { FORMATS = sizeof(formats) / sizeof(formats[0]) };

static struct rule rule_of(const char *format)
{
    char yaml[300];
    (void)snprintf(
        yaml, sizeof(yaml), "{ redact: [card, email, iban, phone, ip, customer], restore: true, %s }", format);
    return rule_make(yaml);
}

/* xorshift: the same each time. */
static uint32_t turn(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* A value, of few of each kind, so that many come again; some are spelled in two ways. */
static void append_value(uint32_t *seed, struct buffer *out)
{
    static const char *const values[] = {
        "4111 1111 1111 1111",
        "4111111111111111",
        "4111-1111-1111-1111",
        "5555 5555 5555 4444",
        "378282246310005",
        "DE89 3704 0044 0532 0130 00",
        "DE89370400440532013000",
        "NL91ABNA0417164300",
        "+49 30 901820",
        "+4930901820",
        "+33 1 42 68 53 00",
        "KD-123456",
        "84.113.7.21",
        "2a02:810:1::7",
        "[EMAIL_1]",
        "[CARD_2]",
    };
    uint32_t which = turn(seed) % 24;
    if (which < sizeof(values) / sizeof(values[0]))
        buffer_append_string(out, values[which]);
    else if (which < 20)
        buffer_printf(out, "anna%u@shop.example", turn(seed) % 9);
    else if (which < 22)
        buffer_printf(out, "Anna%u@Shop.example", turn(seed) % 9);
    else
        buffer_append_string(out, "nothing");
}

/* Values with what may stand between them in this kind of body. */
static void append_values(uint32_t *seed, const char *before, const char *after, struct buffer *out)
{
    size_t count = 1 + turn(seed) % 6;
    for (size_t i = 0; i < count; i++) {
        char name[16];
        (void)snprintf(name, sizeof(name), "%c%u", (char)('a' + turn(seed) % 26), turn(seed) % 9);
        for (const char *at = before; *at != '\0'; at++)
            if (*at == '~')
                buffer_append_string(out, name);
            else
                buffer_append_byte(out, *at);
        append_value(seed, out);
        buffer_append_string(out, after);
    }
}

/* Values as a form spells them. */
static void spell_form(struct buffer *body)
{
    struct buffer out = {0};
    for (size_t i = 0; i < body->length; i++) {
        char one = body->data[i];
        if (one == ' ')
            buffer_append_byte(&out, '+');
        else if (strchr("[]@:+", one) != NULL)
            buffer_printf(&out, "%%%02X", (unsigned)(unsigned char)one);
        else
            buffer_append_byte(&out, one);
    }
    buffer_clear(body);
    *body = out;
}

static void write_body(size_t kind, uint32_t *seed, struct buffer *out)
{
    switch (kind) {
    case 0:
        buffer_append_string(out, "{\"all\":[");
        append_values(seed, "{\"~\":\"say ", " now\"},", out);
        buffer_append_string(out, "null]}");
        return;
    case 1:
        append_values(seed, "~=", "&", out);
        spell_form(out);
        return;
    case 2:
        append_values(seed, "--x\r\nContent-Disposition: form-data; name=\"~\"\r\n\r\n", "\r\n", out);
        buffer_append_string(out, "--x--\r\n");
        return;
    case 3:
        buffer_append_string(out, "<all>");
        append_values(seed, "<x>say ", " now</x>", out);
        buffer_append_string(out, "</all>");
        return;
    default:
        append_values(seed, "", ", ", out);
        return;
    }
}

static struct body_label label_of(size_t kind)
{
    static const char *const types[] = {
        "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml",
        "text/plain"};
    struct body_label label = {0};
    body_label_field(&label, TEXT("Content-Type"), text_from(types[kind]));
    assert_int_equal(body_label_end(&label), BODY_FINE);
    return label;
}
enum { KINDS = 5 };

static void assert_text(struct text text, struct text expected)
{
    if (!text_equal(text, expected))
        print_message("%.*s\n%.*s\n", TEXT_ARG(text), TEXT_ARG(expected));
    assert_true(text_equal(text, expected));
}

static void assert_comes_back(struct rule *rule, size_t kind, struct text body)
{
    const struct body_label label = label_of(kind);
    struct buffer sent = {0};
    rule_again(rule);
    buffer_append(&sent, body);
    enum inspect_says says = inspect_body(rule->inspected, &label, &sent, NULL);
    assert_true(says == INSPECT_CHANGED || says == INSPECT_PASSES);
    assert_int_equal(says == INSPECT_PASSES, text_equal(buffer_text(&sent), body));
    assert_true(inspect_answer(rule->inspected, &label, &sent, NULL) <= INSPECT_CHANGED);
    assert_text(buffer_text(&sent), body);
    buffer_clear(&sent);
}

static void what_was_redacted_comes_back_as_it_was_in_every_format_and_kind_of_body(void **state)
{
    (void)state;
    uint32_t seed = 20261130;
    for (size_t format = 0; format < FORMATS; format++) {
        struct rule rule = rule_of(formats[format]);
        for (size_t kind = 0; kind < KINDS; kind++)
            for (size_t i = 0; i < 60; i++) {
                struct buffer body = {0};
                write_body(kind, &seed, &body);
                assert_comes_back(&rule, kind, buffer_text(&body));
                buffer_clear(&body);
            }
        rule_free(&rule);
    }
}

/* --- what the caller wrote himself -----------------------------------------------------------------------------------
 */

static void ask(struct rule *rule, const char *query, const char *json, struct buffer *sent)
{
    static struct message_head head;
    struct buffer changed = {0};
    rule_again(rule);
    head.target.path = TEXT("/");
    head.target.query = text_from(query);
    assert_true(inspect_head(rule->inspected, &head, &changed, NULL) <= INSPECT_CHANGED);
    assert_true(rule_json(rule, json, sent) <= INSPECT_CHANGED);
    buffer_clear(&changed);
}

static void assert_answer(struct rule *rule, const char *answer, const char *expected)
{
    const struct body_label label = body_label_of(BODY_JSON);
    struct buffer body = {0};
    buffer_append_string(&body, answer);
    assert_true(inspect_answer(rule->inspected, &label, &body, NULL) <= INSPECT_CHANGED);
    assert_text(buffer_text(&body), text_from(expected));
    buffer_clear(&body);
}

/* Whichever came first, in whichever part and spelling. */
static void a_fake_that_the_caller_has_written_himself_becomes_nobodys_value(void **state)
{
    (void)state;
    static const char *const requests[][2] = {
        {"mail=anna%40shop.example", "{\"m\":\"customer1@example.com\"}"},
        {"mail=anna%40shop.example", "{\"m\":\"customer1\\u0040example.com\"}"},
        {"mail=anna%40shop.example", "{\"m\":\"see Y3VzdG9tZXIxQGV4YW1wbGUuY29t\"}"},
        {"mail=customer1%40example.com", "{\"m\":\"anna@shop.example\"}"},
        {"mail=customer1%40example.com&x=anna%40shop.example", "{}"},
        {"", "{\"m\":\"anna@shop.example\",\"n\":\"customer1\\u0040example.com\"}"},
        {"", "{\"n\":\"xcustomer1@example.comx\",\"m\":\"anna@shop.example\"}"},
    };
    struct rule rule = rule_of("format: preserve");
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        struct buffer sent = {0};
        ask(&rule, requests[i][0], requests[i][1], &sent);
        assert_answer(&rule, "[\"customer1@example.com\"]", "[\"customer1@example.com\"]");
        buffer_clear(&sent);
    }
    rule_free(&rule);
}

/* In a field of the caller's that no detector takes for one. */
static void so_it_is_with_every_kind_of_fake(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        const char *fake;
    } cases[] = {
        {"4012 8888 8888 1881", "4111 1100 0000 0013"},
        {"4012-8888-8888-1881", "4111-1100-0000-0013"},
        {"DE89 3704 0044 0532 0130 00", "DE09 0000 0000 0000 0000 01"},
        {"+49 30 901820", "+49 30 23125 001"},
        {"+44 20 7930 4832", "+44 20 7946 0001"},
        {"84.113.7.21", "192.0.2.1"},
        {"2a02:810:1::7", "2001:db8::1"},
    };
    struct rule rule = rule_of("format: preserve");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buffer sent = {0};
        char json[200];
        char answer[100];
        (void)snprintf(json, sizeof(json), "[\"%s\"]", cases[i].value);
        (void)snprintf(answer, sizeof(answer), "[\"%s\"]", cases[i].fake);
        ask(&rule, "", json, &sent);
        assert_text(buffer_text(&sent), text_from(answer));
        assert_answer(&rule, answer, json);
        (void)snprintf(json, sizeof(json), "[\"x%sx\",\"%s\"]", cases[i].fake, cases[i].value);
        ask(&rule, "", json, &sent);
        assert_answer(&rule, answer, answer);
        buffer_clear(&sent);
    }
    rule_free(&rule);
}

static void write_words(const char *form, struct text word, char out[300])
{
    struct buffer all = {0};
    for (; *form != '\0'; form++)
        if (*form == '~')
            buffer_append(&all, word);
        else
            buffer_append_byte(&all, *form);
    text_store(buffer_text(&all), out, 300);
    buffer_clear(&all);
}

static void each_spelling_has_a_hash_of_its_own_where_it_comes_back_and_the_same_where_it_does_not(void **state)
{
    (void)state;
    struct buffer sent = {0};
    static const char json[] =
        "[\"4111 1111 1111 1111\",\"4111111111111111\",\"4111 1111 1111 1111\",\"4111-1111-1111-1111\"]";
    struct rule rule = rule_of(HASHES);
    ask(&rule, "", json, &sent);
    struct text word = text_part(buffer_text(&sent), 2, text_index(buffer_text(&sent), ']', 0) - 2);
    char expected[300];
    write_words("[\"~]\",\"~_2]\",\"~]\",\"~_3]\"]", word, expected);
    assert_text(buffer_text(&sent), text_from(expected));
    assert_answer(&rule, expected, json);
    rule_free(&rule);
    rule = rule_make("{ redact: [card], " HASHES " }");
    struct buffer again = {0};
    ask(&rule, "", json, &again);
    write_words("[\"~]\",\"~]\",\"~]\",\"~]\"]", word, expected);
    assert_text(buffer_text(&again), text_from(expected));
    buffer_clear(&again);
    buffer_clear(&sent);
    rule_free(&rule);
}

/* He may have it from an earlier answer. */
static void a_hash_that_the_caller_has_written_himself_becomes_nobodys_value(void **state)
{
    (void)state;
    struct buffer sent = {0};
    char json[200];
    struct rule rule = rule_of(HASHES);
    ask(&rule, "", "[\"4111 1111 1111 1111\"]", &sent);
    struct text word = text_part(buffer_text(&sent), 2, sent.length - 4);
    (void)snprintf(json, sizeof(json), "[\"%.*s\",\"4111 1111 1111 1111\"]", TEXT_ARG(word));
    struct buffer second = {0};
    ask(&rule, "", json, &second);
    buffer_append_byte(&second, '\0');
    assert_answer(&rule, second.data, json);
    (void)snprintf(json, sizeof(json), "[\"%.*s\"]", TEXT_ARG(word));
    assert_answer(&rule, json, json);
    buffer_clear(&second);
    buffer_clear(&sent);
    rule_free(&rule);
}

/* A number may be a card in one field and a phone in another. */
static void a_value_has_a_word_for_each_kind_that_it_is_of(void **state)
{
    (void)state;
    struct buffer sent = {0};
    struct rule rule = rule_make("{ redact: [phone, tax_id], restore: true }");
    ask(&rule, "", "{\"phone\":\"0301234567\",\"tax_id\":\"0301234567\",\"telephone\":\"0301234567\"}", &sent);
    assert_text(
        buffer_text(&sent), TEXT("{\"phone\":\"[PHONE_1]\",\"tax_id\":\"[TAX_ID_1]\",\"telephone\":\"[PHONE_1]\"}"));
    buffer_clear(&sent);
    rule_free(&rule);
}

/* --- fakes -----------------------------------------------------------------------------------------------------------
 */

/* What checks the shape takes the fake for what it stands for. */
static void a_fake_is_what_it_stands_for_by_every_check(void **state)
{
    (void)state;
    static const char *const values[] = {
        "4012888888881881",
        "5105105105105100",
        "2223003122003222",
        "378734493671000",
        "6011000990139424",
        "30569309025904",
        "36148900647913",
        "38520000023237",
        "3530111333300000",
        "6200000000000005",
        "6759649826438453",
        "5018 0000 0009",
        "NL91ABNA0417164300",
        "GB29NWBK60161331926819",
        "ES9121000418450200051332",
        "BE68539007547034",
        "NO9386011117947",
        "ME25505000012345678951",
        "FR1420041010050500013M02606",
        "IE29AIBK93115212345678",
        "MT84MALT011000012345MTLCAST001S",
        "RO49AAAA1B31007593840000",
        "BG80BNBG96611020345678",
        "LV80BANK0000435195001",
        "BR1800360305000010009795493C1",
        "SC18SSCB11010000000000001497USD",
        "IT60X0542811101000000123456",
        "PL61109010140000071219812874",
        "de89 3704 0044 0532 0130 00"};
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct rule fakes = rule_make("{ redact: [card, iban], format: preserve }");
        struct rule finds = rule_make("{ redact: [card, iban] }");
        struct buffer sent = {0};
        struct buffer found = {0};
        char json[100];
        (void)snprintf(json, sizeof(json), "{\"%s\":\"%s\"}", values[i][0] < 'A' ? "card_number" : "iban", values[i]);
        assert_int_equal(rule_json(&fakes, json, &sent), INSPECT_CHANGED);
        buffer_append_byte(&sent, '\0');
        assert_null(strchr(sent.data + 2, '['));
        assert_int_equal(sent.length - 1, strlen(json));
        assert_int_equal(rule_json(&finds, sent.data, &found), INSPECT_CHANGED);
        assert_non_null(memmem(found.data, found.length, values[i][0] < 'A' ? "[CARD_1]" : "[IBAN_1]", 8));
        buffer_clear(&sent);
        buffer_clear(&found);
        rule_free(&fakes);
        rule_free(&finds);
    }
}

static void as_many_values_as_there_are_words_get_one_each(void **state)
{
    (void)state;
    struct buffer json = {0};
    struct buffer sent = {0};
    struct rule rule = rule_of("format: preserve");
    buffer_append_byte(&json, '[');
    for (unsigned i = 0; i < 3000; i++)
        buffer_printf(&json, "\"customer%u@example.com anna%u@shop.example\",", 2 * i + 1, i);
    buffer_append_string(&json, "null]");
    buffer_append_byte(&json, '\0');
    assert_int_equal(rule_json(&rule, json.data, &sent), INSPECT_CHANGED);
    const struct body_label label = body_label_of(BODY_JSON);
    assert_int_equal(inspect_answer(rule.inspected, &label, &sent, NULL), INSPECT_CHANGED);
    assert_text(buffer_text(&sent), text_from(json.data));
    buffer_clear(&json);
    buffer_clear(&sent);
    rule_free(&rule);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_redacted_comes_back_as_it_was_in_every_format_and_kind_of_body),
        cmocka_unit_test(a_fake_that_the_caller_has_written_himself_becomes_nobodys_value),
        cmocka_unit_test(so_it_is_with_every_kind_of_fake),
        cmocka_unit_test(each_spelling_has_a_hash_of_its_own_where_it_comes_back_and_the_same_where_it_does_not),
        cmocka_unit_test(a_hash_that_the_caller_has_written_himself_becomes_nobodys_value),
        cmocka_unit_test(a_value_has_a_word_for_each_kind_that_it_is_of),
        cmocka_unit_test(a_fake_is_what_it_stands_for_by_every_check),
        cmocka_unit_test(as_many_values_as_there_are_words_get_one_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
