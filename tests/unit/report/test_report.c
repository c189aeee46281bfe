/* SPDX-License-Identifier: Apache-2.0 */
/* The report and the panels count what is there, and what a client sent stays text in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/memory.h"
#include "report_internal.h"
#include "store_fixture.h"

static const char evil[] = "x\"'><script>alert(1)</script><img src=http://a.test/ onerror=a&b\x1b[31m\xff\xe2\x80\xae";

static char *page_of(const struct store_fixture *store)
{
    struct evidence_report verify;
    struct evidence_check check = {0};
    struct export_filter filter = {0};
    struct report_page page = {.query = text_from(evil), .keys = text_from(evil)};
    struct buffer out = {0};
    char *error = NULL;
    struct store_reader *reader = store_reader(store);
    evidence_verify(reader, &check, &verify);
    assert_true(report_html(reader, &filter, &page, &verify, &out, &error));
    store_reader_free(reader);
    return buffer_take(&out);
}

static void hostile_values_stay_text(void **state)
{
    struct store_fixture *store = *state;
    store_decide(store, 1, evil, VERDICT_DENY);
    store_end(store, 1, REASON_NONE);
    store_settle(store);
    assert_true(audit_event_text(store->audit, RECORD_ADMIN, text_from(evil), text_from(evil)));
    char *html = page_of(store);
    assert_null(strstr(html, "<script"));
    assert_null(strstr(html, "<img"));
    assert_null(strchr(html, '\x1b'));
    assert_null(strstr(html, "\xe2\x80\xae"));
    assert_non_null(strstr(html, "x&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert_true(text_is_utf8(text_from(html)));
    base_free(html);
}

static void panels_show_no_control_characters(void **state)
{
    struct store_fixture *store = *state;
    struct export_filter filter = {0};
    struct report_look look = {0};
    struct buffer out = {0};
    char *error = NULL;
    store_decide(store, 1, evil, VERDICT_DENY);
    store_settle(store);
    struct store_reader *reader = store_reader(store);
    assert_true(report_stats(reader, &filter, &look, &out, &error));
    for (size_t i = 0; i < out.length; i++)
        assert_true(out.data[i] == '\n' || (out.data[i] >= ' ' && out.data[i] != 0x7f));
    store_reader_free(reader);
    buffer_clear(&out);
}

static void a_tally_counts_each_request_once_by_its_verdict(void **state)
{
    struct store_fixture *store = *state;
    struct export_filter filter = {0};
    struct tally tally;
    char *error = NULL;
    for (uint64_t i = 1; i <= 6; i++) {
        store_decide(store, i, i % 2 == 0 ? "a.example" : "b.example", i <= 4 ? VERDICT_ALLOW : VERDICT_DENY);
        if (i != 3)
            store_end(store, i, i == 1 ? REASON_DNS_FAILED : REASON_NONE);
    }
    store_settle(store);
    struct store_reader *reader = store_reader(store);
    assert_true(tally_read(&tally, reader, &filter, NULL, &error));
    assert_int_equal(tally.requests.all, 6);
    assert_int_equal(tally.requests.verdicts[VERDICT_ALLOW], 4);
    assert_int_equal(tally.requests.verdicts[VERDICT_DENY], 2);
    assert_int_equal(tally.requests.unfinished, 1);
    assert_int_equal(tally.requests.failed, 1);
    assert_int_equal(tally.hosts.count, 2);
    assert_int_equal(tally.kinds[RECORD_OPEN], 1);
    uint64_t sum = 0;
    for (size_t i = 0; i < tally.period.bucket_count; i++)
        sum += tally.period.buckets[i].verdicts[VERDICT_ALLOW] + tally.period.buckets[i].verdicts[VERDICT_DENY];
    assert_int_equal(sum, 6);
    tally_clear(&tally);
    store_reader_free(reader);
}

static void
call(struct store_fixture *store, uint64_t number, struct decision_record decision, enum plan done, const char *builtin)
{
    struct outcome_record outcome = {.done = done, .status = 200};
    bytes_put_u64(decision.id.bytes, number);
    outcome.id = decision.id;
    outcome.service.builtin = text_from(builtin);
    outcome.reason = done == PLAN_REFUSE ? REASON_INFERENCE_DOWN : REASON_NONE;
    while (audit_port_decide(store->port, &decision, NULL) == AUDIT_REFUSED)
        store_settle(store);
    audit_port_complete(store->port, &outcome);
}

static struct decision_record rerouted(void)
{
    return (struct decision_record){
        .verdict = VERDICT_REROUTE,
        .plan = PLAN_REROUTE,
        .reason = REASON_RULE,
        .scheme = SCHEME_HTTPS,
        .host = TEXT("api.openai.com"),
        .llm = {.provider = TEXT("openai"), .operation = LLM_CHAT}};
}

static void read_tally(struct store_fixture *store, struct tally *tally)
{
    struct export_filter filter = {0};
    char *error = NULL;
    store_settle(store);
    struct store_reader *reader = store_reader(store);
    assert_true(tally_read(tally, reader, &filter, NULL, &error));
    store_reader_free(reader);
}

static void what_the_gate_gave_by_itself_is_told_by_what_it_was(void **state)
{
    static const char *const own[] = {"cache", "cache", "models", "canned", NULL};
    struct store_fixture *store = *state;
    struct tally tally;
    uint64_t number = 1;
    call(store, number++, rerouted(), PLAN_REROUTE, NULL);
    call(store, number++, rerouted(), PLAN_REFUSE, NULL);
    for (size_t i = 0; i < COUNT_OF(own); i++)
        call(store, number++, rerouted(), PLAN_ANSWER, own[i]);
    read_tally(store, &tally);
    assert_int_equal(tally.calls.all, 7);
    assert_int_equal(tally_flow(&tally, FLOW_LOCAL), 1);
    assert_int_equal(tally_flow(&tally, FLOW_KEPT), 2);
    assert_int_equal(tally_flow(&tally, FLOW_LISTED), 1);
    assert_int_equal(tally_flow(&tally, FLOW_CANNED), 2); /* older records do not say which */
    assert_int_equal(tally_flow(&tally, FLOW_FAILED), 1);
    assert_int_equal(tally.calls.rerouted, 7);
    assert_int_equal(tally.calls.fallbacks, 3);
    tally_clear(&tally);
    char *html = page_of(store);
    assert_non_null(strstr(html, "answered with a kept answer</dt><dd>2<"));
    assert_non_null(strstr(html, "answered with a list of models</dt><dd>1<"));
    assert_non_null(strstr(html, "answered with a fixed text</dt><dd>2<"));
    assert_non_null(strstr(html, "rerouted calls that no local model answered</td><td class=\"n\">3<"));
    base_free(html);
}

