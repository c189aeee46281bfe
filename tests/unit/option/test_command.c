/* SPDX-License-Identifier: Apache-2.0 */
/* What is read of a command line, and the sentence for each way to get it wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/memory.h"
#include "words.h"

/* Reads a line that must be good. */
static void read_good(struct words *words, const char *typed, struct command_line *line)
{
    struct buffer error = {0};
    int used = 0;
    words_make(words, typed);
    const struct command *command = command_find(&words_table, words->argc, words->argv, &used);
    assert_non_null(command);
    assert_true(command_read(command, words->argc - used, words->argv + used, line, &error));
    assert_int_equal(error.length, 0);
}

/* Reads a line that must be wrong, for that reason. */
static void read_wrong(const char *typed, const char *sentence)
{
    struct words words;
    struct command_line line;
    struct buffer error = {0};
    int used = 0;
    words_make(&words, typed);
    const struct command *command = command_find(&words_table, words.argc, words.argv, &used);
    assert_non_null(command);
    assert_false(command_read(command, words.argc - used, words.argv + used, &line, &error));
    char *said = buffer_take(&error);
    assert_string_equal(said, sentence);
    base_free(said);
}

static void the_longest_name_is_the_command(void **state)
{
    (void)state;
    struct words words;
    int used = 0;
    words_make(&words, "log show 0abc");
    assert_string_equal(command_find(&words_table, words.argc, words.argv, &used)->name, "log show");
    assert_int_equal(used, 2);
    words_make(&words, "run log show");
    assert_string_equal(command_find(&words_table, words.argc, words.argv, &used)->name, "run");
    assert_int_equal(used, 1);
    words_make(&words, "log");
    assert_null(command_find(&words_table, words.argc, words.argv, &used));
    words_make(&words, "ru");
    assert_null(command_find(&words_table, words.argc, words.argv, &used));
}

static void a_value_stands_beside_its_option_or_in_it(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "run --config a.yaml", "run --config=a.yaml", "run -c a.yaml", "run -ca.yaml", "run -c=a.yaml"};
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct words words;
        struct command_line line;
        read_good(&words, lines[i], &line);
        assert_string_equal(line.words[OPTION_CONFIG], "a.yaml");
        assert_string_equal(command_config(&line), "a.yaml");
        assert_int_equal(line.operand_count, 0);
    }
}

static void options_and_operands_stand_in_any_order(void **state)
{
    (void)state;
    struct words words;
    struct command_line line;
    read_good(&words, "explain GET --all http://a.example/ -c x", &line);
    assert_int_equal(line.operand_count, 2);
    assert_string_equal(line.operands[0], "GET");
    assert_string_equal(line.operands[1], "http://a.example/");
    assert_non_null(line.words[OPTION_ALL]);
}

static void two_dashes_end_the_options(void **state)
{
    (void)state;
    struct words words;
    struct command_line line;
    read_good(&words, "explain -- --all -c", &line);
    assert_null(line.words[OPTION_ALL]);
    assert_string_equal(line.operands[0], "--all");
    assert_string_equal(line.operands[1], "-c");
    read_good(&words, "log show -", &line);
    assert_string_equal(line.operands[0], "-");
}

static void help_is_an_option_of_every_command_and_asks_for_no_operand(void **state)
{
    (void)state;
    struct words words;
    struct command_line line;
    read_good(&words, "log show --help", &line);
    assert_non_null(line.words[OPTION_HELP]);
    read_good(&words, "explain -h", &line);
    assert_non_null(line.words[OPTION_HELP]);
}

static void what_is_wrong_is_one_sentence_and_says_where_to_look(void **state)
{
    (void)state;
    read_wrong(
        "log keys --al",
        "there is no option '--al' for `exeat log keys` (did you mean --all?); see `exeat help log keys`");
    read_wrong("run --strict", "there is no option '--strict' for `exeat run`; see `exeat help run`");
    read_wrong("log keys --all=yes", "the option --all takes no value; see `exeat help log keys`");
    read_wrong("run -c", "the option --config needs a value, FILE; see `exeat help run`");
    read_wrong("log show", "log show wants REQUEST-ID; see `exeat help log show`");
    read_wrong("explain GET", "explain wants METHOD URL; see `exeat help explain`");
    read_wrong("log show 1 2", "unexpected '2' here; see `exeat help log show`");
    read_wrong("log keys x", "unexpected 'x' here; see `exeat help log keys`");
    read_wrong("run a.yaml -c b.yaml", "unexpected 'a.yaml' here; see `exeat help run`");
}

static void the_configuration_is_the_option_then_the_operand_then_the_variable(void **state)
{
    (void)state;
    struct words words;
    struct command_line line;
    setenv("EXEAT_CONFIG", "env.yaml", 1);
    read_good(&words, "run operand.yaml", &line);
    assert_string_equal(command_config(&line), "operand.yaml");
    read_good(&words, "explain GET u -c option.yaml", &line);
    assert_string_equal(command_config(&line), "option.yaml");
    read_good(&words, "explain GET u", &line);
    assert_string_equal(command_config(&line), "env.yaml");
    setenv("EXEAT_CONFIG", "", 1);
    assert_string_equal(command_config(&line), DEFAULT_CONFIG);
    unsetenv("EXEAT_CONFIG");
    assert_string_equal(command_config(&line), DEFAULT_CONFIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_name_is_the_command),
        cmocka_unit_test(a_value_stands_beside_its_option_or_in_it),
        cmocka_unit_test(options_and_operands_stand_in_any_order),
        cmocka_unit_test(two_dashes_end_the_options),
        cmocka_unit_test(help_is_an_option_of_every_command_and_asks_for_no_operand),
        cmocka_unit_test(what_is_wrong_is_one_sentence_and_says_where_to_look),
        cmocka_unit_test(the_configuration_is_the_option_then_the_operand_then_the_variable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
