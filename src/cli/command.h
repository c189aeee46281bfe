/* SPDX-License-Identifier: Apache-2.0 */
/* The commands, one row each, and a command line that was read by them. */
#ifndef EXEAT_CLI_COMMAND_H
#define EXEAT_CLI_COMMAND_H

#include <stddef.h>

#include "exeat/base/attributes.h"
#include "exeat/daemon.h"
#include "option.h"

struct command_line;

/* Operands of a command: none, some, or one that may stand in place of --config. */
enum operands { OPERANDS_NONE, OPERANDS_CONFIG, OPERANDS_ONE, OPERANDS_TWO, OPERANDS_MAYBE_ONE, OPERANDS_MAYBE_TWO };

struct command {
    const char *name; /* "audit export" */
    enum exit_code (*run)(const struct command_line *line);
    const char *operand_names; /* "METHOD URL"; "" */
    enum operands operands;
    uint64_t options;
    const char *help; /* one line */
    const char *more; /* what else is to be known; NULL */
};
extern const struct command commands[];
extern const size_t command_count;

/* A command line as it was typed; all borrowed from argv. */
struct command_line {
    const struct command *command;
    const char *words[OPTION_COUNT]; /* the values; of a flag: its name; NULL: not given */
    char **operands;
    int operand_count;
};

/* The command that the first words name, the longest name first; NULL: none. `*used` is how many words it took. */
const struct command *command_find(int argc, char **argv, int *used);
/* Reads what follows the name. False after a usage error, which has been said. */
MUST_CHECK bool command_read(const struct command *command, int argc, char **argv, struct command_line *line);
/* The configuration that is meant: --config, an operand, $EXEAT_CONFIG or the default. */
const char *command_config(const struct command_line *line);

/* help.c */
void help_all(void);
void help_command(const struct command *command);
/* Those whose name begins with that word, "audit"; 0: there are none. */
size_t help_group(const char *word);
/* Says which command was probably meant. */
enum exit_code help_no_command(int argc, char **argv);

#endif
