/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that end by themselves, at moments that are given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exeat/policy/lapse.h"
#include "exeat/policy/names.h"

#define END INT64_C(1798740000000000) /* 2026-12-31T18:00:00Z */
#define DAY POLICY_LAPSE_WARNING_US

static const char policy_text[] =
    "version: 1\n"
    "tls: { authority: { certificate: c, key: k, names: [\"@llm\"] } }\n"
    "inference: [{ name: canned, builtin: canned, text: x }]\n"
    "rules:\n"
    "  - { id: late, verdict: allow, hosts: [late.example], until: 2027-12-31T18:00:00Z }\n"
    "  - { id: sale, verdict: allow, hosts: [sale.example], until: 2026-12-31T18:00:00Z }\n"
    "  - { id: freeze, verdict: deny, hosts: [shop.example], until: 2026-12-31T19:00:00+01:00 }\n"
    "  - { id: shop, verdict: allow, hosts: [shop.example] }\n"
    "  - { id: home, verdict: reroute, hosts: [\"@llm\"], inference: [canned], until: 2026-12-31T18:00:00Z }\n"
    "  - { id: mistral, verdict: allow, hosts: [api.mistral.ai] }\n"
    "  - { id: range, verdict: allow, addresses: [10.0.0.0/8], until: 2026-12-31T18:00:00Z }\n"
    "  - { id: db, verdict: allow, hosts: [db.example], ports: [5432], schemes: [tcp], until: 2026-12-31T18:00:00Z }\n";

static struct policy *compile(void)
{
    struct diags *diags = diags_new();
    struct settings *settings = settings_parse(text_from(policy_text), "test.yaml", diags);
    assert_non_null(settings);
    struct policy *policy = policy_compile(settings, diags);
    assert_non_null(policy);
    diags_free(diags);
    return policy;
}

static enum verdict ask(const struct policy *policy, const char *line, int64_t asked_us)
{
    struct arena arena = {0};
    struct request request;
    struct decision decision;
    const char *wrong;
    assert_true(policy_request_parse(text_from(line), &arena, &request, &wrong));
    request.asked_us = asked_us;
    policy_judge(policy, &request, &decision);
    arena_clear(&arena);
    return decision.verdict;
}

static void a_rule_holds_before_its_moment_and_not_from_then_on(void **state)
{
    (void)state;
    struct policy *policy = compile();
    static const struct {
        const char *line;
        enum verdict before;
        enum verdict from_then_on;
        enum verdict unknown; /* nobody said when */
    } rows[] = {
        {"GET https://sale.example/", VERDICT_ALLOW, VERDICT_DENY, VERDICT_DENY},
        {"CONNECT sale.example:443", VERDICT_ALLOW, VERDICT_DENY, VERDICT_DENY},
        {"GET https://late.example/", VERDICT_ALLOW, VERDICT_ALLOW, VERDICT_DENY},
        {"GET https://shop.example/", VERDICT_DENY, VERDICT_ALLOW, VERDICT_DENY},
        {"GET https://10.1.2.3/", VERDICT_ALLOW, VERDICT_DENY, VERDICT_DENY},
        {"CONNECT db.example:5432", VERDICT_ALLOW, VERDICT_DENY, VERDICT_DENY},
        {"POST https://api.mistral.ai/v1/chat/completions", VERDICT_REROUTE, VERDICT_ALLOW, VERDICT_REROUTE},
        /* no rule reroutes it any more, and an LLM host is let out by no rule that does not name it */
        {"POST https://api.openai.com/v1/chat/completions", VERDICT_REROUTE, VERDICT_DENY, VERDICT_REROUTE},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_int_equal(ask(policy, rows[i].line, ASKED_AT_FIRST), rows[i].before);
        assert_int_equal(ask(policy, rows[i].line, END - 1), rows[i].before);
        assert_int_equal(ask(policy, rows[i].line, END), rows[i].from_then_on);
        assert_int_equal(ask(policy, rows[i].line, END + 1), rows[i].from_then_on);
        assert_int_equal(ask(policy, rows[i].line, ASKED_UNKNOWN), rows[i].unknown);
    }
    policy_unref(policy);
}

static void an_address_is_judged_at_the_moment_of_its_request(void **state)
{
    (void)state;
    struct policy *policy = compile();
    struct arena arena = {0};
    struct request request;
    struct decision decision;
    struct judged_address judged;
    struct address address;
    enum reason why;
    const char *wrong;
    assert_true(address_parse(TEXT("93.184.216.34"), &address));
    assert_true(policy_request_parse(TEXT("GET https://sale.example/"), &arena, &request, &wrong));
    request.asked_us = END - 1;
    policy_judge(policy, &request, &decision);
    assert_true(policy_judge_address(policy, &request, &decision, &address, &judged, &why));
    request.asked_us = END; /* a kept connection, used for another request */
    assert_false(policy_judge_address(policy, &request, &decision, &address, &judged, &why));
    arena_clear(&arena);
    policy_unref(policy);
}

static void a_name_may_be_asked_for_as_long_as_a_rule_lets_it_out(void **state)
{
    (void)state;
    struct policy *policy = compile();
    struct name_question question = {.type = DNS_A};
    struct name_verdict verdict;
    static const struct {
        int64_t asked_us;
        enum plan plan;
    } rows[] = {
        {ASKED_AT_FIRST, PLAN_FORWARD},
        {END - 1, PLAN_FORWARD},
        {END, PLAN_REFUSE},
        {ASKED_UNKNOWN, PLAN_REFUSE},
    };
    assert_true(host_parse(TEXT("sale.example"), &question.host));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        question.asked_us = rows[i].asked_us;
        policy_judge_name(policy, &question, false, &verdict);
        assert_int_equal(verdict.decision.plan, rows[i].plan);
    }
    policy_unref(policy);
}

static void the_soonest_comes_first_and_each_has_a_last_day(void **state)
{
    (void)state;
    struct policy *policy = compile();
    size_t count = 0;
    const struct policy_lapse *lapses = policy_lapses(policy, &count);
    static const char *const order[] = {"db", "freeze", "home", "range", "sale", "late"};
    assert_int_equal(count, COUNT_OF(order));
    for (size_t i = 0; i < count; i++)
        assert_true(text_equal(lapses[i].rule->id.text, text_from(order[i])));
    assert_int_equal(policy_lapsed(policy, END - 1), 0);
    assert_int_equal(policy_lapsed(policy, END), 5);
    assert_int_equal(policy_lapsed(policy, INT64_MAX), 6);
    assert_int_equal(policy_next_lapse(policy, 0), END - DAY);
    assert_int_equal(policy_next_lapse(policy, END - DAY), END);
    int64_t late = lapses[5].until_us;
    assert_int_equal(policy_next_lapse(policy, END), late - DAY);
    assert_int_equal(policy_next_lapse(policy, late - DAY), late);
    assert_int_equal(policy_next_lapse(policy, late), INT64_MAX);
    policy_unref(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_holds_before_its_moment_and_not_from_then_on),
        cmocka_unit_test(an_address_is_judged_at_the_moment_of_its_request),
        cmocka_unit_test(a_name_may_be_asked_for_as_long_as_a_rule_lets_it_out),
        cmocka_unit_test(the_soonest_comes_first_and_each_has_a_last_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
