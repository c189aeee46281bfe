/* SPDX-License-Identifier: Apache-2.0 */
/* What a provider's paths are, at each of its hosts in the catalogue. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exeat/llm.h"

struct place {
    const char *provider; /* a glob over the names in the catalogue */
    const char *method;
    const char *path;
    enum llm_operation operation;
    enum llm_dialect dialect;
};

/* A host of the entry's: of a suffix any name below it. */
static void take_host(const struct llm_entry *entry, struct request *request)
{
    struct buffer name = {0};
    if (entry->pattern.kind == HOST_PATTERN_SUFFIX)
        buffer_append(&name, TEXT("shop."));
    buffer_append(&name, host_text(&entry->pattern.host));
    assert_true(host_parse(buffer_text(&name), &request->host));
    buffer_clear(&name);
}

static void
expect_place(const struct llm_catalogue *catalogue, const struct llm_entry *entry, const struct place *place)
{
    struct request request = {.inside_known = true, .method = text_from(place->method), .path = text_from(place->path)};
    struct llm_call call;
    take_host(entry, &request);
    llm_classify(catalogue, &request, &call);
    if (call.operation != place->operation || call.dialect != place->dialect ||
        !text_equal(call.provider, entry->provider))
        fail_msg(
            "%s %s%s: %d %d %.*s", place->method, request.host.text, place->path, (int)call.operation,
            (int)call.dialect, TEXT_ARG(call.provider));
}

static void expect_places(const struct place *places, size_t count)
{
    struct llm_catalogue *catalogue = llm_catalogue_new();
    for (size_t i = 0; i < count; i++) {
        size_t hosts = 0;
        for (size_t k = 0; k < llm_catalogue_count(catalogue); k++) {
            const struct llm_entry *entry = llm_catalogue_at(catalogue, k);
            if (entry->kind != LLM_KIND_API && entry->kind != LLM_KIND_SHARED)
                continue;
            if (!text_glob(text_from(places[i].provider), entry->provider))
                continue;
            expect_place(catalogue, entry, &places[i]);
            hosts++;
        }
        if (hosts == 0)
            fail_msg("nobody is called %s", places[i].provider);
    }
    llm_catalogue_free(catalogue);
}

static void calls_of_bedrock_are_told_by_path_and_model(void **state)
{
    (void)state;
    static const char arn[] = "/model/arn%3Aaws%3Abedrock%3Aeu%3A1%3Ainference-profile%2Feu.a/converse";
    static const struct place places[] = {
        {"AWS Bedrock runtime*", "POST", "/model/anthropic.claude-v2%3A0/converse", LLM_CHAT, DIALECT_BEDROCK},
        {"AWS Bedrock VPC*", "POST", "/model/anthropic.claude-v2%3A0/converse-stream", LLM_CHAT, DIALECT_BEDROCK},
        {"AWS Bedrock runtime", "POST", arn, LLM_CHAT, DIALECT_BEDROCK},
        {"AWS Bedrock runtime", "POST", "/model/eu.anthropic.claude/invoke", LLM_CHAT, DIALECT_BEDROCK},
        {"AWS Bedrock runtime", "POST", "/model/us.meta.llama3-8b/invoke-with-response-stream", LLM_COMPLETIONS,
         DIALECT_BEDROCK},
        {"AWS Bedrock runtime", "POST", "/model/mistral.mistral-7b-instruct-v0%3A2/invoke", LLM_COMPLETIONS,
         DIALECT_BEDROCK},
        {"AWS Bedrock runtime", "POST", "/model/mistral.mistral-large-2407-v1%3A0/invoke", LLM_CHAT, DIALECT_BEDROCK},
        {"AWS Bedrock runtime", "POST", "/model/amazon.titan-embed-text-v2%3A0/invoke", LLM_EMBEDDINGS,
         DIALECT_BEDROCK},
        {"AWS Bedrock runtime", "POST", "/model/a/count-tokens", LLM_COUNT_TOKENS, DIALECT_BEDROCK},
        {"AWS Bedrock runtime*", "POST", "/openai/v1/chat/completions", LLM_CHAT, DIALECT_OPENAI},
        {"AWS Bedrock OpenAI*", "POST", "/v1/chat/completions", LLM_CHAT, DIALECT_OPENAI},
        {"AWS Bedrock OpenAI*", "POST", "/anthropic/v1/messages", LLM_CHAT, DIALECT_ANTHROPIC},
    };
    expect_places(places, COUNT_OF(places));
}

