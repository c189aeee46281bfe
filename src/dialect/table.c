/* SPDX-License-Identifier: Apache-2.0 */
/* The table of vendors. Whose calls are not answered here has a row with its refusal alone. */
#include "dialect_internal.h"
#include "exeat/anthropic.h"
#include "exeat/base/json.h"
#include "exeat/bedrock.h"
#include "exeat/cohere.h"
#include "exeat/gemini.h"
#include "exeat/mistral.h"
#include "exeat/openai.h"

static void write_error(const struct refusal *refusal, struct buffer *out)
{
    buffer_append(out, TEXT("{\"error\":"));
    json_append_string(out, refusal->message);
    refusal_append_facts(refusal, out);
    buffer_append(out, TEXT("}"));
}

static const struct vendor ollama = {.write_refusal = write_error};

static const struct vendor *const vendors[] = {
    [DIALECT_OPENAI] = &openai_vendor,   [DIALECT_ANTHROPIC] = &anthropic_vendor, [DIALECT_GEMINI] = &gemini_vendor,
    [DIALECT_BEDROCK] = &bedrock_vendor, [DIALECT_COHERE] = &cohere_vendor,       [DIALECT_MISTRAL] = &mistral_vendor,
    [DIALECT_OLLAMA] = &ollama,          [DIALECT_OTHER] = &openai_vendor,
};

const struct vendor *dialect_vendor(enum llm_dialect dialect)
{
    return vendors[dialect];
}
