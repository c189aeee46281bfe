/* SPDX-License-Identifier: Apache-2.0 */
/* Decisions and outcomes come together whatever lies between them, and a cursor loses and repeats nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/memory.h"
#include "export_internal.h"
#include "store_fixture.h"

static uint64_t number_of(const struct export_item *item)
{
    return bytes_get_u64(item->decision.id.bytes);
}

static struct export_item *next_request(struct export_requests *requests)
{
    struct export_item *item;
    enum store_read read;
    while ((read = export_requests_next(requests, &item)) == STORE_ROW)
        if (export_item_is_request(item))
            return item;
    assert_int_equal(read, STORE_END);
    return NULL;
}

static struct export_item *next_rest(struct export_requests *requests)
{
    struct export_item *item;
    while ((item = export_requests_rest(requests)) != NULL)
        if (export_item_is_request(item))
            return item;
    return NULL;
}

static void requests_come_whole_and_in_order_of_their_decisions(void **state)
{
    struct store_fixture *store = *state;
    struct export_filter filter = {0};
    struct export_requests_options options = {.filter = &filter};
    for (uint64_t i = 1; i <= 3; i++)
        store_decide(store, i, "a.example", VERDICT_ALLOW);
    for (uint64_t i = 3; i >= 1; i--)
        store_end(store, i, REASON_NONE);
    store_settle(store);
    struct store_reader *reader = store_reader(store);
    struct export_requests *requests = export_requests_new(reader, &options);
    for (uint64_t i = 1; i <= 3; i++) {
        struct export_item *item = next_request(requests);
        assert_non_null(item);
        assert_int_equal(number_of(item), i);
        assert_true(item->has_outcome);
    }
    assert_null(next_request(requests));
    assert_null(next_rest(requests));
    export_requests_free(requests);
    store_reader_free(reader);
}

/* One tunnel stays open while five thousand requests come and go. */
static void a_long_request_holds_nobody_up_and_comes_once_when_it_ends(void **state)
{
    enum { OTHERS = 5000 };
    struct store_fixture *store = *state;
    struct export_filter filter = {0};
    struct export_requests_options options = {.filter = &filter};
    store_decide(store, 1, "long.example", VERDICT_ALLOW);
    for (uint64_t i = 2; i < 2 + OTHERS; i++) {
        store_decide(store, i, "a.example", VERDICT_ALLOW);
        store_end(store, i, REASON_NONE);
    }
    store_end(store, 1, REASON_IDLE);
    store_settle(store);
    struct store_reader *reader = store_reader(store);
    struct export_requests *requests = export_requests_new(reader, &options);
    uint64_t count = 0;
    uint64_t longest_at = 0;
    struct export_item *item;
    while ((item = next_request(requests)) != NULL) {
        count++;
        assert_true(item->has_outcome);
        if (number_of(item) == 1)
            longest_at = count;
    }
    assert_null(next_rest(requests));
    assert_int_equal(count, OTHERS + 1);
    assert_int_not_equal(longest_at, 0);
    assert_int_not_equal(longest_at, 1);
    export_requests_free(requests);
    store_reader_free(reader);
}

static void what_has_not_ended_comes_last_and_again_when_it_ends(void **state)
{
    struct store_fixture *store = *state;
    struct export_filter filter = {0};
    struct export_requests_options options = {.filter = &filter};
    store_decide(store, 1, "open.example", VERDICT_ALLOW);
    store_decide(store, 2, "a.example", VERDICT_ALLOW);
    store_end(store, 2, REASON_NONE);
    store_settle(store);
    struct store_reader *reader = store_reader(store);
    struct export_requests *requests = export_requests_new(reader, &options);
    assert_null(next_request(requests));
    struct export_item *item = next_rest(requests);
    assert_int_equal(number_of(item), 1);
    assert_false(item->has_outcome);
    assert_int_equal(number_of(next_rest(requests)), 2);
    assert_null(next_rest(requests));
    store_end(store, 1, REASON_NONE);
    store_settle(store);
    item = next_request(requests);
    assert_non_null(item);
    assert_int_equal(number_of(item), 1);
    assert_true(item->has_outcome);
    export_requests_free(requests);
    store_reader_free(reader);
}

static uint64_t count_of(struct store_fixture *store, const struct export_filter *filter)
{
    struct export_requests_options options = {.filter = filter};
    struct store_reader *reader = store_reader(store);
    struct export_requests *requests = export_requests_new(reader, &options);
    uint64_t count = 0;
    while (next_request(requests) != NULL)
        count++;
    while (next_rest(requests) != NULL)
        count++;
    export_requests_free(requests);
    store_reader_free(reader);
    return count;
}

