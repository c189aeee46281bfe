/* SPDX-License-Identifier: Apache-2.0 */
/* The vocabulary of the command line: options, commands, what was typed, what the program says about itself, complaints
 * and exit codes. What a command does is not known here: words come in, texts go out. */
#ifndef EXEAT_OPTION_H
#define EXEAT_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/base/diag.h"
#include "exeat/base/text.h"

#define DEFAULT_CONFIG "/etc/exeat/exeat.yaml"

/* What a command ends with, so that scripts can tell. */
enum exit_code {
    EXIT_DONE = 0,
    EXIT_NO = 1,         /* the answer is no: denied, nothing matched */
    EXIT_USAGE = 2,      /* usage or configuration error */
    EXIT_TAMPERED = 3,   /* audit verification failed */
    EXIT_INCOMPLETE = 4, /* the audit log is incomplete */
    EXIT_IO = 5,         /* cannot read or write */
};

/* --- options: one row each; what reads them, explains them and completes them is made of the rows --------------------
 */

enum option {
    OPTION_CONFIG,
    OPTION_STRICT,
    OPTION_ONLINE,
    OPTION_DIFF,
    OPTION_REPLAY,
    OPTION_FROM,
    OPTION_ALL,
    OPTION_AT,
    OPTION_BODY,
    OPTION_TYPE,
    OPTION_NAMES,
    OPTION_STORE,
    OPTION_VKEY,
    OPTION_FORMAT,
    OPTION_SINCE,
    OPTION_UNTIL,
    OPTION_HOST,
    OPTION_RULE,
    OPTION_CLIENT,
    OPTION_PROVIDER,
    OPTION_DONE,
    OPTION_REQUEST,
    OPTION_VERDICT,
    OPTION_REASON,
    OPTION_LLM,
    OPTION_REDACT,
    OPTION_LIMIT,
    OPTION_CURSOR,
    OPTION_BUNDLE,
    OPTION_PURPOSE,
    OPTION_SQL,
    OPTION_SECONDS,
    OPTION_CHECKPOINT,
    OPTION_WITNESS,
    OPTION_BEFORE,
    OPTION_DRY_RUN,
    OPTION_YES,
    OPTION_WHY, /* --reason in words of one's own */
    OPTION_FOR,
    OPTION_END,
    OPTION_IF_ABSENT,
    OPTION_LISTEN,
    OPTION_NAME,
    OPTION_KEY,
    OPTION_STATE,
    OPTION_ENROL_TOKENS,
    OPTION_TLS_CERTIFICATE,
    OPTION_TLS_KEY,
    OPTION_LOG_JSON,
    OPTION_SECCOMP,
    OPTION_AS_WITNESS, /* --witness of `key show` */
    OPTION_FAIL_ON,
    OPTION_GITIGNORE,
    OPTION_HELP,
    OPTION_COUNT
};

struct option_row {
    const char *name;   /* "--strict" */
    const char *letter; /* "-c", or NULL */
    const char *value;  /* what it takes, "FILE"; NULL: nothing */
    const char *help;
};
const struct option_row *option_row(enum option option); /* static */

/* A set of options: one bit each. */
_Static_assert(OPTION_COUNT <= 64, "a set of options has 64 bits");
/* Its place in command.options. */
static inline uint64_t option_bit(enum option option)
{
    return UINT64_C(1) << option;
}
/* For tables, which want constants: OF(CONFIG). */
#define OF(NAME) (UINT64_C(1) << OPTION_##NAME)

/* --- commands --------------------------------------------------------------------------------------------------------
 */

/* Operands of a command: none, some, or one that may stand in place of --config. */
enum operands { OPERANDS_NONE, OPERANDS_CONFIG, OPERANDS_ONE, OPERANDS_TWO, OPERANDS_MAYBE_ONE, OPERANDS_MAYBE_TWO };

struct command_line;
struct command {
    const char *name; /* of one word or two: "audit export" */
    enum exit_code (*run)(const struct command_line *line);
    const char *operand_names; /* "METHOD URL"; "" */
    enum operands operands;
    uint64_t options;
    const char *help; /* one line */
    const char *more; /* what else is to be known; NULL */
};
struct command_table {
    const struct command *rows;
    size_t count;
};

/* A command line as it was typed; all borrowed from argv. */
struct command_line {
    const struct command_table *table; /* of all commands; set by whoever has it, for those that tell of it */
    const struct command *command;
    const char *words[OPTION_COUNT]; /* the values; of a flag: its name; NULL: not given */
    char **operands;
    int operand_count;
};

/* The command that the first words name, the longest name first; NULL: none. `*used` is how many words it took. */
const struct command *command_find(const struct command_table *table, int argc, char **argv, int *used);
/* Reads what follows the name: --name VALUE, --name=VALUE, -c FILE, -cFILE; `--` ends the options. The operands are
 * moved to the front of `argv`. False: wrong usage, and `error` has the sentence. */
MUST_CHECK bool
command_read(const struct command *command, int argc, char **argv, struct command_line *line, struct buffer *error);
/* The configuration that is meant: --config, an operand, $EXEAT_CONFIG or the default. */
const char *command_config(const struct command_line *line);

/* --- what the program says about itself, all from the table: appended to `out` ---------------------------------------
 */

void help_all(const struct command_table *table, struct buffer *out); /* every command, by what it is for */
void help_command(const struct command *command, struct buffer *out); /* one, and its options */
/* Those whose name begins with that word, "audit". False, and nothing appended: there are none. */
bool help_group(const struct command_table *table, const char *word, struct buffer *out);
/* The sentence about words that name no command: which was probably meant. */
void help_no_command(const struct command_table *table, int argc, char **argv, struct buffer *error);
/* The manual page, as roff (man(7)). */
void help_manual(const struct command_table *table, struct buffer *out);
/* A script for bash that completes commands and options. */
void help_completion(const struct command_table *table, struct buffer *out);

/* --- what commands say: stdout carries data only ---------------------------------------------------------------------
 */

/* "exeat: ..." on stderr, fit for a terminal whoever's words are in it; returns `code`. */
enum exit_code complain(enum exit_code code, const char *format, ...) PRINTF_LIKE(2, 3);
/* Says and frees an error that a module gave. */
enum exit_code complain_free(enum exit_code code, char *error);
/* Shows errors, warnings and notes about files on stderr: `check` alone does so. */
void show_diags(struct diags *diags);
/* The same without notes: every other command. */
void show_problems(struct diags *diags);
/* The time that an option has; NULL is none, and leaves `*wall_us`. False after saying what is wrong. */
MUST_CHECK bool read_time(const char *word, const char *option, int64_t *wall_us);
void put_text(struct text text);    /* to stdout, as it is: of our own making, or for a program */
void put_foreign(struct text text); /* to stdout, for people: what a terminal would act on is shown as "?" */
/* A terminal, and nobody said NO_COLOR (no-color.org). */
bool wants_colour(FILE *stream);
/* What follows on stdout, in colour where it wants that. */
enum colour { COLOUR_NONE, COLOUR_GOOD, COLOUR_BAD, COLOUR_WARNING };
void paint(enum colour colour); /* On stdout, where it is a terminal that takes it. */
/* Lines for people, with colour where the stream wants it. */
void put_painted(FILE *stream, struct text text);

#endif
