/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that are kept and given again: to which calls, in whose words, whole and as a stream. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "calls.h"

#define SAYS "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]"
#define COLD "{\"model\":\"m\",\"temperature\":0," SAYS "}"
#define COLD_STREAM "{\"temperature\":0, \"stream\":true,\"model\":\"m\"," SAYS "}"
#define CALLS                                                                                                          \
    "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"Wait.\",\"tool_calls\":[{\"id\":\"c1\",\"type\":"           \
    "\"function\","                                                                                                    \
    "\"function\":{\"name\":\"look\",\"arguments\":\"{\\\"a\\\":1}\"}},{\"id\":\"c2\",\"type\":\"function\","          \
    "\"function\":{\"name\":\"find\",\"arguments\":\"{}\"}}]},\"finish_reason\":\"tool_calls\"}],"                     \
    "\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":3}}"

static void only_calls_without_chance_are_repeatable(void **state)
{
    static const struct {
        const char *body;
        bool is_repeatable;
    } rows[] = {
        {COLD, true},
        {COLD_STREAM, true},
        {"{\"model\":\"m\",\"temperature\":0.000," SAYS "}", true},
        {"{\"model\":\"m\",\"temperature\":-0e9," SAYS "}", true},
        {"{\"model\":\"m\",\"temperature\":0.0001," SAYS "}", false},
        {"{\"model\":\"m\",\"temperature\":1e-9," SAYS "}", false},
        {"{\"model\":\"m\",\"temperature\":1,\"seed\":7," SAYS "}", true},
        {"{\"model\":\"m\"," SAYS "}", false},
        {"{\"model\":\"m\",\"seed\":7,\"n\":2," SAYS "}", false},
        {"{\"model\":\"m\",\"seed\":7,\"logprobs\":true," SAYS "}", false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct dialect_call *call = call_of(LLM_CHAT, rows[i].body);
        if (dialect_call_is_repeatable(call) != rows[i].is_repeatable)
            fail_msg("%s", rows[i].body);
        dialect_call_free(call);
    }
    struct dialect_call *vectors = call_of(LLM_EMBEDDINGS, "{\"model\":\"m\",\"input\":\"hi\"}");
    assert_false(dialect_call_is_repeatable(vectors));
    dialect_call_free(vectors);
}

static bool have_one_key(const char *one, const char *other)
{
    struct dialect_call *calls[] = {call_of(LLM_CHAT, one), call_of(LLM_CHAT, other)};
    struct digest keys[2];
    for (size_t i = 0; i < 2; i++) {
        dialect_call_key(calls[i], &keys[i]);
        dialect_call_free(calls[i]);
    }
    return digest_equal(&keys[0], &keys[1]);
}

static void what_asks_the_same_has_one_key(void **state)
{
    (void)state;
    assert_true(have_one_key(COLD, COLD_STREAM));
    assert_true(have_one_key(COLD, "{ \"user\":\"u1\", \"model\":\"m\",\"temperature\": 0, " SAYS "}"));
    assert_false(have_one_key(COLD, "{\"model\":\"n\",\"temperature\":0," SAYS "}"));
    assert_false(have_one_key(COLD, "{\"model\":\"m\",\"temperature\":0,\"max_tokens\":5," SAYS "}"));
    assert_false(have_one_key(COLD, "{\"model\":\"m\",\"seed\":1," SAYS "}"));
}

static void digest_in(enum llm_dialect dialect, const char *target, const char *body, struct digest *key)
{
    const struct llm_call llm = {.operation = LLM_CHAT, .dialect = dialect};
    struct detail detail = {0};
    enum reason reason;
    struct dialect_call *call = call_in(&llm, target, body, &reason, &detail);
    if (call == NULL)
        fail_msg("%s: %s", body, detail.text);
    dialect_call_key(call, key);
    dialect_call_free(call);
}

/* Each pair is the same to a server of OpenAI's words, and not to another. */
static void what_any_server_is_told_is_in_the_key(void **state)
{
#define OLLAMA(more) "{\"model\":\"m\"," SAYS ",\"options\":{\"temperature\":0}" more "}"
#define COHERE(more) "{\"model\":\"m\"," SAYS ",\"temperature\":0" more "}"
#define GEMINI(more)                                                                                                   \
    "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"hi\"}]}],\"generationConfig\":{\"temperature\":0" more   \
    "}}"
    static const struct {
        enum llm_dialect dialect;
        const char *target;
        const char *one;
        const char *other;
    } rows[] = {
        {DIALECT_OLLAMA, "/api/chat", OLLAMA(",\"think\":true"), OLLAMA(",\"think\":false")},
        {DIALECT_OLLAMA, "/api/chat", OLLAMA(",\"think\":true"), OLLAMA("")},
        {DIALECT_COHERE, "/v2/chat", COHERE(",\"thinking\":{\"type\":\"enabled\"}"),
         COHERE(",\"thinking\":{\"type\":\"disabled\"}")},
        {DIALECT_GEMINI, "/v1beta/models/m:generateContent", GEMINI(",\"thinkingConfig\":{\"includeThoughts\":true}"),
         GEMINI(",\"thinkingConfig\":{\"includeThoughts\":false}")},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct digest one;
        struct digest other;
        digest_in(rows[i].dialect, rows[i].target, rows[i].one, &one);
        digest_in(rows[i].dialect, rows[i].target, rows[i].other, &other);
        if (digest_equal(&one, &other))
            fail_msg("one key for %s and %s", rows[i].one, rows[i].other);
        digest_in(rows[i].dialect, rows[i].target, rows[i].one, &other);
        assert_true(digest_equal(&one, &other));
    }
}

/* The kept words have none for it: given again, it would be another answer. */
static void an_answer_that_met_a_stop_sequence_is_not_kept(void **state)
{
    static const char whole[] = "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"a\"},\"finish_reason\":"
                                "\"stop\",\"stop_reason\":\"END\"}]}";
    struct dialect_call *call = call_of(LLM_CHAT, COLD);
    struct dialect_keeper *keeper = dialect_keeper_new(call, 1000);
    struct buffer out = {0};
    (void)state;
    assert_false(dialect_keep_whole(call, text_from(whole), &out));
    dialect_keeper_feed(
        keeper, TEXT("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\","
                     "\"stop_reason\":\"END\"}]}\n\ndata: [DONE]\n\n"));
    assert_false(dialect_keeper_end(keeper, &out));
    dialect_keeper_free(keeper);
    dialect_call_free(call);
    buffer_clear(&out);
}

static void expect_recalled(enum llm_dialect dialect, const char *target, const char *body, const char *const *words)
{
    const struct llm_call llm = {.operation = LLM_CHAT, .dialect = dialect};
    struct dialect_call *first = call_of(LLM_CHAT, COLD);
    struct buffer kept = {0};
    struct buffer out = {0};
    struct detail detail = {0};
    struct dialect_usage usage = {0};
    enum reason reason;
    assert_true(dialect_keep_whole(first, TEXT(CALLS), &kept));
    struct dialect_call *call = call_in(&llm, target, body, &reason, &detail);
    if (call == NULL)
        fail_msg("%s", detail.text);
    assert_true(dialect_recall(call, buffer_text(&kept), 7, &out, &usage));
    assert_int_equal(usage.tokens_in * 100 + usage.tokens_out, 903);
    assert_true(text_equal(usage.finish, TEXT("tool_calls")));
    buffer_append_byte(&out, '\0');
    for (; *words != NULL; words++)
        if (strstr(out.data, *words) == NULL)
            fail_msg("no %s in\n%s", *words, out.data);
    buffer_clear(&out);
    buffer_clear(&kept);
    dialect_call_free(call);
    dialect_call_free(first);
}

static void an_answer_with_calls_is_given_again_in_any_words(void **state)
{
    static const char *const words[] = {"Wait.", "look", "find", NULL};
    static const char *const ended[] = {"Wait.", "look", "find", "\"c2\"", "[DONE]", NULL};
    (void)state;
    expect_recalled(DIALECT_OPENAI, "/v1/chat/completions", COLD, words);
    expect_recalled(DIALECT_OPENAI, "/v1/chat/completions", COLD_STREAM, ended);
    expect_recalled(DIALECT_MISTRAL, "/v1/chat/completions", COLD_STREAM, ended);
    expect_recalled(
        DIALECT_ANTHROPIC, "/v1/messages", "{\"model\":\"m\",\"max_tokens\":9,\"stream\":true," SAYS "}", words);
    expect_recalled(DIALECT_COHERE, "/v2/chat", COLD, words);
    expect_recalled(DIALECT_OLLAMA, "/api/chat", COLD_STREAM, words);
}

/* What was not told to its end is no answer. */
static void half_a_stream_is_not_kept(void **state)
{
    static const char stream[] = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n"
                                 "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
                                 "data: [DONE]\n\n";
    (void)state;
    for (size_t length = 0; length <= sizeof(stream) - 1; length++) {
        struct dialect_call *call = call_of(LLM_CHAT, COLD_STREAM);
        struct dialect_keeper *keeper = dialect_keeper_new(call, 1000);
        struct buffer out = {0};
        dialect_keeper_feed(keeper, (struct text){stream, length});
        bool is_kept = dialect_keeper_end(keeper, &out);
        bool has_stopped = length > text_index(text_from(stream), 's', 90);
        if (is_kept && !has_stopped)
            fail_msg("after %zu bytes", length);
        assert_true(is_kept || length < sizeof(stream) - 1);
        dialect_keeper_free(keeper);
        dialect_call_free(call);
        buffer_clear(&out);
    }
}

static void what_is_larger_than_the_limit_is_not_kept(void **state)
{
    struct dialect_call *call = call_of(LLM_CHAT, COLD_STREAM);
    struct dialect_keeper *keeper = dialect_keeper_new(call, 100);
    struct buffer out = {0};
    (void)state;
    for (int i = 0; i < 20; i++)
        dialect_keeper_feed(
            keeper, TEXT("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"0123456789\"}}]}\n\n"));
    dialect_keeper_feed(
        keeper, TEXT("data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"));
    dialect_keeper_feed(keeper, TEXT("data: [DONE]\n\n"));
    assert_false(dialect_keeper_end(keeper, &out));
    dialect_keeper_free(keeper);
    dialect_call_free(call);
    buffer_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_calls_without_chance_are_repeatable),
        cmocka_unit_test(what_asks_the_same_has_one_key),
        cmocka_unit_test(what_any_server_is_told_is_in_the_key),
        cmocka_unit_test(an_answer_that_met_a_stop_sequence_is_not_kept),
        cmocka_unit_test(an_answer_with_calls_is_given_again_in_any_words),
        cmocka_unit_test(half_a_stream_is_not_kept),
        cmocka_unit_test(what_is_larger_than_the_limit_is_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
