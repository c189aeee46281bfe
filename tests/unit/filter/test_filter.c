/* SPDX-License-Identifier: Apache-2.0 */
/* A chain of filters in front of a side that writes down what reaches it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exeat/filter.h"

static struct buffer heard; /* what reached the side; "." is the end of the message */

static void put_content(struct http_side *side, struct http_piece *piece)
{
    (void)side;
    buffer_append(&heard, piece->content);
}

static void put_end(struct http_side *side)
{
    (void)side;
    buffer_append(&heard, TEXT("."));
}

static const struct http_role role = {.name = "fake", .put_content = put_content, .end = put_end};

/* Says its own mark before each piece, and at the end. */
static enum filtered mark(void *context, struct filters *filters, size_t next, struct http_piece *piece)
{
    (void)filters_give_text(filters, next, *(const struct text *)context);
    return filters_give(filters, next, piece);
}

static enum filtered mark_end(void *context, struct filters *filters, size_t next)
{
    (void)filters_give_text(filters, next, *(const struct text *)context);
    return filters_end(filters, next);
}

static const struct filter marks = {"marks", mark, mark_end};

/* Has enough at once. */
static enum filtered stop(void *context, struct filters *filters, size_t next, struct http_piece *piece)
{
    (void)context, (void)filters, (void)next;
    http_piece_drop(piece);
    return FILTER_TOO_LARGE;
}

static enum filtered stop_end(void *context, struct filters *filters, size_t next)
{
    (void)context, (void)filters, (void)next;
    return FILTER_BAD;
}

static const struct filter stops = {"stops", stop, stop_end};

struct chain {
    struct http_side side;
    uint64_t passed;
    struct filters filters;
};

static void begin(struct chain *chain)
{
    buffer_clear(&heard);
    *chain = (struct chain){.side.role = &role};
    chain->filters = (struct filters){.to = &chain->side, .passed = &chain->passed};
}

static void was_heard(const char *expected)
{
    assert_true(text_equal(buffer_text(&heard), text_from(expected)));
    buffer_clear(&heard);
}

static void an_empty_chain_passes_all_as_it_is_and_counts_it(void **state)
{
    (void)state;
    struct chain chain;
    begin(&chain);
    assert_int_equal(filters_give_text(&chain.filters, 0, TEXT("abc")), FILTER_GOES_ON);
    assert_int_equal(filters_give_text(&chain.filters, 0, TEXT("")), FILTER_GOES_ON);
    assert_int_equal(filters_give_text(&chain.filters, 0, TEXT("de")), FILTER_GOES_ON);
    assert_int_equal(filters_end(&chain.filters, 0), FILTER_GOES_ON);
    assert_int_equal(chain.passed, 5);
    was_heard("abcde.");
}

static void what_a_filter_says_passes_those_behind_it_only(void **state)
{
    (void)state;
    struct text first = TEXT("1");
    struct text second = TEXT("2");
    struct chain chain;
    begin(&chain);
    filters_add(&chain.filters, &marks, &first);
    filters_add(&chain.filters, &marks, &second);
    assert_int_equal(filters_give_text(&chain.filters, 0, TEXT("a")), FILTER_GOES_ON);
    assert_int_equal(filters_end(&chain.filters, 0), FILTER_GOES_ON);
    assert_int_equal(chain.passed, 7);
    was_heard("212a212.");
}

static void what_a_filter_refuses_reaches_nobody(void **state)
{
    (void)state;
    struct text first = TEXT("");
    struct chain chain;
    begin(&chain);
    filters_add(&chain.filters, &marks, &first);
    filters_add(&chain.filters, &stops, NULL);
    assert_int_equal(filters_give_text(&chain.filters, 0, TEXT("a")), FILTER_TOO_LARGE);
    assert_int_equal(filters_end(&chain.filters, 0), FILTER_BAD);
    assert_int_equal(chain.passed, 0);
    was_heard("");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_chain_passes_all_as_it_is_and_counts_it),
        cmocka_unit_test(what_a_filter_says_passes_those_behind_it_only),
        cmocka_unit_test(what_a_filter_refuses_reaches_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
