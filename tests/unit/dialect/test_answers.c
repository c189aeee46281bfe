/* SPDX-License-Identifier: Apache-2.0 */
/* Whole answers: the caller's name of the model, its spelling of vectors, and every other byte as it came. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "calls.h"
#include "exeat/base/json.h"
#include "exeat/base/memory.h"

static const char chat[] = "{\"model\":\"gpt-4o\",\"messages\":[]}";

static void the_caller_gets_its_own_model_name_back(void **state)
{
    (void)state;
    struct dialect_call *call = call_of(LLM_CHAT, chat);
    struct buffer out = {0};
    struct dialect_usage usage = {0};
    assert_true(dialect_reply_rewrite(
        call, TEXT("{\"model\":\"mistral\",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}"), &out, &usage));
    expect_text(&out, "{\"model\":\"gpt-4o\",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}");
    assert_int_equal(usage.tokens_in, 9);
    assert_int_equal(usage.tokens_out, 2);
    dialect_call_free(call);
}

static void what_is_no_json_object_is_no_answer(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "<html>", "[]", "\"model\"", "{\"model\":\"m\"", "{\"model\":\"m\"} {}"};
    struct dialect_call *call = call_of(LLM_CHAT, chat);
    struct buffer out = {0};
    struct dialect_usage usage = {0};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(dialect_reply_rewrite(call, text_from(bad[i]), &out, &usage));
    buffer_clear(&out);
    dialect_call_free(call);
}

static void every_other_byte_stays_as_it_came(void **state)
{
    (void)state;
    static const struct {
        struct text answer;
        struct text expected;
    } rows[] = {
        {TEXT_INIT("{ \"seed\": 18446744073709551615,\n \"model\" : \"m\", \"x\": 0.70, \"y\": 1e400 }"),
         TEXT_INIT("{ \"seed\": 18446744073709551615,\n \"model\" : \"gpt-4o\", \"x\": 0.70, \"y\": 1e400 }")},
        {TEXT_INIT("{\"a\":\"\\ud83d\",\"b\":\"\\u0000\",\"model\":\"m\",\"c\":\"\xff\"}"),
         TEXT_INIT("{\"a\":\"\\ud83d\",\"b\":\"\\u0000\",\"model\":\"gpt-4o\",\"c\":\"\xff\"}")},
        {TEXT_INIT("{\"model\":\"m\",\"model\":\"n\",\"m\\u006fdel\":\"o\"}"),
         TEXT_INIT("{\"model\":\"gpt-4o\",\"model\":\"gpt-4o\",\"m\\u006fdel\":\"gpt-4o\"}")},
        {TEXT_INIT("\xef\xbb\xbf{\"model\":\"m\"}"), TEXT_INIT("{\"model\":\"gpt-4o\"}")},
        {TEXT_INIT("{\"model\":null,\"choices\":[{\"model\":\"is the caller's text\"}]}"),
         TEXT_INIT("{\"model\":null,\"choices\":[{\"model\":\"is the caller's text\"}]}")},
        {TEXT_INIT("{\"usage\":{\"prompt_tokens\":1},\"choices\":[]}"),
         TEXT_INIT("{\"usage\":{\"prompt_tokens\":1},\"choices\":[]}")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_rewritten(LLM_CHAT, chat, rows[i].answer, rows[i].expected);
}

/* 0.25, -0.5, 1.0 as little-endian float32. */
#define PACKED "AACAPgAAAL8AAIA/"

static void vectors_are_spelled_as_they_were_asked_for(void **state)
{
    (void)state;
    static const char packed[] = "{\"model\":\"e\",\"input\":\"x\",\"encoding_format\":\"base64\"}";
    static const char numbers[] = "{\"model\":\"e\",\"input\":\"x\",\"encoding_format\":\"float\"}";
    static const char unsaid[] = "{\"model\":\"e\",\"input\":\"x\"}";
    struct text floats = TEXT("{\"data\":[{\"index\":0,\"embedding\":[ 0.25, -5e-1,1 ]},{\"embedding\":[0.25]}]}");
    struct text as_text = TEXT("{\"data\":[{\"index\":0,\"embedding\":\"" PACKED "\"}]}");
    struct text as_numbers = TEXT("{\"data\":[{\"index\":0,\"embedding\":[0.25,-0.5,1]}]}");
    expect_rewritten(
        LLM_EMBEDDINGS, packed, floats,
        TEXT("{\"data\":[{\"index\":0,\"embedding\":\"" PACKED "\"},{\"embedding\":\"AACAPg==\"}]}"));
    expect_rewritten(LLM_EMBEDDINGS, packed, as_text, as_text);
    expect_rewritten(LLM_EMBEDDINGS, numbers, as_text, as_numbers);
    expect_rewritten(LLM_EMBEDDINGS, unsaid, as_text, as_numbers);
    expect_rewritten(LLM_EMBEDDINGS, numbers, floats, floats);
    expect_rewritten(
        LLM_EMBEDDINGS, unsaid, TEXT("{\"data\":[{\"embedding\":\"AACAPgAAAL8AAIA\\/\"}]}"),
        TEXT("{\"data\":[{\"embedding\":[0.25,-0.5,1]}]}"));
}

