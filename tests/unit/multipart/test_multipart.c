/* SPDX-License-Identifier: Apache-2.0 */
/* Multipart is cut as every reader cuts it, or it is ambiguous. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/bytes.h"
#include "exeat/multipart.h"

/* Pieces in brackets; what ends them by its word. */
static void expect(struct text sent, const char *expected)
{
    static const char *const ends[] = {"", "", "end", "no end", "ambiguous"};
    struct multipart_reader reader = {.rest = sent, .boundary = TEXT("b")};
    struct buffer told = {0};
    enum multipart what = MULTIPART_PREAMBLE;
    while (what == MULTIPART_PREAMBLE || what == MULTIPART_PART) {
        struct text piece;
        what = multipart_next(&reader, &piece);
        if (what <= MULTIPART_EPILOGUE)
            buffer_printf(&told, "<%.*s>", TEXT_ARG(piece));
    }
    buffer_append_string(&told, ends[what]);
    buffer_append_byte(&told, '\0');
    assert_string_equal(told.data, expected);
    buffer_clear(&told);
}

static void pieces_stand_between_lines_that_are_boundaries(void **state)
{
    (void)state;
    expect(TEXT("--b\r\n\r\nx\r\n--b--"), "<><\r\nx><>end");
    expect(TEXT("before\n--b \t\n\nx\r\ny\n--b\n\n--b--\nafter"), "<before><\nx\r\ny><><after>end");
    expect(TEXT("--b\r\n\r\n x--b \r\n--b-- \t\r\n"), "<><\r\n x--b ><>end");
    expect(TEXT("--b\r\n\r\nx"), "<>no end");
    expect(TEXT(""), "no end");
}

static void what_some_take_for_a_boundary_and_others_not_is_ambiguous(void **state)
{
    (void)state;
    expect(TEXT("--bc\r\n"), "ambiguous");
    expect(TEXT("--b\r\n\r\nx\r--b\r\n\r\n--b--"), "<>ambiguous");
    expect(TEXT("--b\r\n\r\nx\r\r--b--"), "<>ambiguous");
    expect(TEXT("--b\r\n\r\nx\r\n--b--more"), "<>ambiguous");
    expect(TEXT("--b"), "ambiguous");
}

static void expect_head(struct text part, const char *expected)
{
    struct multipart_field field;
    struct buffer told = {0};
    bool is_bad;
    while (multipart_field_next(&part, &field, &is_bad))
        buffer_printf(&told, "%.*s=%.*s;", TEXT_ARG(field.name), TEXT_ARG(field.value));
    if (is_bad)
        buffer_append_string(&told, "bad");
    else
        buffer_printf(&told, "<%.*s>", TEXT_ARG(part));
    buffer_append_byte(&told, '\0');
    assert_string_equal(told.data, expected);
    buffer_clear(&told);
}

static void a_head_is_fields_on_one_line_each_up_to_an_empty_one(void **state)
{
    (void)state;
    expect_head(TEXT("A: 1\r\nB-c:\t2 \n\nx\ny"), "A=1;B-c=2;<x\ny>");
    expect_head(TEXT("\r\nA: 1"), "<A: 1>");
    expect_head(TEXT("A: 1\r\n folded\r\n\r\n"), "A=1;bad");
    expect_head(TEXT("A: 1\rB: 2\r\n\r\n"), "bad");
    expect_head(TEXT("A : 1\r\n\r\n"), "bad");
    expect_head(TEXT(": 1\r\n\r\n"), "bad");
    expect_head(TEXT("A\r\n\r\n"), "bad");
    expect_head(TEXT("A: 1"), "bad");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_stand_between_lines_that_are_boundaries),
        cmocka_unit_test(what_some_take_for_a_boundary_and_others_not_is_ambiguous),
        cmocka_unit_test(a_head_is_fields_on_one_line_each_up_to_an_empty_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
