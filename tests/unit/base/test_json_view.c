/* SPDX-License-Identifier: Apache-2.0 */
/* JSON as it is written: what is JSON, where its values stand, and what its strings mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/json.h"
#include "exeat/base/json_view.h"
#include "exeat/base/memory.h"

static void json_is_read_with_its_spelling(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "0.7",         "-0",          "1e400",   "18446744073709551615",
        "\"\\u0000\"", "\"\\ud83d\"", "true",    "false",
        "null",        "\"\"",        "\"\\/\"", "[]",
        "{}",          "1.0E+2",
    };
    struct json_view view = {0};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct detail detail = {0};
        if (!json_view_read(&view, text_from(rows[i]), JSON_UTF8, &detail))
            fail_msg("%s: %s", rows[i], detail.text);
        assert_true(text_equal(json_view_source(&view, 0), text_from(rows[i])));
    }
    json_view_clear(&view);
}

static void what_is_no_json_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        struct text text;
        const char *place;
    } rows[] = {
        {TEXT_INIT(""), "nothing is there, at line 1, column 1"},
        {TEXT_INIT("{\"a\":1,\n  \"b\" 2}"), "a colon is expected, at line 2, column 7"},
        {TEXT_INIT("1\0"), "a NUL byte behind its end, at line 1, column 2"},
        {TEXT_INIT("[true\0]"), "a comma or the end is expected, at line 1, column 6"},
        {TEXT_INIT("\"a\0\""), "a NUL byte in a string, at line 1, column 3"},
        {TEXT_INIT("\"\n\""), "a control character in a string, not escaped, at line 1, column 2"},
        {TEXT_INIT("\"\xff\""), "a byte that is no UTF-8, at line 1, column 2"},
        {TEXT_INIT("\"\xed\xa0\x80\""), "a byte that is no UTF-8, at line 1, column 2"},
        {TEXT_INIT("\"\\x\""), "an escape that is none, at line 1, column 2"},
        {TEXT_INIT("\"\\u12g4\""), "an escape that is none, at line 1, column 2"},
        {TEXT_INIT("\"a"), "a string without its end, at line 1, column 3"},
        {TEXT_INIT("\"\\"), "an escape that is none, at line 1, column 2"},
        {TEXT_INIT("01"), "a number with a leading zero, at line 1, column 1"},
        {TEXT_INIT("1."), "a number without a digit behind its point, at line 1, column 1"},
        {TEXT_INIT("1e"), "a number without a digit in its exponent, at line 1, column 1"},
        {TEXT_INIT("-"), "a number without a digit, at line 1, column 1"},
        {TEXT_INIT("+1"), "a value is expected, at line 1, column 1"},
        {TEXT_INIT("NaN"), "a value is expected, at line 1, column 1"},
        {TEXT_INIT("nul"), "a word that is none of true, false and null, at line 1, column 1"},
        {TEXT_INIT("truex"), "something stands behind its end, at line 1, column 5"},
        {TEXT_INIT("[1,]"), "a value is expected, at line 1, column 4"},
        {TEXT_INIT("[,1]"), "a value is expected, at line 1, column 2"},
        {TEXT_INIT("{\"a\":1,}"), "the name of a member is expected, at line 1, column 8"},
        {TEXT_INIT("{a:1}"), "the name of a member is expected, at line 1, column 2"},
        {TEXT_INIT("[1}"), "a comma or the end is expected, at line 1, column 3"},
        {TEXT_INIT("[1"), "it ends too early, at line 1, column 3"},
        {TEXT_INIT("{\"a\":"), "it ends too early, at line 1, column 6"},
        {TEXT_INIT("[] []"), "something stands behind its end, at line 1, column 4"},
        {TEXT_INIT("]"), "a value is expected, at line 1, column 1"},
    };
    struct json_view view = {0};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct detail detail = {0};
        if (json_view_read(&view, rows[i].text, JSON_UTF8, &detail) || strstr(detail.text, rows[i].place) == NULL)
            fail_msg("%.*s: %s", TEXT_ARG(rows[i].text), detail.text);
    }
    json_view_clear(&view);
}

static void sixty_four_levels_are_read_and_no_more(void **state)
{
    (void)state;
    struct json_view view = {0};
    for (size_t levels = 63; levels <= 66; levels++) {
        struct buffer text = {0};
        for (size_t i = 0; i < levels; i++)
            buffer_append_byte(&text, '[');
        for (size_t i = 0; i < levels; i++)
            buffer_append_byte(&text, ']');
        assert_int_equal(json_view_read(&view, buffer_text(&text), JSON_UTF8, NULL), levels <= 64);
        buffer_clear(&text);
    }
    json_view_clear(&view);
}

static void members_and_items_are_found_where_they_stand(void **state)
{
    (void)state;
    struct json_view view = {0};
    assert_true(json_view_read(
        &view, TEXT("\xef\xbb\xbf { \"a\" : [1, {\"x\":[]}, \"t\"], \"\\u0062\" : \"c\" , \"d\":true}\n"), JSON_UTF8,
        NULL));
    assert_int_equal(json_view_items(&view, 0), 3);
    uint32_t list = json_view_member(&view, 0, TEXT("a"));
    assert_int_equal(json_view_items(&view, list), 3);
    struct buffer seen = {0};
    JSON_EACH_ITEM(&view, list, item)
    {
        buffer_append(&seen, json_view_source(&view, item));
        buffer_append_byte(&seen, ';');
    }
    assert_true(text_equal(buffer_text(&seen), TEXT("1;{\"x\":[]};\"t\";")));
    buffer_clear(&seen);
    assert_true(json_view_means(&view, json_view_member(&view, 0, TEXT("b")), TEXT("c")));
    assert_true(json_view_is_true(&view, json_view_member(&view, 0, TEXT("d"))));
    assert_int_equal(json_view_member(&view, 0, TEXT("x")), 0);
    assert_int_equal(json_view_member(&view, list, TEXT("x")), 0);
    json_view_clear(&view);
}

static void strings_mean_what_their_escapes_say(void **state)
{
    (void)state;
    static const struct {
        const char *spelled;
        struct text meaning;
    } rows[] = {
        {"plain", TEXT_INIT("plain")},
        {"\\\"\\\\\\/\\b\\f\\n\\r\\t", TEXT_INIT("\"\\/\b\f\n\r\t")},
        {"\\u0041\\u00e4\\u20ac", TEXT_INIT("A\xc3\xa4\xe2\x82\xac")},
        {"\\ud83d\\ude00", TEXT_INIT("\xf0\x9f\x98\x80")},
        {"\\uD83D\\uDE00", TEXT_INIT("\xf0\x9f\x98\x80")},
        {"\\ud83d", TEXT_INIT("\xef\xbf\xbd")},
        {"\\ud83dx", TEXT_INIT("\xef\xbf\xbdx")},
        {"\\ud83d\\u0041", TEXT_INIT("\xef\xbf\xbd\x41")},
        {"\\ude00", TEXT_INIT("\xef\xbf\xbd")},
        {"a\\u0000b", TEXT_INIT("a\0b")},
        {"\xff", TEXT_INIT("\xef\xbf\xbd")},
        {"\\u12", TEXT_INIT("\xef\xbf\xbdu12")},
        {"\\u00gg!", TEXT_INIT("\xef\xbf\xbdu00gg!")},
        {"\\ud83d\\u", TEXT_INIT("\xef\xbf\xbd\xef\xbf\xbdu")},
        {"a\\", TEXT_INIT("a\\")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buffer out = {0};
        json_spelled_append(&out, text_from(rows[i].spelled));
        if (!text_equal(buffer_text(&out), rows[i].meaning))
            fail_msg("%s", rows[i].spelled);
        buffer_clear(&out);
    }
    assert_true(json_spelled_means(TEXT("\\u0075rl"), TEXT("url")));
    assert_false(json_spelled_means(TEXT("ur\\u006c2"), TEXT("url")));
    assert_false(json_spelled_means(TEXT("\\u0075r"), TEXT("url")));
    assert_false(json_spelled_means(TEXT("url"), TEXT("URL")));
}

static void bytes_that_are_no_utf_8_are_kept_where_that_is_asked(void **state)
{
    (void)state;
    struct json_view view = {0};
    assert_true(json_view_read(&view, TEXT("[\"\xf0\x9f\"]"), JSON_ANY_BYTES, NULL));
    assert_true(text_equal(json_view_spelled(&view, 1), TEXT("\xf0\x9f")));
    json_view_clear(&view);
}

static void trees_take_an_escaped_nul_and_no_nul_byte(void **state)
{
    (void)state;
    char error[160] = "";
    json_t *tree = json_read(TEXT("{\"a\":\"\\u0000\"}"), error);
    assert_non_null(tree);
    assert_int_equal(json_text(tree, "a").length, 1);
    json_decref(tree);
    static const struct text bad[] = {TEXT_INIT("[1\0]"), TEXT_INIT("[true\0]"), TEXT_INIT("\0[]"), TEXT_INIT("[]\0")};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_null(json_read(bad[i], error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_read_with_its_spelling),
        cmocka_unit_test(what_is_no_json_is_refused_with_its_place),
        cmocka_unit_test(sixty_four_levels_are_read_and_no_more),
        cmocka_unit_test(members_and_items_are_found_where_they_stand),
        cmocka_unit_test(strings_mean_what_their_escapes_say),
        cmocka_unit_test(bytes_that_are_no_utf_8_are_kept_where_that_is_asked),
        cmocka_unit_test(trees_take_an_escaped_nul_and_no_nul_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
