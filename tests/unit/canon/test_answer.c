/* SPDX-License-Identifier: Apache-2.0 */
/* Answers in words of no vendor: calls whose pieces come in turns, and arguments that spell an object. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exeat/canon/answer.h"
#include "exeat/canon/rank.h"

static void expect_arguments(const char *spelled, const char *expected)
{
    struct buffer out = {0};
    assert_int_equal(canon_append_arguments(&out, text_from(spelled)), expected != NULL);
    assert_true(text_equal(buffer_text(&out), text_from(expected)));
    buffer_clear(&out);
}

static void arguments_are_the_object_that_they_spell(void **state)
{
    (void)state;
    expect_arguments("{\\\"a\\\":18446744073709551616}", "{\"a\":18446744073709551616}");
    expect_arguments("{\\\"a\\\":\\\"\\\\u0000\\\"}", "{\"a\":\"\\u0000\"}");
    expect_arguments("\\n {} \\t", "{}");
    expect_arguments("", "{}");
    expect_arguments(" ", "{}");
    expect_arguments("[]", NULL);
    expect_arguments("null", NULL);
    expect_arguments("{", NULL);
    expect_arguments("{} {}", NULL);
    expect_arguments("{\\\"a\\\":\\n1\\u0000}", NULL);
}

static void pieces_of_calls_are_held_apart(void **state)
{
    (void)state;
    struct canon_held held = {0};
    const struct canon_event events[] = {
        {.call = 1, .name = TEXT("g"), .call_id = TEXT("c2"), .text = TEXT("{")},
        {.call = 0, .name = TEXT("f"), .call_id = TEXT("c1")},
        {.call = 1, .name = TEXT("g"), .text = TEXT("}")},
    };
    for (size_t i = 0; i < COUNT_OF(events); i++)
        assert_true(canon_hold(&held, &events[i]));
    assert_int_equal(held.count, 2);
    assert_true(text_equal(buffer_text(&held.calls[0].id), TEXT("c1")));
    assert_true(text_equal(buffer_text(&held.calls[1].name), TEXT("g")));
    assert_true(text_equal(buffer_text(&held.calls[1].arguments), TEXT("{}")));
    const struct canon_event beyond = {.call = CANON_CALLS_MAX};
    assert_false(canon_hold(&held, &beyond));
    canon_held_clear(&held);
    assert_null(held.calls);
}

static void events_are_collected_reply_by_reply(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct canon_collector collector = {.arena = &arena};
    const struct canon_event events[] = {
        {.kind = CANON_SAYS, .part = CANON_TEXT, .text = TEXT("a")},
        {.kind = CANON_FINISHES, .finish = CANON_TOO_LONG},
        {.kind = CANON_FINISHES, .finish = CANON_FINISHED},
    };
    for (size_t i = 0; i < COUNT_OF(events); i++)
        assert_true(canon_collect(&collector, &events[i], NULL));
    assert_int_equal(collector.reply_count, 2);
    assert_int_equal(collector.replies[0].part_count, 1);
    assert_int_equal(collector.replies[0].finish, CANON_TOO_LONG);
    assert_int_equal(collector.replies[1].part_count, 0);
    arena_clear(&arena);
}

static void a_reply_that_does_not_finish_is_no_part_of_the_next(void **state)
{
    struct arena arena = {0};
    struct canon_collector collector = {.arena = &arena};
    const struct canon_event one = {.kind = CANON_SAYS, .text = TEXT("one")};
    const struct canon_event two = {.kind = CANON_SAYS, .reply = 1, .text = TEXT("two")};
    const struct canon_event ends = {.kind = CANON_FINISHES, .finish = CANON_FINISHED};
    (void)state;
    assert_true(canon_collect(&collector, &one, NULL));
    assert_false(canon_collect(&collector, &two, NULL));
    assert_true(canon_collect(&collector, &ends, NULL));
    assert_true(canon_collect(&collector, &two, NULL));
    arena_clear(&arena);
}

static void calls_of_several_replies_share_one_limit(void **state)
{
    struct canon_held held[2] = {{0}, {0}};
    const struct canon_event piece = {.kind = CANON_SAYS, .part = CANON_TOOL_CALL, .text = TEXT("12345")};
    size_t bytes = 0;
    (void)state;
    assert_true(canon_hold_shared(&held[0], &piece, &bytes, 10));
    assert_true(canon_hold_shared(&held[1], &piece, &bytes, 10));
    assert_false(canon_hold_shared(&held[1], &piece, &bytes, 10));
    canon_held_clear(&held[0]);
    canon_held_clear(&held[1]);
}

/* A list of so many numbers. */
static struct text vector_of(struct buffer *out, size_t count)
{
    buffer_append_byte(out, '[');
    for (size_t i = 0; i < count; i++)
        buffer_append(out, i == 0 ? TEXT("1") : TEXT(",1"));
    buffer_append_byte(out, ']');
    return buffer_text(out);
}

static bool is_ranked(size_t numbers)
{
    struct arena arena = {0};
    struct buffer vector = {0};
    const struct canon_entry document = {.text = TEXT("d")};
    const struct canon_call call = {.operation = LLM_RERANK, .input = {CANON_MANY, &document, 1}};
    struct text one = vector_of(&vector, numbers);
    const struct text vectors[] = {one, one};
    struct canon_replies answer = {.vectors = vectors, .vector_count = 2};
    bool good = canon_rank_vectors(&call, &arena, &answer);
    arena_clear(&arena);
    buffer_clear(&vector);
    return good;
}

static void no_more_numbers_are_compared_than_are_read_at_once(void **state)
{
    (void)state;
    assert_true(is_ranked(4096));
    assert_false(is_ranked((1 << 20) + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arguments_are_the_object_that_they_spell),
        cmocka_unit_test(pieces_of_calls_are_held_apart),
        cmocka_unit_test(calls_of_several_replies_share_one_limit),
        cmocka_unit_test(no_more_numbers_are_compared_than_are_read_at_once),
        cmocka_unit_test(events_are_collected_reply_by_reply),
        cmocka_unit_test(a_reply_that_does_not_finish_is_no_part_of_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
