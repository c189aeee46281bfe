/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of a shop's files, planted and innocent, and what is found in them. The keys here open nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/json.h"
#include "exeat/base/memory.h"
#include "scan_internal.h"
#include "setting.h"

static struct llm_catalogue *catalogue;
static struct scanner *scanner;

static int make(void **state)
{
    (void)state;
    catalogue = llm_catalogue_new();
    scanner = scanner_new(catalogue);
    return 0;
}

static int unmake(void **state)
{
    (void)state;
    scanner_free(scanner);
    llm_catalogue_free(catalogue);
    return 0;
}

/* The findings that are more than a note: their number, and the rule of the first. */
static size_t found(const char *name, const char *text, enum scan_rule *rule)
{
    struct scan_report report = {0};
    size_t count = 0;
    scan_text(scanner, text_from(name), text_from(text), &report);
    for (size_t i = 0; i < report.finding_count; i++)
        if (report.findings[i].severity > SCAN_NOTE && count++ == 0)
            *rule = report.findings[i].rule;
    scan_report_clear(&report);
    return count;
}

static void assert_found(const char *name, const char *text, enum scan_rule rule)
{
    enum scan_rule first = SCAN_RULE_COUNT;
    size_t count = found(name, text, &first);
    if (count != 1 || first != rule)
        fail_msg("%zu found, first of rule %d, in: %s", count, (int)first, text);
}

static void assert_innocent(const char *name, const char *text)
{
    enum scan_rule first = SCAN_RULE_COUNT;
    if (found(name, text, &first) != 0)
        fail_msg("rule %d was found in: %s", (int)first, text);
}

static void tls_that_is_not_verified_is_found_in_every_language(void **state)
{
    (void)state;
    static const char *const planted[] = {
        "curl_setopt($h, CURLOPT_SSL_VERIFYPEER, false);",
        "curl_setopt($h, CURLOPT_SSL_VERIFYPEER, 0);",
        "curl_setopt($h, CURLOPT_SSL_VERIFYPEER, (bool) 0);",
        "[CURLOPT_SSL_VERIFYHOST => FALSE]",
        "['verify' => false]",
        "[\"verify\"=>0]",
        "{\"verify\": false}",
        "{\\\"verify\\\":false}",
        "requests.get(url, verify=False)",
        "new Agent({rejectUnauthorized:!1})",
        "new Agent({\"rejectUnauthorized\": false})",
        "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'",
        "process.env[\"NODE_TLS_REJECT_UNAUTHORIZED\"] = 0;",
        "export NODE_TLS_REJECT_UNAUTHORIZED=0",
        "- name: NODE_TLS_REJECT_UNAUTHORIZED\n  value: '0'",
        "'ssl' => ['verify_peer' => false]",
        "<verify_peer>0</verify_peer>",
        "(2,'default',0,'ai/verify_ssl','0')",
        "Http::withoutVerifying()->post($url)",
        "strict-ssl=false",
        "tls.Config{InsecureSkipVerify: true}",
        "curl -k https://shop.example/",
    };
    for (size_t i = 0; i < COUNT_OF(planted); i++)
        assert_found("x.php", planted[i], SCAN_TLS_OFF);
}

static void what_verifies_or_only_speaks_of_it_is_innocent(void **state)
{
    (void)state;
    static const char *const innocent[] = {
        "curl_setopt($h, CURLOPT_SSL_VERIFYPEER, true);",
        "curl_setopt($h, CURLOPT_SSL_VERIFYHOST, 2);",
        "if ($options[CURLOPT_SSL_VERIFYPEER] == false) {",
        "['verify' => '/etc/ssl/ca.pem']",
        "['email_verify' => false]",
        "$verify = false;",
        "function verify() { return 0; }",
        "NODE_TLS_REJECT_UNAUTHORIZED=1",
        "NODE_TLS_REJECT_UNAUTHORIZED",
        "rejectUnauthorized: options.strict",
        "'allow_self_signed' => false",
        "// CURLOPT_SSL_VERIFYPEER => false",
    };
    for (size_t i = 0; i < COUNT_OF(innocent); i++)
        assert_innocent("x.php", innocent[i]);
}

