/* SPDX-License-Identifier: Apache-2.0 */
/* Paths of rules: globs, and regular expressions behind the literal that they begin with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exeat/path_pattern.h"

static bool matches(const char *written, const char *subject, bool *limit)
{
    struct diags *diags = diags_new();
    struct setting_text source = {.text = text_from(written)};
    struct path_pattern path;
    if (!path_pattern_compile(&source, &path, diags))
        fail_msg("does not compile: %s", written);
    bool found = path_pattern_matches(&path, text_from(subject), limit);
    path_pattern_clear(&path);
    diags_free(diags);
    return found;
}

static void each_path_matches_what_it_says(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *subject;
        bool matches;
    } rows[] = {
        {"/v1", "/v1", true},
        {"/v1", "/v1/", false},
        {"/v1/**", "/v1", true},
        {"/v1/**", "/v1/", true},
        {"/v1/**", "/v1/a/b", true},
        {"/v1/**", "/v1x", false},
        {"/**", "/", true},
        {"/*", "/a", true},
        {"/*", "/a/b", false},
        {"/a/*/c", "/a/b/c", true},
        {"/a/*/c", "/a/b/b/c", false},
        {"/a/**/c", "/a/b/b/c", true},
        {"/a/**/c", "/a/c", true},
        {"/a/**/**", "/a", true},
        {"/a/**/b/**/**", "/a/x/b", true},
        {"/a/b*", "/a/bcd", true},
        {"/a/b*", "/a/cb", false},
        {"~/l/[A-Z]{2}", "/l/AB", true},
        {"~/l/[A-Z]{2}", "/l/ABC", false},
        {"~^/l/x?$", "/l/", true},
        {"~/a|/b", "/b", true},
        {"~/a[](]|/b", "/b", true},
        {"~/a\\Q(\\E|/b", "/b", true},
        {"~/a[[:alpha:](]|/b", "/b", true},
        {"~/a(?#()|/b", "/b", true},
        {"~/api/(a|b)/c", "/api/b/c", true},
        {"~/ab*", "/a", true},
        {"~/ab{0,1}", "/a", true},
        {"~(?i)/ABC", "/abc", true},
        {"~/x\\.y", "/x.y", true},
        {"~/x", "/x\n", false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        bool limit = false;
        if (matches(rows[i].path, rows[i].subject, &limit) != rows[i].matches || limit)
            fail_msg("%s on %s", rows[i].path, rows[i].subject);
    }
}

static void an_expression_that_backtracks_gives_up(void **state)
{
    (void)state;
    bool limit = false;
    assert_false(matches("~/(a+)+b", "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab/", &limit));
    assert_true(limit);
    limit = false;
    assert_false(matches("~/x/(a+)+b", "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab/", &limit));
    assert_false(limit); /* the literal before it was not there */
}

static void a_path_that_could_never_match_is_an_error(void **state)
{
    (void)state;
    static const char *const bad[] = {"/a//b", "/a/../b", "/%7Euser", "relative", "/a b"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct diags *diags = diags_new();
        struct setting_text source = {.text = text_from(bad[i])};
        struct path_pattern path;
        assert_false(path_pattern_compile(&source, &path, diags));
        assert_int_equal(diags_errors(diags), 1);
        path_pattern_clear(&path);
        diags_free(diags);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_path_matches_what_it_says),
        cmocka_unit_test(an_expression_that_backtracks_gives_up),
        cmocka_unit_test(a_path_that_could_never_match_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
