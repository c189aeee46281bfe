/* SPDX-License-Identifier: Apache-2.0 */
/* What explain says: each sentence an operator would look for, in the text and in the JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/json.h"
#include "exeat/base/memory.h"
#include "exeat/review.h"

static const char policy_text[] =
    "version: 1\n"
    "listen: { forward: [\"127.0.0.1:3128\"] }\n"
    "tls: { authority: { certificate: c, key: k, names: [\"@llm\", api.courier.example] }, never: [pay.example] }\n"
    "clients: { queue: { address: 127.0.0.1 } }\n"
    "inference: [{ name: local, endpoint: \"http://127.0.0.1:8000/llm\" }, { name: canned, builtin: canned, text: x "
    "}]\n"
    "rules:\n"
    "  - { id: courier, verdict: allow, hosts: [api.courier.example], methods: [GET, POST], paths: [/v1/**],\n"
    "      unless: { paths: [/v1/internal/**] } }\n"
    "  - { id: erp, verdict: allow, hosts: [erp.example], addresses: [10.20.0.0/16], from: [queue] }\n"
    "  - { id: lab, verdict: deny, addresses: [10.20.9.0/24] }\n"
    "  - { id: llm, verdict: reroute, hosts: [\"@llm\"], inference: [local, canned] }\n"
    "  - { id: wild, verdict: allow, hosts: [\"*.openai.com\"] }\n"
    "  - { id: pay, verdict: deny, hosts: [pay.example], methods: [POST] }\n"
    "  - { id: sale, verdict: allow, hosts: [sale.example], until: 2026-12-31T18:00:00Z, owner: Anna }\n"
    "  - { id: db, verdict: allow, hosts: [db.example], ports: [5432], schemes: [tcp] }\n";

typedef void (*explain_function)(const struct policy *policy, const struct request *request, struct buffer *out);

static char *explain_at(explain_function write, const char *line, const char *from, int64_t asked_us)
{
    struct diags *diags = diags_new();
    struct settings *settings = settings_parse(text_from(policy_text), "conf/exeat.yaml", diags);
    assert_non_null(settings);
    struct policy *policy = policy_compile(settings, diags);
    assert_non_null(policy);
    struct arena arena = {0};
    struct buffer out = {0};
    struct request request;
    const char *wrong;
    assert_true(policy_request_parse(text_from(line), &arena, &request, &wrong));
    request.client.name = text_from(from);
    request.asked_us = asked_us;
    write(policy, &request, &out);
    arena_clear(&arena);
    policy_unref(policy);
    diags_free(diags);
    return buffer_take(&out);
}

static char *explain(explain_function write, const char *line, const char *from)
{
    return explain_at(write, line, from, ASKED_AT_FIRST);
}

static void as_text(const struct policy *policy, const struct request *request, struct buffer *out)
{
    review_explain(policy, request, false, out);
}

static void as_whole_text(const struct policy *policy, const struct request *request, struct buffer *out)
{
    review_explain(policy, request, true, out);
}

static void tells_what_decided_and_where_it_stands(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *from;
        const char *says[5];
    } rows[] = {
        {"DELETE https://api.courier.example/v1/x",
         "",
         {"at CONNECT: deny; plan: open; because: no rule allows this request",
          "known: client, host and port; not yet: method, path and body",
          "rule courier (exeat.yaml:7, allow): has the host by api.courier.example, depends on what is inside: paths "
          "[/v1/**] (exeat.yaml:7); its `unless` depends on what is inside: paths [/v1/internal/**] (exeat.yaml:8)",
          "inside: deny; plan: refuse", "rule courier (exeat.yaml:7, allow): does not match: methods [GET, POST]"}},
        {"GET https://erp.example/",
         "queue",
         {"request: GET https://erp.example/ from queue", "matches where the name leads to [10.20.0.0/16]",
          "TLS: not opened: the decision holds whatever is inside",
          "addresses: [10.20.0.0/16] by rule erp; not [10.20.9.0/24] by rule lab"}},
        {"GET https://erp.example/",
         "",
         {"rule erp (exeat.yaml:9, allow): does not match: from [queue] (exeat.yaml:9)"}},
        {"POST https://api.openai.com/v1/chat/completions",
         "",
         {"an LLM host: OpenAI, operation chat", "rule wild (exeat.yaml:12, allow): has the host by *.openai.com",
          "does not count: an allow must name an LLM host itself", "TLS: opened: the gate answers in the host's name",
          "answered by: local (http://127.0.0.1:8000/llm), then canned (a fixed text)"}},
        {"POST https://pay.example/", "", {"TLS: may not be opened", "at CONNECT: deny by rule pay; plan: refuse"}},
        {"CONNECT db.example:5432", "", {"request: CONNECT db.example:5432\n", "TLS: none is waited for"}},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char *text = explain(as_text, rows[i].line, rows[i].from);
        for (size_t j = 0; j < COUNT_OF(rows[i].says) && rows[i].says[j] != NULL; j++)
            if (strstr(text, rows[i].says[j]) == NULL)
                fail_msg("%s: not said: %s\n%s", rows[i].line, rows[i].says[j], text);
        base_free(text);
    }
}

static void rules_about_other_hosts_are_told_only_when_all_are_wanted(void **state)
{
    (void)state;
    char *text = explain(as_text, "GET https://erp.example/", "queue");
    char *whole = explain(as_whole_text, "GET https://erp.example/", "queue");
    assert_non_null(strstr(text, "rules are about other hosts\n"));
    assert_null(strstr(text, "rule courier"));
    assert_non_null(strstr(whole, "rule courier (exeat.yaml:7, allow): does not match: hosts"));
    assert_null(strstr(whole, "about other hosts"));
    base_free(text);
    base_free(whole);
}

static void says_when_it_was_asked_and_which_rule_has_lapsed(void **state)
{
    (void)state;
    static const int64_t end = 1798740000000000;
    static const struct {
        int64_t asked_us;
        const char *says;
        const char *verdict;
    } rows[] = {
        {ASKED_AT_FIRST, "asked: before any rule lapses\n", "at CONNECT: allow by rule sale"},
        {end - 1, "asked: at 2026-12-31T17:59:59Z\n", "at CONNECT: allow by rule sale"},
        {end, "asked: at 2026-12-31T18:00:00Z\n", "at CONNECT: deny; plan"},
        {end,
         "rule sale (exeat.yaml:14, allow): has lapsed: until [2026-12-31T18:00:00Z] (exeat.yaml:14), owner: Anna\n",
         "at CONNECT: deny; plan"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char *text = explain_at(as_text, "GET https://sale.example/", "", rows[i].asked_us);
        if (strstr(text, rows[i].says) == NULL || strstr(text, rows[i].verdict) == NULL)
            fail_msg("not said: %s, %s\n%s", rows[i].says, rows[i].verdict, text);
        base_free(text);
    }
    char *json = explain_at(review_explain_json, "GET https://sale.example/", "", end);
    assert_non_null(strstr(json, "\"asked\":\"2026-12-31T18:00:00.000000Z\""));
    assert_non_null(strstr(json, "\"key\":\"until\",\"wants\":\"[2026-12-31T18:00:00Z]\""));
    base_free(json);
}

static void the_json_says_the_same(void **state)
{
    (void)state;
    char error[160];
    char *text = explain(review_explain_json, "GET https://erp.example/", "queue");
    json_t *tree = json_read(text_trim(text_from(text), "\n"), error);
    assert_non_null(tree);
    const json_t *step = json_array_get(json_object_get(tree, "steps"), 0);
    assert_true(text_equal(json_text(step, "at"), TEXT("connect")));
    assert_true(text_equal(json_text(step, "rule"), TEXT("erp")));
    const json_t *rule = json_array_get(json_object_get(step, "rules"), 0);
    assert_true(text_equal(json_text(rule, "matches"), TEXT("address")));
    assert_int_equal(json_integer_value(json_object_get(rule, "line")), 9);
    assert_int_equal(json_array_size(json_object_get(tree, "addresses")), 2);
    assert_true(json_is_false(json_object_get(json_object_get(tree, "tls"), "opened")));
    json_decref(tree);
    base_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_what_decided_and_where_it_stands),
        cmocka_unit_test(says_when_it_was_asked_and_which_rule_has_lapsed),
        cmocka_unit_test(rules_about_other_hosts_are_told_only_when_all_are_wanted),
        cmocka_unit_test(the_json_says_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
