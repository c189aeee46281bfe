/* SPDX-License-Identifier: Apache-2.0 */
/* List files of every shape: what they open, what they never open, and where they are wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "exeat/policy.h"

static struct policy *with_list(const char *lines, const char *rules, struct diags *diags)
{
    char path[] = "/tmp/exeat-list-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, lines, strlen(lines)), strlen(lines));
    close(file);
    struct buffer text = {0};
    buffer_printf(
        &text, "version: 1\nlisten: { forward: [\"127.0.0.1:3128\"] }\ngroups: { x: { file: %s } }\n%s", path, rules);
    struct settings *settings = settings_parse(buffer_text(&text), "test.yaml", diags);
    struct policy *policy = settings == NULL ? NULL : policy_compile(settings, diags);
    if (policy == NULL)
        settings_free(settings);
    unlink(path);
    buffer_clear(&text);
    return policy;
}

static enum verdict verdict_of(const struct policy *policy, const char *name)
{
    struct request request = {.scheme = SCHEME_HTTPS, .port = 443};
    struct decision decision;
    assert_true(host_parse(text_from(name), &request.host));
    policy_judge(policy, &request, &decision);
    return decision.verdict;
}

#define ALLOW_X "rules: [{ id: a, verdict: allow, hosts: [\"@x\"] }]\n"

static void a_list_file_has_a_pattern_on_each_line(void **state)
{
    (void)state;
    struct diags *diags = diags_new();
    struct policy *policy = with_list(
        "# ours\r\na.example # the first\r\n\r\n  *.b.example\t\nBÜCHER.example\nC.Example.\nlast.example", ALLOW_X,
        diags);
    assert_non_null(policy);
    static const char *const in[] = {"a.example", "x.b.example", "xn--bcher-kva.example", "c.example", "last.example"};
    for (size_t i = 0; i < COUNT_OF(in); i++)
        assert_int_equal(verdict_of(policy, in[i]), VERDICT_ALLOW);
    assert_int_equal(verdict_of(policy, "b.example"), VERDICT_DENY);
    assert_int_equal(verdict_of(policy, "ours.example"), VERDICT_DENY);
    policy_unref(policy);
    diags_free(diags);
}

static void a_list_file_never_opens_an_llm(void **state)
{
    (void)state;
    struct diags *diags = diags_new();
    struct policy *policy = with_list("api.openai.com\n", ALLOW_X, diags);
    assert_int_equal(verdict_of(policy, "api.openai.com"), VERDICT_DENY);
    policy_unref(policy);
    diags_free(diags);
}

static void bad_lines_have_their_place(void **state)
{
    (void)state;
    struct diags *diags = diags_new();
    struct buffer out = {0};
    assert_null(with_list("a.example\n@group\n10.0.0.1\nnot a host\n", ALLOW_X, diags));
    assert_int_equal(diags_errors(diags), 3);
    diags_write(diags, &out);
    buffer_append_byte(&out, '\0');
    assert_non_null(strstr(out.data, ":2:1: error: a list file holds patterns, no groups"));
    assert_non_null(strstr(out.data, ":3:1: error: '10.0.0.1' is an address"));
    assert_non_null(strstr(out.data, ":4:1: error: 'not a host' is not a host pattern"));
    buffer_clear(&out);
    diags_free(diags);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_file_has_a_pattern_on_each_line),
        cmocka_unit_test(a_list_file_never_opens_an_llm),
        cmocka_unit_test(bad_lines_have_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
