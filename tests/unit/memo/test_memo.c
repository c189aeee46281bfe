/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept, for how long, and what goes first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exeat/memo.h"

static struct digest key(uint8_t number)
{
    return (struct digest){{number}};
}

static void keep(struct memo *memo, uint8_t number, struct text value, struct memo_terms terms)
{
    const struct digest one = key(number);
    memo_keep(memo, &one, value, &terms, 0);
}

static bool has(struct memo *memo, uint8_t number, uint64_t now_us, const char *value)
{
    const struct digest one = key(number);
    struct buffer out = {0};
    bool found = memo_find(memo, &one, now_us, &out);
    assert_true(!found || text_equal(buffer_text(&out), text_from(value)));
    buffer_clear(&out);
    return found;
}

static const struct memo_terms large = {.owner = 1, .limit = 100000, .until_us = 10};

static void what_is_kept_is_found_until_its_time_is_over(void **state)
{
    struct memo *memo = memo_new();
    (void)state;
    keep(memo, 1, TEXT("one"), large);
    assert_true(has(memo, 1, 9, "one"));
    assert_false(has(memo, 2, 9, ""));
    assert_false(has(memo, 1, 10, ""));
    memo_free(memo);
}

static void the_newest_under_a_key_is_the_one(void **state)
{
    struct memo *memo = memo_new();
    struct memo_view view;
    (void)state;
    keep(memo, 1, TEXT("one"), large);
    keep(memo, 1, TEXT("other"), large);
    assert_true(has(memo, 1, 0, "other"));
    memo_look(memo, &view);
    assert_int_equal(view.count, 1);
    const struct digest one = key(1);
    memo_drop(memo, &one);
    memo_look(memo, &view);
    assert_int_equal(view.count + view.bytes, 0);
    memo_free(memo);
}

static void the_oldest_of_its_owner_make_room_and_nobody_elses(void **state)
{
    static char bytes[300];
    const struct memo_terms small = {.owner = 2, .limit = 1000, .until_us = 10};
    struct memo *memo = memo_new();
    (void)state;
    keep(memo, 9, TEXT("other"), large);
    for (uint8_t i = 1; i <= 2; i++)
        keep(memo, i, (struct text){bytes, sizeof(bytes)}, small);
    struct buffer out = {0};
    const struct digest keys[] = {key(1), key(2), key(3)};
    assert_true(memo_find(memo, &keys[0], 0, &out)); /* the newest now */
    keep(memo, 3, (struct text){bytes, sizeof(bytes)}, small);
    assert_true(memo_find(memo, &keys[0], 0, &out));
    assert_false(memo_find(memo, &keys[1], 0, &out));
    assert_true(memo_find(memo, &keys[2], 0, &out));
    assert_true(has(memo, 9, 0, "other"));
    buffer_clear(&out);
    memo_free(memo);
}

static void what_is_larger_than_the_limit_is_not_kept(void **state)
{
    static char bytes[300];
    const struct memo_terms small = {.owner = 2, .limit = 300, .until_us = 10};
    struct memo *memo = memo_new();
    struct memo_view view;
    (void)state;
    keep(memo, 1, (struct text){bytes, sizeof(bytes)}, small);
    memo_look(memo, &view);
    assert_int_equal(view.count, 0);
    memo_free(memo);
}

/* Also where its owner is never asked for anything again, and where it was asked for last. */
static void what_has_had_its_time_goes_when_anybody_comes(void **state)
{
    const struct memo_terms later = {.owner = 2, .limit = 100000, .until_us = 50};
    const struct digest three = key(3);
    struct memo *memo = memo_new();
    struct memo_view view;
    (void)state;
    keep(memo, 1, TEXT("one"), large);
    keep(memo, 2, TEXT("two"), large);
    assert_true(has(memo, 1, 0, "one"));
    memo_keep(memo, &three, TEXT("three"), &later, 0);
    memo_look(memo, &view);
    assert_int_equal(view.count, 3);
    assert_true(has(memo, 3, 10, "three"));
    memo_look(memo, &view);
    assert_int_equal(view.count, 1);
    assert_false(has(memo, 1, 60, ""));
    memo_look(memo, &view);
    assert_int_equal(view.count + view.bytes, 0);
    memo_free(memo);
}

static void thousands_of_entries_are_each_found(void **state)
{
    const struct memo_terms huge = {.owner = 1, .limit = 10000000, .until_us = 10};
    struct memo *memo = memo_new();
    struct memo_view view;
    (void)state;
    for (uint64_t i = 0; i < 5000; i++) {
        struct digest one = {{0}};
        bytes_put_u64(one.bytes, i);
        memo_keep(memo, &one, (struct text){(const char *)one.bytes, 8}, &huge, 0);
    }
    for (uint64_t i = 0; i < 5000; i++) {
        struct digest one = {{0}};
        struct buffer out = {0};
        bytes_put_u64(one.bytes, i);
        assert_true(memo_find(memo, &one, 0, &out));
        assert_memory_equal(out.data, one.bytes, 8);
        buffer_clear(&out);
    }
    memo_look(memo, &view);
    assert_int_equal(view.count, 5000);
    memo_free(memo);
}

static void nothing_is_left_of_any_owner_when_all_is_cleared(void **state)
{
    const struct memo_terms other = {.owner = 2, .limit = 1000, .until_us = 10};
    struct memo *memo = memo_new();
    struct memo_view view;
    (void)state;
    keep(memo, 1, TEXT("one"), large);
    keep(memo, 2, TEXT("two"), other);
    memo_clear(memo);
    memo_look(memo, &view);
    assert_int_equal(view.count + view.bytes, 0);
    assert_false(has(memo, 1, 0, ""));
    keep(memo, 1, TEXT("anew"), large);
    assert_true(has(memo, 1, 0, "anew"));
    memo_free(memo);
}

/* One owner's answer takes the place of another's under the same key: each is counted as it is. */
static void a_key_that_changes_its_owner_counts_once(void **state)
{
    static char bytes[300];
    const struct memo_terms small = {.owner = 2, .limit = 300, .until_us = 10};
    struct memo *memo = memo_new();
    struct memo_view view;
    (void)state;
    keep(memo, 1, TEXT("one"), large);
    keep(memo, 1, TEXT("two"), small);
    memo_look(memo, &view);
    assert_int_equal(view.count, 1);
    keep(memo, 1, (struct text){bytes, sizeof(bytes)}, small); /* too large: the other is gone all the same */
    memo_look(memo, &view);
    assert_int_equal(view.count + view.bytes, 0);
    memo_free(memo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_kept_is_found_until_its_time_is_over),
        cmocka_unit_test(the_newest_under_a_key_is_the_one),
        cmocka_unit_test(the_oldest_of_its_owner_make_room_and_nobody_elses),
        cmocka_unit_test(what_is_larger_than_the_limit_is_not_kept),
        cmocka_unit_test(what_has_had_its_time_goes_when_anybody_comes),
        cmocka_unit_test(thousands_of_entries_are_each_found),
        cmocka_unit_test(nothing_is_left_of_any_owner_when_all_is_cleared),
        cmocka_unit_test(a_key_that_changes_its_owner_counts_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
