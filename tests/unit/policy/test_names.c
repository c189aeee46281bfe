/* SPDX-License-Identifier: Apache-2.0 */
/* Questions for names, compared with what they stand for: a name may be asked for where some request to it would not
 * be refused, tried port by port. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exeat/policy/names.h"
#include "policy_internal.h"

#define HEAD                                                                                                           \
    "version: 1\n"                                                                                                     \
    "tls: { authority: { certificate: c, key: k, names: [\"@llm\", a.example] } }\n"                                   \
    "clients: { queue: { address: 10.0.0.1 } }\n"                                                                      \
    "inference: [{ name: canned, builtin: canned, text: x }]\n"                                                        \
    "rules:\n"

static struct policy *compile(const char *rules)
{
    struct diags *diags = diags_new();
    struct buffer text = {0};
    buffer_append_string(&text, HEAD);
    buffer_append_string(&text, rules);
    struct settings *settings = settings_parse(buffer_text(&text), "test.yaml", diags);
    struct policy *policy = settings == NULL ? NULL : policy_compile(settings, diags);
    if (policy == NULL) {
        struct buffer out = {0};
        settings_free(settings);
        diags_write(diags, &out);
        fail_msg("%.*s", TEXT_ARG(buffer_text(&out)));
    }
    buffer_clear(&text);
    diags_free(diags);
    return policy;
}

static struct name_verdict ask(const struct policy *policy, const char *name, uint16_t type, const char *client)
{
    struct name_question question = {.client.name = text_from(client), .type = type};
    struct name_verdict verdict;
    assert_true(host_parse(text_from(name), &question.host));
    policy_judge_name(policy, &question, false, &verdict);
    return verdict;
}

/* Every port by both schemes of a CONNECT or of plain HTTP. */
static bool some_request_may_pass(const struct policy *policy, const char *name, const char *client)
{
    for (int scheme = SCHEME_HTTP; scheme <= SCHEME_HTTPS; scheme++)
        for (uint32_t port = 1; port <= UINT16_MAX; port++) {
            struct request request = {
                .client.name = text_from(client), .scheme = (enum scheme)scheme, .port = (uint16_t)port};
            assert_true(host_parse(text_from(name), &request.host));
            if (!policy_refuses(policy, &request))
                return true;
        }
    return false;
}

static void a_name_may_be_asked_for_where_some_request_may_pass(void **state)
{
    (void)state;
    static const char *const rules[] = {
        "  - { id: a, verdict: allow, hosts: [a.example] }\n",
        "  - { id: a, verdict: allow, hosts: [a.example], ports: [8000-8010] }\n"
        "  - { id: b, verdict: deny, hosts: [a.example], ports: [8000-8004] }\n"
        "  - { id: c, verdict: deny, hosts: [\"*.example\"], ports: [8005-8010] }\n",
        "  - { id: a, verdict: allow, hosts: [a.example], ports: [8000-8010] }\n"
        "  - { id: b, verdict: deny, hosts: [a.example], ports: [1-8004, 8006-9000] }\n",
        "  - { id: a, verdict: allow, hosts: [a.example], ports: [1-65535], schemes: [http, https] }\n"
        "  - { id: b, verdict: deny, hosts: [a.example] }\n",
        "  - { id: a, verdict: allow, hosts: [a.example] }\n"
        "  - { id: b, verdict: deny, hosts: [\"*.example\"], unless: { from: [queue] } }\n",
        "  - { id: a, verdict: allow, hosts: [\"*\"], ports: [443], from: [queue] }\n",
        "  - { id: a, verdict: allow, hosts: [a.example], ports: [1-65535], unless: { ports: [1-65534] } }\n",
        "  - { id: a, verdict: allow, hosts: [a.example], ports: [1-65535], unless: { ports: [1-65535] } }\n",
        "  - { id: a, verdict: allow, hosts: [a.example], paths: [\"/v1/**\"], methods: [GET] }\n"
        "  - { id: b, verdict: deny, hosts: [a.example], methods: [POST] }\n",
        "  - { id: a, verdict: allow, hosts: [b.example], schemes: [tcp], ports: [5432] }\n"
        "  - { id: b, verdict: deny, hosts: [b.example], schemes: [tcp], ports: [5000-6000], unless: { from: [queue] } "
        "}\n",
        "  - { id: a, verdict: reroute, hosts: [\"@llm\"], inference: [canned] }\n",
        "  - { id: a, verdict: allow, hosts: [\"*\"], ports: [443] }\n",
        "  - { id: a, verdict: deny, hosts: [a.example], mode: observe }\n"
        "  - { id: b, verdict: allow, hosts: [a.example] }\n",
        "  []\n",
    };
    static const char *const names[] = {"a.example", "b.example", "api.openai.com", "other.test"};
    static const char *const clients[] = {"", "queue"};
    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        struct policy *policy = compile(rules[i]);
        for (size_t j = 0; j < COUNT_OF(names) * COUNT_OF(clients); j++) {
            const char *name = names[j / 2];
            const char *client = clients[j % 2];
            bool may = ask(policy, name, DNS_A, client).decision.plan != PLAN_REFUSE;
            if (may != some_request_may_pass(policy, name, client))
                fail_msg("rules %zu, %s, client '%s': %s", i, name, client, may ? "asked" : "refused");
        }
        policy_unref(policy);
    }
}

