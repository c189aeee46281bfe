/* SPDX-License-Identifier: Apache-2.0 */
/* exeat: one binary, a table of commands. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "exeat/confine.h"

enum exit_code cmd_version(const struct command_line *line)
{
    (void)line;
    puts("exeat " EXEAT_VERSION);
    return EXIT_DONE;
}

/* To stdout what is asked for, to stderr what is wrong. */
static enum exit_code tell(enum exit_code code, struct buffer *words)
{
    if (code == EXIT_DONE)
        put_text(buffer_text(words));
    else
        complain(code, "%.*s", TEXT_ARG(buffer_text(words)));
    buffer_clear(words);
    return code;
}

static enum exit_code tell_no_command(int argc, char **argv)
{
    struct buffer error = {0};
    help_no_command(&commands, argc, argv, &error);
    return tell(EXIT_USAGE, &error);
}

static enum exit_code tell_command(const struct command *command)
{
    struct buffer out = {0};
    help_command(command, &out);
    return tell(EXIT_DONE, &out);
}

/* exeat help [COMMAND], exeat COMMAND --help */
static enum exit_code help(int argc, char **argv)
{
    int used = 0;
    struct buffer out = {0};
    if (argc == 0) {
        help_all(&commands, &out);
        return tell(EXIT_DONE, &out);
    }
    const struct command *command = command_find(&commands, argc, argv, &used);
    if (command != NULL && used == argc)
        return tell_command(command);
    if (argc == 1 && help_group(&commands, argv[0], &out))
        return tell(EXIT_DONE, &out);
    return tell_no_command(argc, argv);
}

enum exit_code cmd_help(const struct command_line *line)
{
    return help(line->operand_count, line->operands);
}

enum exit_code cmd_manual(const struct command_line *line)
{
    struct buffer out = {0};
    (void)line;
    help_manual(&commands, &out);
    return tell(EXIT_DONE, &out);
}

enum exit_code cmd_completion(const struct command_line *line)
{
    struct buffer out = {0};
    (void)line;
    help_completion(&commands, &out);
    return tell(EXIT_DONE, &out);
}

/* An answer that could not be written is none. */
static enum exit_code finish(enum exit_code code)
{
    bool is_written = fflush(stdout) == 0 && !ferror(stdout);
    return is_written || code == EXIT_IO ? code : complain(EXIT_IO, "cannot write the output: %s", strerror(errno));
}

static bool is_one_of(const char *word, const char *left, const char *right)
{
    return strcmp(word, left) == 0 || strcmp(word, right) == 0;
}

/* Who named no configuration, and has none at the usual place, is told how one is named. */
static enum exit_code advise(const struct command_line *line, enum exit_code code)
{
    bool has_config = (line->command->options & OF(CONFIG)) != 0 && line->words[OPTION_STORE] == NULL;
    const char *config = command_config(line);
    if (code == EXIT_USAGE && has_config && strcmp(config, DEFAULT_CONFIG) == 0 && access(config, F_OK) != 0)
        fputs("exeat: name the configuration with -c FILE, or by $EXEAT_CONFIG\n", stderr);
    return code;
}

static enum exit_code run(int argc, char **argv)
{
    static char version[] = "version";
    struct command_line line;
    int used = 0;
    if (is_one_of(argv[0], "-h", "--help"))
        return help(argc - 1, argv + 1);
    if (is_one_of(argv[0], "-V", "--version"))
        argv[0] = version;
    if (argc == 2 && is_one_of(argv[1], "-h", "--help"))
        return help(1, argv);
    struct buffer error = {0};
    const struct command *command = command_find(&commands, argc, argv, &used);
    if (command == NULL)
        return tell_no_command(argc, argv);
    if (!command_read(command, argc - used, argv + used, &line, &error))
        return tell(EXIT_USAGE, &error);
    return line.words[OPTION_HELP] == NULL ? advise(&line, command->run(&line)) : tell_command(command);
}

int main(int argc, char **argv)
{
    confine_memory(); /* whatever the command: keys pass through many */
    if (argc >= 2)
        return (int)finish(run(argc - 1, argv + 1));
    fputs("exeat: a command is wanted, such as `exeat run`; `exeat help` lists them\n", stderr);
    return EXIT_USAGE;
}