static void proxies_that_are_gone_round_are_found(void **state)
{
    (void)state;
    assert_found("x.php", "curl_setopt($h, CURLOPT_PROXY, '');", SCAN_PROXY_OVERRIDDEN);
    assert_found("x.php", "[CURLOPT_NOPROXY => '*']", SCAN_PROXY_OVERRIDDEN);
    assert_found("x.php", "['proxy' => '']", SCAN_PROXY_OVERRIDDEN);
    assert_found("x.php", "putenv('HTTPS_PROXY=');", SCAN_PROXY_OVERRIDDEN);
    assert_found("x.php", "putenv(\"NO_PROXY=api.vendor.example\");", SCAN_PROXY_OVERRIDDEN);
    assert_found("x.js", "delete process.env.HTTPS_PROXY;", SCAN_PROXY_OVERRIDDEN);
    assert_found(".env", "NO_PROXY=*", SCAN_PROXY_OVERRIDDEN);
    assert_found(".env", "https_proxy=\n", SCAN_PROXY_OVERRIDDEN);
    assert_innocent(".env", "https_proxy=http://127.0.0.1:3128");
    assert_innocent(".env", "NO_PROXY=localhost");
    assert_innocent("x.php", "case CURLOPT_PROXY:\n");
    assert_innocent("x.php", "curl_setopt($h, CURLOPT_PROXY, $proxy);");
    assert_innocent("x.php", "curl_setopt($h, CURLOPT_PROXYPORT, '');");
    assert_innocent("x.js", "const url = process.env.HTTPS_PROXY;");
}

static void hosts_of_models_are_found_however_they_are_written(void **state)
{
    (void)state;
    assert_found("x.php", "'https://api.openai.com/v1'", SCAN_LLM_HOST);
    assert_found("x.php", "https://API.OpenAI.com", SCAN_LLM_HOST);
    assert_found("x.php", "..api.openai.com...", SCAN_LLM_HOST);
    assert_found("x.php", "\"https:\\/\\/api.openai.com\\/v1\"", SCAN_LLM_HOST);
    assert_found("x.php", "u=https%3A%2F%2Fapi.openai.com%2Fv1", SCAN_LLM_HOST);
    assert_found("x.php", "\\u002fapi.openai.com", SCAN_LLM_HOST);
    assert_found("x.php", "\\napi.openai.com.", SCAN_LLM_HOST);
    assert_found("x.php", "https://shop-7.openai.azure.com/openai/deployments/a", SCAN_LLM_HOST);
    assert_found(".env", "X=https://api.groq.com/openai/v1", SCAN_LLM_BASE_URL);
    assert_found(".env", "OPENAI_BASE_URL=http://llm.partner.example/v1", SCAN_LLM_BASE_URL);
    assert_found(".env", "OPENAI_BASE_URL=https://api.openai.com/v1", SCAN_LLM_BASE_URL);
    assert_innocent("x.php", "help@openai.com, api.openai.com.example, notapi_openai.community");
    assert_innocent("x.php", "$a.openai.comb . 'x'");
    assert_innocent("x.php", "https://api.cloudflare.com/client/v4/zones");
    assert_found("x.php", "https://api.cloudflare.com/client/v4/accounts/1/ai/run/x", SCAN_LLM_HOST);
    assert_innocent("README.md", "see https://api.openai.com/v1");
    assert_innocent("x.php", "    // https://api.openai.com/v1");
}

