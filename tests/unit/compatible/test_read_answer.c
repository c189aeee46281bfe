/* SPDX-License-Identifier: Apache-2.0 */
/* What an endpoint says, as a canonical answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exeat/compatible.h"

static void an_answer_is_read_part_by_part(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct canon_replies answer = {0};
    struct text body = TEXT(
        "{\"choices\":[{\"index\":0,\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"a\"}],\"reasoning\":\"t\","
        "\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},\"finish_reason\":"
        "\"tool_calls\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4,\"completion_tokens_details\":{"
        "\"reasoning_tokens\":2}}}");
    assert_true(compatible_read_answer(LLM_CHAT, body, &arena, &answer));
    assert_int_equal(answer.reply_count, 1);
    assert_int_equal(answer.replies[0].part_count, 3);
    assert_int_equal(answer.replies[0].finish, CANON_CALLS);
    const struct canon_part *parts = answer.replies[0].parts;
    assert_true(parts[0].kind == CANON_REASONING && text_equal(parts[0].text, TEXT("t")));
    assert_true(parts[1].kind == CANON_TEXT && text_equal(parts[1].text, TEXT("a")));
    assert_true(parts[2].kind == CANON_TOOL_CALL && text_equal(parts[2].name, TEXT("f")));
    assert_int_equal(answer.usage.tokens_in, 3);
    assert_int_equal(answer.usage.tokens_out, 4);
    assert_int_equal(answer.usage.thought, 2);
    arena_clear(&arena);
}

static void what_would_break_other_json_is_spelled_anew(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct canon_replies answer = {0};
    struct text body = TEXT("{\"choices\":[{\"message\":{\"content\":\"a\nb\"},\"finish_reason\":\"stop\"}]}");
    assert_true(compatible_read_answer(LLM_CHAT, body, &arena, &answer));
    assert_true(text_equal(answer.replies[0].parts[0].text, TEXT("a\\u000ab")));
    arena_clear(&arena);
}

static void vectors_and_names_are_columns_of_data(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct canon_replies answer = {0};
    struct text vectors =
        TEXT("{\"data\":[{\"embedding\":[0.5,1]},{\"embedding\":[2]}],\"usage\":{\"prompt_tokens\":3}}");
    struct text models = TEXT("{\"data\":[{\"id\":\"a\\u00e9\"},{\"id\":\"b\"}]}");
    assert_true(compatible_read_answer(LLM_EMBEDDINGS, vectors, &arena, &answer));
    assert_int_equal(answer.vector_count, 2);
    assert_true(text_equal(answer.vectors[0], TEXT("[0.5,1]")));
    assert_true(compatible_read_answer(LLM_MODELS, models, &arena, &answer));
    assert_int_equal(answer.name_count, 2);
    assert_true(text_equal(answer.names[0], TEXT("a\xc3\xa9")));
    assert_false(compatible_read_answer(LLM_MODELS, TEXT("{\"data\":{}}"), &arena, &answer));
    arena_clear(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_read_part_by_part),
        cmocka_unit_test(what_would_break_other_json_is_spelled_anew),
        cmocka_unit_test(vectors_and_names_are_columns_of_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
