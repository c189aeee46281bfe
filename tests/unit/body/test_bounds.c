/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing that a body can be makes it cost more than its bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/memory.h"
#include "told.h"

static void repeat(struct buffer *out, struct text text, size_t times)
{
    for (size_t i = 0; i < times; i++)
        buffer_append(out, text);
}

/* `front` and `back`, so many times each, around `middle`. */
static void expect_nested(
    const char *type, struct text front, struct text middle, struct text back, size_t times, enum body_fault fault)
{
    struct buffer text = {0};
    repeat(&text, front, times);
    buffer_append(&text, middle);
    repeat(&text, back, times);
    expect_fault(type, NULL, buffer_text(&text), fault);
    buffer_clear(&text);
}

static void json_and_xml_may_be_64_levels_deep(void **state)
{
    (void)state;
    expect_nested("application/json", TEXT("["), TEXT("1"), TEXT("]"), 64, BODY_FINE);
    expect_nested("application/json", TEXT("["), TEXT("1"), TEXT("]"), 65, BODY_TOO_DEEP);
    expect_nested("application/json", TEXT("{\"a\":"), TEXT("1"), TEXT("}"), 65, BODY_TOO_DEEP);
    expect_nested("application/json", TEXT("["), TEXT(""), TEXT(""), 1000000, BODY_TOO_DEEP);
    expect_nested("text/xml", TEXT("<a>"), TEXT("x"), TEXT("</a>"), 64, BODY_FINE);
    expect_nested("text/xml", TEXT("<a>"), TEXT("x"), TEXT("</a>"), 65, BODY_TOO_DEEP);
    expect_nested("text/plain", TEXT("["), TEXT("1"), TEXT("]"), 100000, BODY_FINE);
}

static bool go_on(void *context, struct body *body, const struct body_place *place)
{
    (void)context;
    (void)body;
    return place->value.length > 0;
}

/* "4111" in percent escapes of percent escapes, so many times over. */
static void percents(struct buffer *out, size_t times)
{
    buffer_append_string(out, "%");
    repeat(out, TEXT("25"), times - 1);
    buffer_append_string(out, "34111");
}

static void texts_may_lie_in_texts_a_few_times(void **state)
{
    (void)state;
    struct buffer text = {0};
    percents(&text, 2);
    expect_told("text/plain", buffer_text(&text), "value  =%2534111\nvalue  =%34111\nvalue  =4111\n");
    buffer_empty(&text);
    percents(&text, 7);
    expect_fault("text/plain", NULL, buffer_text(&text), BODY_FINE);
    expect_rewritten("text/plain", TEXT("%253411%31"), TEXT("%255BX%255D"));
    buffer_empty(&text);
    percents(&text, 8);
    expect_fault("text/plain", NULL, buffer_text(&text), BODY_TOO_DEEP);
    buffer_clear(&text);
}

/* Three spellings, each twice over: 26 readings of a text. */
static void all_readings_of_a_text_are_bounded_together(void **state)
{
    (void)state;
    struct buffer text = {0};
    repeat(&text, TEXT("word "), 6400); /* so long that it is not what is held at a time that is too much */
    buffer_append_string(&text, "%2520 &amp;lt; \\\\n");
    struct body *body = body_new();
    struct body_label label = label_of("text/plain", NULL);
    static const struct body_limits tight = {50000, 200, 1000};
    static const struct body_limits wide = {500000, 200, 1000};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(
            body_read(body, &label, bytes_of_text(buffer_text(&text)), i == 0 ? &tight : &wide, NULL), BODY_FINE);
        assert_int_equal(body_walk(body, go_on, NULL, NULL), i == 0 ? BODY_TOO_LARGE : BODY_FINE);
    }
    body_free(body);
    buffer_clear(&text);
}

static void parts_may_lie_in_parts_a_few_times(void **state)
{
    (void)state;
    struct buffer text = {0};
    for (char name = 'b'; name < 'n'; name++)
        buffer_printf(&text, "--%c\r\nContent-Type: multipart/mixed; boundary=%c\r\n\r\n", name, name + 1);
    for (char name = 'n'; name >= 'b'; name--)
        buffer_printf(&text, "--%c--\r\n", name);
    expect_fault("multipart/mixed; boundary=b", NULL, buffer_text(&text), BODY_TOO_DEEP);
    buffer_clear(&text);
}

static void multipart_without_end_is_refused_at_its_parts_bound(void **state)
{
    (void)state;
    struct buffer text = {0};
    repeat(&text, TEXT("--b\r\n\r\nx\r\n"), 20000);
    expect_fault("multipart/mixed; boundary=b", NULL, buffer_text(&text), BODY_TOO_MANY);
    buffer_empty(&text);
    repeat(&text, TEXT("--b\r\n\r\n"), 1);
    repeat(&text, TEXT("\n-"), 100000);
    expect_fault("multipart/mixed; boundary=b", NULL, buffer_text(&text), BODY_TRUNCATED);
    buffer_clear(&text);
}