static void filters_hold_together_and_a_list_is_any_of(void **state)
{
    struct store_fixture *store = *state;
    store_decide(store, 1, "a.example", VERDICT_ALLOW);
    store_decide(store, 2, "b.example", VERDICT_DENY);
    store_decide(store, 3, "c.other", VERDICT_DENY);
    store_end(store, 1, REASON_DNS_FAILED);
    store_end(store, 2, REASON_NONE);
    store_settle(store);
    const struct {
        struct export_filter filter;
        uint64_t expected;
    } rows[] = {
        {{0}, 3},
        {{.host = TEXT("*.example")}, 2},
        {{.host = TEXT("a.example,c.*")}, 2},
        {{.host = TEXT("*.example"), .verdicts = 1u << VERDICT_DENY}, 1},
        {{.verdicts = 1u << VERDICT_DENY | 1u << VERDICT_ALLOW}, 3},
        {{.reason = TEXT("dns_failed")}, 1},
        {{.reason = TEXT("rule")}, 3},
        {{.done = TEXT("forward")}, 2},
        {{.request = TEXT("00000000000000020000000000000002")}, 1},
        {{.provider = TEXT("openai")}, 0},
        {{.since_us = INT64_MAX}, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(count_of(store, &rows[i].filter), rows[i].expected);
}

/* --- cursor
 * ------------------------------------------------------------------------------------------------------------ */

static bool keep_cursor(void *context, struct text cursor, char **error)
{
    (void)error;
    buffer_empty(context);
    buffer_append(context, cursor);
    return true;
}

/* One run of an export that goes on from `cursor`; how many lines it wrote, -1 when it was refused. */
static int run(struct store_fixture *store, struct buffer *cursor)
{
    FILE *out = fopen("/dev/null", "w");
    struct export_cursor going_on = {.start = buffer_text(cursor), .save = keep_cursor, .context = cursor};
    struct buffer start = {0};
    buffer_append(&start, buffer_text(cursor));
    going_on.start = buffer_text(&start);
    struct export_options export = {.format = EXPORT_OCSF, .out = out, .cursor = &going_on};
    struct store_reader *reader = store_reader(store);
    uint64_t count = 0;
    char *error = NULL;
    bool done = export_write(reader, &export, &count, &error);
    if (!done)
        print_message("refused: %s\n", error);
    base_free(error);
    store_reader_free(reader);
    buffer_clear(&start);
    fclose(out);
    return done ? (int)count : -1;
}

static void a_cursor_loses_and_repeats_nothing_that_has_ended(void **state)
{
    struct store_fixture *store = *state;
    struct buffer cursor = {0};
    store_decide(store, 1, "a.example", VERDICT_ALLOW);
    store_end(store, 1, REASON_NONE);
    store_decide(store, 2, "open.example", VERDICT_ALLOW);
    store_settle(store);
    assert_int_equal(run(store, &cursor), 2);
    assert_int_equal(run(store, &cursor), 0);
    store_end(store, 2, REASON_NONE);
    store_decide(store, 3, "a.example", VERDICT_ALLOW);
    store_end(store, 3, REASON_NONE);
    store_settle(store);
    assert_int_equal(run(store, &cursor), 2); /* 2 again, whole, and 3 */
    assert_int_equal(run(store, &cursor), 0);
    buffer_clear(&cursor);
}

static void a_cursor_of_another_history_is_refused(void **state)
{
    struct store_fixture *store = *state;
    struct buffer cursor = {0};
    store_decide(store, 1, "a.example", VERDICT_ALLOW);
    store_settle(store);
    assert_int_equal(run(store, &cursor), 1);
    char *leaf = strstr(cursor.data, "last ") + 5;
    *leaf = *leaf == '0' ? '1' : '0';
    assert_int_equal(run(store, &cursor), -1);
    buffer_empty(&cursor);
    buffer_append_string(&cursor, CURSOR_HEAD "origin other.example/log\nnext 1\n");
    assert_int_equal(run(store, &cursor), -1);
    buffer_empty(&cursor);
    buffer_append_string(&cursor, CURSOR_HEAD "origin audit.example/test\nnext 1\nopen 0\n"); /* an OPEN record */
    assert_int_equal(run(store, &cursor), -1);
    buffer_clear(&cursor);
}

static void a_text_that_is_no_cursor_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "exeat-cursor 2\norigin a\nnext 1\n",
        CURSOR_HEAD,
        CURSOR_HEAD "origin \n",
        CURSOR_HEAD "origin a\norigin b\n",
        CURSOR_HEAD "origin a\nnext -1\n",
        CURSOR_HEAD "origin a\nlast 00\n",
        CURSOR_HEAD "origin a\nopen x\n",
        CURSOR_HEAD "origin a\nelse 1\n",
        CURSOR_HEAD "origin a\n\n"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct cursor cursor;
        if (cursor_parse(text_from(texts[i]), &cursor))
            fail_msg("taken: %s", texts[i]);
        cursor_clear(&cursor);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            requests_come_whole_and_in_order_of_their_decisions, store_set_up, store_tear_down),
        cmocka_unit_test_setup_teardown(
            a_long_request_holds_nobody_up_and_comes_once_when_it_ends, store_set_up, store_tear_down),
        cmocka_unit_test_setup_teardown(
            what_has_not_ended_comes_last_and_again_when_it_ends, store_set_up, store_tear_down),
        cmocka_unit_test_setup_teardown(filters_hold_together_and_a_list_is_any_of, store_set_up, store_tear_down),
        cmocka_unit_test_setup_teardown(
            a_cursor_loses_and_repeats_nothing_that_has_ended, store_set_up, store_tear_down),
        cmocka_unit_test_setup_teardown(a_cursor_of_another_history_is_refused, store_set_up, store_tear_down),
        cmocka_unit_test(a_text_that_is_no_cursor_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
