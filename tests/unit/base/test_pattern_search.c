/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns that are searched for: where they fit, where they might go on, and where they give up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exeat/base/memory.h"
#include "exeat/base/pattern.h"

static struct pattern *compile(const char *expression)
{
    char *error = NULL;
    size_t offset = 0;
    struct pattern *pattern = pattern_compile_search(text_from(expression), &error, &offset);
    assert_non_null(pattern);
    return pattern;
}

static void finds_each_place_where_it_fits(void **state)
{
    (void)state;
    struct pattern *pattern = compile("KD-[0-9]+");
    struct text text = TEXT("a KD-1, KD-22");
    size_t start = 0;
    size_t end = 0;
    assert_int_equal(pattern_search(pattern, text, 0, &start, &end), PATTERN_MATCH);
    assert_true(start == 2 && end == 6);
    assert_int_equal(pattern_search(pattern, text, end, &start, &end), PATTERN_MATCH);
    assert_true(start == 8 && end == 13);
    assert_int_equal(pattern_search(pattern, text, end, &start, &end), PATTERN_NO_MATCH);
    pattern_free(pattern);
}

static void nothing_is_no_fit(void **state)
{
    (void)state;
    struct pattern *pattern = compile("x*");
    size_t start = 0;
    size_t end = 0;
    assert_int_equal(pattern_search(pattern, TEXT("abc"), 0, &start, &end), PATTERN_NO_MATCH);
    assert_int_equal(pattern_search(pattern, TEXT("abxx"), 0, &start, &end), PATTERN_MATCH);
    assert_true(start == 2 && end == 4);
    pattern_free(pattern);
}

static void bytes_that_are_no_text_match_nothing(void **state)
{
    (void)state;
    struct pattern *pattern = compile("a.b");
    size_t start = 0;
    size_t end = 0;
    assert_int_equal(
        pattern_search(
            pattern,
            TEXT("a\xff"
                 "b a\xc3\xa9"
                 "b"),
            0, &start, &end),
        PATTERN_MATCH);
    assert_true(start == 4 && end == 8);
    pattern_free(pattern);
}

static void tells_from_where_it_might_go_on(void **state)
{
    (void)state;
    struct pattern *pattern = compile("KD-[0-9]{3}");
    assert_int_equal(pattern_open_from(pattern, TEXT("a KD-123 K"), 0), 9);
    assert_int_equal(pattern_open_from(pattern, TEXT("a KD-12"), 0), 2);
    assert_int_equal(pattern_open_from(pattern, TEXT("a KD-123 b"), 0), 10);
    pattern_free(pattern);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_each_place_where_it_fits),
        cmocka_unit_test(nothing_is_no_fit),
        cmocka_unit_test(bytes_that_are_no_text_match_nothing),
        cmocka_unit_test(tells_from_where_it_might_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
