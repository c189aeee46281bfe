/* SPDX-License-Identifier: Apache-2.0 */
/* Saying no: in each dialect, for each reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "calls.h"
#include "exeat/base/json.h"
#include "exeat/base/memory.h"

static json_t *tree_of(const struct buffer *out)
{
    char error[160];
    json_t *tree = json_read(buffer_text(out), error);
    if (tree == NULL)
        fail_msg("%s in %.*s", error, TEXT_ARG(buffer_text(out)));
    return tree;
}

static void every_dialect_refuses_in_json_with_reason_rule_and_request(void **state)
{
    (void)state;
    for (int dialect = DIALECT_OPENAI; dialect <= DIALECT_OTHER; dialect++) {
        struct dialect_refusal refusal = {
            .dialect = (enum llm_dialect)dialect, .reason = REASON_LLM_GUARD, .rule = TEXT("r1"), .id = TEXT("abcd")};
        struct dialect_answer answer = {0};
        dialect_refuse(&refusal, &answer);
        json_t *tree = tree_of(&answer.body);
        char *body = buffer_take(&answer.body);
        assert_non_null(strstr(body, "llm_guard"));
        assert_non_null(strstr(body, "\"r1\""));
        assert_non_null(strstr(body, "\"abcd\""));
        for (size_t field = 0; field < answer.field_count; field++)
            assert_true(answer.fields[field].name.length > 0 && answer.fields[field].value.length > 0);
        base_free(body);
        json_decref(tree);
    }
}

struct words {
    const char *openai;
    const char *anthropic;
    const char *gemini;
    const char *bedrock;
    const char *sentence;
};

/* By status, as the vendors do it; what has none ended something that had begun. */
static const struct words *words_for(uint16_t status)
{
    static const struct words policy = {
        "invalid_request_error", "permission_error", "PERMISSION_DENIED", "AccessDeniedException", "exeat refused"};
    static const struct words caller = {
        "invalid_request_error", "invalid_request_error", "INVALID_ARGUMENT", "ValidationException", "exeat refused"};
    static const struct words nobody = {
        "server_error", "api_error", "UNAVAILABLE", "ServiceUnavailableException", "exeat could not serve"};
    static const struct words pace = {
        "rate_limit_error", "rate_limit_error", "RESOURCE_EXHAUSTED", "ThrottlingException", "exeat refused"};
    if (status == 429)
        return &pace;
    return status == 0 || status >= 500 ? &nobody : status == 403 ? &policy : &caller;
}

/* Statuses for which a vendor has a word of its own. */
static const char *anthropic_word(uint16_t status)
{
    switch (status) {
    case 413:
        return "request_too_large";
    case 504:
        return "timeout_error";
    default:
        return words_for(status)->anthropic;
    }
}

static const char *gemini_word(uint16_t status)
{
    switch (status) {
    case 500:
        return "INTERNAL";
    case 504:
        return "DEADLINE_EXCEEDED";
    default:
        return words_for(status)->gemini;
    }
}

static const char *mistral_word(const char *openai)
{
    if (openai[0] == 'r')
        return "rate_limited";
    return openai[0] == 's' ? "internal_server_error" : openai;
}

static bool has_field(const struct dialect_answer *answer, const char *name, const char *value)
{
    for (size_t i = 0; i < answer->field_count; i++)
        if (text_equal(answer->fields[i].name, text_from(name)))
            return text_equal(answer->fields[i].value, text_from(value));
    return false;
}

static void expect_words(enum llm_dialect dialect, enum reason reason, const char *word)
{
    const struct words *words = words_for(reason_row(reason)->status);
    struct dialect_refusal refusal = {.dialect = dialect, .reason = reason, .id = TEXT("abcd")};
    struct dialect_answer answer = {0};
    struct buffer quoted = {0};
    dialect_refuse(&refusal, &answer);
    buffer_printf(&quoted, "\"%s\"", word);
    json_decref(tree_of(&answer.body));
    char *body = buffer_take(&answer.body);
    char *expected = buffer_take(&quoted);
    bool is_later = words->openai[0] == 's';
    if (strstr(body, expected) == NULL || strstr(body, words->sentence) == NULL)
        fail_msg("%s lacks %s or '%s'", body, expected, words->sentence);
    if (dialect == DIALECT_BEDROCK)
        assert_true(has_field(&answer, "X-Amzn-Errortype", words->bedrock));
    bool is_final = reason == REASON_ANSWER_TOO_LARGE || reason == REASON_INSPECT_ANSWER || reason == REASON_TOO_LONG ||
                    reason == REASON_UPSTREAM_PIN || reason == REASON_UPSTREAM_REVOKED; /* it would be so again */
    bool helps = is_later && !is_final;
    assert_int_equal(has_field(&answer, "X-Should-Retry", "false"), !helps);
    assert_int_equal(has_field(&answer, "Retry-After", "1"), helps);
    base_free(body);
    base_free(expected);
}

