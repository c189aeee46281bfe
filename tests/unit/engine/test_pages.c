/* SPDX-License-Identifier: Apache-2.0 */
/* What the pages of engines say of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/engine/pages.h"

#define HEX "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct engine_report read(enum engine_page page, const char *body, const char *wanted)
{
    struct engine_report report = {0};
    assert_true(engine_read_page(page, text_from(body), text_from(wanted), &report));
    return report;
}

static void props_say_slots_model_and_build(void **state)
{
    (void)state;
    struct engine_report report = read(
        ENGINE_PAGE_PROPS, "{\"total_slots\":4,\"model_path\":\"/m/tiny.gguf\",\"build_info\":\"b1-de3ff81\"}", "");
    assert_int_equal(report.slots, 4);
    assert_string_equal(report.identity.model, "/m/tiny.gguf");
    assert_string_equal(report.identity.version, "b1-de3ff81");
    assert_false(report.identity.has_digest);
}

static void info_says_how_much_is_taken_at_once(void **state)
{
    (void)state;
    struct engine_report report = read(
        ENGINE_PAGE_INFO,
        "{\"model_id\":\"mistral-7b\",\"model_sha\":null,\"max_concurrent_requests\":128,\"version\":\"3.3.6\"}", "");
    assert_int_equal(report.slots, 128);
    assert_string_equal(report.identity.model, "mistral-7b");
    assert_string_equal(report.identity.version, "3.3.6");
}

static void tags_say_the_digest_of_the_model_that_is_asked(void **state)
{
    (void)state;
    const char *body =
        "{\"models\":[{\"name\":\"a:1\",\"digest\":\"" HEX "\"},{\"name\":\"b:1\",\"digest\":\"sha256:" HEX "\"}]}";
    struct engine_report report = read(ENGINE_PAGE_TAGS, body, "b:1");
    assert_string_equal(report.identity.model, "b:1");
    assert_true(report.identity.has_digest);
    assert_int_equal(report.identity.digest.bytes[1], 0x11);
    const char *plain =
        "{\"models\":[{\"name\":\"a:1\",\"digest\":\"12\"},{\"name\":\"qwen3:latest\",\"digest\":\"" HEX "\"}]}";
    assert_true(read(ENGINE_PAGE_TAGS, plain, "qwen3").identity.has_digest);
    assert_false(read(ENGINE_PAGE_TAGS, plain, "qwen").identity.has_digest);
    assert_false(read(ENGINE_PAGE_TAGS, body, "c:1").identity.has_digest); /* of two nobody knows which */
}

static void what_is_no_such_page_or_says_it_otherwise_says_nothing(void **state)
{
    (void)state;
    static const char *const odd[] = {
        "{}",
        "{\"total_slots\":\"4\",\"models\":{},\"data\":7,\"version\":[1]}",
        "{\"models\":[{\"name\":\"a\",\"digest\":\"12\"}]}",
        "{\"models\":[7,null]}",
        "{\"total_slots\":-1,\"max_concurrent_requests\":1.5}",
        "{\"total_slots\":99999999}"};
    for (size_t i = 0; i < COUNT_OF(odd); i++)
        for (int page = ENGINE_PAGE_HEALTH; page < ENGINE_PAGE_METRICS; page++) {
            struct engine_report report = read((enum engine_page)page, odd[i], "a");
            assert_int_equal(report.slots, 0);
            assert_false(report.identity.has_digest);
        }
    struct engine_report report = {0};
    assert_false(engine_read_page(ENGINE_PAGE_PROPS, TEXT("<html>"), TEXT(""), &report));
    assert_false(engine_read_page(ENGINE_PAGE_PROPS, TEXT("[1]"), TEXT(""), &report));
}

static void what_would_break_a_line_does_not_get_into_one(void **state)
{
    (void)state;
    struct engine_report report = read(ENGINE_PAGE_VERSION, "{\"version\":\"1\\n2 \\u00e9\"}", "");
    assert_string_equal(report.identity.version, "1?2???");
}

static void a_digest_is_all_digits_of_one_and_no_others(void **state)
{
    (void)state;
    static const char *const good[] = {HEX,      "sha256:" HEX,      HEX "  tiny.gguf\n",
                                       HEX "\n", "sha256:" HEX "\n", HEX " *tiny.gguf"};
    static const char *const bad[] = {
        "", "sha256:", "sha256:12", HEX "0", HEX HEX, "sha256:" HEX HEX, "sha512:" HEX HEX, HEX ".gguf", " " HEX};
    struct digest digest;
    for (size_t i = 0; i < COUNT_OF(good); i++)
        assert_true(engine_read_digest(text_from(good[i]), &digest));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (engine_read_digest(text_from(bad[i]), &digest))
            fail_msg("that is no digest: %s", bad[i]);
    assert_false(
        read(ENGINE_PAGE_TAGS, "{\"models\":[{\"name\":\"a\",\"digest\":\"" HEX HEX "\"}]}", "a").identity.has_digest);
}

