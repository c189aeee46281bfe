/* SPDX-License-Identifier: Apache-2.0 */
/* Which text an event goes on with, and whether it ends. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "exeat/about.h"

static struct about about;

static void number(const char *field, const char *path, const char *value)
{
    about_note(&about, ABOUT_NUMBER, text_from(field), text_from(path), text_from(value));
}

static void text(const char *field, const char *path, const char *value)
{
    about_note(&about, ABOUT_TEXT, text_from(field), text_from(path), text_from(value));
}

static void assert_key(const char *path, const char *expected, bool ends)
{
    struct buffer key = {0};
    size_t scope = about_key(&about, text_from(path), &key);
    assert_int_equal(about_ends(&about, buffer_text(&key), scope), ends);
    buffer_append_byte(&key, '\0');
    assert_string_equal(key.data, expected);
    buffer_clear(&key);
}

static void the_place_in_a_list_gives_way_to_the_number_of_the_object(void **state)
{
    (void)state;
    about_begin(&about);
    number("index", "choices[10].delta.tool_calls[2].index", "1");
    number("index", "choices[10].index", "3");
    assert_key(
        "choices[10].delta.tool_calls[2].function.arguments",
        "choices[#].index=3 choices[#].delta.tool_calls[#].index=1 choices[#].delta.tool_calls[#].function.arguments",
        false);
    assert_key("choices[9].delta.content", "choices[9].delta.content", false);
}

static void a_text_ends_with_the_object_that_says_so(void **state)
{
    (void)state;
    about_begin(&about);
    number("index", "choices[0].index", "0");
    number("index", "choices[1].index", "1");
    text("finish_reason", "choices[1].finish_reason", "stop");
    assert_key("choices[0].delta.content", "choices[#].index=0 choices[#].delta.content", false);
    assert_key("choices[1].delta.content", "choices[#].index=1 choices[#].delta.content", true);
}

static void a_type_ends_what_its_clients_ask_it_for(void **state)
{
    (void)state;
    about_begin(&about);
    text("type", "type", "content_block_stop");
    number("index", "index", "2");
    assert_key("delta.text", ".index=2 delta.text", true);
    assert_key("choices[0].text", "choices[0].text", false);
    assert_true(about_goes_on(&about, TEXT("completion"), TEXT("completion")));
    about_begin(&about);
    number("index", "index", "2");
    assert_key("token.text", "token.text", false); /* no block's: it counts the events */
    about_begin(&about);
    text("type", "type", "response.output_text.done");
    assert_false(about_goes_on(&about, TEXT("text"), TEXT("text")));
    assert_true(about_goes_on(&about, TEXT("text"), TEXT("choices[0].text")));
}

static void what_is_numbered_twice_or_otherwise_is_unclear(void **state)
{
    (void)state;
    about_begin(&about);
    number("index", "index", "0");
    assert_int_equal(about.sense, ABOUT_CLEAR);
    number("index", "index", "0");
    assert_int_equal(about.sense, ABOUT_UNCLEAR);
    about_begin(&about);
    number("index", "index", "1e0");
    assert_int_equal(about.sense, ABOUT_UNCLEAR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_place_in_a_list_gives_way_to_the_number_of_the_object),
        cmocka_unit_test(a_text_ends_with_the_object_that_says_so),
        cmocka_unit_test(a_type_ends_what_its_clients_ask_it_for),
        cmocka_unit_test(what_is_numbered_twice_or_otherwise_is_unclear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