static void every_reason_is_blamed_on_who_it_belongs_to_in_every_dialect(void **state)
{
    (void)state;
    for (int i = 0; i < REASON_COUNT; i++) {
        enum reason reason = (enum reason)i;
        const struct words *words = words_for(reason_row(reason)->status);
        expect_words(DIALECT_OPENAI, reason, words->openai);
        expect_words(DIALECT_MISTRAL, reason, mistral_word(words->openai));
        expect_words(DIALECT_OTHER, reason, words->openai);
        expect_words(DIALECT_ANTHROPIC, reason, anthropic_word(reason_row(reason)->status));
        expect_words(DIALECT_GEMINI, reason, gemini_word(reason_row(reason)->status));
        expect_words(DIALECT_BEDROCK, reason, reason_row(reason)->code);
        expect_words(DIALECT_COHERE, reason, reason_row(reason)->code);
        expect_words(DIALECT_OLLAMA, reason, reason_row(reason)->code);
    }
}

static void the_code_of_a_policys_no_is_always_the_same_and_others_have_their_own(void **state)
{
    (void)state;
    expect_words(DIALECT_OPENAI, REASON_NO_RULE, "egress_policy_denied");
    expect_words(DIALECT_OPENAI, REASON_LLM_OPERATION, "egress_policy_denied");
    expect_words(DIALECT_OPENAI, REASON_MALFORMED_BODY, "malformed_body");
    expect_words(DIALECT_OPENAI, REASON_INFERENCE_DOWN, "inference_down");
    expect_words(DIALECT_OPENAI, REASON_IDLE, "idle");
    expect_words(DIALECT_OPENAI, REASON_DRAIN, "drain");
}

static void a_broken_stream_is_told_in_the_shape_of_its_operation(void **state)
{
    (void)state;
    struct dialect_call *chat = call_of(LLM_CHAT, "{\"model\":\"gpt-4o\",\"stream\":true}");
    struct dialect_call *response = call_of(LLM_RESPONSES, "{\"model\":\"gpt-4o\",\"stream\":true}");
    struct buffer out = {0};
    dialect_error_event(chat, NULL, REASON_IDLE, TEXT("01"), &out);
    assert_true(text_starts_with(buffer_text(&out), TEXT("data: {\"error\":{\"message\":\"exeat could not serve")));
    assert_true(text_ends_with(buffer_text(&out), TEXT("}}\n\n")));
    buffer_empty(&out);
    dialect_error_event(response, NULL, REASON_IDLE, TEXT("01"), &out);
    assert_true(text_starts_with(
        buffer_text(&out),
        TEXT("event: error\ndata: {\"type\":\"error\",\"code\":\"idle\",\"message\":\"exeat could not serve")));
    buffer_clear(&out);
    dialect_call_free(chat);
    dialect_call_free(response);
}

/* --- limits ----------------------------------------------------------------------------------------------------------
 */

static void it_says_by_which_door_its_client_came(void **state)
{
    (void)state;
    static const enum llm_dialect dialects[] = {DIALECT_NONE, DIALECT_OPENAI, DIALECT_ANTHROPIC};
    static const char *const said[] = {
        [DOOR_FORWARD] = "forward", [DOOR_TRANSPARENT] = "transparent", [DOOR_SOCKS] = "socks"};
    for (size_t i = 0; i < COUNT_OF(dialects); i++)
        for (size_t door = DOOR_FORWARD; door <= DOOR_SOCKS; door++) {
            struct dialect_refusal refusal = {
                .dialect = dialects[i], .reason = REASON_NO_RULE, .door = (enum client_door)door, .id = TEXT("01")};
            struct dialect_answer answer = {0};
            char line[64];
            (void)snprintf(line, sizeof(line), i == 0 ? "\ndoor: %s\n" : "; door %s; request 01", said[door]);
            dialect_refuse(&refusal, &answer);
            buffer_append_byte(&answer.body, '\0');
            assert_non_null(strstr(answer.body.data, line));
            buffer_clear(&answer.body);
        }
}