static void what_asks_a_vendor_nothing_is_no_call(void **state)
{
    struct store_fixture *store = *state;
    struct decision_record name = rerouted();
    struct decision_record opened = rerouted();
    struct decision_record page = rerouted();
    struct decision_record failed = rerouted();
    struct tally tally;
    name.scheme = SCHEME_DNS;
    page.llm.operation = LLM_NONE; /* of a host with other uses too */
    failed.verdict = VERDICT_ALLOW;
    call(store, 1, name, PLAN_ANSWER, NULL);
    call(store, 2, opened, PLAN_OPEN, NULL);
    call(store, 3, page, PLAN_FORWARD, NULL);
    call(store, 4, failed, PLAN_REFUSE, NULL);
    read_tally(store, &tally);
    assert_int_equal(tally.calls.all, 1);
    assert_int_equal(tally_flow(&tally, FLOW_FAILED), 1);
    assert_int_equal(tally.calls.fallbacks, 0); /* nobody meant it for a local model */
    tally_clear(&tally);
}

static void counters_give_the_most_frequent_first_and_stay_bounded(void **state)
{
    (void)state;
    struct counters counters = {0};
    const struct counter *top[3];
    char name[32];
    for (unsigned i = 0; i < COUNTERS_MAX + 10; i++) {
        snprintf(name, sizeof(name), "h%u", i);
        (void)counters_add(&counters, text_from(name), VERDICT_ALLOW, 1);
    }
    for (int i = 0; i < 3; i++)
        (void)counters_add(&counters, TEXT("h7"), VERDICT_DENY, 2);
    (void)counters_add(&counters, TEXT("h9"), VERDICT_DENY, 2);
    assert_int_equal(counters.count, COUNTERS_MAX);
    assert_int_equal(counters.beyond, 10);
    assert_int_equal(counters_top(&counters, 0, top, 3), 3);
    assert_true(text_equal(top[0]->name, TEXT("h7")) && top[0]->count == 4);
    assert_true(text_equal(top[1]->name, TEXT("h9")) && text_equal(top[2]->name, TEXT("h0")));
    assert_int_equal(counters_top(&counters, VERDICT_DENY, top, 3), 2);
    counters_clear(&counters);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(hostile_values_stay_text, store_set_up, store_tear_down),
        cmocka_unit_test_setup_teardown(panels_show_no_control_characters, store_set_up, store_tear_down),
        cmocka_unit_test_setup_teardown(a_tally_counts_each_request_once_by_its_verdict, store_set_up, store_tear_down),
        cmocka_unit_test_setup_teardown(
            what_the_gate_gave_by_itself_is_told_by_what_it_was, store_set_up, store_tear_down),
        cmocka_unit_test_setup_teardown(what_asks_a_vendor_nothing_is_no_call, store_set_up, store_tear_down),
        cmocka_unit_test(counters_give_the_most_frequent_first_and_stay_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
