/* SPDX-License-Identifier: Apache-2.0 */
/* What a call of Bedrock's is: the path says what is done and with which model, and the model says what a plain
 * `invoke` is, for its body is in the words of the model's maker. Source: the API's reference, InvokeModel and
 * "Inference request parameters and response fields". */
#include "exeat/llm.h"
#include "llm_internal.h"

static const struct {
    struct text word; /* the last segment */
    enum llm_operation operation;
} words[] = {
    {TEXT_INIT("converse"), LLM_CHAT},
    {TEXT_INIT("converse-stream"), LLM_CHAT},
    {TEXT_INIT("invoke"), LLM_UNKNOWN}, /* the model tells */
    {TEXT_INIT("invoke-with-response-stream"), LLM_UNKNOWN},
    {TEXT_INIT("count-tokens"), LLM_COUNT_TOKENS},
};

/* Models whose `invoke` is no chat; the ids of profiles have a region in front. */
static const struct {
    struct text model;
    enum llm_operation operation;
} models[] = {
    {TEXT_INIT("*embed*"), LLM_EMBEDDINGS},
    {TEXT_INIT("*meta.llama*"), LLM_COMPLETIONS},
    {TEXT_INIT("*mistral.mistral-7b*"), LLM_COMPLETIONS},
    {TEXT_INIT("*mistral.mixtral*"), LLM_COMPLETIONS},
    {TEXT_INIT("*mistral.mistral-large-2402*"), LLM_COMPLETIONS},
    {TEXT_INIT("*mistral.mistral-small-2402*"), LLM_COMPLETIONS},
};

static enum llm_operation of_model(struct text model)
{
    for (size_t i = 0; i < COUNT_OF(models); i++)
        if (text_glob(models[i].model, model))
            return models[i].operation;
    return LLM_CHAT;
}

enum llm_operation llm_bedrock_operation(const struct request *request)
{
    struct text rest = text_after(request->path, 1);
    struct text front = TEXT("");
    struct text model = TEXT("");
    if (!text_equal(request->method, TEXT("POST")) || !text_split(&rest, '/', &front) ||
        !text_equal(front, TEXT("model")) || !text_split(&rest, '/', &model))
        return LLM_OTHER;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (text_equal(rest, words[i].word))
            return words[i].operation == LLM_UNKNOWN ? of_model(model) : words[i].operation;
    return LLM_OTHER;
}
