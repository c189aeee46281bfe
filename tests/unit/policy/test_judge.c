/* SPDX-License-Identifier: Apache-2.0 */
/* How a request is decided: each row is a sentence of docs/policy-language.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exeat/policy.h"

#define HEAD                                                                                                           \
    "version: 1\n"                                                                                                     \
    "listen: { forward: [\"127.0.0.1:3128\"], admin: \"127.0.0.1:9901\" }\n"                                           \
    "tls: { authority: { certificate: c, key: k, names: [\"@llm\", api.courier.example] }, never: "                    \
    "[api.pinned.example] }\n"                                                                                         \
    "inference: [{ name: local, endpoint: \"http://127.0.0.1:8000\" }, { name: canned, builtin: canned, text: x }]\n"

static struct policy *compile(const char *rules)
{
    struct diags *diags = diags_new();
    struct buffer text = {0};
    buffer_append_string(&text, HEAD);
    buffer_append_string(&text, rules);
    struct settings *settings = settings_parse(buffer_text(&text), "test.yaml", diags);
    struct policy *policy = settings == NULL ? NULL : policy_compile(settings, diags);
    if (policy == NULL) {
        settings_free(settings);
        struct buffer out = {0};
        diags_write(diags, &out);
        print_message("%.*s", TEXT_ARG(buffer_text(&out)));
        buffer_clear(&out);
    }
    buffer_clear(&text);
    diags_free(diags);
    return policy;
}

/* "CONNECT host:port" or "METHOD http(s)://host/path". */
static struct decision judge(const struct policy *policy, const char *method, const char *url)
{
    struct text rest = text_from(url);
    struct request request = {.scheme = SCHEME_HTTPS, .path_was_canonical = true, .method = text_from(method)};
    request.inside_known = !text_equal(request.method, TEXT("CONNECT"));
    if (text_starts_with(rest, TEXT("http://")))
        request.scheme = SCHEME_HTTP;
    if (request.inside_known)
        rest = text_after(rest, request.scheme == SCHEME_HTTP ? 7 : 8);
    size_t slash = text_index(rest, '/', 0);
    request.path = slash == rest.length ? TEXT("/") : text_after(rest, slash);
    assert_true(authority_parse(text_part(rest, 0, slash), scheme_port(request.scheme), &request.host, &request.port));
    struct decision decision;
    policy_judge(policy, &request, &decision);
    return decision;
}

struct row {
    const char *rules;
    const char *method;
    const char *url;
    enum verdict verdict;
    enum plan plan;
    enum reason reason;
};

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct policy *policy = compile(rows[i].rules);
        if (policy == NULL)
            fail_msg("does not compile: %s", rows[i].rules);
        struct decision decision = judge(policy, rows[i].method, rows[i].url);
        if (decision.verdict != rows[i].verdict || decision.plan != rows[i].plan || decision.reason != rows[i].reason)
            fail_msg(
                "%s %s under %s: %s %s %s", rows[i].method, rows[i].url, rows[i].rules, verdict_name(decision.verdict),
                plan_name(decision.plan), reason_row(decision.reason)->code);
        policy_unref(policy);
    }
}

#define ALLOW_A "rules: [{ id: a, verdict: allow, hosts: [a.example] }]\n"
#define ALLOW_PATH                                                                                                     \
    "rules: [{ id: c, verdict: allow, hosts: [api.courier.example], methods: [GET], paths: [\"/v1/**\", "              \
    "\"~^/l/[A-Z]+$\"] }]\n"
#define REROUTE "rules: [{ id: r, verdict: reroute, hosts: [\"@llm\"], inference: [local, canned] }]\n"

