/* SPDX-License-Identifier: Apache-2.0 */
/* What the kin's callers look for, in answers of all shapes. The golden corpus has whole calls of each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/kin.h"

static struct canon_call call_of(const char *provider, enum llm_operation operation, enum canon_answer streams)
{
    return (struct canon_call){
        .operation = operation,
        .id = TEXT("01"),
        .model_name = TEXT("m"),
        .manner = kin_manner(text_from(provider), operation),
        .wish = {.streams = streams},
    };
}

static void expect_dressed(const struct canon_call *call, const char *json, const char *expected)
{
    const struct canon_usage usage = {.tokens_in = 9, .cached = 4};
    struct buffer out = {0};
    call->manner->dress(call, text_from(json), &usage, &out);
    if (!text_equal(buffer_text(&out), text_from(expected)))
        fail_msg("%s: expected\n%s\ngot\n%.*s", json, expected, TEXT_ARG(buffer_text(&out)));
    buffer_clear(&out);
}

static void what_is_no_answer_passes_as_it_is(void **state)
{
    (void)state;
    static const char *const strange[] = {
        "", "null", "[]", "{}", "{\"error\":{\"message\":\"x\"}}", "{\"choices\":", "not JSON", "{\"choice\":[{}]}",
    };
    const struct canon_call groq = call_of("Groq", LLM_CHAT, CANON_YES);
    const struct canon_call response = call_of("OpenAI", LLM_RESPONSES, CANON_NO);
    for (size_t i = 0; i < COUNT_OF(strange); i++) {
        expect_dressed(&groq, strange[i], strange[i]);
        expect_dressed(&response, strange[i], strange[i]);
    }
    const struct canon_call completion = call_of("Perplexity", LLM_COMPLETIONS, CANON_NO);
    expect_dressed(&completion, "{\"choices\":[]}", "{\"choices\":[]}");
}

static void what_an_endpoint_has_said_is_not_said_again(void **state)
{
    (void)state;
    const struct canon_call perplexity = call_of("Perplexity", LLM_CHAT, CANON_NO);
    static const char own[] = "{\"choices\":[],\"citations\":[\"a\"],\"search_results\":null}";
    expect_dressed(&perplexity, own, own);
    const struct canon_call deepseek = call_of("DeepSeek", LLM_CHAT, CANON_NO);
    static const char counted[] = "{\"choices\":[],\"usage\":{\"prompt_cache_hit_tokens\":1}}";
    expect_dressed(&deepseek, counted, counted);
    expect_dressed(
        &deepseek, "{\"usage\":{},\"choices\":[]}",
        "{\"usage\":{\"prompt_cache_hit_tokens\":4,\"prompt_cache_miss_tokens\":5},\"choices\":[]}");
    const struct canon_call groq = call_of("Groq", LLM_CHAT, CANON_NO);
    expect_dressed(&groq, "{\"choices\":[],\"x_groq\":1}", "{\"choices\":[],\"x_groq\":1}");
}

static void choices_of_any_shape_stay_what_they_are(void **state)
{
    (void)state;
    const struct canon_call router = call_of("OpenRouter", LLM_CHAT, CANON_NO);
    expect_dressed(
        &router,
        "{\"choices\":[1,\"x\",null,[],{},{\"finish_reason\":null}],\"provider\":\"p\",\"system_fingerprint\":1}",
        "{\"choices\":[1,\"x\",null,[],{},{\"finish_reason\":null,\"native_finish_reason\":null}],\"provider\":\"p\","
        "\"system_fingerprint\":1}");
    expect_dressed(
        &router, "{\"choices\":{\"a\":1},\"provider\":0,\"system_fingerprint\":0}",
        "{\"choices\":{\"a\":1},\"provider\":0,\"system_fingerprint\":0}");
}

static void thoughts_that_shall_not_be_told_are_left_out_wherever_they_stand(void **state)
{
    (void)state;
    struct canon_call deepseek = call_of("DeepSeek", LLM_CHAT, CANON_NO);
    deepseek.wish.thoughts = CANON_NO;
    expect_dressed(
        &deepseek,
        "{\"choices\":[{\"message\":{\"reasoning\":\"a\",\"content\":\"b\",\"reasoning_content\":\"c\",\"reasoning_"
        "details\":[{}]}},{\"delta\":{\"reasoning_content\":\"c\"}},{\"delta\":null}]}",
        "{\"choices\":[{\"message\":{\"content\":\"b\"}},{\"delta\":{}},{\"delta\":null}]}");
}

static void streams_of_calls_have_a_row_of_their_own_where_the_vendor_has_whole_calls(void **state)
{
    (void)state;
    struct canon_call xai = call_of("xAI", LLM_CHAT, CANON_YES);
    const struct vendor *row = kin_vendor(TEXT("xAI"), LLM_CHAT);
    assert_ptr_equal(kin_vendor_of_call(row, &xai), row);
    xai.tools.count = 1;
    assert_ptr_not_equal(kin_vendor_of_call(row, &xai), row);
    assert_false(kin_vendor_of_call(row, &xai)->passes);
    xai.wish.streams = CANON_NO;
    assert_ptr_equal(kin_vendor_of_call(row, &xai), row);
}

static void who_is_no_kin_is_as_openai_but_in_rankings(void **state)
{
    (void)state;
    assert_null(kin_vendor(TEXT("OpenAI"), LLM_CHAT));
    assert_null(kin_manner(TEXT("OpenAI"), LLM_CHAT));
    assert_null(kin_vendor(TEXT("Jina AI"), LLM_CHAT));
    assert_non_null(kin_vendor(TEXT("OpenAI"), LLM_RERANK));
    assert_non_null(kin_manner(TEXT("OpenAI"), LLM_RESPONSES));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_answer_passes_as_it_is),
        cmocka_unit_test(what_an_endpoint_has_said_is_not_said_again),
        cmocka_unit_test(choices_of_any_shape_stay_what_they_are),
        cmocka_unit_test(thoughts_that_shall_not_be_told_are_left_out_wherever_they_stand),
        cmocka_unit_test(streams_of_calls_have_a_row_of_their_own_where_the_vendor_has_whole_calls),
        cmocka_unit_test(who_is_no_kin_is_as_openai_but_in_rankings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