/* 2026-11-23T10:00:00Z, and so long until the window ends. */
#define NOW_US INT64_C(1795428000000000)

static void refuse_for(
    enum llm_dialect dialect, const char *provider, const struct dialect_pace *pace, struct dialect_answer *answer)
{
    static const enum reason reasons[] = {
        [PACED_REQUESTS] = REASON_LIMIT_REQUESTS,
        [PACED_TOKENS] = REASON_LIMIT_TOKENS,
        [PACED_BYTES] = REASON_LIMIT_BYTES,
        [PACED_AT_ONCE] = REASON_LIMIT_CONCURRENT,
    };
    const struct dialect_refusal refusal = {
        .dialect = dialect,
        .provider = text_from(provider),
        .reason = reasons[pace->what],
        .pace = pace,
        .rule = TEXT("stay"),
        .id = TEXT("01"),
        .detail = TEXT("rule stay"),
    };
    dialect_refuse(&refusal, answer);
}

#define SAYS(why) "exeat refused this request: " why " (rule stay); rule stay; request 01"
#define REQUESTS SAYS("more requests than the limit has for this window of time")
#define TOKENS SAYS("the tokens of this window of time are used up")
#define FACTS(reason) "\"reason\":\"" reason "\",\"rule\":\"stay\",\"request_id\":\"01\""

