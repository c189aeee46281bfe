/* SPDX-License-Identifier: Apache-2.0 */
/* Which calls begin alike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exeat/canon.h"

enum { MESSAGES = 2 };
struct said {
    struct canon_part parts[MESSAGES];
    struct canon_message messages[MESSAGES];
    struct canon_tool tool;
    struct canon_call call;
};

static uint64_t beginning(const char *system, const char *user, const char *tool, const char *model)
{
    struct said said = {
        .parts = {{.text = text_from(system)}, {.text = text_from(user)}},
        .tool = {.name = TEXT("look"), .schema = text_from(tool)},
    };
    said.messages[0] = (struct canon_message){.role = CANON_SYSTEM, .parts = &said.parts[0], .part_count = 1};
    said.messages[1] = (struct canon_message){.role = CANON_USER, .parts = &said.parts[1], .part_count = 1};
    said.call = (struct canon_call){.model = text_from(model), .messages = said.messages, .message_count = MESSAGES};
    said.call.tools = (struct canon_tools){.tools = &said.tool, .count = tool == NULL ? 0 : 1};
    return canon_beginning(&said.call);
}

static void what_is_asked_makes_no_other_beginning(void **state)
{
    (void)state;
    uint64_t one = beginning("You are a shop.", "hi", "{}", "m");
    assert_true(one != 0);
    assert_int_equal(one, beginning("You are a shop.", "What is in stock?", "{}", "m"));
}

static void another_system_another_tool_and_another_model_do(void **state)
{
    (void)state;
    uint64_t one = beginning("You are a shop.", "hi", "{}", "m");
    assert_true(one != beginning("You are a bank.", "hi", "{}", "m"));
    assert_true(one != beginning("You are a shop.", "hi", "{\"type\":\"object\"}", "m"));
    assert_true(one != beginning("You are a shop.", "hi", NULL, "m"));
    assert_true(one != beginning("You are a shop.", "hi", "{}", "n"));
}

static void a_call_without_instructions_and_tools_has_no_beginning(void **state)
{
    (void)state;
    assert_int_equal(beginning("", "hi", NULL, "m"), 0);
    const struct canon_call nothing = {.model = TEXT("m")};
    assert_int_equal(canon_beginning(&nothing), 0);
}

/* Nobody spends more on it than on a page. */
static void a_prompt_is_read_as_far_as_engines_can_profit(void **state)
{
    static char long_prompt[40000];
    (void)state;
    for (size_t i = 0; i + 1 < sizeof(long_prompt); i++)
        long_prompt[i] = 'a';
    uint64_t one = beginning(long_prompt, "hi", NULL, "m");
    long_prompt[30000] = 'b';
    assert_int_equal(one, beginning(long_prompt, "hi", NULL, "m"));
    long_prompt[3000] = 'b';
    assert_true(one != beginning(long_prompt, "hi", NULL, "m"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_asked_makes_no_other_beginning),
        cmocka_unit_test(another_system_another_tool_and_another_model_do),
        cmocka_unit_test(a_call_without_instructions_and_tools_has_no_beginning),
        cmocka_unit_test(a_prompt_is_read_as_far_as_engines_can_profit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