static void what_else_bedrock_does_is_not_answered(void **state)
{
    (void)state;
    static const struct place places[] = {
        {"AWS Bedrock runtime", "GET", "/model/a/converse", LLM_OTHER, DIALECT_BEDROCK},
        {"AWS Bedrock runtime", "POST", "/model/a/converse/b", LLM_OTHER, DIALECT_BEDROCK},
        {"AWS Bedrock runtime", "POST", "/model/a", LLM_OTHER, DIALECT_BEDROCK},
        {"AWS Bedrock runtime", "POST", "/async-invoke", LLM_OTHER, DIALECT_BEDROCK},
        {"AWS Bedrock runtime", "POST", "/model/a/invoke-with-bidirectional-stream", LLM_OTHER, DIALECT_BEDROCK},
        {"AWS Bedrock runtime", "POST", "/guardrail/g/version/1/apply", LLM_OTHER, DIALECT_BEDROCK},
        {"AWS Bedrock runtime", "POST", "/model/chat/completions", LLM_OTHER, DIALECT_BEDROCK},
        {"AWS Bedrock agents*", "POST", "/retrieveAndGenerate", LLM_OTHER, DIALECT_BEDROCK},
        {"AWS Bedrock agents*", "POST", "/agents/a/agentAliases/b/sessions/c/text", LLM_OTHER, DIALECT_BEDROCK},
        {"AWS Bedrock control*", "GET", "/foundation-models", LLM_OTHER, DIALECT_BEDROCK},
    };
    expect_places(places, COUNT_OF(places));
}

#define PLACE "/v1/projects/p/locations/l/"
static void calls_of_vertex_are_in_the_words_of_the_models_maker(void **state)
{
    (void)state;
    static const struct place places[] = {
        {"Google Vertex AI*", "POST", PLACE "publishers/google/models/g:generateContent", LLM_CHAT, DIALECT_GEMINI},
        {"Google Vertex AI*", "POST", PLACE "publishers/google/models/g:streamGenerateContent", LLM_CHAT,
         DIALECT_GEMINI},
        {"Google Vertex AI*", "POST", PLACE "publishers/google/models/g:countTokens", LLM_COUNT_TOKENS, DIALECT_GEMINI},
        {"Google Vertex AI*", "GET", "/v1beta1/publishers/google/models", LLM_MODELS, DIALECT_GEMINI},
        {"Google Vertex AI*", "GET", "/v1beta1/publishers/google/models/g", LLM_MODELS, DIALECT_GEMINI},
        {"Google Vertex AI*", "GET", "/v1beta1/publishers/anthropic/models", LLM_OTHER, DIALECT_GEMINI},
        {"Google Vertex AI*", "GET", PLACE "models", LLM_OTHER, DIALECT_GEMINI},
        {"Google Vertex AI*", "POST", "/v1beta1/publishers/google/models/g:generateContent", LLM_CHAT, DIALECT_GEMINI},
        {"Google Vertex AI*", "POST", PLACE "publishers/google/models/text-embedding-005:predict", LLM_EMBEDDINGS,
         DIALECT_GEMINI},
        {"Google Vertex AI*", "POST", PLACE "publishers/google/models/gemini-embedding-001:embedContent",
         LLM_EMBEDDINGS, DIALECT_GEMINI},
        {"Google Vertex AI*", "POST", PLACE "publishers/anthropic/models/claude@20250514:rawPredict", LLM_CHAT,
         DIALECT_ANTHROPIC},
        {"Google Vertex AI*", "POST", PLACE "publishers/anthropic/models/claude:streamRawPredict", LLM_CHAT,
         DIALECT_ANTHROPIC},
        {"Google Vertex AI*", "POST", PLACE "publishers/anthropic/models/count-tokens:rawPredict", LLM_COUNT_TOKENS,
         DIALECT_ANTHROPIC},
        {"Google Vertex AI*", "POST", PLACE "publishers/mistralai/models/mistral-large:streamRawPredict", LLM_CHAT,
         DIALECT_MISTRAL},
        {"Google Vertex AI*", "POST", PLACE "endpoints/openapi/chat/completions", LLM_CHAT, DIALECT_OPENAI},
        {"Google Vertex AI*", "POST", PLACE "endpoints/openapi/embeddings", LLM_EMBEDDINGS, DIALECT_OPENAI},
        {"Google Vertex AI*", "POST", PLACE "publishers/google/models/imagen-4:predict", LLM_OTHER, DIALECT_GEMINI},
        {"Google Vertex AI*", "POST", PLACE "publishers/ai21/models/jamba:rawPredict", LLM_OTHER, DIALECT_GEMINI},
        {"Google Vertex AI*", "POST", PLACE "publishers/mistralai/models/mistral-ocr-2505:rawPredict", LLM_OTHER,
         DIALECT_MISTRAL},
        {"Google Vertex AI*", "POST", PLACE "endpoints/1234:predict", LLM_OTHER, DIALECT_GEMINI},
        {"Google Vertex AI*", "GET", PLACE "publishers/anthropic/models/claude:rawPredict", LLM_OTHER, DIALECT_GEMINI},
    };
    expect_places(places, COUNT_OF(places));
}

