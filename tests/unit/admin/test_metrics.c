/* SPDX-License-Identifier: Apache-2.0 */
/* Counters of workers add up, and are written as Prometheus reads them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/admin.h"
#include "exeat/base/memory.h"

static struct session_stats a_worker(const char *provider, uint64_t answered)
{
    struct session_stats stats = {.open = 2, .exchanges = {.upstream_count = 2, .upstream_latency_us = 1500}};
    stats.accounts.decisions[VERDICT_DENY][REASON_NO_RULE] = 3;
    stats.exchanges.upstream_latency[0] = 1;
    stats.exchanges.upstream_latency[1] = 1;
    text_store(text_from(provider), stats.accounts.llm[0].provider, sizeof(stats.accounts.llm[0].provider));
    text_store(TEXT("mistral"), stats.accounts.llm[0].model, sizeof(stats.accounts.llm[0].model));
    stats.accounts.llm[0].answered = answered;
    return stats;
}

static void has_line(const char *text, const char *line)
{
    if (strstr(text, line) == NULL)
        fail_msg("no line \"%s\" in\n%s", line, text);
}

static void workers_add_up(void **state)
{
    (void)state;
    struct admin_view view = {.ready = true, .workers = 3};
    struct session_stats workers[] = {a_worker("OpenAI", 1), a_worker("OpenAI", 2), a_worker("Quo\"te", 5)};
    for (size_t i = 0; i < COUNT_OF(workers); i++)
        admin_add(&view.sessions, &workers[i]);
    struct buffer out = {0};
    admin_metrics_write(&view, &out);
    char *text = buffer_take(&out);
    has_line(text, "exeat_decisions_total{verdict=\"deny\",reason=\"no_rule\"} 9\n");
    has_line(text, "exeat_llm_calls_total{provider=\"OpenAI\",model=\"mistral\",outcome=\"answered\"} 3\n");
    has_line(text, "exeat_llm_calls_total{provider=\"Quo\\\"te\",model=\"mistral\",outcome=\"answered\"} 5\n");
    has_line(text, "exeat_sessions_open 6\n");
    has_line(text, "exeat_upstream_latency_seconds_bucket{le=\"0.001000\"} 6\n");
    has_line(text, "exeat_upstream_latency_seconds_sum 0.004500\n");
    has_line(text, "exeat_ready 1\n");
    base_free(text);
}

static void a_rule_that_ends_says_when(void **state)
{
    (void)state;
    struct buffer lapses = {0};
    struct buffer out = {0};
    admin_lapse_write(TEXT("cour\"ier"), 1798740000999999, &lapses);
    admin_lapse_write(TEXT("old"), -1000000, &lapses);
    struct admin_view view = {.rule_lapses = buffer_text(&lapses), .rules_lapsed = 1};
    admin_metrics_write(&view, &out);
    char *text = buffer_take(&out);
    has_line(text, "exeat_policy_rule_lapses_seconds{rule=\"cour\\\"ier\"} 1798740000\n");
    has_line(text, "exeat_policy_rule_lapses_seconds{rule=\"old\"} -1\n");
    has_line(text, "exeat_policy_rules_lapsed_total 1\n");
    base_free(text);
    buffer_clear(&lapses);
}

static void engines_are_told_by_name_and_what_went_wrong_by_its_word(void **state)
{
    (void)state;
    struct admin_view view = {0};
    const struct engine_view engines[] = {
        {.name = "lo\"cal",
         .is_up = true,
         .state = ENGINE_WARMING,
         .slots = 4,
         .waiting = 2,
         .faults = {{.code = REASON_CONNECT_FAILED, .count = 3}, {.code = 503, .count = 2}}},
        {.name = "other", .order = ENGINE_DRAINS},
    };
    view.engines.views = engines;
    view.engines.count = COUNT_OF(engines);
    struct buffer out = {0};
    admin_metrics_write(&view, &out);
    char *text = buffer_take(&out);
    has_line(text, "exeat_inference_up{endpoint=\"lo\\\"cal\"} 1\n");
    has_line(text, "exeat_inference_up{endpoint=\"other\"} 0\n");
    has_line(text, "exeat_inference_slots{endpoint=\"lo\\\"cal\"} 4\n");
    has_line(text, "exeat_inference_queue{endpoint=\"lo\\\"cal\"} 2\n");
    has_line(text, "exeat_inference_state{endpoint=\"other\",state=\"unknown\",order=\"drains\"} 1\n");
    has_line(text, "exeat_inference_failures_total{endpoint=\"lo\\\"cal\",reason=\"connect_failed\"} 3\n");
    has_line(text, "exeat_inference_failures_total{endpoint=\"lo\\\"cal\",reason=\"status_503\"} 2\n");
    base_free(text);
}

static void a_limit_tells_its_owner_how_much_is_used_and_whom_it_turned_away(void **state)
{
    (void)state;
    const struct budget_row rows[] = {
        {TEXT("rule ll\"m"), {[BUDGET_REQUESTS] = {3, 86400000000}, [BUDGET_BYTES] = {BUDGET_AMOUNT_MAX, 1000000}}},
        {TEXT("client queue"), {[BUDGET_CONCURRENT] = {4, 0}}},
    };
    const size_t both[] = {0, 1};
    struct budgets *budgets = budgets_new();
    struct budget_table *table = budget_table_new(budgets, rows, COUNT_OF(rows), 1);
    struct budget_share *share = budget_share_new(table);
    struct budget_refusal refusal;
    for (int i = 0; i < 2; i++)
        assert_true(budget_enter(share, both, COUNT_OF(both), 0, &refusal));
    assert_true(budget_enter(share, both, 1, 0, &refusal));
    assert_false(budget_enter(share, both, COUNT_OF(both), 0, &refusal));
    budget_spend(share, both, 1, BUDGET_BYTES, BUDGET_AMOUNT_MAX, 0);
    struct admin_view view = {.limits = {budgets, 0}};
    struct buffer out = {0};
    admin_metrics_write(&view, &out);
    char *text = buffer_take(&out);
    has_line(text, "exeat_limit_used_ratio{rule=\"ll\\\"m\",kind=\"requests\"} 1.0000\n");
    has_line(text, "exeat_limit_used_ratio{rule=\"ll\\\"m\",kind=\"bytes\"} 1.0000\n");
    has_line(text, "exeat_limit_used_ratio{client=\"queue\",kind=\"concurrent\"} 0.5000\n");
    has_line(text, "exeat_limit_refusals_total{rule=\"ll\\\"m\",kind=\"requests\"} 1\n");
    has_line(text, "exeat_limit_refusals_total{client=\"queue\",kind=\"concurrent\"} 0\n");
    assert_null(strstr(text, "tokens")); /* no limit, no line */
    base_free(text);
    budget_share_free(share);
    budget_table_unref(table);
    budgets_free(budgets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workers_add_up),
        cmocka_unit_test(a_rule_that_ends_says_when),
        cmocka_unit_test(a_limit_tells_its_owner_how_much_is_used_and_whom_it_turned_away),
        cmocka_unit_test(engines_are_told_by_name_and_what_went_wrong_by_its_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
