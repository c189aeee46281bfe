/* SPDX-License-Identifier: Apache-2.0 */
/* Settings back to text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/in_force.h"

static struct settings *settings_from(const char *text)
{
    struct diags *diags = diags_new();
    struct settings *settings = settings_parse(text_from(text), "test.yaml", diags);
    if (settings == NULL) {
        struct buffer out = {0};
        diags_write(diags, &out);
        fail_msg("%.*s", TEXT_ARG(buffer_text(&out)));
    }
    diags_free(diags);
    return settings;
}

static void shown(const struct settings *settings, struct text running, struct buffer *out)
{
    in_force_show(settings, running, out);
    buffer_append_byte(out, '\0');
}

static const char written[] = "version: 1\n"
                              "workers: 3\n"
                              "listen:\n  forward: [\"127.0.0.1:3199\"]\n"
                              "timeouts:\n  head: 7s\n"
                              "limits:\n  body_held: 3MiB\n";

static void what_is_shown_reads_back_to_the_same(void **state)
{
    (void)state;
    struct buffer once = {0};
    struct buffer twice = {0};
    struct settings *first = settings_from(written);
    shown(first, TEXT(""), &once);
    assert_non_null(strstr(once.data, "\nworkers: 3\n"));
    assert_non_null(strstr(once.data, "  head: 7s\n"));
    struct settings *second = settings_from(once.data);
    shown(second, TEXT(""), &twice);
    *strstr(once.data, "# 0 clients") = '\0'; /* behind it are digests of the files */
    *strstr(twice.data, "# 0 clients") = '\0';
    assert_string_equal(once.data, twice.data);
    settings_free(first);
    settings_free(second);
    buffer_clear(&once);
    buffer_clear(&twice);
}

static void only_what_takes_effect_at_a_start_waits_for_one(void **state)
{
    (void)state;
    struct buffer running = {0};
    struct buffer waiting = {0};
    struct buffer out = {0};
    struct settings *before = settings_from(written);
    struct settings *after = settings_from("version: 1\nworkers: 4\nlisten:\n  forward: [\"127.0.0.1:3199\"]\n"
                                           "timeouts:\n  head: 8s\n");
    in_force_start_values(before, &running);
    in_force_waiting(before, buffer_text(&running), &waiting);
    assert_int_equal(waiting.length, 0);
    in_force_waiting(after, buffer_text(&running), &waiting);
    assert_true(text_equal(buffer_text(&waiting), TEXT("workers")));
    shown(after, buffer_text(&running), &out);
    assert_non_null(strstr(out.data, "\nworkers: 3\n# workers: 4 after a restart\n"));
    assert_non_null(strstr(out.data, "  head: 8s\n"));
    buffer_clear(&running);
    buffer_clear(&waiting);
    buffer_clear(&out);
    settings_free(before);
    settings_free(after);
}

static void a_secret_is_never_shown(void **state)
{
    (void)state;
    struct buffer out = {0};
    struct settings *settings = settings_from(
        "version: 1\nlisten:\n  forward: [\"127.0.0.1:3199\"]\nclients:\n  shop: { user: shop, secret_sha256: "
        "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b }\n");
    shown(settings, TEXT(""), &out);
    assert_null(strstr(out.data, "2bb80d53"));
    assert_non_null(strstr(out.data, "# 1 clients"));
    buffer_clear(&out);
    settings_free(settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_shown_reads_back_to_the_same),
        cmocka_unit_test(only_what_takes_effect_at_a_start_waits_for_one),
        cmocka_unit_test(a_secret_is_never_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
