/* SPDX-License-Identifier: Apache-2.0 */
/* No, in the words that the caller's SDK understands: readable, and not tried again. */
#include "dialect_internal.h"

void answer_add(struct dialect_answer *answer, struct text name, struct text value)
{
    if (answer->field_count < DIALECT_FIELDS_MAX && value.length > 0)
        answer->fields[answer->field_count++] = (struct dialect_field){name, value};
}

static bool is_for_later(const struct dialect_refusal *refusal)
{
    return reason_row(refusal->reason)->status >= 500;
}

/* SDKs take 403 for a matter of permission, other 4xx for a wrong call. */
static bool is_denial(const struct dialect_refusal *refusal)
{
    return reason_row(refusal->reason)->status == 403;
}

static struct text
by_kind(const struct dialect_refusal *refusal, struct text later, struct text denied, struct text wrong)
{
    return is_for_later(refusal) ? later : is_denial(refusal) ? denied : wrong;
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
    bool later = is_for_later(refusal);
    buffer_append(out, TEXT("{\"error\":{\"message\":"));
    json_append_string(out, sentence);
    append_member(out, TEXT("type"), later ? TEXT("server_error") : TEXT("invalid_request_error"));
    buffer_append(out, TEXT(",\"param\":null"));
    struct text code = text_from(reason_row(refusal->reason)->code);
    append_member(out, TEXT("code"), is_denial(refusal) ? TEXT("egress_policy_denied") : code);
    append_facts(refusal, out);
    buffer_append(out, TEXT("}}"));
}

static void write_anthropic(const struct dialect_refusal *refusal, struct text sentence, struct buffer *out)
{
    BUFFER_APPEND_ALL(
        out, TEXT("{\"type\":\"error\",\"error\":{\"type\":\""),
        by_kind(refusal, TEXT("api_error"), TEXT("permission_error"), TEXT("invalid_request_error")),
        TEXT("\",\"message\":"));
    json_append_string(out, sentence);
    buffer_append(out, TEXT("}"));
    append_facts(refusal, out);
    buffer_append(out, TEXT("}"));
}

static void write_gemini(const struct dialect_refusal *refusal, struct text sentence, struct buffer *out)
{
    buffer_append(out, TEXT("{\"error\":{\"code\":"));
    buffer_append_number(out, reason_row(refusal->reason)->status);
    buffer_append(out, TEXT(",\"message\":"));
    json_append_string(out, sentence);
    append_member(
        out, TEXT("status"),
        by_kind(refusal, TEXT("UNAVAILABLE"), TEXT("PERMISSION_DENIED"), TEXT("INVALID_ARGUMENT")));
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
        answer_add(
            answer, TEXT("X-Amzn-Errortype"),
            by_kind(
                refusal, TEXT("ServiceUnavailableException"), TEXT("AccessDeniedException"),
                TEXT("ValidationException")));
}