static void metrics_say_how_many_calls_an_engine_has_of_all_its_models(void **state)
{
    (void)state;
    static const struct {
        const char *page;
        uint32_t load;
    } pages[] = {
        {"# HELP vllm:num_requests_running Number of requests in model execution batches.\n"
         "# TYPE vllm:num_requests_running gauge\n"
         "vllm:num_requests_running{engine=\"0\",model_name=\"mistral-7b\"} 3.0\n"
         "vllm:num_requests_waiting{engine=\"0\",model_name=\"mistral-7b\"} 2.0\n"
         "vllm:num_requests_waiting_by_reason{reason=\"capacity\"} 9.0\n"
         "vllm:kv_cache_usage_perc{engine=\"0\"} NaN\n",
         5},
        {"vllm:num_requests_running 7\nvllm:num_requests_running_total 100", 7},
        {"vllm:num_requests_running{a=\"} 9\",b=\"\\\"}\"} 1.0 1700000000000\r\n"
         "vllm:num_requests_running{a=\"c\"}\t2\r\n",
         3},
        {"vllm:num_requests_running{} 1000000\nvllm:num_requests_waiting{} 1000000.000", 1000000},
        {"vllm:num_requests_waiting 0\n", 0},
    };
    for (size_t i = 0; i < COUNT_OF(pages); i++) {
        struct engine_report report = read(ENGINE_PAGE_METRICS, pages[i].page, "");
        assert_true(report.tells_load);
        assert_int_equal(report.load, pages[i].load);
    }
}

static void metrics_that_are_not_understood_say_nothing(void **state)
{
    (void)state;
    static const char *const odd[] = {
        "",
        "{\"load\":3}",
        "# vllm:num_requests_running 3\n",
        "vllm:num_requests_running\n",
        "vllm:num_requests_running \n",
        "vllm:num_requests_running NaN\n",
        "vllm:num_requests_running +Inf\n",
        "vllm:num_requests_running -1\n",
        "vllm:num_requests_running 1.5\n",
        "vllm:num_requests_running 3.\n",
        "vllm:num_requests_running 1e3\n",
        "vllm:num_requests_running 1000001\n",
        "vllm:num_requests_running 99999999999999999999999\n",
        "vllm:num_requests_running{a=\"b\" 3\n",
        "vllm:num_requests_running{a=\"} 3\n",
        "vllm:num_requests_running{a=\"\\",
        "vllm:num_requests_running 3\nvllm:num_requests_waiting{} x\n",
    };
    for (size_t i = 0; i < COUNT_OF(odd); i++) {
        struct engine_report report = {0};
        if (engine_read_page(ENGINE_PAGE_METRICS, text_from(odd[i]), TEXT(""), &report) || report.tells_load ||
            report.load != 0)
            fail_msg("that says nothing: %s", odd[i]);
    }
}

static void of_many_models_the_first_that_is_not_listed_is_found(void **state)
{
    (void)state;
    static const struct {
        enum engine_page page;
        const char *body;
        const char *wanted[4];
        size_t missing;
    } cases[] = {
        {ENGINE_PAGE_MODELS, "{\"data\":[{\"id\":\"b\"},{\"id\":\"a\"},{\"id\":\"c\"}]}", {"c", "a", "b", "c"}, 4},
        {ENGINE_PAGE_MODELS, "{\"data\":[{\"id\":\"b\"},{\"id\":\"c\"}]}", {"c", "x", "b", "a"}, 1},
        {ENGINE_PAGE_MODELS, "{\"data\":[]}", {"c", "a", "b", "b"}, 0},
        {ENGINE_PAGE_MODELS, "{\"data\":[{\"id\":7},{\"name\":\"a\"},{\"id\":\"\\u0061\"}]}", {"a", "a", "a", "b"}, 3},
        {ENGINE_PAGE_TAGS,
         "{\"models\":[{\"name\":\"a:latest\"},{\"name\":\"b:8b\"}]}",
         {"a", "a:latest", "b:8b", "b"},
         3},
        {ENGINE_PAGE_MODELS, "no list", {"a", "b", "c", "d"}, 4},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct text wanted[4];
        for (size_t j = 0; j < COUNT_OF(wanted); j++)
            wanted[j] = text_from(cases[i].wanted[j]);
        assert_int_equal(
            engine_find_missing(cases[i].page, text_from(cases[i].body), wanted, COUNT_OF(wanted)), cases[i].missing);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(props_say_slots_model_and_build),
        cmocka_unit_test(info_says_how_much_is_taken_at_once),
        cmocka_unit_test(tags_say_the_digest_of_the_model_that_is_asked),
        cmocka_unit_test(what_is_no_such_page_or_says_it_otherwise_says_nothing),
        cmocka_unit_test(what_would_break_a_line_does_not_get_into_one),
        cmocka_unit_test(a_digest_is_all_digits_of_one_and_no_others),
        cmocka_unit_test(metrics_say_how_many_calls_an_engine_has_of_all_its_models),
        cmocka_unit_test(metrics_that_are_not_understood_say_nothing),
        cmocka_unit_test(of_many_models_the_first_that_is_not_listed_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