#define GPT "/openai/deployments/gpt/"
static void calls_of_azure_are_openais_behind_a_deployment_and_at_v1(void **state)
{
    (void)state;
    static const struct place places[] = {
        {"Azure *OpenAI*", "POST", GPT "chat/completions", LLM_CHAT, DIALECT_OPENAI},
        {"Azure *OpenAI*", "POST", GPT "completions", LLM_COMPLETIONS, DIALECT_OPENAI},
        {"Azure *OpenAI*", "POST", GPT "embeddings", LLM_EMBEDDINGS, DIALECT_OPENAI},
        {"Azure *OpenAI*", "POST", GPT "images/generations", LLM_OTHER, DIALECT_OPENAI},
        {"Azure *OpenAI*", "POST", GPT "audio/transcriptions", LLM_OTHER, DIALECT_OPENAI},
        {"Azure *OpenAI*", "POST", "/openai/v1/chat/completions", LLM_CHAT, DIALECT_OPENAI},
        {"Azure *OpenAI*", "POST", "/openai/v1/responses", LLM_RESPONSES, DIALECT_OPENAI},
        {"Azure *OpenAI*", "POST", "/openai/responses", LLM_RESPONSES, DIALECT_OPENAI},
        {"Azure *OpenAI*", "GET", "/openai/v1/models", LLM_MODELS, DIALECT_OPENAI},
        {"Azure *OpenAI*", "GET", "/openai/deployments", LLM_OTHER, DIALECT_OPENAI},
        {"Azure AI services*", "POST", GPT "chat/completions", LLM_CHAT, DIALECT_OPENAI},
        {"Azure AI services*", "POST", "/vision/v3.2/analyze", LLM_NONE, DIALECT_OPENAI},
        {"Azure AI Foundry*", "POST", "/models/chat/completions", LLM_CHAT, DIALECT_OPENAI},
        {"Azure AI Foundry*", "POST", "/models/embeddings", LLM_EMBEDDINGS, DIALECT_OPENAI},
        {"Azure AI Foundry*", "GET", "/models/info", LLM_OTHER, DIALECT_OPENAI},
        {"Azure AI Foundry*", "POST", "/anthropic/v1/messages", LLM_CHAT, DIALECT_ANTHROPIC},
        {"Azure AI Foundry*", "POST", "/api/projects/p/openai/v1/responses", LLM_RESPONSES, DIALECT_OPENAI},
        {"Azure AI serverless*", "POST", "/v1/chat/completions", LLM_CHAT, DIALECT_OPENAI},
    };
    expect_places(places, COUNT_OF(places));
}

