/* SPDX-License-Identifier: Apache-2.0 */
/* Models of others than Google at Vertex AI, which are called in their makers' words, and vectors as `predict` has
 * them. Source: Vertex AI's reference of publishers.models, and the partners' pages. */
#include "exeat/llm.h"
#include "llm_internal.h"

static const struct {
    struct text path; /* the first that fits */
    enum llm_dialect dialect;
    enum llm_operation operation;
} places[] = {
    {TEXT_INIT("*/publishers/anthropic/models/count-tokens:rawPredict"), DIALECT_ANTHROPIC, LLM_COUNT_TOKENS},
    {TEXT_INIT("*/publishers/anthropic/models/*:rawPredict"), DIALECT_ANTHROPIC, LLM_CHAT},
    {TEXT_INIT("*/publishers/anthropic/models/*:streamRawPredict"), DIALECT_ANTHROPIC, LLM_CHAT},
    {TEXT_INIT("*/publishers/mistralai/models/*ocr*:rawPredict"), DIALECT_MISTRAL, LLM_OTHER},
    {TEXT_INIT("*/publishers/mistralai/models/*:rawPredict"), DIALECT_MISTRAL, LLM_CHAT},
    {TEXT_INIT("*/publishers/mistralai/models/*:streamRawPredict"), DIALECT_MISTRAL, LLM_CHAT},
    {TEXT_INIT("*/publishers/google/models/*embedding*:predict"), DIALECT_GEMINI, LLM_EMBEDDINGS},
};

bool llm_vertex_call(const struct request *request, struct llm_call *call)
{
    if (call->dialect != DIALECT_GEMINI || !text_equal(request->method, TEXT("POST")))
        return false;
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        if (!text_glob(places[i].path, request->path))
            continue;
        call->dialect = places[i].dialect;
        call->operation = places[i].operation;
        return true;
    }
    return false;
}