static void more_places_than_the_limit_are_refused(void **state)
{
    (void)state;
    struct buffer text = {0};
    buffer_append_string(&text, "[0");
    repeat(&text, TEXT(",1"), 99999);
    buffer_append_string(&text, "]");
    expect_fault("application/json", NULL, buffer_text(&text), BODY_FINE);
    text.length--;
    buffer_append_string(&text, ",1]");
    expect_fault("application/json", NULL, buffer_text(&text), BODY_TOO_MANY);
    buffer_clear(&text);
}

static void a_body_beyond_the_limit_is_refused_coded_or_not(void **state)
{
    (void)state;
    struct buffer text = {0};
    buffer_append_string(&text, "\"");
    repeat(&text, TEXT("a"), (1 << 20) - 2);
    buffer_append_string(&text, "\"");
    expect_fault("application/json", NULL, buffer_text(&text), BODY_FINE);
    buffer_append_string(&text, " ");
    expect_fault("application/json", NULL, buffer_text(&text), BODY_TOO_LARGE);
    buffer_clear(&text);
}

/* 64 MiB of zeros in 53 bytes. */
static void a_bomb_is_refused_by_its_ratio(void **state)
{
    (void)state;
    static const struct text bomb = TEXT_INIT(
        "\xcf\xff\xff\x7f\xf8\x27\x00\xe2\xb1\x40\x20\xf7\xfe\x9f\xff\xff\xff\xf0\x4f\x00\xc4\x61\x01\x80\xee\xfd"
        "\x3f\xff\xff\xff\xe1\x9f\x00\x88\xc3\x22\x00\xdd\xfb\xff\xfc\xff\xff\xc7\x3f\x01\x10\x87\x05\x00\xba\xf7"
        "\xff");
    expect_fault("application/json", "br", bomb, BODY_BOMB);
    struct body *body = body_new();
    struct body_label label = label_of("application/json", "br");
    struct body_limits limits = {1 << 20, 10000000, 10};
    assert_int_equal(body_read(body, &label, bytes_of_text(bomb), &limits, NULL), BODY_TOO_LARGE);
    body_free(body);
}

/* Each string is JSON that is JSON in the end: without a bound on what is kept, more than was sent. */
static void texts_within_are_bounded_together_where_they_are_edited(void **state)
{
    (void)state;
    struct buffer text = {0};
    buffer_append_string(&text, "[\"\"");
    repeat(&text, TEXT(",\"[\\\"4111 \\\\u0041\\\"]\""), 20000);
    buffer_append_string(&text, "]");
    expect_fault("application/json", NULL, buffer_text(&text), BODY_FINE);
    repeat(&text, TEXT(" "), 10);
    text.length = 0;
    buffer_append_string(&text, "[\"\"");
    repeat(&text, TEXT(",\"[\\\"4111\\\"]\""), 70000);
    buffer_append_string(&text, "]");
    expect_fault("application/json", NULL, buffer_text(&text), BODY_TOO_MANY);
    buffer_clear(&text);
}

static void a_body_may_be_read_after_another(void **state)
{
    (void)state;
    struct body *body = body_new();
    struct buffer out = {0};
    struct body_label json = body_label_of(BODY_JSON);
    struct body_label lines = body_label_of(BODY_LINES);
    assert_int_equal(body_read(body, &json, bytes_of_text(TEXT("[[[")), &body_limits_usual, NULL), BODY_FINE);
    assert_int_equal(body_walk(body, NULL, NULL, NULL), BODY_MALFORMED);
    assert_int_equal(body_read(body, &lines, bytes_of_text(TEXT("[1]\n[2]")), &body_limits_usual, NULL), BODY_FINE);
    assert_int_equal(body_walk(body, NULL, NULL, NULL), BODY_FINE);
    assert_true(body_rewrite(body, &out));
    assert_true(text_equal(buffer_text(&out), TEXT("[1]\n[2]")));
    body_forget(body);
    assert_int_equal(body_read(body, &json, (struct bytes){0}, &body_limits_usual, NULL), BODY_FINE);
    assert_int_equal(body_walk(body, NULL, NULL, NULL), BODY_FINE);
    assert_true(body_is_plain(body));
    assert_int_equal(body_read(body, &json, bytes_of_text(TEXT("[]")), &body_limits_usual, NULL), BODY_FINE);
    assert_int_equal(body_walk(body, NULL, NULL, NULL), BODY_FINE);
    buffer_clear(&out);
    body_free(body);
    body_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_and_xml_may_be_64_levels_deep),
        cmocka_unit_test(texts_may_lie_in_texts_a_few_times),
        cmocka_unit_test(all_readings_of_a_text_are_bounded_together),
        cmocka_unit_test(parts_may_lie_in_parts_a_few_times),
        cmocka_unit_test(multipart_without_end_is_refused_at_its_parts_bound),
        cmocka_unit_test(more_places_than_the_limit_are_refused),
        cmocka_unit_test(a_body_beyond_the_limit_is_refused_coded_or_not),
        cmocka_unit_test(a_bomb_is_refused_by_its_ratio),
        cmocka_unit_test(texts_within_are_bounded_together_where_they_are_edited),
        cmocka_unit_test(a_body_may_be_read_after_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
