/* SPDX-License-Identifier: Apache-2.0 */
/* What the program says about itself: help, manual, completion, version. All but the last are told from the table that
 * the command line was read with. */
#include <stdio.h>

#include "cli.h"

enum exit_code cmd_version(const struct command_line *line)
{
    (void)line;
    puts("exeat " EXEAT_VERSION);
    return EXIT_DONE;
}

static enum exit_code print(struct buffer *words)
{
    put_text(buffer_text(words));
    buffer_clear(words);
    return EXIT_DONE;
}

enum exit_code complain_about(struct buffer *sentence)
{
    complain(EXIT_USAGE, "%.*s", TEXT_ARG(buffer_text(sentence)));
    buffer_clear(sentence);
    return EXIT_USAGE;
}

enum exit_code print_command(const struct command *command)
{
    struct buffer out = {0};
    help_command(command, &out);
    return print(&out);
}

enum exit_code complain_of_no_command(const struct command_table *table, int argc, char **argv)
{
    struct buffer error = {0};
    help_no_command(table, argc, argv, &error);
    return complain_about(&error);
}

enum exit_code print_help(const struct command_table *table, int argc, char **argv)
{
    int used = 0;
    struct buffer out = {0};
    if (argc == 0) {
        help_all(table, &out);
        return print(&out);
    }
    const struct command *command = command_find(table, argc, argv, &used);
    if (command != NULL && used == argc)
        return print_command(command);
    if (argc == 1 && help_group(table, argv[0], &out))
        return print(&out);
    return complain_of_no_command(table, argc, argv);
}

enum exit_code cmd_help(const struct command_line *line)
{
    return print_help(line->table, line->operand_count, line->operands);
}

enum exit_code cmd_manual(const struct command_line *line)
{
    struct buffer out = {0};
    help_manual(line->table, &out);
    return print(&out);
}

enum exit_code cmd_completion(const struct command_line *line)
{
    struct buffer out = {0};
    help_completion(line->table, &out);
    return print(&out);
}