static void those_who_resemble_openai_have_their_own_prefixes(void **state)
{
    (void)state;
    static const struct place places[] = {
        {"Hugging Face Inference Providers", "POST", "/v1/chat/completions", LLM_CHAT, DIALECT_OPENAI},
        {"Hugging Face Inference Providers", "POST", "/together/v1/chat/completions", LLM_CHAT, DIALECT_OPENAI},
        {"Hugging Face Inference Providers", "POST", "/hf-inference/models/o/m/v1/chat/completions", LLM_CHAT,
         DIALECT_OPENAI},
        {"Hugging Face Inference Providers", "POST", "/v1/responses", LLM_RESPONSES, DIALECT_OPENAI},
        {"Hugging Face Inference Providers", "GET", "/v1/models", LLM_MODELS, DIALECT_OPENAI},
        {"Hugging Face Inference Providers", "POST", "/hf-inference/models/o/m/pipeline/feature-extraction", LLM_OTHER,
         DIALECT_OPENAI},
        {"Hugging Face dedicated endpoints", "POST", "/v1/chat/completions", LLM_CHAT, DIALECT_OPENAI},
        {"Groq", "POST", "/openai/v1/chat/completions", LLM_CHAT, DIALECT_OPENAI},
        {"Groq", "POST", "/openai/v1/responses", LLM_RESPONSES, DIALECT_OPENAI},
        {"Groq", "GET", "/openai/v1/models", LLM_MODELS, DIALECT_OPENAI},
        {"Groq", "POST", "/openai/v1/audio/transcriptions", LLM_OTHER, DIALECT_OPENAI},
        {"DeepSeek", "POST", "/chat/completions", LLM_CHAT, DIALECT_OPENAI},
        {"DeepSeek", "POST", "/v1/chat/completions", LLM_CHAT, DIALECT_OPENAI},
        {"DeepSeek", "POST", "/beta/completions", LLM_COMPLETIONS, DIALECT_OPENAI},
        {"DeepSeek", "POST", "/anthropic/v1/messages", LLM_CHAT, DIALECT_ANTHROPIC},
        {"DeepSeek", "GET", "/models", LLM_MODELS, DIALECT_OPENAI},
        {"DeepSeek", "GET", "/user/balance", LLM_OTHER, DIALECT_OPENAI},
        {"OpenRouter", "POST", "/api/v1/chat/completions", LLM_CHAT, DIALECT_OPENAI},
        {"OpenRouter", "POST", "/api/v1/messages", LLM_CHAT, DIALECT_ANTHROPIC},
        {"OpenRouter", "POST", "/api/v1/embeddings", LLM_EMBEDDINGS, DIALECT_OPENAI},
        {"OpenRouter", "GET", "/api/v1/models", LLM_MODELS, DIALECT_OPENAI},
        {"OpenRouter", "GET", "/api/v1/key", LLM_OTHER, DIALECT_OPENAI},
        {"Perplexity", "POST", "/chat/completions", LLM_CHAT, DIALECT_OPENAI},
        {"Perplexity", "POST", "/v1/sonar", LLM_CHAT, DIALECT_OPENAI},
        {"Perplexity", "POST", "/async/chat/completions", LLM_OTHER, DIALECT_OPENAI},
        {"Perplexity", "POST", "/search", LLM_OTHER, DIALECT_OPENAI},
        {"xAI*", "POST", "/v1/chat/completions", LLM_CHAT, DIALECT_OPENAI},
        {"xAI*", "POST", "/v1/messages", LLM_CHAT, DIALECT_ANTHROPIC},
        {"xAI*", "GET", "/v1/language-models", LLM_OTHER, DIALECT_OPENAI},
        {"xAI*", "GET", "/v1/chat/deferred-completion/a", LLM_OTHER, DIALECT_OPENAI},
        {"Together AI", "POST", "/v1/chat/completions", LLM_CHAT, DIALECT_OPENAI},
        {"Together AI", "POST", "/v1/completions", LLM_COMPLETIONS, DIALECT_OPENAI},
        {"Together AI", "POST", "/v1/rerank", LLM_RERANK, DIALECT_OPENAI},
        {"OpenRouter", "POST", "/api/v1/rerank", LLM_RERANK, DIALECT_OPENAI},
        {"Jina AI", "POST", "/v1/rerank", LLM_RERANK, DIALECT_OPENAI},
        {"Voyage AI", "POST", "/v1/rerank", LLM_RERANK, DIALECT_OPENAI},
        {"Fireworks*", "POST", "/inference/v1/chat/completions", LLM_CHAT, DIALECT_OPENAI},
        {"Fireworks*", "POST", "/inference/v1/embeddings", LLM_EMBEDDINGS, DIALECT_OPENAI},
        {"Fireworks*", "GET", "/inference/v1/models", LLM_MODELS, DIALECT_OPENAI},
        {"Fireworks audio", "POST", "/v1/audio/transcriptions", LLM_OTHER, DIALECT_OPENAI},
    };
    expect_places(places, COUNT_OF(places));
}

static void what_is_not_answered_has_a_name_and_a_cure(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *words; /* NULL: nothing is known of it */
    } rows[] = {
        {"/v1/moderations", "moderations: *leave it out*"},
        {"/openai/deployments/d/images/generations", "images: *"},
        {"/guardrail/g/version/1/apply", "ApplyGuardrail: *"},
        {"/retrieveAndGenerate", "knowledge bases *send what they hold*"},
        {"/v1/files/a/content", "files: *"},
        {"/v1/responses/resp_1", "a response that only the vendor keeps*"},
        {"/v1/projects/p/locations/l/publishers/ai21/models/j:rawPredict", "a model whose maker's words*"},
        {"/async/chat/completions", "an answer that is fetched later*"},
        {"/v1/something/new", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct request request = {.path = text_from(rows[i].path)};
        struct text words = text_from(llm_refused(&request));
        if (rows[i].words == NULL ? words.length > 0 : !text_glob(text_from(rows[i].words), words))
            fail_msg("%s: %.*s", rows[i].path, TEXT_ARG(words));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_of_bedrock_are_told_by_path_and_model),
        cmocka_unit_test(what_else_bedrock_does_is_not_answered),
        cmocka_unit_test(calls_of_vertex_are_in_the_words_of_the_models_maker),
        cmocka_unit_test(calls_of_azure_are_openais_behind_a_deployment_and_at_v1),
        cmocka_unit_test(those_who_resemble_openai_have_their_own_prefixes),
        cmocka_unit_test(what_is_not_answered_has_a_name_and_a_cure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
