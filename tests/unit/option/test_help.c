/* SPDX-License-Identifier: Apache-2.0 */
/* What the program says about itself has every command and option of its table, whatever the form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/memory.h"
#include "words.h"

static char *guess(const char *typed)
{
    struct words words;
    struct buffer error = {0};
    words_make(&words, typed);
    help_no_command(&words_table, words.argc, words.argv, &error);
    return buffer_take(&error);
}

static void assert_guess(const char *typed, const char *sentence)
{
    char *said = guess(typed);
    assert_string_equal(said, sentence);
    base_free(said);
}

static void a_wrong_command_is_met_with_the_near_one_or_with_its_group(void **state)
{
    (void)state;
    assert_guess("explian", "there is no command 'explian'; did you mean 'explain'?");
    assert_guess("log", "log wants one of: keys, show");
    assert_guess("log kyes", "there is no command 'log kyes'; did you mean 'log keys'?");
    assert_guess("log nonsense", "log wants one of: keys, show");
    assert_guess("log --all", "log wants one of: keys, show");
    assert_guess("nonsense", "there is no command 'nonsense'; `exeat help` lists them");
}

static void the_help_of_a_command_has_its_options_and_no_others(void **state)
{
    (void)state;
    struct words words;
    struct buffer out = {0};
    int used = 0;
    words_make(&words, "explain");
    help_command(command_find(&words_table, 1, words.argv, &used), &out);
    char *help = buffer_take(&out);
    assert_ptr_equal(
        strstr(help, "usage: exeat explain [OPTION...] METHOD URL\n\nsay why\n-o is text or json.\n\n"), help);
    assert_non_null(strstr(help, "  -c, --config FILE       the configuration; else"));
    assert_non_null(strstr(help, "  --all                   leave nothing out\n"));
    assert_non_null(strstr(help, "  -h, --help              what is printed here\n"));
    assert_null(strstr(help, "--store"));
    base_free(help);
}

static void no_line_of_help_is_wider_than_a_hundred_columns(void **state)
{
    (void)state;
    struct buffer out = {0};
    struct text line;
    help_all(&words_table, &out);
    for (size_t i = 0; i < words_table.count; i++)
        help_command(&words_table.rows[i], &out);
    struct text rest = buffer_text(&out);
    while (text_split(&rest, '\n', &line))
        if (!text_has(line, '`')) /* two sentences of help_all are broken by hand */
            assert_true(line.length <= 100);
    buffer_clear(&out);
}

static void a_group_is_listed_alone(void **state)
{
    (void)state;
    struct buffer out = {0};
    assert_true(help_group(&words_table, "log", &out));
    char *help = buffer_take(&out);
    assert_non_null(strstr(help, "log keys"));
    assert_non_null(strstr(help, "log show REQUEST-ID"));
    assert_null(strstr(help, "explain"));
    assert_ptr_equal(strstr(help, "usage: exeat log COMMAND"), help);
    assert_non_null(strstr(help, "see `exeat help log "));
    base_free(help);
    assert_false(help_group(&words_table, "lo", &out));
    assert_int_equal(out.length, 0);
}

static void the_manual_has_no_bare_dash_in_an_option(void **state)
{
    (void)state;
    struct buffer out = {0};
    help_manual(&words_table, &out);
    char *page = buffer_take(&out);
    assert_non_null(strstr(page, ".SS exeat log show REQUEST-ID\n"));
    assert_non_null(strstr(page, ".TP\n.B \\-c, \\-\\-config FILE\n"));
    assert_null(strstr(page, ".B --"));
    base_free(page);
}

static void completion_knows_each_option_that_takes_a_path(void **state)
{
    (void)state;
    struct buffer out = {0};
    help_completion(&words_table, &out);
    char *script = buffer_take(&out);
    char *line = strstr(script, "case $before in ");
    assert_non_null(line);
    *strchr(line, '\n') = '\0';
    static const char *const paths[] = {
        "-c |",       "--config |", "--diff |",       "--replay |",          "--store |",
        "--bundle |", "--cursor |", "--checkpoint |", "--tls-certificate |", "--tls-key)"};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        assert_non_null(strstr(line, paths[i]));
    assert_null(strstr(line, "--host"));
    base_free(script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_command_is_met_with_the_near_one_or_with_its_group),
        cmocka_unit_test(the_help_of_a_command_has_its_options_and_no_others),
        cmocka_unit_test(no_line_of_help_is_wider_than_a_hundred_columns),
        cmocka_unit_test(a_group_is_listed_alone),
        cmocka_unit_test(the_manual_has_no_bare_dash_in_an_option),
        cmocka_unit_test(completion_knows_each_option_that_takes_a_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
