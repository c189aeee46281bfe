/* SPDX-License-Identifier: Apache-2.0 */
/* Which text is said to whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exeat/canned.h"

static void languages_suit_as_the_field_says(void **state)
{
    (void)state;
    static const struct {
        const char *field;
        const char *language;
        unsigned suits;
    } rows[] = {
        {"", "de", 0},
        {" ", "de", 0},
        {"*", "de", 0},
        {"*;q=0.5, en", "de", 0},
        {"de", "de", 1000},
        {"DE-at, en;q=0.5", "de", 1000},
        {"de", "de-AT", 1000},
        {"en, de;q=0.25", "de", 250},
        {"en,de; q=0.25", "de", 250},
        {"fr", "de", 0},
        {"fr, *;q=0.1", "de", 0},
        {"*, de", "de", 1000},
        {"de;q=0.3, *", "de", 300},
        {"*, de;q=0", "de", 0},
        {"de;q=0, *", "de", 0},
        {"de-AT;q=0.2, de;q=0.9", "de-AT", 200},
        {"den", "de", 0},
        {"de;q=1.5", "de", 0},
        {"de;q=x", "de", 0},
        {"de;q=", "de", 0},
        {",,de", "de", 1000},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(canned_language_suits(text_from(rows[i].field), text_from(rows[i].language)), rows[i].suits);
}

static const struct canned_entry texts[] = {
    {.text = TEXT_INIT("a tool"), .when = {.tool = TEXT_INIT("search")}},
    {.text = TEXT_INIT("deutsch"), .when = {.language = TEXT_INIT("de")}},
    {.text = TEXT_INIT("français"), .when = {.language = TEXT_INIT("fr")}},
    {.text = TEXT_INIT("four"), .when = {.model = TEXT_INIT("gpt-4*"), .path = TEXT_INIT("*/completions")}},
};
static const struct settings_canned settings = {.text = TEXT_INIT("else"), .texts = texts, .count = COUNT_OF(texts)};

static void expect_text(const struct canon_call *call, const char *languages, const char *expected)
{
    assert_true(text_equal(canned_text(&settings, call, text_from(languages)), text_from(expected)));
}

static void all_that_is_said_of_a_text_must_hold(void **state)
{
    (void)state;
    const struct canon_tool tool = {.name = TEXT("search")};
    struct canon_call call = {.path = TEXT("/v1/chat/completions"), .model_name = TEXT("gpt-4o")};
    expect_text(&call, "es", "four");
    call.model_name = TEXT("o3");
    expect_text(&call, "es", "else");
    call.tools = (struct canon_tools){.tools = &tool, .count = 1};
    expect_text(&call, "es", "a tool");
}

static void the_language_that_suits_best_is_chosen(void **state)
{
    (void)state;
    struct canon_call call = {.path = TEXT("/v1/responses"), .model_name = TEXT("gpt-4o")};
    expect_text(&call, "de;q=0.5, fr", "français");
    expect_text(&call, "de, fr", "deutsch");
    expect_text(&call, "es, fr;q=0.1", "français");
    expect_text(&call, "es", "else");
    expect_text(&call, "", "else");
    expect_text(&call, "*", "else");
    expect_text(&call, "es, *;q=0.1", "else");
    call.path = TEXT("/v1/chat/completions");
    expect_text(&call, "fr;q=0.1", "français");
    expect_text(&call, "es", "four");
    expect_text(&call, "", "four");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(languages_suit_as_the_field_says),
        cmocka_unit_test(all_that_is_said_of_a_text_must_hold),
        cmocka_unit_test(the_language_that_suits_best_is_chosen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
