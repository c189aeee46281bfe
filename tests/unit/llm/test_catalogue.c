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
    assert_int_equal(classify(catalogue, "api.anthropic.com", "POST", "/v1/messages"), LLM_CHAT);
    assert_int_equal(classify(catalogue, "api.anthropic.com", "POST", "/v1/messages/batches"), LLM_OTHER);
    assert_int_equal(
        classify(catalogue, "api.cloudflare.com", "POST", "/client/v4/accounts/a/ai/v1/chat/completions"), LLM_CHAT);
    assert_int_equal(classify(catalogue, "api.cloudflare.com", "GET", "/client/v4/zones"), LLM_NONE);
    assert_int_equal(classify(catalogue, "example.com", "POST", "/v1/chat/completions"), LLM_NONE);
    llm_catalogue_free(catalogue);
}

struct classified {
    const char *host;
    const char *method;
    const char *path;
    enum llm_operation operation;
    enum llm_dialect dialect;
};

static void expect_all(const struct classified *rows, size_t count)
{
    struct llm_catalogue *catalogue = llm_catalogue_new();
    for (size_t i = 0; i < count; i++) {
        struct request request = {
            .inside_known = true, .method = text_from(rows[i].method), .path = text_from(rows[i].path)};
        struct llm_call call;
        assert_true(host_parse(text_from(rows[i].host), &request.host));
        llm_classify(catalogue, &request, &call);
        if (call.operation != rows[i].operation || call.dialect != rows[i].dialect)
            fail_msg("%s %s%s: %d %d", rows[i].method, rows[i].host, rows[i].path, call.operation, call.dialect);
    }
    llm_catalogue_free(catalogue);
}

static void the_dialect_is_one_of_the_path(void **state)
{
    (void)state;
    static const char gemini[] = "generativelanguage.googleapis.com";
    static const char vertex[] = "europe-west1-aiplatform.googleapis.com";
    static const char bedrock[] = "bedrock-runtime.eu-central-1.amazonaws.com";
    static const struct classified rows[] = {
        {gemini, "POST", "/v1beta/openai/chat/completions", LLM_CHAT, DIALECT_OPENAI},
        {gemini, "POST", "/v1beta/openai/embeddings", LLM_EMBEDDINGS, DIALECT_OPENAI},
        {gemini, "GET", "/v1beta/openai/models", LLM_MODELS, DIALECT_OPENAI},
        {gemini, "GET", "/v1beta/openai/models/gemini-2", LLM_MODELS, DIALECT_OPENAI},
        {gemini, "POST", "/v1beta/openai/images/generations", LLM_OTHER, DIALECT_OPENAI},
        {gemini, "GET", "/v1beta/models", LLM_MODELS, DIALECT_GEMINI},
        {gemini, "GET", "/v1beta/models/gemini-2", LLM_MODELS, DIALECT_GEMINI},
        {gemini, "POST", "/v1beta/models/gemini-2:generateContent", LLM_CHAT, DIALECT_GEMINI},
        {gemini, "POST", "/v1/models/gemini-2:streamGenerateContent", LLM_CHAT, DIALECT_GEMINI},
        {gemini, "POST", "/v1beta/models/gemini-2:countTokens", LLM_COUNT_TOKENS, DIALECT_GEMINI},
        {gemini, "POST", "/v1beta/models/e:embedContent", LLM_EMBEDDINGS, DIALECT_GEMINI},
        {gemini, "POST", "/v1beta/models/e:batchEmbedContents", LLM_EMBEDDINGS, DIALECT_GEMINI},
        {gemini, "GET", "/v1beta/models/gemini-2:generateContent", LLM_MODELS, DIALECT_GEMINI},
        {gemini, "POST", "/v1beta/models/gemini-2:bidiGenerateContent", LLM_OTHER, DIALECT_GEMINI},
        {gemini, "POST", "/v1beta/files", LLM_OTHER, DIALECT_GEMINI},
        {vertex, "POST", "/v1/projects/p/locations/l/publishers/google/models/g:generateContent", LLM_CHAT,
         DIALECT_GEMINI},
        {"api.openai.com", "POST", "/v1/models/g:generateContent", LLM_OTHER, DIALECT_OPENAI},
        {vertex, "POST", "/v1/projects/p/locations/l/endpoints/openapi/chat/completions", LLM_CHAT, DIALECT_OPENAI},
        {vertex, "GET", "/v1/projects/p/locations/l/models", LLM_OTHER, DIALECT_GEMINI},
        {vertex, "GET", "/v1/projects/p/locations/l/publishers/google/models/g", LLM_OTHER, DIALECT_GEMINI},
        {"api.anthropic.com", "POST", "/v1/chat/completions", LLM_CHAT, DIALECT_OPENAI},
        {"api.anthropic.com", "POST", "/v1/messages", LLM_CHAT, DIALECT_ANTHROPIC},
        {"api.anthropic.com", "POST", "/v1/messages/count_tokens", LLM_COUNT_TOKENS, DIALECT_ANTHROPIC},
        {"api.anthropic.com", "POST", "/v1/complete", LLM_OTHER, DIALECT_ANTHROPIC},
        {"api.anthropic.com", "GET", "/v1/models", LLM_MODELS, DIALECT_ANTHROPIC},
        {"api.anthropic.com", "GET", "/v1/models/claude", LLM_MODELS, DIALECT_ANTHROPIC},
        {"api.deepseek.com", "POST", "/anthropic/v1/messages", LLM_CHAT, DIALECT_ANTHROPIC},
        {"openrouter.ai", "POST", "/api/v1/messages", LLM_CHAT, DIALECT_ANTHROPIC},
        {"api.cohere.com", "POST", "/compatibility/v1/chat/completions", LLM_CHAT, DIALECT_OPENAI},
        {"api.cohere.com", "GET", "/compatibility/v1/models", LLM_MODELS, DIALECT_OPENAI},
        {"api.cohere.com", "POST", "/compatibility/v1/files", LLM_OTHER, DIALECT_OPENAI},
        {bedrock, "POST", "/openai/v1/chat/completions", LLM_CHAT, DIALECT_OPENAI},
        {bedrock, "POST", "/openai/v1/responses", LLM_RESPONSES, DIALECT_OPENAI},
        {bedrock, "POST", "/model/anthropic.claude/converse", LLM_CHAT, DIALECT_BEDROCK},
        {"ollama.com", "POST", "/v1/chat/completions", LLM_CHAT, DIALECT_OPENAI},
        {"ollama.com", "GET", "/v1/models", LLM_MODELS, DIALECT_OPENAI},
        {"ollama.com", "POST", "/v1/images/generations", LLM_OTHER, DIALECT_OPENAI},
        {"llm.api.cloud.yandex.net", "POST", "/v1/chat/completions", LLM_CHAT, DIALECT_OPENAI},
        {"gateway.ai.cloudflare.com", "POST", "/v1/account/gateway/compat/chat/completions", LLM_CHAT, DIALECT_OPENAI},
    };
    expect_all(rows, COUNT_OF(rows));
}