static void sdks_are_found_by_their_names(void **state)
{
    (void)state;
    assert_found("x.php", "$c = \\OpenAI::client($key);", SCAN_LLM_SDK);
    assert_found("composer.json", "\"openai-php/client\": \"^0.10\"", SCAN_LLM_SDK);
    assert_found("x.js", "import OpenAI from 'openai';", SCAN_LLM_SDK);
    assert_found("x.py", "from openai import OpenAI", SCAN_LLM_SDK);
    assert_found("package.json", "\"@anthropic-ai/sdk\": \"0.30.0\"", SCAN_LLM_SDK);
    assert_innocent("x.php", "class MyOpenAI {} // openai is nice");
    assert_innocent("composer.lock", "\"name\": \"openai-php/client\"");
}

#define GROQ "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"

static void a_key_is_found_and_never_shown(void **state)
{
    (void)state;
    struct scan_report report = {0};
    struct buffer out = {0};
    scan_text(scanner, TEXT("x"), TEXT("a\n\xc3\xa9 key=" GROQ "\n"), &report);
    scan_write_text(&report, true, &out);
    scan_write_json(&report, &out);
    scan_write_sarif(&report, &out);
    scan_write_draft(&report, &out);
    assert_int_equal(report.finding_count, 1);
    assert_int_equal(report.findings[0].rule, SCAN_VENDOR_KEY);
    assert_int_equal(report.findings[0].line, 2);
    assert_int_equal(report.findings[0].column, 7); /* in characters */
    buffer_append_byte(&out, '\0');
    for (size_t at = 4; at + 3 < sizeof(GROQ); at++) { /* no three characters of it in a row */
        char part[4] = {GROQ[at], GROQ[at + 1], GROQ[at + 2], '\0'};
        assert_null(strstr(out.data, part));
    }
    buffer_clear(&out);
    scan_report_clear(&report);
}

static void sums_names_and_placeholders_are_no_keys(void **state)
{
    (void)state;
    assert_innocent("composer.lock", "\"algolia\", \"reference\": \"0123d7c9a1b84e56f2a7c3d9e8b1f604a5c2e7d3\"");
    assert_innocent("x.php", "algolia commit 9f2c7e41b8d05a63c1e4f7082b9d5a36");
    assert_innocent("x.css", ".sk-spinner-grow-with-a-long-name .risk-analysis-of-everything");
    assert_innocent("x.php", "use Mistral\\MistralAiProductDescriptionText;");
    assert_innocent("x.env", "STRIPE=sk_live_xxxxxxxxxxxxxxxxxxxxxxxx");
}

static void private_keys_are_found_with_their_escapes_and_not_their_mention(void **state)
{
    (void)state;
    assert_found(
        "x", "-----BEGIN PRIVATE KEY-----\\nMIIBOgIBAAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4\\nWGeK",
        SCAN_PRIVATE_KEY);
    assert_innocent("x", "it begins with -----BEGIN PRIVATE KEY----- as all of them do");
    assert_innocent("x", "-----BEGIN CERTIFICATE-----\nMIIBOgIBAAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeK");
}

static const char split_text[] =
    "use x;\ncurl_setopt($h, CURLOPT_SSL_VERIFYPEER, false);\n$u='https://api.openai.com/v1';\n"
    "$k='" GROQ "';\n['proxy' => ''];\n";

static void a_file_in_two_pieces_is_found_as_in_one(void **state)
{
    (void)state;
    struct text text = text_from(split_text);
    struct scan_report whole = {0};
    scan_text(scanner, TEXT("x.php"), text, &whole);
    assert_int_equal(whole.finding_count, 4);
    for (size_t cut = 0; cut <= text.length; cut++) {
        struct scan_report parts = {0};
        struct scan_file file = {.name = TEXT("x.php"), .line = 1, .column = 1};
        scan_piece(scanner, &file, text, 0, cut, &parts);
        scan_piece(scanner, &file, text, cut, text.length, &parts);
        if (parts.finding_count != whole.finding_count)
            fail_msg(
                "cut at %zu: %zu found, the last: %.*s", cut, parts.finding_count,
                TEXT_ARG(parts.findings[parts.finding_count - 1].what));
        for (size_t i = 0; i < parts.finding_count; i++) {
            assert_int_equal(parts.findings[i].line, whole.findings[i].line);
            assert_int_equal(parts.findings[i].column, whole.findings[i].column);
        }
        scan_report_clear(&parts);
    }
    scan_report_clear(&whole);
}