static void a_vector_that_cannot_be_respelled_stays(void **state)
{
    (void)state;
    static const char packed[] = "{\"model\":\"e\",\"input\":\"x\",\"encoding_format\":\"base64\"}";
    static const char numbers[] = "{\"model\":\"e\",\"input\":\"x\"}";
    static const struct text strange[] = {
        TEXT_INIT("{\"data\":[{\"embedding\":[[1,2],[3]]}]}"), TEXT_INIT("{\"data\":[{\"embedding\":[1,null]}]}"),
        TEXT_INIT("{\"data\":[{\"embedding\":[1e999]}]}"),     TEXT_INIT("{\"data\":[{\"embedding\":[NaN]}]}"),
        TEXT_INIT("{\"data\":[{\"embedding\":{\"a\":1}}]}"),   TEXT_INIT("{\"data\":{\"embedding\":[1]}}"),
    };
    for (size_t i = 0; i < COUNT_OF(strange); i++)
        expect_rewritten(LLM_EMBEDDINGS, packed, strange[i], strange[i]);
    static const struct text unreadable[] = {
        TEXT_INIT("{\"data\":[{\"embedding\":\"AAA\"}]}"),
        TEXT_INIT("{\"data\":[{\"embedding\":\"no base64!\"}]}"),
        TEXT_INIT("{\"data\":[{\"embedding\":\"AACAfw==\"}]}"),
        TEXT_INIT("{\"data\":[{\"embedding\":\"AACAPgA=\"}]}"),
    };
    for (size_t i = 0; i < COUNT_OF(unreadable); i++)
        expect_rewritten(LLM_EMBEDDINGS, numbers, unreadable[i], unreadable[i]);
}

