/* SPDX-License-Identifier: Apache-2.0 */
/* No, in the words that the caller's SDK understands: readable, and not tried again. */
#include "dialect_internal.h"

void answer_add(struct dialect_answer *answer, struct text name, struct text value)
{
    if (answer->field_count < DIALECT_FIELDS_MAX && value.length > 0)
        answer->fields[answer->field_count++] = (struct field){name, value};
}

/* Whose fault it is, in each vendor's words. Reasons without a status end what had begun, such as a stall or a drain:
 * nobody's fault who asked. */
struct blame {
    struct text openai;
    struct text anthropic;
    struct text gemini;
    struct text bedrock;
    bool is_for_later;
};

static const struct blame *blame_of(enum reason reason)
{
    static const struct blame policy = {
        TEXT_INIT("invalid_request_error"), TEXT_INIT("permission_error"), TEXT_INIT("PERMISSION_DENIED"),
        TEXT_INIT("AccessDeniedException"), false};
    static const struct blame caller = {
        TEXT_INIT("invalid_request_error"), TEXT_INIT("invalid_request_error"), TEXT_INIT("INVALID_ARGUMENT"),
        TEXT_INIT("ValidationException"), false};
    static const struct blame nobody = {
        TEXT_INIT("server_error"), TEXT_INIT("api_error"), TEXT_INIT("UNAVAILABLE"),
        TEXT_INIT("ServiceUnavailableException"), true};
    uint16_t status = reason_row(reason)->status;
    if (status == 0 || status >= 500)
        return &nobody;
    return status == 403 ? &policy : &caller;
}

static bool is_for_later(const struct dialect_refusal *refusal)
{
    return blame_of(refusal->reason)->is_for_later;
}

/* The policy's no, in the one word that operators look for; everything else by its own. */
static struct text code_of(enum reason reason)
{
    const struct reason_row *row = reason_row(reason);
    return row->status == 403 ? TEXT("egress_policy_denied") : text_from(row->code);
}

static void append_if_any(struct buffer *out, struct text before, struct text value, struct text after)
{
    if (value.length > 0)
        BUFFER_APPEND_ALL(out, before, value, after);
}

static struct text hint_of(const struct dialect_refusal *refusal)
{
    return is_for_later(refusal) ? TEXT("") : refusal->hint;
}

static void append_sentence(const struct dialect_refusal *refusal, struct buffer *out)
{
    bool later = is_for_later(refusal);
    BUFFER_APPEND_ALL(out, TEXT("exeat "), later ? TEXT("could not serve") : TEXT("refused"), TEXT(" this request"));
    bool is_ipv6 = text_has(refusal->host, ':');
    append_if_any(out, is_ipv6 ? TEXT(" to [") : TEXT(" to "), refusal->host, is_ipv6 ? TEXT("]") : TEXT(""));
    if (refusal->host.length > 0 && refusal->port != 0)
        buffer_printf(out, ":%u", (unsigned)refusal->port);
    BUFFER_APPEND_ALL(out, TEXT(": "), text_from(reason_row(refusal->reason)->text));
    append_if_any(out, TEXT(" ("), refusal->detail, TEXT(")"));
}

/* All that an SDK shows is one message. */
static void append_message(const struct dialect_refusal *refusal, struct buffer *out)
{
    append_sentence(refusal, out);
    append_if_any(out, TEXT("; rule "), refusal->rule, TEXT(""));
    BUFFER_APPEND_ALL(out, TEXT("; request "), refusal->id);
    append_if_any(out, TEXT(". "), hint_of(refusal), TEXT(""));
}

static void write_text(const struct dialect_refusal *refusal, struct text sentence, struct buffer *out)
{
    BUFFER_APPEND_ALL(out, sentence, TEXT("\nreason: "), text_from(reason_row(refusal->reason)->code), TEXT("\n"));
    append_if_any(out, TEXT("rule: "), refusal->rule, TEXT("\n"));
    BUFFER_APPEND_ALL(out, TEXT("request: "), refusal->id, TEXT("\n"));
    append_if_any(out, TEXT(""), hint_of(refusal), TEXT("\n"));
}

static void append_member(struct buffer *out, struct text name, struct text value)
{
    BUFFER_APPEND_ALL(out, TEXT(",\""), name, TEXT("\":"));
    json_append_string(out, value);
}

/* What an operator looks for, beside what the SDK looks for. */
static void append_facts(const struct dialect_refusal *refusal, struct buffer *out)
{
    append_member(out, TEXT("reason"), text_from(reason_row(refusal->reason)->code));
    if (refusal->rule.length > 0)
        append_member(out, TEXT("rule"), refusal->rule);
    append_member(out, TEXT("request_id"), refusal->id);
}

