/* SPDX-License-Identifier: Apache-2.0 */
/* The words of the closed vocabularies, the same in YAML, records, metrics and commands. */
#include "exeat/base/bytes.h"
#include "exeat/base/check.h"
#include "exeat/model.h"

static const char *const verdicts[] = {
    [VERDICT_ALLOW] = "allow", [VERDICT_DENY] = "deny", [VERDICT_REROUTE] = "reroute", [VERDICT_ERROR] = "error"};
static const char *const plans[] = {
    [PLAN_TUNNEL] = "tunnel",   [PLAN_FORWARD] = "forward", [PLAN_OPEN] = "open",
    [PLAN_REROUTE] = "reroute", [PLAN_ANSWER] = "answer",   [PLAN_REFUSE] = "refuse",
};
static const struct scheme_row {
    const char *name;
    uint16_t port;
} schemes[] = {
    [SCHEME_HTTP] = {"http", 80},
    [SCHEME_HTTPS] = {"https", 443},
    [SCHEME_TCP] = {"tcp", 0},
    [SCHEME_DNS] = {"dns", 0}};
_Static_assert(COUNT_OF(schemes) == SCHEME_COUNT, "every scheme has a row");
static const char *const operations[] = {
    [LLM_NONE] = "none",
    [LLM_CHAT] = "chat",
    [LLM_COMPLETIONS] = "completions",
    [LLM_EMBEDDINGS] = "embeddings",
    [LLM_MODELS] = "models",
    [LLM_RESPONSES] = "responses",
    [LLM_OTHER] = "other",
    [LLM_UNKNOWN] = "unknown",
    [LLM_COUNT_TOKENS] = "count_tokens",
    [LLM_RERANK] = "rerank",
};
const char *const llm_dialect_words[] = {
    [DIALECT_NONE] = "none",       [DIALECT_OPENAI] = "openai",   [DIALECT_ANTHROPIC] = "anthropic",
    [DIALECT_GEMINI] = "gemini",   [DIALECT_BEDROCK] = "bedrock", [DIALECT_COHERE] = "cohere",
    [DIALECT_MISTRAL] = "mistral", [DIALECT_OLLAMA] = "ollama",   [DIALECT_OTHER] = "other",
};

static const char *const proofs[] = {
    [PROOF_NONE] = "none",
    [PROOF_SECRET] = "secret",
    [PROOF_TOKEN] = "token",
    [PROOF_UID] = "uid",
    [PROOF_LISTENER] = "listener",
    [PROOF_ADDRESS] = "address",
    [PROOF_CERTIFICATE] = "certificate",
};
_Static_assert(COUNT_OF(proofs) == PROOF_COUNT, "every proof has its word");

const char *client_proof_name(enum client_proof proof)
{
    return proof < COUNT_OF(proofs) ? proofs[proof] : "unknown";
}

static const char *const doors[] = {
    [DOOR_NONE] = "none",   [DOOR_FORWARD] = "forward", [DOOR_TRANSPARENT] = "transparent",
    [DOOR_SOCKS] = "socks", [DOOR_DNS] = "dns",
};
_Static_assert(COUNT_OF(doors) == DOOR_COUNT, "every door has its word");

const char *client_door_name(enum client_door door)
{
    return door < COUNT_OF(doors) ? doors[door] : "unknown";
}

const char *verdict_name(enum verdict verdict)
{
    return verdict < COUNT_OF(verdicts) && verdicts[verdict] != NULL ? verdicts[verdict] : "unknown";
}

bool verdict_parse(struct text text, enum verdict *verdict)
{
    for (size_t i = VERDICT_ALLOW; i < COUNT_OF(verdicts); i++) {
        if (text_equal(text, text_from(verdicts[i]))) {
            *verdict = (enum verdict)i;
            return true;
        }
    }
    return false;
}

const char *plan_name(enum plan plan)
{
    return plan < COUNT_OF(plans) && plans[plan] != NULL ? plans[plan] : "unknown";
}

const char *llm_operation_name(enum llm_operation operation)
{
    return operation < COUNT_OF(operations) ? operations[operation] : "unknown";
}

const char *llm_dialect_name(enum llm_dialect dialect)
{
    return dialect < COUNT_OF(llm_dialect_words) ? llm_dialect_words[dialect] : "unknown";
}

bool llm_dialect_parse(struct text text, enum llm_dialect *dialect)
{
    for (size_t i = DIALECT_OPENAI; i < COUNT_OF(llm_dialect_words); i++) {
        if (text_equal(text, text_from(llm_dialect_words[i]))) {
            *dialect = (enum llm_dialect)i;
            return true;
        }
    }
    return false;
}

uint16_t scheme_port(enum scheme scheme)
{
    return scheme < SCHEME_COUNT ? schemes[scheme].port : 0;
}

const char *scheme_name(enum scheme scheme)
{
    return scheme < SCHEME_COUNT && schemes[scheme].name != NULL ? schemes[scheme].name : "unknown";
}

void request_id_write(const struct request_id *id, char out[REQUEST_ID_TEXT_SIZE])
{
    hex_encode((struct bytes){id->bytes, sizeof(id->bytes)}, out);
    out[REQUEST_ID_TEXT_SIZE - 1] = '\0';
}