static void the_strictest_verdict_wins_and_nothing_matched_is_a_deny(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"rules: []\n", "CONNECT", "a.example:443", VERDICT_DENY, PLAN_REFUSE, REASON_NO_RULE},
        {ALLOW_A, "CONNECT", "a.example:443", VERDICT_ALLOW, PLAN_TUNNEL, REASON_RULE},
        {ALLOW_A, "CONNECT", "b.a.example:443", VERDICT_DENY, PLAN_REFUSE, REASON_NO_RULE},
        {ALLOW_A, "CONNECT", "a.example:8443", VERDICT_DENY, PLAN_REFUSE, REASON_NO_RULE},
        {ALLOW_A, "GET", "http://a.example/", VERDICT_DENY, PLAN_REFUSE, REASON_NO_RULE},
        {"rules: [{ id: a, verdict: allow, hosts: [a.example], schemes: [http] }]\n", "GET", "http://a.example/x",
         VERDICT_ALLOW, PLAN_FORWARD, REASON_RULE},
        {"rules: [{ id: a, verdict: allow, hosts: [a.example] }, { id: d, verdict: deny, hosts: [\"*.example\"] }]\n",
         "CONNECT", "a.example:443", VERDICT_DENY, PLAN_REFUSE, REASON_RULE},
        {"rules: [{ id: d, verdict: deny, hosts: [\"*.example\"], unless: { hosts: [a.example] } },"
         " { id: a, verdict: allow, hosts: [a.example] }]\n",
         "CONNECT", "a.example:443", VERDICT_ALLOW, PLAN_TUNNEL, REASON_RULE},
        {"rules: [{ id: a, verdict: allow, hosts: [\"*\"], ports: [8000-8010] }]\n", "CONNECT", "x.example:8005",
         VERDICT_ALLOW, PLAN_TUNNEL, REASON_RULE},
        {"groups: { g: [a.example] }\nrules: [{ id: a, verdict: allow, hosts: [\"@g\"] }]\n", "CONNECT",
         "a.example:443", VERDICT_ALLOW, PLAN_TUNNEL, REASON_RULE},
        {"rules: [{ id: a, verdict: allow, addresses: [10.0.0.0/8] }]\n", "CONNECT", "10.1.2.3:443", VERDICT_ALLOW,
         PLAN_TUNNEL, REASON_RULE},
        {"rules: [{ id: a, verdict: allow, hosts: [\"*\"], ports: [443] }]\n", "CONNECT", "10.1.2.3:443", VERDICT_DENY,
         PLAN_REFUSE, REASON_NO_RULE},
    };
    check_rows(rows, COUNT_OF(rows));
}

static void opens_only_what_the_policy_must_look_into(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {ALLOW_PATH, "CONNECT", "api.courier.example:443", VERDICT_DENY, PLAN_OPEN, REASON_NO_RULE},
        {ALLOW_PATH, "GET", "https://api.courier.example/v1/a/b", VERDICT_ALLOW, PLAN_FORWARD, REASON_RULE},
        {ALLOW_PATH, "GET", "https://api.courier.example/l/AB", VERDICT_ALLOW, PLAN_FORWARD, REASON_RULE},
        {ALLOW_PATH, "GET", "https://api.courier.example/v2", VERDICT_DENY, PLAN_REFUSE, REASON_NO_RULE},
        {ALLOW_PATH, "POST", "https://api.courier.example/v1/a", VERDICT_DENY, PLAN_REFUSE, REASON_NO_RULE},
        {"rules: [{ id: p, verdict: allow, hosts: [api.pinned.example] },"
         " { id: d, verdict: deny, hosts: [api.pinned.example], paths: [/x] }]\n",
         "CONNECT", "api.pinned.example:443", VERDICT_DENY, PLAN_REFUSE, REASON_RULE},
    };
    check_rows(rows, COUNT_OF(rows));
}

static void a_wildcard_never_opens_an_llm(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"rules: [{ id: w, verdict: allow, hosts: [\"*.openai.com\"] }]\n", "CONNECT", "api.openai.com:443",
         VERDICT_DENY, PLAN_OPEN, REASON_LLM_GUARD},
        {"rules: [{ id: w, verdict: allow, hosts: [\"*.amazonaws.com\"] }]\n", "CONNECT",
         "bedrock-runtime.eu-west-1.amazonaws.com:443", VERDICT_DENY, PLAN_OPEN, REASON_LLM_GUARD},
        {"rules: [{ id: w, verdict: allow, hosts: [\"*.amazonaws.com\"] }]\n", "CONNECT", "s3.amazonaws.com:443",
         VERDICT_ALLOW, PLAN_TUNNEL, REASON_RULE},
        {"rules: [{ id: l, verdict: allow, hosts: [api.openai.com] }]\n", "CONNECT", "api.openai.com:443",
         VERDICT_ALLOW, PLAN_TUNNEL, REASON_RULE},
        {REROUTE, "CONNECT", "api.openai.com:443", VERDICT_REROUTE, PLAN_OPEN, REASON_RULE},
        {REROUTE, "POST", "https://api.openai.com/v1/chat/completions", VERDICT_REROUTE, PLAN_REROUTE, REASON_RULE},
        {REROUTE, "POST", "https://api.openai.com/v1/files", VERDICT_DENY, PLAN_REFUSE, REASON_LLM_OPERATION},
        {"rules: [{ id: r, verdict: reroute, hosts: [\"@llm\"], inference: [canned] }]\n", "POST",
         "https://api.openai.com/v1/responses", VERDICT_REROUTE, PLAN_ANSWER, REASON_RULE},
        {"rules: [{ id: r, verdict: reroute, hosts: [\"@llm\"], inference: [canned] }]\n", "POST",
         "https://api.openai.com/v1/embeddings", VERDICT_DENY, PLAN_REFUSE, REASON_LLM_OPERATION},
        {"rules: [{ id: a, verdict: allow, hosts: [api.openai.com] }, { id: r, verdict: reroute, hosts: [\"@llm\"],"
         " inference: [local] }]\n",
         "POST", "https://api.openai.com/v1/chat/completions", VERDICT_REROUTE, PLAN_REROUTE, REASON_RULE},
    };
    check_rows(rows, COUNT_OF(rows));
}

