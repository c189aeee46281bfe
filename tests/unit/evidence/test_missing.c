/* SPDX-License-Identifier: Apache-2.0 */
/* What is missing shows: outcomes without their decisions, private parts that no record says were erased. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "evidence_internal.h"
#include "exeat/base/memory.h"
#include "store_fixture.h"

/* --- ids --- */

static struct request_id id_of(uint32_t number)
{
    struct request_id id = {.bytes = {1}};
    bytes_put_u32(id.bytes + 4, number);
    bytes_put_u32(id.bytes + REQUEST_ID_SIZE - 4, number % 7 == 0 ? 5 : number * 2654435761u); /* many share a home */
    return id;
}

static void a_set_of_ids_is_a_set(void **state)
{
    enum { IDS = 3000, STEPS = 40000 };
    (void)state;
    static bool is_in[IDS];
    struct id_set set = {0};
    unsigned seed = 7;
    size_t count = 0;
    for (int i = 0; i < STEPS; i++) {
        uint32_t number = (uint32_t)rand_r(&seed) % IDS;
        struct request_id id = id_of(number);
        if (rand_r(&seed) % 2 == 0) {
            assert_true(id_set_add(&set, &id));
            count += is_in[number] ? 0 : 1;
            is_in[number] = true;
        } else {
            assert_int_equal(id_set_remove(&set, &id), is_in[number]);
            count -= is_in[number] ? 1 : 0;
            is_in[number] = false;
        }
        assert_int_equal(set.count, count);
    }
    id_set_empty(&set);
    for (uint32_t i = 0; i < IDS; i++) {
        struct request_id id = id_of(i);
        assert_false(id_set_remove(&set, &id));
    }
    id_set_clear(&set);
}

/* --- orphans --- */

struct seen {
    unsigned outcomes;
};

static void on_row(void *context, const struct store_row *row)
{
    struct seen *seen = context;
    seen->outcomes += row->kind == RECORD_COMPLETION ? 1 : 0;
}

static unsigned count_outcomes(struct store_reader *reader, const struct export_filter *filter)
{
    struct seen seen = {0};
    struct export_requests_options options = {
        .filter = filter, .hook = {.on_row = on_row, .context = &seen}, .by_record = true};
    store_reader_seek(reader, store_reader_first(reader));
    struct export_requests *requests = export_requests_new(reader, &options);
    struct export_item *item;
    while (export_requests_next(requests, &item) == STORE_ROW)
        continue;
    export_requests_free(requests);
    return seen.outcomes;
}

static void an_outcome_without_its_decision_is_exported_and_found(void **state)
{
    struct store_fixture *store = *state;
    struct export_filter all = {0};
    struct export_filter of_host = {.host = TEXT("a.example")};
    struct evidence_check check = {0};
    struct evidence_report report;
    store_decide(store, 1, "a.example", VERDICT_ALLOW);
    store_end(store, 1, REASON_NONE);
    store_decide(store, 2, "a.example", VERDICT_ALLOW);
    store_end(store, 3, REASON_NONE); /* of whom nobody decided */
    store_settle(store);
    struct store_reader *reader = store_reader(store);
    assert_int_equal(count_outcomes(reader, &all), 2);
    assert_int_equal(count_outcomes(reader, &of_host), 1);
    evidence_verify(reader, &check, &report);
    assert_int_equal(report.orphans, 1);
    assert_int_equal(report.verdict, EVIDENCE_GAP);
    assert_non_null(strstr(report.findings[EVIDENCE_GAP].detail, "is an outcome without its decision"));
    store_reader_free(reader);
}

/* --- erasures --- */

static void note(struct export_erasures *erasures, uint64_t sequence, const char *time, const char *event)
{
    struct buffer fields = {0};
    struct buffer detail = {0};
    buffer_printf(&detail, "private parts of records before %s are removed, asked by uid 7", time);
    record_field_append(&fields, EVENT_NAME, bytes_of_text(text_from(event)));
    record_field_append(&fields, EVENT_DETAIL, bytes_of_text(buffer_text(&detail)));
    const struct record record = {
        .head = {.kind = RECORD_PRUNE, .sequence = sequence}, .fields = bytes_of_text(buffer_text(&fields))};
    assert_int_equal(export_erasures_note(erasures, &record), strcmp(event, "erase") == 0 && strlen(time) > 9);
    buffer_clear(&fields);
    buffer_clear(&detail);
}

static void an_order_covers_what_is_older_and_stands_before_it(void **state)
{
    (void)state;
    const int64_t day = 86400000000;
    struct export_erasures erasures = {0};
    assert_int_equal(export_erasures_cover(&erasures, 1, 0), 0);
    note(&erasures, 100, "1970-01-03T00:00:00.000000Z", "erase");
    note(&erasures, 150, "1970-01-09T00:00:00.000000Z", "retention");
    note(&erasures, 160, "sometime", "erase");
    note(&erasures, 200, "1970-01-02T00:00:00.000000Z", "erase");
    assert_int_equal(erasures.count, 2);
    assert_int_equal(export_erasures_cover(&erasures, 50, 2 * day - 1), 100);
    assert_int_equal(export_erasures_cover(&erasures, 50, 2 * day), 0);
    assert_int_equal(export_erasures_cover(&erasures, 100, 0), 200);
    assert_int_equal(export_erasures_cover(&erasures, 120, 2 * day - 1), 0);
    assert_int_equal(export_erasures_cover(&erasures, 200, 0), 0);
    note(&erasures, 300, "1970-01-04T00:00:00.000000Z", "erase"); /* covers all that the others do */
    assert_int_equal(erasures.count, 1);
    assert_int_equal(export_erasures_cover(&erasures, 250, 3 * day - 1), 300);
    export_erasures_clear(&erasures);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_of_ids_is_a_set),
        cmocka_unit_test_setup_teardown(
            an_outcome_without_its_decision_is_exported_and_found, store_set_up, store_tear_down),
        cmocka_unit_test(an_order_covers_what_is_older_and_stands_before_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
