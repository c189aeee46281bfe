/* SPDX-License-Identifier: Apache-2.0 */
/* The pass of masks against regular expressions that say the same, byte by byte: on texts made of what signs consist
 * of, of every length about the blocks of the pass, and on what a shop sends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/memory.h"
#include "exeat/base/pattern.h"
#include "exeat/sign.h"

enum { TEXT_MOST = 400, TEXTS = 4000 };

/* What an expression says: where it fits, at its first byte and `ahead` of them on, there is a sign of that kind. */
static struct rule {
    enum sign_kind kind;
    const char *expression;
    size_t ahead;
    bool from_end;  /* `ahead` is counted back from the end of what fits */
    bool is_json;   /* only of JSON */
    bool is_all;    /* there is none elsewhere */
    bool may_house; /* SIGN_HOUSE will do, or SIGN_DIGITS */
    struct pattern *pattern;
} rules[] = {
    {.kind = SIGN_AT, .expression = "@", .is_all = true},
    {.kind = SIGN_DIGITS, .expression = "(?<![0-9])[0-9](?=(?:[\\x00-/:-\\x7f]{0,6}[0-9]){3})"},
    {.kind = SIGN_DIGITS, .expression = "(?<![0-9])[0-9](?=[\\x00-\\x7f]{0,22}\\\\)"},
    {.kind = SIGN_HOUSE, .expression = "(?<=[A-Za-z] )[0-9]", .may_house = true},
    {.kind = SIGN_HOUSE, .expression = "(?<=[A-Za-z]\\. )[0-9]", .may_house = true},
    {.kind = SIGN_HOUSE, .expression = "(?<![0-9])[0-9](?=[0-9]{0,3},? [A-Za-z][a-z])", .may_house = true},
    {.kind = SIGN_DASHES, .expression = "-{4,}+", .ahead = 1, .from_end = true, .is_all = true},
    {.kind = SIGN_COLON, .expression = "(?<=[0-9A-Fa-f:]):(?=[0-9A-Fa-f:])", .is_all = true},
    {.kind = SIGN_RUN, .expression = "(?<![0-9A-Za-z_+/-])[0-9A-Za-z_+/-]{16,}", .is_all = true},
    {.kind = SIGN_KEY, .expression = "(?<=[\"\\x00-\\x20]):", .is_json = true, .is_all = true},
    {.kind = SIGN_CLOSE, .expression = "\\}", .is_json = true, .is_all = true},
    {.kind = SIGN_ESCAPE, .expression = "\\\\(?=u)", .is_json = true, .is_all = true},
};

static int compile_rules(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        char *error = NULL;
        size_t offset = 0;
        struct text expression = text_from(rules[i].expression);
        rules[i].pattern = pattern_compile_search(expression, &error, &offset);
        base_free(error);
        if (rules[i].pattern == NULL)
            return 1;
    }
    return 0;
}

static int free_rules(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        pattern_free(rules[i].pattern);
    return 0;
}

/* What the pass found: for each byte a bit for each kind. */
static void look(struct text text, bool is_json, uint32_t found[TEXT_MOST + 1])
{
    struct sign_scan scan;
    struct sign_found sign;
    memset(found, 0, (TEXT_MOST + 1) * sizeof(found[0]));
    sign_scan_init(&scan, text, is_json);
    while ((sign = sign_next(&scan)).kind != SIGN_END) {
        assert_true(sign.at < text.length);
        found[sign.at] |= UINT32_C(1) << sign.kind;
    }
}

static void assert_rule(const struct rule *rule, struct text text, const uint32_t found[TEXT_MOST + 1])
{
    uint32_t bits = UINT32_C(1) << rule->kind | (rule->may_house ? UINT32_C(1) << SIGN_DIGITS : 0);
    size_t count = 0;
    size_t seen = 0;
    size_t start = 0;
    size_t end = 0;
    for (size_t from = 0; pattern_search(rule->pattern, text, from, &start, &end) == PATTERN_MATCH; from = end) {
        size_t at = rule->from_end ? end - rule->ahead : start;
        if ((found[at] & bits) == 0)
            fail_msg(
                "%s at byte %zu of %zu was not seen: %.*s", rule->expression, at, text.length, (int)text.length,
                text.data);
        count++;
    }
    for (size_t i = 0; i <= text.length; i++)
        seen += (found[i] & bits) != 0;
    if (rule->is_all && seen != count)
        fail_msg("%s: %zu and not %zu: %.*s", rule->expression, seen, count, (int)text.length, text.data);
}

static void assert_same(struct text text)
{
    uint32_t found[TEXT_MOST + 1];
    for (int is_json = 0; is_json < 2; is_json++) {
        look(text, is_json != 0, found);
        for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
            bool is_run_of_json = is_json != 0 && rules[i].kind == SIGN_RUN; /* a backslash is in it too */
            if ((!rules[i].is_json || is_json != 0) && !is_run_of_json)
                assert_rule(&rules[i], text, found);
        }
    }
}