#define AZURE "rules: [{ id: z, verdict: allow, hosts: [\"*.cognitiveservices.azure.com\"] }]\n"

static void a_host_with_other_uses_is_guarded_by_path(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {AZURE, "CONNECT", "x.cognitiveservices.azure.com:443", VERDICT_DENY, PLAN_OPEN, REASON_LLM_GUARD},
        {AZURE, "POST", "https://x.cognitiveservices.azure.com/vision/v3.2/analyze", VERDICT_ALLOW, PLAN_FORWARD,
         REASON_RULE},
        {AZURE, "POST", "https://x.cognitiveservices.azure.com/openai/deployments/d/chat/completions", VERDICT_DENY,
         PLAN_REFUSE, REASON_LLM_GUARD},
        {"rules: [{ id: z, verdict: allow, hosts: [api.cloudflare.com] }]\n", "POST",
         "https://api.cloudflare.com/client/v4/accounts/1/ai/run/m", VERDICT_DENY, PLAN_REFUSE, REASON_LLM_GUARD},
        {"rules: [{ id: z, verdict: allow, hosts: [api.cloudflare.com], llm: unseen }]\n", "CONNECT",
         "api.cloudflare.com:443", VERDICT_ALLOW, PLAN_TUNNEL, REASON_RULE},
    };
    check_rows(rows, COUNT_OF(rows));
}

static void observe_lets_through_what_rules_would_refuse(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"mode: observe\nrules: []\n", "CONNECT", "a.example:443", VERDICT_DENY, PLAN_TUNNEL, REASON_OBSERVED},
        {"rules: [{ id: d, verdict: deny, hosts: [a.example], mode: observe }]\n", "GET", "https://a.example/",
         VERDICT_DENY, PLAN_REFUSE, REASON_NO_RULE},
        {"rules: [{ id: d, verdict: deny, hosts: [a.example], mode: observe }, { id: a, verdict: allow, hosts: "
         "[a.example] }]\n",
         "GET", "https://a.example/", VERDICT_DENY, PLAN_FORWARD, REASON_OBSERVED},
        {"rules: [{ id: d, verdict: deny, hosts: [a.example], mode: observe }, { id: e, verdict: deny, hosts: "
         "[\"*.example\"] }, { id: a, verdict: allow, hosts: [a.example] }]\n",
         "GET", "https://a.example/", VERDICT_DENY, PLAN_REFUSE, REASON_RULE},
    };
    check_rows(rows, COUNT_OF(rows));
}

#define TCP                                                                                                            \
    "rules: [{ id: t, verdict: allow, hosts: [db.example, api.openai.com, \"*.db.example\"], schemes: [tcp], "         \
    "ports: [5432, 443] }, { id: s, verdict: allow, hosts: [db.example, tls.example] }, "                              \
    "{ id: n, verdict: deny, hosts: [x.db.example], schemes: [tcp], ports: [1-65535] }]\n"

static void bytes_that_are_no_tls_leave_only_by_a_rule_that_says_so(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {TCP, "CONNECT", "db.example:5432", VERDICT_ALLOW, PLAN_TUNNEL, REASON_RULE},
        {TCP, "CONNECT", "db.example:5433", VERDICT_DENY, PLAN_REFUSE, REASON_NO_RULE},
        {TCP, "CONNECT", "api.openai.com:443", VERDICT_DENY, PLAN_OPEN, REASON_LLM_GUARD},
        {TCP, "CONNECT", "x.db.example:5432", VERDICT_DENY, PLAN_REFUSE, REASON_RULE},
        {TCP, "CONNECT", "x.db.example:443", VERDICT_DENY, PLAN_REFUSE, REASON_RULE},
        {TCP, "GET", "http://db.example:5432/", VERDICT_DENY, PLAN_REFUSE, REASON_NO_RULE},
        {TCP, "GET", "https://db.example:5432/", VERDICT_DENY, PLAN_REFUSE, REASON_NO_RULE},
    };
    check_rows(rows, COUNT_OF(rows));
    struct policy *policy = compile(TCP);
    assert_int_equal(judge(policy, "CONNECT", "db.example:5432").scheme, SCHEME_TCP);
    assert_int_equal(judge(policy, "CONNECT", "db.example:443").scheme, SCHEME_TCP); /* whatever allows TLS there too */
    assert_int_equal(judge(policy, "CONNECT", "tls.example:443").scheme, SCHEME_HTTPS);
    policy_unref(policy);
}

