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
    bool helps = is_later && reason != REASON_ANSWER_TOO_LARGE; /* it would be as large again */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_dialect_refuses_in_json_with_reason_rule_and_request),
        cmocka_unit_test(every_reason_is_blamed_on_who_it_belongs_to_in_every_dialect),
        cmocka_unit_test(the_code_of_a_policys_no_is_always_the_same_and_others_have_their_own),
        cmocka_unit_test(a_broken_stream_is_told_in_the_shape_of_its_operation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
