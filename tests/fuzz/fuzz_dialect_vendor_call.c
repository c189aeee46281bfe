/* SPDX-License-Identifier: Apache-2.0 */
/* Any body as a call of a vendor that does not speak as endpoints do: what is written of it is what OpenAI's reader
 * would have taken too, and written the same. */
#include "endpoint_call.h"
#include "exeat/dialect.h"

static const struct {
    struct llm_call llm;
    struct text path;
} calls[] = {
    {{.operation = LLM_CHAT, .dialect = DIALECT_ANTHROPIC}, TEXT_INIT("/v1/messages")},
    {{.operation = LLM_COUNT_TOKENS, .dialect = DIALECT_ANTHROPIC}, TEXT_INIT("/v1/messages/count_tokens")},
    {{.operation = LLM_CHAT, .dialect = DIALECT_GEMINI}, TEXT_INIT("/v1beta/models/g:streamGenerateContent")},
    {{.operation = LLM_COUNT_TOKENS, .dialect = DIALECT_GEMINI}, TEXT_INIT("/v1beta/models/g:countTokens")},
    {{.operation = LLM_EMBEDDINGS, .dialect = DIALECT_GEMINI}, TEXT_INIT("/v1beta/models/g:embedContent")},
    {{.operation = LLM_EMBEDDINGS, .dialect = DIALECT_GEMINI}, TEXT_INIT("/v1beta/models/g:batchEmbedContents")},
    {{.operation = LLM_CHAT, .dialect = DIALECT_BEDROCK}, TEXT_INIT("/model/a/converse-stream")},
    {{.operation = LLM_COUNT_TOKENS, .dialect = DIALECT_BEDROCK}, TEXT_INIT("/model/a/count-tokens")},
    {{.operation = LLM_CHAT, .dialect = DIALECT_BEDROCK}, TEXT_INIT("/model/anthropic.a/invoke")},
    {{.operation = LLM_CHAT, .dialect = DIALECT_BEDROCK}, TEXT_INIT("/model/amazon.titan-text/invoke")},
    {{.operation = LLM_COMPLETIONS, .dialect = DIALECT_BEDROCK}, TEXT_INIT("/model/meta.llama3/invoke")},
    {{.operation = LLM_COMPLETIONS, .dialect = DIALECT_BEDROCK}, TEXT_INIT("/model/mistral.mixtral/invoke")},
    {{.operation = LLM_EMBEDDINGS, .dialect = DIALECT_BEDROCK}, TEXT_INIT("/model/amazon.titan-embed/invoke")},
    {{.operation = LLM_CHAT, .dialect = DIALECT_MISTRAL}, TEXT_INIT("/v1/chat/completions")},
    {{.operation = LLM_EMBEDDINGS, .dialect = DIALECT_MISTRAL}, TEXT_INIT("/v1/embeddings")},
    {{.operation = LLM_CHAT, .dialect = DIALECT_COHERE}, TEXT_INIT("/v2/chat")},
    {{.operation = LLM_EMBEDDINGS, .dialect = DIALECT_COHERE}, TEXT_INIT("/v2/embed")},
    {{.operation = LLM_CHAT, .dialect = DIALECT_OLLAMA}, TEXT_INIT("/api/chat")},
    {{.operation = LLM_CHAT, .dialect = DIALECT_OLLAMA}, TEXT_INIT("/api/generate")},
    {{.operation = LLM_EMBEDDINGS, .dialect = DIALECT_OLLAMA}, TEXT_INIT("/api/embed")},
    {{.operation = LLM_EMBEDDINGS, .dialect = DIALECT_OLLAMA}, TEXT_INIT("/api/embeddings")},
    {{.operation = LLM_EMBEDDINGS, .dialect = DIALECT_GEMINI}, TEXT_INIT("/v1/publishers/google/models/e:predict")},
    {{.operation = LLM_CHAT, .dialect = DIALECT_ANTHROPIC},
     TEXT_INIT("/v1/publishers/anthropic/models/c:streamRawPredict")},
    {{.operation = LLM_RERANK, .dialect = DIALECT_COHERE}, TEXT_INIT("/v2/rerank")},
    {{.operation = LLM_RERANK, .dialect = DIALECT_OPENAI}, TEXT_INIT("/v1/rerank")},
    {{.operation = LLM_CHAT, .dialect = DIALECT_OPENAI, .provider = TEXT_INIT("Groq")}, TEXT_INIT("/v1/x")},
    {{.operation = LLM_CHAT, .dialect = DIALECT_OPENAI, .provider = TEXT_INIT("DeepSeek")}, TEXT_INIT("/v1/x")},
    {{.operation = LLM_CHAT, .dialect = DIALECT_OPENAI, .provider = TEXT_INIT("OpenRouter")}, TEXT_INIT("/v1/x")},
    {{.operation = LLM_CHAT, .dialect = DIALECT_OPENAI, .provider = TEXT_INIT("Perplexity")}, TEXT_INIT("/v1/x")},
};

static bool rewrite(const struct llm_call *llm, struct text path, struct text body, struct buffer *out)
{
    struct buffer in = {0};
    struct dialect_call *call = NULL;
    struct detail detail = {0};
    const struct dialect_target target = {.path = path, .query = TEXT("alt=sse"), .id = TEXT("01")};
    const struct dialect_endpoint endpoint = {.model = TEXT("m"), .takes_usage = true};
    buffer_append(&in, body);
    enum reason reason = dialect_call_read(llm, &target, &in, &call, &detail);
    if ((reason == REASON_NONE) != (call != NULL) || (reason != REASON_NONE && detail.text[0] == '\0'))
        __builtin_trap();
    if (call != NULL)
        dialect_call_write(call, &endpoint, out);
    dialect_call_free(call);
    return call != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    size_t which = data[0] % COUNT_OF(calls);
    enum llm_operation operation = calls[which].llm.operation;
    if (operation == LLM_COUNT_TOKENS)
        operation = LLM_CHAT;
    const struct llm_call openai = {operation, DIALECT_OPENAI, TEXT(""), false};
    struct text body = text_of_bytes((struct bytes){data + 1, size - 1});
    struct buffer once = {0};
    struct buffer twice = {0};
    if (rewrite(&calls[which].llm, calls[which].path, body, &once)) {
        check_body(buffer_text(&once));
        if (!rewrite(&openai, TEXT("/v1/x"), buffer_text(&once), &twice) ||
            !text_equal(buffer_text(&once), buffer_text(&twice)))
            __builtin_trap();
    }
    buffer_clear(&once);
    buffer_clear(&twice);
    return 0;
}
