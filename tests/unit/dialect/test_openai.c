/* SPDX-License-Identifier: Apache-2.0 */
/* The OpenAI dialect: what a caller gets back, and how it is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/json.h"
#include "exeat/base/memory.h"
#include "exeat/dialect.h"

static struct dialect_call *call_of(enum llm_operation operation, const char *body)
{
    struct dialect_call *call = NULL;
    struct detail detail = {0};
    struct buffer bytes = {0};
    buffer_append(&bytes, text_from(body));
    enum reason reason = dialect_call_read(operation, TEXT("/v1/chat/completions"), &bytes, &call, &detail);
    if (reason != REASON_NONE)
        fail_msg("%s: %s", body, detail.text);
    return call;
}

static void expect_text(struct buffer *out, const char *expected)
{
    if (!text_equal(buffer_text(out), text_from(expected)))
        fail_msg("expected\n%s\ngot\n%.*s", expected, TEXT_ARG(buffer_text(out)));
    buffer_clear(out);
}

static json_t *tree_of(const struct buffer *out)
{
    char error[160];
    json_t *tree = json_read(buffer_text(out), error);
    if (tree == NULL)
        fail_msg("%s in %.*s", error, TEXT_ARG(buffer_text(out)));
    return tree;
}

static void the_caller_gets_its_own_model_name_back(void **state)
{
    (void)state;
    struct dialect_call *call = call_of(LLM_CHAT, "{\"model\":\"gpt-4o\",\"messages\":[]}");
    struct buffer out = {0};
    struct dialect_usage usage = {0};
    assert_true(dialect_reply_rewrite(
        call, TEXT("{\"model\":\"mistral\",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}"), &out, &usage));
    expect_text(&out, "{\"model\":\"gpt-4o\",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}");
    assert_int_equal(usage.tokens_in, 9);
    assert_int_equal(usage.tokens_out, 2);
    assert_false(dialect_reply_rewrite(call, TEXT("<html>"), &out, &usage));
    dialect_call_free(call);
}

static const char stream_in[] = ": keep\n\n"
                                "data: {\"model\":\"mistral\",\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\r\n\r\n"
                                "data: {\"model\":\"mistral\",\"choices\":[],\"usage\":{\"prompt_tokens\":3,"
                                "\"completion_tokens\":4}}\n\n"
                                "data: [DONE]\n\n";
static const char stream_out[] = ": keep\n\n"
                                 "data: {\"model\":\"gpt-4o\",\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"
                                 "data: [DONE]\n\n";

static void a_stream_is_the_same_however_it_is_cut(void **state)
{
    (void)state;
    for (size_t piece = 1; piece < sizeof(stream_in); piece++) {
        struct dialect_call *call = call_of(LLM_CHAT, "{\"model\":\"gpt-4o\",\"stream\":true}");
        struct dialect_stream *stream = dialect_stream_new(call);
        struct buffer out = {0};
        for (size_t at = 0; at < sizeof(stream_in) - 1; at += piece) {
            assert_false(dialect_stream_is_complete(stream));
            assert_true(dialect_stream_feed(stream, text_part(text_from(stream_in), at, piece), &out));
        }
        assert_true(dialect_stream_is_complete(stream));
        struct dialect_usage usage;
        dialect_stream_usage(stream, &usage);
        assert_int_equal(usage.tokens_out, 4);
        expect_text(&out, stream_out);
        dialect_stream_free(stream);
        dialect_call_free(call);
    }
}

static void an_event_that_is_no_json_breaks_the_stream(void **state)
{
    (void)state;
    struct dialect_call *call = call_of(LLM_CHAT, "{\"model\":\"gpt-4o\",\"stream\":true}");
    struct dialect_stream *stream = dialect_stream_new(call);
    struct buffer out = {0};
    assert_false(dialect_stream_feed(stream, TEXT("data: oops\n\n"), &out));
    dialect_error_event(call, REASON_UPSTREAM_BROKEN, TEXT("01"), &out);
    assert_true(text_starts_with(buffer_text(&out), TEXT("data: {\"error\":{\"message\":")));
    buffer_clear(&out);
    dialect_stream_free(stream);
    dialect_call_free(call);
}

static void canned_answers_have_the_shape_that_was_asked_for(void **state)
{
    (void)state;
    static const struct {
        enum llm_operation operation;
        const char *object;
    } rows[] = {{LLM_CHAT, "chat.completion"}, {LLM_COMPLETIONS, "text_completion"}, {LLM_RESPONSES, "response"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct dialect_call *call = call_of(rows[i].operation, "{\"model\":\"gpt-4o\"}");
        struct buffer out = {0};
        assert_true(dialect_canned(call, TEXT("Soon."), TEXT("01"), 1, &out));
        json_t *tree = tree_of(&out);
        assert_string_equal(json_text(tree, "object").data, rows[i].object);
        assert_string_equal(json_text(tree, "model").data, "gpt-4o");
        char *body = buffer_take(&out);
        assert_non_null(strstr(body, "Soon."));
        base_free(body);
        json_decref(tree);
        dialect_call_free(call);
    }
    struct dialect_call *call = call_of(LLM_EMBEDDINGS, "{\"model\":\"gpt-4o\"}");
    struct buffer out = {0};
    assert_false(dialect_canned(call, TEXT("Soon."), TEXT("01"), 1, &out));
    dialect_call_free(call);
}

static void a_canned_stream_passes_our_own_reader(void **state)
{
    (void)state;
    static const enum llm_operation operations[] = {LLM_CHAT, LLM_COMPLETIONS, LLM_RESPONSES};
    for (size_t i = 0; i < COUNT_OF(operations); i++) {
        struct dialect_call *call = call_of(operations[i], "{\"model\":\"gpt-4o\",\"stream\":true}");
        struct dialect_stream *stream = dialect_stream_new(call);
        struct buffer canned = {0};
        struct buffer out = {0};
        assert_true(dialect_canned(call, TEXT("Soon."), TEXT("01"), 1, &canned));
        assert_true(dialect_stream_feed(stream, buffer_text(&canned), &out));
        assert_true(dialect_stream_is_complete(stream));
        buffer_clear(&canned);
        buffer_clear(&out);
        dialect_stream_free(stream);
        dialect_call_free(call);
    }
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
        base_free(body);
        json_decref(tree);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_caller_gets_its_own_model_name_back),
        cmocka_unit_test(a_stream_is_the_same_however_it_is_cut),
        cmocka_unit_test(an_event_that_is_no_json_breaks_the_stream),
        cmocka_unit_test(canned_answers_have_the_shape_that_was_asked_for),
        cmocka_unit_test(a_canned_stream_passes_our_own_reader),
        cmocka_unit_test(every_dialect_refuses_in_json_with_reason_rule_and_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
