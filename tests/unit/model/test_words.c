/* SPDX-License-Identifier: Apache-2.0 */
/* The closed vocabularies: each word goes both ways, and the numbers of the records never move. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "exeat/model.h"
#include "exeat/model/url.h"

static void every_reason_has_its_own_code_and_a_sentence(void **state)
{
    (void)state;
    for (int i = 0; i < REASON_COUNT; i++) {
        const struct reason_row *row = reason_row((enum reason)i);
        enum reason back;
        assert_true(reason_parse(text_from(row->code), &back));
        assert_int_equal(back, i);
        assert_true(text_from(row->text).length > 0);
        assert_true(row->status == 0 || (row->status >= 400 && row->status < 600));
    }
    enum reason none;
    assert_false(reason_parse(TEXT("nonsense"), &none));
}

static void the_numbers_in_the_records_stand(void **state)
{
    (void)state;
    assert_int_equal(REASON_RULE, 1);
    assert_int_equal(REASON_LLM_GUARD, 3);
    assert_int_equal(REASON_AUDIT_UNAVAILABLE, 36);
    assert_int_equal(REASON_INTERNAL, 40);
    assert_int_equal(VERDICT_REROUTE, 3);
    assert_int_equal(PLAN_REFUSE, 6);
    assert_int_equal(SCHEME_HTTPS, 2);
    assert_int_equal(SCHEME_TCP, 3);
    assert_int_equal(LLM_RESPONSES, 5);
    assert_int_equal(LLM_COUNT_TOKENS, 8);
    assert_int_equal(LLM_RERANK, 9);
}

static void verdicts_and_dialects_go_both_ways(void **state)
{
    (void)state;
    for (int i = VERDICT_ALLOW; i <= VERDICT_ERROR; i++) {
        enum verdict back;
        assert_true(verdict_parse(text_from(verdict_name((enum verdict)i)), &back));
        assert_int_equal(back, i);
    }
    for (int i = DIALECT_OPENAI; i <= DIALECT_OTHER; i++) {
        enum llm_dialect back;
        assert_true(llm_dialect_parse(text_from(llm_dialect_name((enum llm_dialect)i)), &back));
        assert_int_equal(back, i);
    }
}

static void a_number_beyond_its_words_is_unknown(void **state)
{
    (void)state;
    assert_string_equal(client_proof_name((enum client_proof)200), "unknown");
    assert_string_equal(client_door_name((enum client_door)200), "unknown");
    assert_string_equal(verdict_name((enum verdict)200), "unknown");
    assert_string_equal(plan_name((enum plan)200), "unknown");
    assert_string_equal(llm_operation_name((enum llm_operation)200), "unknown");
    assert_string_equal(llm_dialect_name((enum llm_dialect)200), "unknown");
    assert_string_equal(scheme_name((enum scheme)200), "unknown");
}

static void what_is_no_path_is_no_part_of_an_endpoint(void **state)
{
    static const char *const bad[] = {"/v1?key=x", "/v1#x", "/a b", "/a\tb", "/a\r\nHost: b", "/a\x7f", "/\xc3\xa9",
                                      "/%",        "/%2",   "/%zz", "/a\\b", "/\"",           "/<",     "/{x}"};
    static const char *const good[] = {"", "/v1", "/v1/", "/a%2Fb", "/~x/-._!$&'()*+,;=:@"};
    (void)state;
    struct detail detail = {0};
    struct url url;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]) + sizeof(good) / sizeof(good[0]); i++) {
        bool is_good = i >= sizeof(bad) / sizeof(bad[0]);
        const char *path = is_good ? good[i - sizeof(bad) / sizeof(bad[0])] : bad[i];
        char text[100];
        snprintf(text, sizeof(text), "http://127.0.0.1:8000%s", path);
        assert_int_equal(url_parse(text_from(text), &url), is_good);
        snprintf(text, sizeof(text), "unix:/run/a.sock%s%s", path[0] == '\0' ? "" : ":", path);
        assert_int_equal(url_parse_socket(text_from(text), &url, &detail), is_good);
    }
}

static void an_endpoint_is_written_as_a_url_or_as_a_unix_socket(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum scheme scheme;
        const char *host;
        uint16_t port;
        const char *path;
    } rows[] = {
        {"http://127.0.0.1:8000", SCHEME_HTTP, "127.0.0.1", 8000, ""},
        {"https://Gpu.example/v2/", SCHEME_HTTPS, "gpu.example", 443, "/v2"},
        {"http://[::1]/a/b//", SCHEME_HTTP, "::1", 80, "/a/b"},
        {"unix:/run/llama.sock", SCHEME_HTTP, "/run/llama.sock", 0, ""},
        {"unix:///run/llama.sock", SCHEME_HTTP, "/run/llama.sock", 0, ""},
        {"unix:/run/llama.sock:/v2/", SCHEME_HTTP, "/run/llama.sock", 0, "/v2"},
        {"unix:///run/a:b.sock:/", SCHEME_HTTP, "/run/a:b.sock", 0, ""},
        {"unix:/run/a:b.sock", SCHEME_HTTP, "/run/a:b.sock", 0, ""},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct url url;
        struct text text = text_from(rows[i].text);
        assert_true(url_is_socket(text) ? url_parse_socket(text, &url, NULL) : url_parse(text, &url));
        assert_int_equal(url.scheme, rows[i].scheme);
        assert_string_equal(url.host.text, rows[i].host);
        assert_int_equal(url.port, rows[i].port);
        assert_true(text_equal(url.path, text_from(rows[i].path)));
    }
}

static void what_is_no_endpoint_is_none(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",           "gpu.example", "ftp://gpu.example",      "http://",    "https", "http://a b/", "http://a:0",
        "http://u@a", "HTTP://a",    "http+unix://%2Frun%2Fa", "unix//run/a"};
    static const char *const bad_sockets[] = {"unix:",  "unix:a.sock", "unix:@llama", "unix://@llama",
                                              "unix:/", "unix://a/b",  "unix::/v1",   "unix:/run/dir/"};
    struct url url;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(url_is_socket(text_from(bad[i])) || url_parse(text_from(bad[i]), &url));
    for (size_t i = 0; i < COUNT_OF(bad_sockets); i++) {
        struct detail detail = {0};
        assert_true(url_is_socket(text_from(bad_sockets[i])));
        assert_false(url_parse_socket(text_from(bad_sockets[i]), &url, &detail));
        assert_true(detail.text[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reason_has_its_own_code_and_a_sentence),
        cmocka_unit_test(the_numbers_in_the_records_stand),
        cmocka_unit_test(verdicts_and_dialects_go_both_ways),
        cmocka_unit_test(a_number_beyond_its_words_is_unknown),
        cmocka_unit_test(what_is_no_path_is_no_part_of_an_endpoint),
        cmocka_unit_test(an_endpoint_is_written_as_a_url_or_as_a_unix_socket),
        cmocka_unit_test(what_is_no_endpoint_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