static void a_rule_names_the_types_that_are_not_usual(void **state)
{
    (void)state;
    struct policy *policy = compile("  - { id: a, verdict: allow, hosts: [a.example], dns: [txt] }\n"
                                    "  - { id: b, verdict: deny, hosts: [b.example], dns: [txt] }\n"
                                    "  - { id: c, verdict: allow, hosts: [b.example], ports: [8443] }\n");
    static const uint16_t usual[] = {DNS_A, DNS_AAAA, DNS_CNAME, DNS_HTTPS};
    for (size_t i = 0; i < COUNT_OF(usual); i++)
        assert_int_equal(ask(policy, "a.example", usual[i], "").decision.plan, PLAN_FORWARD);
    assert_int_equal(ask(policy, "a.example", DNS_TXT, "").decision.plan, PLAN_FORWARD);
    assert_int_equal(ask(policy, "b.example", DNS_TXT, "").decision.reason, REASON_DNS_TYPE);
    assert_int_equal(ask(policy, "a.example", DNS_MX, "").decision.reason, REASON_DNS_TYPE);
    assert_int_equal(ask(policy, "a.example", 255, "").decision.reason, REASON_DNS_TYPE);
    policy_unref(policy);
}

static void what_the_caller_chose_of_a_name_is_what_no_pattern_fixes(void **state)
{
    (void)state;
    struct policy *policy = compile("  - { id: a, verdict: allow, hosts: [a.example, \"*.many.example\"] }\n"
                                    "  - { id: b, verdict: allow, hosts: [\"*\"], ports: [443] }\n");
    assert_int_equal(ask(policy, "a.example", DNS_A, "").fixed, 9);
    assert_int_equal(ask(policy, "x.y.many.example", DNS_A, "").fixed, 12);
    assert_int_equal(ask(policy, "any.test", DNS_A, "").fixed, 0);
    policy_unref(policy);
}

static bool tells(const struct policy *policy, const char *name, const char *address)
{
    struct name_question question = {.type = DNS_A};
    struct name_verdict verdict;
    struct address told;
    enum reason why;
    assert_true(host_parse(text_from(name), &question.host) && address_parse(text_from(address), &told));
    policy_judge_name(policy, &question, false, &verdict);
    return policy_lets_tell(policy, &question, &verdict, &told, &why);
}

static void an_address_is_told_where_a_rule_of_the_name_opens_it(void **state)
{
    (void)state;
    struct policy *policy = compile(
        "  - { id: a, verdict: allow, hosts: [a.example], paths: [\"/v1/**\"] }\n"
        "  - { id: b, verdict: allow, hosts: [a.example], ports: [8443], addresses: [10.1.0.0/16] }\n"
        "  - { id: c, verdict: allow, hosts: [a.example], ports: [9443], addresses: [169.254.0.0/16] }\n"
        "  - { id: d, verdict: reroute, hosts: [api.openai.com], inference: [canned] }\n"
        "  - { id: e, verdict: allow, hosts: [db.example], schemes: [tcp], ports: [5432], addresses: [10.2.0.0/16] }\n"
        "  - { id: f, verdict: deny, hosts: [a.example], ports: [1-65535], schemes: [http, https], addresses: "
        "[1.1.1.0/24] }\n");
    assert_true(tells(policy, "a.example", "8.8.8.8"));
    assert_true(tells(policy, "a.example", "10.1.2.3"));
    assert_false(tells(policy, "a.example", "10.2.2.3"));
    assert_false(tells(policy, "a.example", "127.0.0.1"));
    assert_false(tells(policy, "a.example", "169.254.169.254")); /* only by name: /32 */
    assert_false(tells(policy, "a.example", "1.1.1.1"));
    assert_true(tells(policy, "api.openai.com", "8.8.8.8"));
    assert_false(tells(policy, "api.openai.com", "10.0.0.1"));
    assert_false(tells(policy, "api.openai.com", "169.254.169.254"));
    assert_true(tells(policy, "db.example", "10.2.0.9"));
    assert_false(tells(policy, "db.example", "8.8.8.8"));
    policy_unref(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_may_be_asked_for_where_some_request_may_pass),
        cmocka_unit_test(a_rule_names_the_types_that_are_not_usual),
        cmocka_unit_test(what_the_caller_chose_of_a_name_is_what_no_pattern_fixes),
        cmocka_unit_test(an_address_is_told_where_a_rule_of_the_name_opens_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