static const struct told {
    enum llm_dialect dialect;
    const char *provider;
    struct dialect_pace pace;
    const char *fields; /* those of its own, "Name: value" */
    const char *body;
} told[] = {
    {DIALECT_OPENAI,
     "OpenAI",
     {PACED_REQUESTS, 20, 60, 13, NOW_US},
     "X-Ratelimit-Limit-Requests: 20|X-Ratelimit-Remaining-Requests: 0|X-Ratelimit-Reset-Requests: 13s|Retry-After-Ms: "
     "13000|",
     "{\"error\":{\"message\":\"" REQUESTS ". Please try again in 13s\",\"type\":\"requests\",\"param\":null,"
     "\"code\":\"rate_limit_exceeded\"," FACTS("limit_requests") "}}"},
    {DIALECT_OPENAI,
     "Groq",
     {PACED_TOKENS, 2000, 86400, 3723, NOW_US},
     "X-Should-Retry: false|X-Ratelimit-Limit-Tokens: 2000|X-Ratelimit-Remaining-Tokens: 0|X-Ratelimit-Reset-Tokens: "
     "1h2m3s|"
     "Retry-After-Ms: 3723000|",
     "{\"error\":{\"message\":\"" TOKENS ". Please try again in 1h2m3s\",\"type\":\"tokens\",\"param\":null,"
     "\"code\":\"rate_limit_exceeded\"," FACTS("limit_tokens") "}}"},
    {DIALECT_OPENAI,
     "DeepSeek",
     {PACED_BYTES, 2000, 3600, 60, NOW_US},
     "Retry-After-Ms: 60000|",
     "{\"error\":{\"message\":\"" SAYS(
         "the bytes of this window of time are used up") ". Please try again in 1m0s\","
                                                         "\"type\":\"rate_limit_error\",\"param\":null,\"code\":\"rate_"
                                                         "limit_exceeded\"," FACTS("limit_bytes") "}}"},
    {DIALECT_OPENAI,
     "Azure OpenAI",
     {PACED_REQUESTS, 20, 60, 1, NOW_US},
     "X-Ratelimit-Limit-Requests: 20|X-Ratelimit-Remaining-Requests: 0|X-Ratelimit-Reset-Requests: 1s|Retry-After-Ms: "
     "1000|",
     "{\"error\":{\"message\":\"" REQUESTS
     ". Please retry after 1 second\",\"type\":\"rate_limit_error\",\"param\":null,"
     "\"code\":\"429\"," FACTS("limit_requests") "}}"},
    {DIALECT_OPENAI,
     "OpenRouter",
     {PACED_REQUESTS, 20, 60, 13, NOW_US},
     "X-Ratelimit-Limit: 20|X-Ratelimit-Remaining: 0|X-Ratelimit-Reset: 1795428013000|",
     "{\"error\":{\"code\":429,\"message\":\"" REQUESTS "\",\"metadata\":{\"error_type\":\"rate_limit_exceeded\","
     "\"headers\":{\"X-RateLimit-Limit\":\"20\",\"X-RateLimit-Remaining\":\"0\",\"X-RateLimit-Reset\":"
     "\"1795428013000\"}," FACTS("limit_requests") "}}}"},
    {DIALECT_OPENAI,
     "OpenRouter",
     {PACED_TOKENS, 20, 60, 13, NOW_US},
     "",
     "{\"error\":{\"code\":429,\"message\":\"" TOKENS
     "\",\"metadata\":{\"error_type\":\"rate_limit_exceeded\"," FACTS("limit_tokens") "}}}"},
    {DIALECT_OPENAI,
     "Perplexity",
     {PACED_TOKENS, 20, 60, 13, NOW_US},
     "",
     "{\"error\":{\"code\":429,\"message\":\"" TOKENS
     "\",\"type\":\"rate_limit_exceeded\"," FACTS("limit_tokens") "}}"},
    {DIALECT_OPENAI,
     "xAI",
     {PACED_TOKENS, 20, 60, 13, NOW_US},
     "",
     "{\"code\":\"Some resource has been exhausted\",\"error\":\"" TOKENS "\"," FACTS("limit_tokens") "}"},
    {DIALECT_OPENAI,
     "Hugging Face Inference Providers",
     {PACED_BYTES, 20, 60, 13, NOW_US},
     "Retry-After-Ms: 13000|",
     "{\"error\":\"" SAYS("the bytes of this window of time are used up") ". Please try again in 13s\","
                                                                          "\"code\":\"rate_limit_exceeded\"," FACTS(
                                                                              "limit_bytes") "}"},
    {DIALECT_ANTHROPIC,
     "Anthropic",
     {PACED_TOKENS, 20, 60, 13, NOW_US},
     "Anthropic-Ratelimit-Tokens-Limit: 20|Anthropic-Ratelimit-Tokens-Remaining: 0|"
     "Anthropic-Ratelimit-Tokens-Reset: 2026-11-23T10:00:13Z|",
     "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"" TOKENS
     "\"}," FACTS("limit_tokens") "}"},
    {DIALECT_GEMINI,
     "Google",
     {PACED_REQUESTS, 20, 86400, 61, NOW_US},
     "X-Should-Retry: false|",
     "{\"error\":{\"code\":429,\"message\":\"" REQUESTS
     ". Please retry in 61s\",\"status\":\"RESOURCE_EXHAUSTED\",\"details\":["
     "{\"@type\":\"type.googleapis.com/google.rpc.QuotaFailure\",\"violations\":[{\"quotaId\":\"RequestsPerDay\","
     "\"quotaValue\":\"20\"}]},{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"61s\"}]," FACTS(
         "limit_requests") "}}"},
    {DIALECT_MISTRAL,
     "Mistral",
     {PACED_TOKENS, 20, 60, 13, NOW_US},
     "",
     "{\"object\":\"error\",\"message\":\"" TOKENS "\",\"type\":\"rate_limited\",\"param\":null,\"code\":\"1300\","
     "\"raw_status_code\":429," FACTS("limit_tokens") "}"},
    {DIALECT_COHERE,
     "Cohere",
     {PACED_TOKENS, 20, 60, 13, NOW_US},
     "",
     "{\"id\":\"01\",\"message\":\"" TOKENS "\",\"code\":\"limit_tokens\"," FACTS("limit_tokens") "}"},
    {DIALECT_OLLAMA,
     "Ollama Cloud",
     {PACED_TOKENS, 20, 60, 13, NOW_US},
     "",
     "{\"error\":\"" TOKENS "\",\"code\":\"limit_tokens\"," FACTS("limit_tokens") "}"},
    {DIALECT_BEDROCK,
     "AWS Bedrock",
     {PACED_TOKENS, 20, 60, 13, NOW_US},
     "X-Amzn-Errortype: ThrottlingException|",
     "{\"message\":\"" TOKENS "\"," FACTS("limit_tokens") "}"},
};

