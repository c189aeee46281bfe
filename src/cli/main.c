/* SPDX-License-Identifier: Apache-2.0 */
/* exeat: one binary, a table of commands. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "exeat/confine.h"

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
        return print_help(&commands, argc - 1, argv + 1);
    if (is_one_of(argv[0], "-V", "--version"))
        argv[0] = version;
    if (argc == 2 && is_one_of(argv[1], "-h", "--help"))
        return print_help(&commands, 1, argv);
    struct buffer error = {0};
    const struct command *command = command_find(&commands, argc, argv, &used);
    if (command == NULL)
        return complain_of_no_command(&commands, argc, argv);
    if (!command_read(command, argc - used, argv + used, &line, &error))
        return complain_about(&error);
    line.table = &commands;
    return line.words[OPTION_HELP] == NULL ? advise(&line, command->run(&line)) : print_command(command);
}

int main(int argc, char **argv)
{
    confine_memory(); /* whatever the command: keys pass through many */
    if (argc >= 2)
        return (int)finish(run(argc - 1, argv + 1));
    fputs("exeat: a command is wanted, such as `exeat run`; `exeat help` lists them\n", stderr);
    return EXIT_USAGE;
}