static void write_openai(const struct dialect_refusal *refusal, struct text sentence, struct buffer *out)
{
    buffer_append(out, TEXT("{\"error\":{\"message\":"));
    json_append_string(out, sentence);
    append_member(out, TEXT("type"), blame_of(refusal->reason)->openai);
    buffer_append(out, TEXT(",\"param\":null"));
    append_member(out, TEXT("code"), code_of(refusal->reason));
    append_facts(refusal, out);
    buffer_append(out, TEXT("}}"));
}

static void write_anthropic(const struct dialect_refusal *refusal, struct text sentence, struct buffer *out)
{
    BUFFER_APPEND_ALL(
        out, TEXT("{\"type\":\"error\",\"error\":{\"type\":\""), blame_of(refusal->reason)->anthropic,
        TEXT("\",\"message\":"));
    json_append_string(out, sentence);
    buffer_append(out, TEXT("}"));
    append_facts(refusal, out);
    buffer_append(out, TEXT("}"));
}

static void write_gemini(const struct dialect_refusal *refusal, struct text sentence, struct buffer *out)
{
    buffer_append(out, TEXT("{\"error\":{\"code\":"));
    uint16_t status = reason_row(refusal->reason)->status;
    buffer_append_number(out, status == 0 ? 503 : status);
    buffer_append(out, TEXT(",\"message\":"));
    json_append_string(out, sentence);
    append_member(out, TEXT("status"), blame_of(refusal->reason)->gemini);
    append_facts(refusal, out);
    buffer_append(out, TEXT("}}"));
}

static void write_message(const struct dialect_refusal *refusal, struct text sentence, struct buffer *out)
{
    buffer_append(out, TEXT("{\"message\":"));
    json_append_string(out, sentence);
    append_facts(refusal, out);
    buffer_append(out, TEXT("}"));
}

static void write_error(const struct dialect_refusal *refusal, struct text sentence, struct buffer *out)
{
    buffer_append(out, TEXT("{\"error\":"));
    json_append_string(out, sentence);
    append_facts(refusal, out);
    buffer_append(out, TEXT("}"));
}

typedef void (*refusal_writer)(const struct dialect_refusal *refusal, struct text sentence, struct buffer *out);
static const refusal_writer writers[] = {
    [DIALECT_NONE] = write_text,      [DIALECT_OPENAI] = write_openai,   [DIALECT_ANTHROPIC] = write_anthropic,
    [DIALECT_GEMINI] = write_gemini,  [DIALECT_BEDROCK] = write_message, [DIALECT_COHERE] = write_message,
    [DIALECT_MISTRAL] = write_openai, [DIALECT_OLLAMA] = write_error,    [DIALECT_OTHER] = write_openai,
};

void dialect_refuse(const struct dialect_refusal *refusal, struct dialect_answer *answer)
{
    struct buffer sentence = {0};
    (refusal->dialect == DIALECT_NONE ? append_sentence : append_message)(refusal, &sentence);
    writers[refusal->dialect](refusal, buffer_text(&sentence), &answer->body);
    buffer_clear(&sentence);
    bool is_text = refusal->dialect == DIALECT_NONE;
    answer_add(answer, TEXT("Content-Type"), is_text ? TEXT("text/plain; charset=utf-8") : TEXT("application/json"));
    answer_add(answer, TEXT("X-Request-Id"), refusal->id);
    if (is_for_later(refusal))
        answer_add(answer, TEXT("Retry-After"), TEXT("1"));
    else if (!is_text)
        answer_add(answer, TEXT("X-Should-Retry"), TEXT("false"));
    if (refusal->dialect == DIALECT_BEDROCK)
        answer_add(answer, TEXT("X-Amzn-Errortype"), blame_of(refusal->reason)->bedrock);
}

/* `responses` has a shape of its own for it. */
static void write_response_error(const struct dialect_refusal *refusal, struct buffer *out)
{
    struct buffer sentence = {0};
    append_message(refusal, &sentence);
    buffer_append(out, TEXT("event: error\ndata: {\"type\":\"error\",\"code\":"));
    json_append_string(out, text_from(reason_row(refusal->reason)->code));
    buffer_append(out, TEXT(",\"message\":"));
    json_append_string(out, buffer_text(&sentence));
    buffer_append(out, TEXT(",\"param\":null,\"sequence_number\":0}\n\n"));
    buffer_clear(&sentence);
}

void dialect_error_event(const struct dialect_call *call, enum reason reason, struct text id, struct buffer *out)
{
    struct dialect_refusal refusal = {.dialect = DIALECT_OPENAI, .reason = reason, .id = id};
    struct dialect_answer answer = {0};
    if (call->operation == LLM_RESPONSES) {
        write_response_error(&refusal, out);
        return;
    }
    dialect_refuse(&refusal, &answer);
    BUFFER_APPEND_ALL(out, TEXT("data: "), buffer_text(&answer.body), TEXT("\n\n"));
    buffer_clear(&answer.body);
}
