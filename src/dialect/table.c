/* SPDX-License-Identifier: Apache-2.0 */
/* The table of vendors. Whose calls are not answered here has a row with its refusal alone. */
#include "dialect_internal.h"
#include "exeat/anthropic.h"
#include "exeat/base/json.h"
#include "exeat/openai.h"

static struct text word_of(const struct refusal *refusal, struct text policy, struct text caller, struct text nobody)
{
    switch (refusal_blame(refusal)) {
    case BLAME_POLICY:
        return policy;
    case BLAME_CALLER:
        return caller;
    case BLAME_NOBODY:
        break;
    }
    return nobody;
}

static void write_gemini(const struct refusal *refusal, struct buffer *out)
{
    buffer_append(out, TEXT("{\"error\":{\"code\":"));
    buffer_append_number(out, refusal->status);
    buffer_append(out, TEXT(",\"message\":"));
    json_append_string(out, refusal->message);
    refusal_append_member(
        out, TEXT("status"),
        word_of(refusal, TEXT("PERMISSION_DENIED"), TEXT("INVALID_ARGUMENT"), TEXT("UNAVAILABLE")));
    refusal_append_facts(refusal, out);
    buffer_append(out, TEXT("}}"));
}

static void write_message(const struct refusal *refusal, struct buffer *out)
{
    buffer_append(out, TEXT("{\"message\":"));
    json_append_string(out, refusal->message);
    refusal_append_facts(refusal, out);
    buffer_append(out, TEXT("}"));
}

static void write_error(const struct refusal *refusal, struct buffer *out)
{
    buffer_append(out, TEXT("{\"error\":"));
    json_append_string(out, refusal->message);
    refusal_append_facts(refusal, out);
    buffer_append(out, TEXT("}"));
}

static const struct vendor gemini = {.write_refusal = write_gemini};
static const struct vendor cohere = {.write_refusal = write_message};
static const struct vendor ollama = {.write_refusal = write_error};
static const struct vendor bedrock = {
    .write_refusal = write_message,
    .blame_field = TEXT_INIT("X-Amzn-Errortype"),
    .blame_words =
        {
            [BLAME_POLICY] = TEXT_INIT("AccessDeniedException"),
            [BLAME_CALLER] = TEXT_INIT("ValidationException"),
            [BLAME_NOBODY] = TEXT_INIT("ServiceUnavailableException"),
        },
};

static const struct vendor *const vendors[] = {
    [DIALECT_OPENAI] = &openai_vendor, [DIALECT_ANTHROPIC] = &anthropic_vendor,
    [DIALECT_GEMINI] = &gemini,        [DIALECT_BEDROCK] = &bedrock,
    [DIALECT_COHERE] = &cohere,        [DIALECT_MISTRAL] = &openai_vendor,
    [DIALECT_OLLAMA] = &ollama,        [DIALECT_OTHER] = &openai_vendor,
};

const struct vendor *dialect_vendor(enum llm_dialect dialect)
{
    return vendors[dialect];
}
