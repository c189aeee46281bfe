/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of vendors and of servers. */
#include "dialect_internal.h"
#include "exeat/anthropic.h"
#include "exeat/bedrock.h"
#include "exeat/cohere.h"
#include "exeat/compatible.h"
#include "exeat/gemini.h"
#include "exeat/kin.h"
#include "exeat/mistral.h"
#include "exeat/ollama.h"
#include "exeat/openai.h"

static const struct vendor *const vendors[] = {
    [DIALECT_OPENAI] = &openai_vendor,   [DIALECT_ANTHROPIC] = &anthropic_vendor, [DIALECT_GEMINI] = &gemini_vendor,
    [DIALECT_BEDROCK] = &bedrock_vendor, [DIALECT_COHERE] = &cohere_vendor,       [DIALECT_MISTRAL] = &mistral_vendor,
    [DIALECT_OLLAMA] = &ollama_vendor,   [DIALECT_OTHER] = &openai_vendor,
};

const struct vendor *dialect_vendor(enum llm_dialect dialect)
{
    return vendors[dialect];
}

const struct vendor *dialect_vendor_of(enum llm_dialect dialect, struct text provider, enum llm_operation operation)
{
    const struct vendor *kin = vendors[dialect] == &openai_vendor ? kin_vendor(provider, operation) : NULL;
    return kin != NULL ? kin : vendors[dialect];
}

static const struct server *const servers[] = {
    [SPEAKS_OPENAI] = &compatible_server,
    [SPEAKS_RESPONSES] = &compatible_server,
    [SPEAKS_OLLAMA] = &ollama_server,
    [SPEAKS_ANTHROPIC] = &anthropic_server,
};

const struct server *dialect_server(enum endpoint_dialect speaks, enum llm_operation operation)
{
    if (operation == LLM_RERANK && servers[speaks] == &compatible_server)
        return &rank_server;
    bool is_chat = operation == LLM_CHAT || operation == LLM_COUNT_TOKENS;
    return speaks == SPEAKS_RESPONSES && is_chat ? &responses_server : servers[speaks];
}

bool call_is_openai(const struct dialect_call *call)
{
    return call->server == &compatible_server;
}

bool call_passes(const struct dialect_call *call)
{
    return call->words->passes && call_is_openai(call);
}