static bool ignored(const char *lines, const char *path, bool is_folder)
{
    struct gitignore ignore = {0};
    buffer_append_string(&ignore.lines, lines);
    bool is_left_out = gitignore_has(&ignore, text_from(path), is_folder);
    buffer_clear(&ignore.lines);
    return is_left_out;
}

static void gitignore_is_read_as_git_reads_it(void **state)
{
    (void)state;
    assert_true(ignored("*.log\n", "a/b.log", false));
    assert_false(ignored("*.log\n!b.log\n", "a/b.log", false));
    assert_true(ignored("/var/\n", "var", true));
    assert_false(ignored("/var/\n", "a/var", true));
    assert_false(ignored("var/\n", "var", false));
    assert_true(ignored("a/**/z\n", "a/z", false));
    assert_true(ignored("a/**/z\n", "a/b/c/z", false));
    assert_true(ignored("**/z\n", "a/b/z", false));
    assert_true(ignored("a/**\n", "a/b/c", false));
    assert_false(ignored("# x\n\n", "x", false));
    assert_true(ignored("x  \r\n", "x", false));
}

/* Each of these would take longer than anybody waits where a star that failed had all the others try again. */
static void no_pattern_of_a_gitignore_costs_more_than_its_length_and_the_paths(void **state)
{
    (void)state;
    static const char *const repeated[] = {"**/", "**/**/a/", "a/**/", "*a*/", "**/*[!b]*/"};
    struct buffer path = {0};
    for (int i = 0; i < 60; i++)
        buffer_append_string(&path, "aaaaaaaaaaaaaaaaaaaa/");
    buffer_append_string(&path, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    buffer_append_byte(&path, '\0');
    for (size_t i = 0; i < COUNT_OF(repeated); i++) {
        struct buffer lines = {0};
        for (int j = 0; j < 30; j++)
            buffer_append_string(&lines, repeated[i]);
        buffer_append_string(&lines, "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*x\n");
        buffer_append_byte(&lines, '\0');
        assert_false(ignored(lines.data, path.data, false));
        buffer_clear(&lines);
    }
    buffer_clear(&path);
}

static void stars_sets_and_escapes_of_a_gitignore_stand_for_what_git_takes_them(void **state)
{
    (void)state;
    static const struct {
        const char *lines;
        const char *path;
        bool is_ignored;
    } rows[] = {
        {"**/a/**/b\n", "x/a/y/a/b", true},
        {"a/**/**/b\n", "a/b", true},
        {"a/**\n", "a", false},
        {"**/a/*/b\n", "a/x/a/y/b", true},
        {"**/a/*/b\n", "a/b", false},
        {"a**/b\n", "ax/b", true},
        {"a**/b\n", "a/x/b", false},
        {"*a*b*c\n", "xaabbcabc", true},
        {"*a*b*c\n", "xaabbcab", false},
        {"a?c\n", "abc", true},
        {"x/a?c\n", "x/a/c", false},
        {"[a-c]x\n", "bx", true},
        {"[!a-c]x\n", "bx", false},
        {"[]a]x\n", "]x", true},
        {"[[:digit:]]x\n", "7x", true},
        {"[[:digit:]]x\n", "dx", false},
        {"*[0-9]\n", "a1b2", true},
        {"[\\]]x\n", "]x", true},
        {"a[\n", "a[", false},
        {"\\*x\n", "*x", true},
        {"\\*x\n", "ax", false},
        {"/*\n!/a\n", "a", false},
        {"/*\n!/a\n", "b", true},
        {"**\n", "a/b", true},
        {"a/*\n", "a/b/c", false},
        {"**/\n", "a", false},
        {"/**/b\n", "b", true},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (ignored(rows[i].lines, rows[i].path, false) != rows[i].is_ignored)
            fail_msg("%s %s", rows[i].lines, rows[i].path);
}

/* Names that are longer than any host's, and what follows them. */
static void a_run_of_labels_without_an_end_hides_nothing_behind_it(void **state)
{
    (void)state;
    struct buffer text = {0};
    for (int i = 0; i < 100000; i++)
        buffer_append_string(&text, i < 50000 ? "a." : ".");
    buffer_append_string(&text, " https://api.openai.com/v1");
    buffer_append_byte(&text, '\0');
    assert_found("x.js", text.data, SCAN_LLM_HOST);
    buffer_clear(&text);
}

static void a_draft_names_each_host_once_where_it_was_found_first(void **state)
{
    (void)state;
    struct scan_report report = {0};
    struct buffer out = {0};
    scan_text(
        scanner, TEXT("x.php"),
        TEXT("'https://api.openai.com/v1'\n'https://api.groq.com/openai/v1'\n'https://api.openai.com/v1/models'\n"
             "// https://api.mistral.ai\n'https://api.anthropic.com'"),
        &report);
    scan_write_draft(&report, &out);
    buffer_append_byte(&out, '\0');
    assert_non_null(strstr(
        out.data, "      - \"api.openai.com\" # x.php:1\n      - \"api.groq.com\" # x.php:2\n"
                  "      - \"api.anthropic.com\" # x.php:5\n"));
    assert_null(strstr(out.data, "mistral"));
    buffer_clear(&out);
    scan_report_clear(&report);
}

static void reports_are_json_whatever_the_bytes(void **state)
{
    (void)state;
    struct scan_report report = {0};
    char error[160];
    void (*const writers[])(const struct scan_report *, struct buffer *) = {scan_write_json, scan_write_sarif};
    scan_text(
        scanner, TEXT("a\n\x1b[31m\xff\"\\"),
        TEXT("\xff\xfe"
             "api.openai.com\xc3"),
        &report);
    report_skip(&report, SCAN_UNREADABLE, TEXT("\xff\n"));
    assert_int_equal(report.finding_count, 1);
    for (size_t i = 0; i < COUNT_OF(writers); i++) {
        struct buffer out = {0};
        writers[i](&report, &out);
        json_t *tree = json_read(buffer_text(&out), error);
        if (tree == NULL)
            fail_msg("%s: %.*s", error, TEXT_ARG(buffer_text(&out)));
        json_decref(tree);
        buffer_clear(&out);
    }
    struct buffer out = {0};
    scan_write_text(&report, true, &out);
    assert_null(memchr(out.data, '\x1b', out.length));
    buffer_clear(&out);
    scan_report_clear(&report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tls_that_is_not_verified_is_found_in_every_language),
        cmocka_unit_test(what_verifies_or_only_speaks_of_it_is_innocent),
        cmocka_unit_test(proxies_that_are_gone_round_are_found),
        cmocka_unit_test(hosts_of_models_are_found_however_they_are_written),
        cmocka_unit_test(sdks_are_found_by_their_names),
        cmocka_unit_test(a_key_is_found_and_never_shown),
        cmocka_unit_test(sums_names_and_placeholders_are_no_keys),
        cmocka_unit_test(private_keys_are_found_with_their_escapes_and_not_their_mention),
        cmocka_unit_test(a_file_in_two_pieces_is_found_as_in_one),
        cmocka_unit_test(gitignore_is_read_as_git_reads_it),
        cmocka_unit_test(no_pattern_of_a_gitignore_costs_more_than_its_length_and_the_paths),
        cmocka_unit_test(stars_sets_and_escapes_of_a_gitignore_stand_for_what_git_takes_them),
        cmocka_unit_test(a_run_of_labels_without_an_end_hides_nothing_behind_it),
        cmocka_unit_test(a_draft_names_each_host_once_where_it_was_found_first),
        cmocka_unit_test(reports_are_json_whatever_the_bytes),
    };
    return cmocka_run_group_tests(tests, make, unmake);
}
