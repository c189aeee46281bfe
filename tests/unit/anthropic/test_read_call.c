/* SPDX-License-Identifier: Apache-2.0 */
/* Anthropic's calls as canonical ones; tests/unit/dialect has them from end to end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exeat/anthropic.h"

static bool read_call(struct text body, struct arena *arena, struct canon_call *call, struct detail *detail)
{
    struct json_view view = {0};
    struct reading reading = {.view = &view, .arena = arena, .detail = detail, .reason = REASON_NONE};
    call->operation = LLM_CHAT;
    bool good = json_view_read(&view, body, JSON_UTF8, detail) && anthropic_vendor.read_call(&reading, call);
    json_view_clear(&view);
    return good;
}

static void results_of_tools_come_before_what_else_the_user_says(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct canon_call call = {0};
    struct detail detail = {0};
    struct text body =
        TEXT("{\"model\":\"m\",\"system\":\"s\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\","
             "\"text\":\"a\"},{\"type\":\"tool_result\",\"tool_use_id\":\"t\",\"content\":\"r\"}]}]}");
    assert_true(read_call(body, &arena, &call, &detail));
    assert_int_equal(call.message_count, 3);
    assert_int_equal(call.messages[0].role, CANON_SYSTEM);
    assert_int_equal(call.messages[1].role, CANON_TOOL);
    assert_int_equal(call.messages[2].role, CANON_USER);
    assert_true(text_equal(call.messages[1].parts[0].text, TEXT("r")));
    arena_clear(&arena);
}

static void contents_nest_no_deeper_than_results(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct canon_call call = {0};
    struct detail detail = {0};
    struct buffer body = {0};
    enum { DEPTH = 15 };
    buffer_append(&body, TEXT("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":"));
    for (int i = 0; i < DEPTH; i++)
        buffer_append(&body, TEXT("[{\"type\":\"tool_result\",\"tool_use_id\":\"t\",\"content\":"));
    buffer_append(&body, TEXT("\"x\""));
    for (int i = 0; i < DEPTH; i++)
        buffer_append(&body, TEXT("}]"));
    buffer_append(&body, TEXT("}]}"));
    assert_false(read_call(buffer_text(&body), &arena, &call, &detail));
    assert_true(text_glob(TEXT("messages[0].content[0].content[0].type is no kind of block*"), text_from(detail.text)));
    buffer_clear(&body);
    arena_clear(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_of_tools_come_before_what_else_the_user_says),
        cmocka_unit_test(contents_nest_no_deeper_than_results),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