/* Each of these is another way through the reader of numbers; all must be the nearest float32. */
static void every_number_becomes_the_nearest_float(void **state)
{
    (void)state;
    static const char packed[] = "{\"model\":\"e\",\"input\":\"x\",\"encoding_format\":\"base64\"}";
    static const struct {
        const char *number;
        float value;
    } rows[] = {
        {"0", 0.0f},
        {"-0.0", -0.0f},
        {"0.1", 0.1f},
        {"-0.0123456789", -0.0123456789f},
        {"0.020000000298023224", 0.02f},
        {"1.00000005960464477539062500", 1.0f}, /* just half way: to even */
        {"1.00000005960464477539062501", 1.00000012f},
        {"16777217", 16777216.0f},
        {"123456789012345678901234567890", 1.2345679e29f},
        {"3.4028235e38", 3.4028235e38f},
        {"1e-45", 1e-45f},
        {"1E2", 100.0f},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buffer answer = {0};
        struct buffer expected = {0};
        buffer_printf(&answer, "{\"data\":[{\"embedding\":[%s]}]}", rows[i].number);
        buffer_append(&expected, TEXT("{\"data\":[{\"embedding\":\""));
        buffer_append_base64(&expected, (struct bytes){(const uint8_t *)&rows[i].value, sizeof(rows[i].value)});
        buffer_append(&expected, TEXT("\"}]}"));
        expect_rewritten(LLM_EMBEDDINGS, packed, buffer_text(&answer), buffer_text(&expected));
        buffer_clear(&answer);
        buffer_clear(&expected);
    }
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
        char error[160];
        assert_true(dialect_canned(call, TEXT("Soon."), TEXT("01"), 1, &out));
        json_t *tree = json_read(buffer_text(&out), error);
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

/* Typed SDKs read these without asking whether they are there. */
static void a_canned_response_has_what_the_vendor_always_sends(void **state)
{
    (void)state;
    static const char *const members[] = {
        "\"input_tokens_details\":{\"cached_tokens\":0}",
        "\"output_tokens_details\":{\"reasoning_tokens\":0}",
        "\"max_output_tokens\":null",
        "\"previous_response_id\":null",
        "\"temperature\":1.0",
        "\"top_p\":1.0",
        "\"truncation\":\"disabled\"",
        "\"instructions\":null",
        "\"store\":false",
        "\"metadata\":{}"};
    struct dialect_call *call = call_of(LLM_RESPONSES, "{\"model\":\"gpt-4o\"}");
    struct buffer out = {0};
    assert_true(dialect_canned(call, TEXT("Soon."), TEXT("01"), 1, &out));
    char *body = buffer_take(&out);
    for (size_t i = 0; i < COUNT_OF(members); i++)
        if (strstr(body, members[i]) == NULL)
            fail_msg("%s is not in %s", members[i], body);
    base_free(body);
    dialect_call_free(call);
}

static size_t count(const char *body, const char *what)
{
    size_t found = 0;
    for (const char *at = body; (at = strstr(at, what)) != NULL; at++)
        found++;
    return found;
}

static void as_many_canned_choices_come_as_were_asked_for(void **state)
{
    (void)state;
    static const struct {
        const char *call;
        size_t choices;
    } rows[] = {
        {"{\"model\":\"m\",\"n\":2}", 2},         {"{\"model\":\"m\",\"n\":1}", 1},
        {"{\"model\":\"m\",\"n\":0}", 1},         {"{\"model\":\"m\",\"n\":-3}", 1},
        {"{\"model\":\"m\",\"n\":100000000}", 1}, {"{\"model\":\"m\",\"n\":3,\"stream\":true}", 3},
    };
    static const enum llm_operation operations[] = {LLM_CHAT, LLM_COMPLETIONS};
    for (size_t i = 0; i < COUNT_OF(rows) * COUNT_OF(operations); i++) {
        struct dialect_call *call = call_of(operations[i % COUNT_OF(operations)], rows[i / COUNT_OF(operations)].call);
        struct buffer out = {0};
        assert_true(dialect_canned(call, TEXT("Soon."), TEXT("01"), 1, &out));
        char *body = buffer_take(&out);
        assert_int_equal(count(body, "Soon."), rows[i / COUNT_OF(operations)].choices);
        assert_int_equal(count(body, "\"finish_reason\":\"stop\""), rows[i / COUNT_OF(operations)].choices);
        base_free(body);
        dialect_call_free(call);
    }
}

#define ENDS(reason) "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"a\"},\"finish_reason\":" reason "}]}"
static void how_an_answer_ended_is_known_in_every_dialect(void **state)
{
    static const struct {
        const char *answer;
        const char *finish;
    } rows[] = {
        {ENDS("\"stop\""), "stop"},
        {ENDS("\"length\""), "length"},
        {ENDS("\"content_filter\""), "content_filter"},
        {ENDS("\"to\\u006fl_calls\""), "tool_calls"},
        {ENDS("\"of an engine's own\""), "stop"}};
    static const struct llm_call dialects[] = {
        {.operation = LLM_CHAT, .dialect = DIALECT_OPENAI}, {.operation = LLM_CHAT, .dialect = DIALECT_MISTRAL}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows) * COUNT_OF(dialects); i++) {
        enum reason reason;
        struct detail detail;
        struct buffer out = {0};
        struct dialect_usage usage = {0};
        struct dialect_call *call = call_in(
            &dialects[i % 2], "/v1/chat/completions",
            "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}", &reason, &detail);
        assert_true(dialect_reply_rewrite(call, text_from(rows[i / 2].answer), &out, &usage));
        if (!text_equal(usage.finish, text_from(rows[i / 2].finish)))
            fail_msg("%s: %.*s", rows[i / 2].answer, TEXT_ARG(usage.finish));
        buffer_clear(&out);
        dialect_call_free(call);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_caller_gets_its_own_model_name_back),
        cmocka_unit_test(what_is_no_json_object_is_no_answer),
        cmocka_unit_test(every_other_byte_stays_as_it_came),
        cmocka_unit_test(vectors_are_spelled_as_they_were_asked_for),
        cmocka_unit_test(a_vector_that_cannot_be_respelled_stays),
        cmocka_unit_test(every_number_becomes_the_nearest_float),
        cmocka_unit_test(canned_answers_have_the_shape_that_was_asked_for),
        cmocka_unit_test(a_canned_response_has_what_the_vendor_always_sends),
        cmocka_unit_test(as_many_canned_choices_come_as_were_asked_for),
        cmocka_unit_test(how_an_answer_ended_is_known_in_every_dialect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