/* But for those that each refusal has. */
static void append_own_fields(const struct dialect_answer *answer, struct buffer *out)
{
    static const struct text common[] = {
        TEXT_INIT("Content-Type"), TEXT_INIT("X-Request-Id"), TEXT_INIT("Request-Id"), TEXT_INIT("X-Amzn-Requestid")};
    for (size_t i = 0; i < answer->field_count; i++) {
        bool is_own = true;
        for (size_t k = 0; k < COUNT_OF(common); k++)
            is_own = is_own && !text_equal(answer->fields[i].name, common[k]);
        if (is_own)
            BUFFER_APPEND_ALL(out, answer->fields[i].name, TEXT(": "), answer->fields[i].value, TEXT("|"));
    }
}

static void a_limit_is_told_as_the_vendor_tells_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(told); i++) {
        struct dialect_answer answer = {0};
        struct buffer fields = {0};
        refuse_for(told[i].dialect, told[i].provider, &told[i].pace, &answer);
        append_own_fields(&answer, &fields);
        json_decref(tree_of(&answer.body));
        expect_text(&answer.body, told[i].body);
        expect_text(&fields, told[i].fields);
    }
}

static void places_that_are_taken_are_worth_another_try_in_every_dialect(void **state)
{
    (void)state;
    const struct dialect_pace pace = {PACED_AT_ONCE, 2, 0, 1, NOW_US};
    for (int dialect = DIALECT_OPENAI; dialect <= DIALECT_OTHER; dialect++) {
        struct dialect_answer answer = {0};
        refuse_for((enum llm_dialect)dialect, "", &pace, &answer);
        json_decref(tree_of(&answer.body));
        assert_true(has_field(&answer, "Retry-After", "1"));
        assert_false(has_field(&answer, "X-Should-Retry", "false"));
        char *body = buffer_take(&answer.body);
        assert_true(dialect != DIALECT_ANTHROPIC || strstr(body, "\"overloaded_error\"") != NULL);
        assert_true(dialect != DIALECT_OPENAI || strstr(body, "\"server_error\"") != NULL);
        assert_true(dialect != DIALECT_GEMINI || strstr(body, "\"retryDelay\":\"1s\"") != NULL);
        base_free(body);
    }
}

/* The largest numbers that there may be have room in a field. */
static void no_value_of_a_field_is_cut(void **state)
{
    (void)state;
    const struct dialect_pace pace = {PACED_REQUESTS, (UINT64_C(1) << 40) - 1, 86400, 86400, NOW_US};
    static const struct {
        enum llm_dialect dialect;
        const char *provider;
        const char *name;
        const char *value;
    } fields[] = {
        {DIALECT_OPENAI, "OpenAI", "X-Ratelimit-Limit-Requests", "1099511627775"},
        {DIALECT_OPENAI, "OpenAI", "X-Ratelimit-Reset-Requests", "24h0m0s"},
        {DIALECT_OPENAI, "OpenRouter", "X-Ratelimit-Reset", "1795514400000"},
        {DIALECT_ANTHROPIC, "", "Anthropic-Ratelimit-Requests-Reset", "2026-11-24T10:00:00Z"},
    };
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        struct dialect_answer answer = {0};
        refuse_for(fields[i].dialect, fields[i].provider, &pace, &answer);
        assert_true(has_field(&answer, fields[i].name, fields[i].value));
        buffer_clear(&answer.body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_dialect_refuses_in_json_with_reason_rule_and_request),
        cmocka_unit_test(every_reason_is_blamed_on_who_it_belongs_to_in_every_dialect),
        cmocka_unit_test(the_code_of_a_policys_no_is_always_the_same_and_others_have_their_own),
        cmocka_unit_test(a_broken_stream_is_told_in_the_shape_of_its_operation),
        cmocka_unit_test(a_limit_is_told_as_the_vendor_tells_it),
        cmocka_unit_test(places_that_are_taken_are_worth_another_try_in_every_dialect),
        cmocka_unit_test(it_says_by_which_door_its_client_came),
        cmocka_unit_test(no_value_of_a_field_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
