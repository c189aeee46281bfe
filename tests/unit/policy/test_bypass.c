/* SPDX-License-Identifier: Apache-2.0 */
/* What a bypass lets through, and what it never does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exeat/policy/bypass.h"

static struct policy *policy_from(const char *rules)
{
    struct diags *diags = diags_new();
    struct settings *settings = settings_parse(text_from(rules), "test.yaml", diags);
    assert_non_null(settings);
    struct policy *policy = policy_compile(settings, diags);
    assert_non_null(policy);
    diags_free(diags);
    return policy;
}

static struct decision bypassed(const struct policy *policy, const char *line, struct request *request)
{
    static struct arena arena; /* texts outlive the test */
    const char *wrong = NULL;
    struct decision decision;
    assert_true(policy_request_parse(text_from(line), &arena, request, &wrong));
    policy_judge(policy, request, &decision);
    policy_bypass(policy, request, &decision);
    return decision;
}

static void lets_through_what_a_rule_refuses_to_public_addresses_only(void **state)
{
    (void)state;
    struct policy *policy = policy_from("version: 1\nrules:\n"
                                        "  - { id: no, verdict: deny, hosts: [\"*.example\"] }\n");
    struct request request;
    struct decision decision = bypassed(policy, "CONNECT shop.example:443", &request);
    struct judged_address judged;
    struct address address;
    enum reason why;
    assert_int_equal(decision.plan, PLAN_TUNNEL);
    assert_int_equal(decision.reason, REASON_BYPASSED);
    assert_int_equal(decision.verdict, VERDICT_DENY);
    assert_true(decision.observed);
    assert_true(address_parse(TEXT("93.184.216.34"), &address));
    assert_true(policy_judge_address(policy, &request, &decision, &address, &judged, &why));
    assert_true(address_parse(TEXT("10.0.0.1"), &address));
    assert_false(policy_judge_address(policy, &request, &decision, &address, &judged, &why));
    assert_true(address_parse(TEXT("169.254.169.254"), &address));
    assert_false(policy_judge_address(policy, &request, &decision, &address, &judged, &why));
    policy_unref(policy);
}

static void lets_no_llm_host_no_address_and_no_bad_path_through(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "CONNECT api.openai.com:443",
        "CONNECT chatgpt.com:443",
        "POST http://api.mistral.ai/v1/chat/completions",
        "GET http://10.0.0.1/",
        "GET http://paths.example/a/../b",
    };
    struct policy *policy =
        policy_from("version: 1\nrules:\n"
                    "  - { id: v1, verdict: allow, schemes: [http], hosts: [paths.example], paths: [\"/v1/**\"] }\n");
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct request request;
        struct decision decision = bypassed(policy, lines[i], &request);
        if (decision.plan != PLAN_REFUSE || decision.reason == REASON_BYPASSED)
            fail_msg("let through: %s", lines[i]);
    }
    policy_unref(policy);
}

static void leaves_what_is_allowed_as_it_is(void **state)
{
    (void)state;
    struct policy *policy = policy_from("version: 1\nrules: [{ id: yes, verdict: allow, hosts: [shop.example] }]\n");
    struct request request;
    struct decision decision = bypassed(policy, "CONNECT shop.example:443", &request);
    assert_int_equal(decision.reason, REASON_RULE);
    assert_false(decision.observed);
    policy_unref(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lets_through_what_a_rule_refuses_to_public_addresses_only),
        cmocka_unit_test(lets_no_llm_host_no_address_and_no_bad_path_through),
        cmocka_unit_test(leaves_what_is_allowed_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