static void what_is_a_vendors_own_is_told_from_what_it_has_of_openais(void **state)
{
    (void)state;
    static const struct classified rows[] = {
        {"api.cohere.com", "POST", "/v2/chat", LLM_CHAT, DIALECT_COHERE},
        {"api.cohere.com", "POST", "/v2/embed", LLM_EMBEDDINGS, DIALECT_COHERE},
        {"api.cohere.com", "POST", "/v1/chat", LLM_OTHER, DIALECT_COHERE},
        {"api.cohere.com", "POST", "/v1/embed", LLM_OTHER, DIALECT_COHERE},
        {"api.cohere.com", "POST", "/v1/rerank", LLM_RERANK, DIALECT_COHERE},
        {"api.cohere.com", "POST", "/v2/rerank", LLM_RERANK, DIALECT_COHERE},
        {"api.cohere.com", "GET", "/v2/rerank", LLM_OTHER, DIALECT_COHERE},
        {"api.mistral.ai", "POST", "/v1/rerank", LLM_OTHER, DIALECT_MISTRAL},
        {"api.cohere.com", "GET", "/v1/models", LLM_MODELS, DIALECT_COHERE},
        {"api.cohere.com", "GET", "/v1/models/command-r", LLM_MODELS, DIALECT_COHERE},
        {"api.mistral.ai", "POST", "/v1/completions", LLM_OTHER, DIALECT_MISTRAL},
        {"api.mistral.ai", "POST", "/v1/responses", LLM_OTHER, DIALECT_MISTRAL},
        {"ollama.com", "POST", "/api/chat", LLM_CHAT, DIALECT_OLLAMA},
        {"ollama.com", "POST", "/api/generate", LLM_CHAT, DIALECT_OLLAMA},
        {"ollama.com", "POST", "/api/embed", LLM_EMBEDDINGS, DIALECT_OLLAMA},
        {"ollama.com", "POST", "/api/embeddings", LLM_EMBEDDINGS, DIALECT_OLLAMA},
        {"ollama.com", "GET", "/api/tags", LLM_MODELS, DIALECT_OLLAMA},
        {"ollama.com", "POST", "/api/show", LLM_MODELS, DIALECT_OLLAMA},
        {"ollama.com", "POST", "/api/pull", LLM_OTHER, DIALECT_OLLAMA},
        {"api.mistral.ai", "POST", "/v1/chat/completions", LLM_CHAT, DIALECT_MISTRAL},
        {"api.mistral.ai", "POST", "/v1/fim/completions", LLM_OTHER, DIALECT_MISTRAL},
    };
    expect_all(rows, COUNT_OF(rows));
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
        cmocka_unit_test(the_dialect_is_one_of_the_path),
        cmocka_unit_test(what_is_a_vendors_own_is_told_from_what_it_has_of_openais),
        cmocka_unit_test(a_connection_not_yet_opened_is_unknown),
        cmocka_unit_test(an_operator_may_add_a_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