static void a_path_that_is_not_canonical_is_refused_where_paths_are_judged(void **state)
{
    (void)state;
    struct policy *policy = compile(ALLOW_PATH);
    struct request request = {
        .scheme = SCHEME_HTTPS,
        .port = 443,
        .inside_known = true,
        .method = TEXT("GET"),
        .path = TEXT("/v1/a"),
        .path_was_canonical = false};
    assert_true(host_parse(TEXT("api.courier.example"), &request.host));
    struct decision decision;
    policy_judge(policy, &request, &decision);
    assert_int_equal(decision.reason, REASON_BAD_PATH);
    policy_unref(policy);
}

static void addresses_are_public_unless_the_rule_says_otherwise(void **state)
{
    (void)state;
    static const struct {
        const char *address;
        uint16_t port;
        bool accepted;
        enum reason why;
    } rows[] = {
        {"93.184.216.34", 443, true, REASON_NONE}, {"10.0.0.5", 443, false, REASON_ADDRESS},
        {"127.0.0.1", 443, false, REASON_ADDRESS}, {"169.254.169.254", 443, false, REASON_ADDRESS_METADATA},
        {"127.0.0.1", 3128, false, REASON_LOOP},   {"127.0.0.1", 9901, false, REASON_LOOP},
    };
    struct policy *policy = compile(ALLOW_A);
    struct request request = {.scheme = SCHEME_HTTPS};
    struct decision decision = judge(policy, "CONNECT", "a.example:443");
    assert_true(host_parse(TEXT("a.example"), &request.host));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct address address;
        struct judged_address judged;
        enum reason why = REASON_NONE;
        request.port = rows[i].port;
        assert_true(address_parse(text_from(rows[i].address), &address));
        assert_int_equal(policy_judge_address(policy, &request, &decision, &address, &judged, &why), rows[i].accepted);
        assert_int_equal(why, rows[i].why);
    }
    policy_unref(policy);
}

static void what_cannot_work_is_a_load_error(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "rules: [{ id: a, verdict: allow, hosts: [\"@nobody\"] }]\n",
        "rules: [{ id: a, verdict: allow, hosts: [\"*\"] }]\n",
        "rules: [{ id: a, verdict: allow }]\n",
        "rules: [{ id: a, verdict: allow, hosts: [a.example] }, { id: a, verdict: deny, hosts: [a.example] }]\n",
        "rules: [{ id: a, verdict: reroute, hosts: [\"@llm\"] }]\n",
        "rules: [{ id: a, verdict: allow, hosts: [a.example], schemes: [tcp] }]\n",
        "rules: [{ id: a, verdict: allow, hosts: [a.example], schemes: [tcp, https], ports: [5432] }]\n",
        "rules: [{ id: a, verdict: allow, hosts: [api.courier.example], schemes: [tcp], ports: [1], paths: [/x] }]\n",
        "rules: [{ id: a, verdict: reroute, hosts: [\"@llm\"], inference: [gone] }]\n",
        "rules: [{ id: a, verdict: allow, hosts: [a.example], paths: [\"~(\"] }]\n",
        "rules: [{ id: a, verdict: allow, hosts: [a.example], from: [stranger] }]\n",
        "rules: [{ id: a, verdict: allow, hosts: [a.example], paths: [/x] }]\n",
        "rules: [{ id: a, verdict: allow, hosts: [\"*.courier.example\"], methods: [GET] }]\n",
        "rules: [{ id: a, verdict: allow, hosts: [api.pinned.example], paths: [/x] }]\n",
        "rules: [{ id: a, verdict: reroute, hosts: [chat.example], inference: [local] }]\n",
        "rules: [{ id: a, verdict: reroute, hosts: [\"@llm\"], inference: [local] },"
        " { id: b, verdict: reroute, hosts: [\"@llm\"], inference: [canned] }]\n",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (compile(bad[i]) != NULL)
            fail_msg("compiled: %s", bad[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_strictest_verdict_wins_and_nothing_matched_is_a_deny),
        cmocka_unit_test(opens_only_what_the_policy_must_look_into),
        cmocka_unit_test(a_wildcard_never_opens_an_llm),
        cmocka_unit_test(a_host_with_other_uses_is_guarded_by_path),
        cmocka_unit_test(observe_lets_through_what_rules_would_refuse),
        cmocka_unit_test(bytes_that_are_no_tls_leave_only_by_a_rule_that_says_so),
        cmocka_unit_test(a_path_that_is_not_canonical_is_refused_where_paths_are_judged),
        cmocka_unit_test(addresses_are_public_unless_the_rule_says_otherwise),
        cmocka_unit_test(what_cannot_work_is_a_load_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
