/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogue knows the LLM hosts, and what a call to them is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exeat/llm.h"

static const struct llm_entry *find(const struct llm_catalogue *catalogue, const char *name)
{
    struct host host;
    assert_true(host_parse(text_from(name), &host));
    return llm_catalogue_find(catalogue, &host);
}

static void knows_api_hosts_chat_sites_and_shared_hosts(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum llm_kind kind;
    } rows[] = {
        {"api.openai.com", LLM_KIND_API},
        {"eu.api.openai.com", LLM_KIND_API},
        {"api.anthropic.com", LLM_KIND_API},
        {"shop.openai.azure.com", LLM_KIND_API},
        {"bedrock-runtime.eu-central-1.amazonaws.com", LLM_KIND_API},
        {"europe-west1-aiplatform.googleapis.com", LLM_KIND_API},
        {"api.cloudflare.com", LLM_KIND_SHARED},
        {"otter.ai", LLM_KIND_WEB},
    };
    struct llm_catalogue *catalogue = llm_catalogue_new();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct llm_entry *entry = find(catalogue, rows[i].name);
        if (entry == NULL || entry->kind != rows[i].kind)
            fail_msg("%s", rows[i].name);
    }
    assert_null(find(catalogue, "example.com"));
    assert_null(find(catalogue, "notapi.openai.com.example"));
    assert_null(find(catalogue, "s3.eu-central-1.amazonaws.com"));
    assert_int_equal(llm_catalogue_version(catalogue).length, 12);
    llm_catalogue_free(catalogue);
}

static enum llm_operation
classify(const struct llm_catalogue *catalogue, const char *host, const char *method, const char *path)
{
    struct request request = {.inside_known = true, .method = text_from(method), .path = text_from(path)};
    struct llm_call call;
    assert_true(host_parse(text_from(host), &request.host));
    llm_classify(catalogue, &request, &call);
    return call.operation;
}

static void tells_the_operation_by_the_end_of_the_path(void **state)
{
    (void)state;
    struct llm_catalogue *catalogue = llm_catalogue_new();
    assert_int_equal(classify(catalogue, "api.openai.com", "POST", "/v1/chat/completions"), LLM_CHAT);
    assert_int_equal(classify(catalogue, "api.groq.com", "POST", "/openai/v1/chat/completions"), LLM_CHAT);
    assert_int_equal(classify(catalogue, "api.openai.com", "POST", "/v1/completions"), LLM_COMPLETIONS);
    assert_int_equal(classify(catalogue, "api.openai.com", "POST", "/v1/embeddings"), LLM_EMBEDDINGS);
    assert_int_equal(classify(catalogue, "api.openai.com", "POST", "/v1/responses"), LLM_RESPONSES);
    assert_int_equal(classify(catalogue, "api.openai.com", "GET", "/v1/models"), LLM_MODELS);
    assert_int_equal(classify(catalogue, "api.openai.com", "GET", "/v1/models/gpt-4o"), LLM_MODELS);
    assert_int_equal(classify(catalogue, "api.openai.com", "DELETE", "/v1/models/gpt-4o"), LLM_OTHER);
    assert_int_equal(classify(catalogue, "api.openai.com", "POST", "/v1/files"), LLM_OTHER);
    assert_int_equal(classify(catalogue, "api.anthropic.com", "POST", "/v1/messages"), LLM_OTHER);
    assert_int_equal(
        classify(catalogue, "api.cloudflare.com", "POST", "/client/v4/accounts/a/ai/v1/chat/completions"), LLM_CHAT);
    assert_int_equal(classify(catalogue, "api.cloudflare.com", "GET", "/client/v4/zones"), LLM_NONE);
    assert_int_equal(classify(catalogue, "example.com", "POST", "/v1/chat/completions"), LLM_NONE);
    llm_catalogue_free(catalogue);
}

static void a_connection_not_yet_opened_is_unknown(void **state)
{
    (void)state;
    struct llm_catalogue *catalogue = llm_catalogue_new();
    struct request request = {.inside_known = false};
    struct llm_call call;
    assert_true(host_parse(TEXT("api.openai.com"), &request.host));
    llm_classify(catalogue, &request, &call);
    assert_int_equal(call.operation, LLM_UNKNOWN);
    llm_catalogue_free(catalogue);
}

static void an_operator_may_add_a_host(void **state)
{
    (void)state;
    struct llm_catalogue *catalogue = llm_catalogue_new();
    struct llm_entry entry = {.provider = TEXT("corp"), .dialect = DIALECT_OPENAI, .source = TEXT("exeat.yaml")};
    assert_true(host_pattern_parse(TEXT("*.ai.corp.example"), &entry.pattern));
    llm_catalogue_add(catalogue, &entry);
    assert_int_equal(classify(catalogue, "eu.ai.corp.example", "POST", "/v1/chat/completions"), LLM_CHAT);
    llm_catalogue_free(catalogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_api_hosts_chat_sites_and_shared_hosts),
        cmocka_unit_test(tells_the_operation_by_the_end_of_the_path),
        cmocka_unit_test(a_connection_not_yet_opened_is_unknown),
        cmocka_unit_test(an_operator_may_add_a_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