static uint64_t next_number(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void sees_what_expressions_say_of_texts_by_chance(void **state)
{
    static const char *const pieces[] = {
        "1",  "4111", " ", "-",  "--",      "-----", ":",    "::",  "a",  "f",          "Straße",   "Weg ",
        ". ", ", ",   "@", "\\", "\\u00df", "\\n",   "\"",   "\":", "}",  "0123456789", "abcdefgh", "_",
        "/",  "+",    "=", "\t", "x",       "12 ",   "rue ", "٤",   "１", "中",         "\x7f",     "Zz"};
    uint64_t number = UINT64_C(88172645463325252);
    (void)state;
    for (size_t i = 0; i < TEXTS; i++) {
        char bytes[TEXT_MOST];
        size_t most = next_number(&number) % TEXT_MOST;
        size_t length = 0;
        while (length < most) {
            const char *piece = pieces[next_number(&number) % (sizeof(pieces) / sizeof(pieces[0]))];
            size_t part = strlen(piece);
            if (length + part > most)
                break;
            memcpy(bytes + length, piece, part);
            length += part;
        }
        assert_same((struct text){bytes, length});
    }
}

static void sees_what_expressions_say_of_a_shops_texts_wherever_they_stand(void **state)
{
    static const char *const texts[] = {
        "{\"id\":4914177763170,\"sku\":\"NT07-46\",\"price\":65.7,\"created_at\":\"2024-10-13T20:10:00+01:00\"}",
        "{\"street\":[\"Hauptstra\\u00dfe 5\"],\"email\" : \"anna@example.com\",\"ip\":\"2001:db8::1\"}",
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC",
        "Tel. 030 1234567, 5 High Street, 4111 1111 1111 1111, DE89 3704 0044 0532 0130 00",
    };
    char bytes[TEXT_MOST];
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        for (size_t before = 0; before < (size_t)SIGN_BLOCK * 2; before++) {
            size_t length = strlen(texts[i]);
            memset(bytes, ' ', before);
            memcpy(bytes + before, texts[i], length);
            assert_same((struct text){bytes, before + length});
        }
}

static void counts_the_digits_that_stand_together(void **state)
{
    (void)state;
    for (size_t before = 0; before < (size_t)SIGN_BLOCK + 2; before++)
        for (size_t digits = SIGN_DIGITS_LEAST; digits <= (size_t)SIGN_BLOCK; digits++) {
            char bytes[TEXT_MOST];
            struct sign_scan scan;
            struct sign_found sign;
            memset(bytes, ' ', before);
            memset(bytes + before, '7', digits);
            bytes[before + digits] = '.';
            sign_scan_init(&scan, (struct text){bytes, before + digits + 1}, false);
            do
                sign = sign_next(&scan);
            while (sign.kind == SIGN_RUN);
            assert_int_equal(sign.kind, SIGN_DIGITS);
            assert_int_equal(sign.at, before);
            assert_int_equal(sign.length, digits);
        }
}

static void finds_where_a_name_begins_up_to_a_block_away(void **state)
{
    (void)state;
    for (size_t before = 0; before < (size_t)SIGN_BLOCK * 2; before++)
        for (size_t name = 0; name < (size_t)SIGN_BLOCK; name++) {
            char bytes[TEXT_MOST];
            struct sign_scan scan;
            struct sign_found sign;
            size_t start = 0;
            memset(bytes, ' ', before);
            memset(bytes + before, 'n', name + 2);
            bytes[before] = '"';
            bytes[before + name + 1] = '"';
            bytes[before + name + 2] = ':';
            sign_scan_init(&scan, (struct text){bytes, before + name + 3}, true);
            do
                sign = sign_next(&scan);
            while (sign.kind == SIGN_RUN);
            assert_int_equal(sign.kind, SIGN_KEY);
            if (sign_name_start(&scan, sign.at - 1, &start))
                assert_int_equal(start, before + 1);
            else
                assert_true(sign.at - before > SIGN_BLOCK);
        }
}

static void skips_digits_and_colons_up_to_a_byte_and_nothing_else(void **state)
{
    static const struct text text =
        TEXT_INIT("1234 2001:db8::1 @ 4111111111111111 -----BEGIN abcdefghijklmnopq 1234 2001:db8::1 @ 99999");
    (void)state;
    for (size_t from = 0; from < text.length; from += 7)
        for (size_t to = from; to <= text.length; to++) {
            uint32_t all[TEXT_MOST + 1];
            struct sign_scan scan;
            struct sign_found sign;
            uint32_t digits = UINT32_C(1) << SIGN_DIGITS | UINT32_C(1) << SIGN_HOUSE | UINT32_C(1) << SIGN_COLON;
            look(text, false, all);
            sign_scan_init(&scan, text, false);
            while ((sign = sign_next(&scan)).kind != SIGN_END) {
                bool was_skipped = sign.at >= from && sign.at + 1 < to && (digits >> sign.kind & 1) != 0;
                assert_false(was_skipped && scan.skip == to);
                all[sign.at] &= ~(UINT32_C(1) << sign.kind);
                if (scan.skip == 0 && sign.at >= from)
                    sign_skip(&scan, to);
            }
            for (size_t at = 0; at < text.length; at++)
                assert_true(all[at] == 0 || (at >= from && at < to && (all[at] & ~digits) == 0));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sees_what_expressions_say_of_texts_by_chance),
        cmocka_unit_test(sees_what_expressions_say_of_a_shops_texts_wherever_they_stand),
        cmocka_unit_test(counts_the_digits_that_stand_together),
        cmocka_unit_test(skips_digits_and_colons_up_to_a_byte_and_nothing_else),
        cmocka_unit_test(finds_where_a_name_begins_up_to_a_block_away),
    };
    return cmocka_run_group_tests(tests, compile_rules, free_rules);
}
