/* SPDX-License-Identifier: Apache-2.0 */
/* What is said where no model answers, as the caller wants it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exeat/canned.h"

static void expect_content(struct canon_format format, const char *expected)
{
    struct buffer out = {0};
    struct canon_call call = {.wish = {.format = format}};
    assert_int_equal(canned_content(&call, TEXT("Back \"soon\"."), &out), expected != NULL);
    buffer_append_byte(&out, 0);
    assert_string_equal(out.data, expected != NULL ? expected : "");
    buffer_clear(&out);
}

static void expect_made(const char *schema, const char *expected)
{
    expect_content((struct canon_format){.kind = TEXT("json_schema"), .schema = text_from(schema)}, expected);
}

static void words_are_said_as_they_are_or_in_an_object(void **state)
{
    (void)state;
    expect_content((struct canon_format){0}, "Back \"soon\".");
    expect_content((struct canon_format){.kind = TEXT("text")}, "Back \"soon\".");
    expect_content((struct canon_format){.kind = TEXT("json_object")}, "{\"message\":\"Back \\\"soon\\\".\"}");
}

static void the_required_members_are_there_and_the_first_string_has_the_words(void **state)
{
    (void)state;
    expect_made(
        "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"},\"a\":{\"type\":\"string\"},"
        "\"b\":{\"type\":\"string\"},\"c\":{\"type\":\"boolean\"},\"more\":{\"type\":\"string\"}},"
        "\"required\":[\"n\",\"a\",\"b\",\"c\"],\"additionalProperties\":false}",
        "{\"n\":0,\"a\":\"Back \\\"soon\\\".\",\"b\":\"\",\"c\":false}");
    expect_made("{\"properties\":{\"a\":{\"const\":[1]}},\"required\":[\"a\"]}", "{\"a\":[1]}");
    expect_made("{\"type\":\"object\"}", "{}");
    expect_made("{\"required\":[\"a\"],\"properties\":{\"a\":true}}", "{\"a\":\"Back \\\"soon\\\".\"}");
}

static void choices_take_the_first_that_can_be_made_and_null_last(void **state)
{
    (void)state;
    expect_made("{\"enum\":[\"low\",\"high\"]}", "\"low\"");
    expect_made("{\"type\":[\"null\",\"integer\"]}", "0");
    expect_made("{\"type\":[\"null\"]}", "null");
    expect_made(
        "{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"string\",\"pattern\":\"^x+$\"},{\"type\":\"number\"}]}", "0");
    expect_made("{\"oneOf\":[{\"type\":\"null\"},false]}", "null");
    expect_made(
        "{\"allOf\":[{\"required\":[\"a\"],\"properties\":{\"a\":{\"type\":\"null\"}}},{\"$ref\":\"#/$defs/x~1y\"}],"
        "\"$defs\":{\"x/y\":{\"type\":\"object\",\"required\":[\"b\"],\"properties\":{\"b\":{\"enum\":[2]}}}}}",
        "{\"a\":null,\"b\":2}");
}

static void lists_are_as_long_as_they_must_be(void **state)
{
    (void)state;
    expect_made("{\"type\":\"array\",\"items\":{\"type\":\"string\"}}", "[]");
    expect_made("{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"minItems\":2}", "[\"Back \\\"soon\\\".\",\"\"]");
    expect_made("{\"type\":\"array\",\"prefixItems\":[{\"const\":1},{\"const\":2}],\"minItems\":2}", "[1,2]");
    expect_made("{\"type\":\"array\",\"items\":{\"type\":\"null\"},\"minItems\":2,\"uniqueItems\":true}", NULL);
    expect_made("{\"type\":\"array\",\"minItems\":100000}", NULL);
}

static void numbers_keep_their_bounds(void **state)
{
    (void)state;
    expect_made("{\"type\":\"integer\",\"minimum\":3}", "3");
    expect_made("{\"type\":\"integer\",\"exclusiveMinimum\":3}", "4");
    expect_made("{\"type\":\"integer\",\"maximum\":-3}", "-3");
    expect_made("{\"type\":\"integer\",\"minimum\":3,\"multipleOf\":5}", "5");
    expect_made("{\"type\":\"integer\",\"minimum\":3,\"maximum\":4,\"multipleOf\":5}", NULL);
    expect_made("{\"type\":\"number\",\"minimum\":0.25,\"maximum\":0.75}", "0.5");
    expect_made("{\"type\":\"number\",\"exclusiveMinimum\":0}", "1");
    expect_made("{\"type\":\"integer\",\"minimum\":1e300}", NULL);
}

static void strings_keep_their_bounds_and_formats(void **state)
{
    (void)state;
    expect_made("{\"type\":\"string\",\"maxLength\":4}", "\"Back\"");
    expect_made("{\"type\":\"string\",\"minLength\":14}", "\"Back \\\"soon\\\"...\"");
    expect_made("{\"type\":\"string\",\"minLength\":5,\"maxLength\":4}", NULL);
    expect_made("{\"type\":\"string\",\"format\":\"date\"}", "\"1970-01-01\"");
    expect_made("{\"type\":\"string\",\"format\":\"date\",\"maxLength\":4}", NULL);
    expect_made("{\"type\":\"string\",\"pattern\":\"soon\"}", "\"Back \\\"soon\\\".\"");
    expect_made("{\"type\":\"string\",\"pattern\":\"^soon\"}", NULL);
    expect_made("{\"type\":\"string\",\"pattern\":\"(a+)+$\"}", NULL);
}

static void what_cannot_be_made_is_not_made(void **state)
{
    (void)state;
    expect_made("{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"$ref\":\"#/$defs/a\"}}}", NULL);
    expect_made("{\"$ref\":\"https://example.com/schema\"}", NULL);
    expect_made("{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":{\"$ref\":\"#\"}}}", NULL);
    expect_made("{\"type\":\"object\",\"required\":[\"a\"],\"additionalProperties\":false}", NULL);
    expect_made("{\"type\":\"object\",\"not\":{}}", NULL);
    expect_made("{\"type\":\"strange\"}", NULL);
    expect_made("false", NULL);
    expect_made("[]", NULL);
    expect_made("{", NULL);
}

static void a_schema_that_branches_at_each_level_ends(void **state)
{
    (void)state;
    expect_made("{\"anyOf\":[{\"$ref\":\"#\"},{\"$ref\":\"#\"},{\"$ref\":\"#\"}]}", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_said_as_they_are_or_in_an_object),
        cmocka_unit_test(the_required_members_are_there_and_the_first_string_has_the_words),
        cmocka_unit_test(choices_take_the_first_that_can_be_made_and_null_last),
        cmocka_unit_test(lists_are_as_long_as_they_must_be),
        cmocka_unit_test(numbers_keep_their_bounds),
        cmocka_unit_test(strings_keep_their_bounds_and_formats),
        cmocka_unit_test(what_cannot_be_made_is_not_made),
        cmocka_unit_test(a_schema_that_branches_at_each_level_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
