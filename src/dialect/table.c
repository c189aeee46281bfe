/* SPDX-License-Identifier: Apache-2.0 */
/* The table of vendors. */
#include "dialect_internal.h"
#include "exeat/anthropic.h"
#include "exeat/bedrock.h"
#include "exeat/cohere.h"
#include "exeat/gemini.h"
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
