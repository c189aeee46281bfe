/* SPDX-License-Identifier: Apache-2.0 */
/* The table of hosts: as many probes as a name has labels, each suffix found, list files of every shape. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "exeat/base/memory.h"
#include "policy_internal.h"

static void add(struct host_table *table, const char *written, uint32_t set)
{
    struct host_pattern pattern;
    assert_true(host_pattern_parse(text_from(written), &pattern));
    host_table_add(table, &pattern, 0)->set = set;
}

static size_t find(const struct host_table *table, const char *name, struct host_hit hits[HOST_HITS_MAX])
{
    struct host host;
    assert_true(host_parse(text_from(name), &host));
    return host_table_find(table, &host, hits);
}

static void finds_every_suffix_the_most_specific_first(void **state)
{
    (void)state;
    struct host_table table;
    struct host_hit hits[HOST_HITS_MAX];
    host_table_init(&table, 8);
    add(&table, "a.b.example", 1);
    add(&table, "*.b.example", 2);
    add(&table, "*.example", 3);
    add(&table, "b.example", 4);
    assert_int_equal(find(&table, "a.b.example", hits), 3);
    assert_int_equal(hits[0].set, 1);
    assert_true(hits[0].is_exact);
    assert_int_equal(hits[1].set, 2);
    assert_int_equal(hits[2].set, 3);
    assert_true(hits[1].specific > hits[2].specific);
    assert_int_equal(find(&table, "b.example", hits), 2); /* the apex is not below itself */
    assert_int_equal(hits[0].set, 4);
    assert_int_equal(find(&table, "xb.example", hits), 1);
    assert_int_equal(find(&table, "example", hits), 0);
    assert_int_equal(find(&table, "10.0.0.1", hits), 0);
    host_table_clear(&table);
}

static void finds_each_of_many(void **state)
{
    (void)state;
    enum { MANY = 20000 };
    struct host_table table;
    struct host_hit hits[HOST_HITS_MAX];
    char name[64];
    host_table_init(&table, MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        (void)snprintf(name, sizeof(name), i % 2 == 0 ? "h%u.example" : "*.a-rather-long-name-%u.example", i);
        add(&table, name, i + 1);
    }
    for (uint32_t i = 0; i < MANY; i++) {
        (void)snprintf(name, sizeof(name), i % 2 == 0 ? "h%u.example" : "deep.er.a-rather-long-name-%u.example", i);
        assert_int_equal(find(&table, name, hits), 1);
        assert_int_equal(hits[0].set, i + 1);
    }
    assert_int_equal(find(&table, "h20000.example", hits), 0);
    host_table_clear(&table);
}

/* --- list files ------------------------------------------------------------------------------------------------------
 */

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
        cmocka_unit_test(finds_every_suffix_the_most_specific_first),
        cmocka_unit_test(finds_each_of_many),
        cmocka_unit_test(a_list_file_has_a_pattern_on_each_line),
        cmocka_unit_test(a_list_file_never_opens_an_llm),
        cmocka_unit_test(bad_lines_have_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
