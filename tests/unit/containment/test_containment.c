/* SPDX-License-Identifier: Apache-2.0 */
/* When what was found goes on record. Of another user than the rules name nothing is tried, and the finding is known.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "exeat/containment.h"
#include "store_fixture.h"

static size_t records(const struct store_fixture *store)
{
    struct store_reader *reader = store_reader(store);
    struct store_row row;
    size_t count = 0;
    while (store_reader_next(reader, &row) == STORE_ROW)
        count += row.kind == RECORD_CONFIG;
    store_reader_free(reader);
    return count;
}

static struct containment *begin(const struct store_fixture *store, uint64_t interval_ms)
{
    static const _Atomic bool drains;
    const struct containment_options options = {.uid = geteuid() + 1, .interval_ms = interval_ms, .drains = &drains};
    struct containment *containment = containment_new(&options);
    assert_non_null(containment_objection(containment)); /* before it has tried */
    containment_start(containment, store->audit);
    assert_int_equal(containment_ask(containment), REDIRECT_WRONG_USER);
    return containment;
}

static void what_stays_as_it_is_is_on_record_again_after_each_interval(void **state)
{
    const struct store_fixture *store = *state;
    struct containment *containment = begin(store, 1);
    while (records(store) < 4)
        (void)containment_ask(containment);
    containment_free(containment);
}

static void within_an_interval_it_is_on_record_once_however_often_it_is_tried(void **state)
{
    const struct store_fixture *store = *state;
    struct containment *containment = begin(store, 3600000);
    for (int i = 0; i < 20; i++)
        assert_int_equal(containment_ask(containment), REDIRECT_WRONG_USER);
    assert_int_equal(records(store), 1);
    assert_non_null(containment_objection(containment));
    containment_free(containment);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            what_stays_as_it_is_is_on_record_again_after_each_interval, store_set_up, store_tear_down),
        cmocka_unit_test_setup_teardown(
            within_an_interval_it_is_on_record_once_however_often_it_is_tried, store_set_up, store_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
