/* SPDX-License-Identifier: Apache-2.0 */
/* The table that the tests of this module read with. */
#include "words.h"

#include <string.h>

#include "exeat/base/check.h"

static enum exit_code do_nothing(const struct command_line *line)
{
    (void)line;
    return EXIT_DONE;
}

static const struct command rows[] = {
    {"run", do_nothing, "[FILE]", OPERANDS_CONFIG, OF(CONFIG), "start it", NULL},
    {"explain", do_nothing, "METHOD URL", OPERANDS_TWO, OF(CONFIG) | OF(ALL), "say why", "-o is text or json."},
    {"log keys", do_nothing, "", OPERANDS_NONE, OF(STORE) | OF(ALL), "the keys of the log", NULL},
    {"log show", do_nothing, "REQUEST-ID", OPERANDS_ONE, OF(STORE), "one request", NULL},
    {"help", do_nothing, "[COMMAND]", OPERANDS_MAYBE_TWO, 0, "what a command does", NULL},
};
const struct command_table words_table = {rows, COUNT_OF(rows)};

void words_make(struct words *words, const char *line)
{
    *words = (struct words){.argc = 0};
    text_store(text_from(line), words->line, sizeof(words->line));
    for (char *rest = words->line, *word; words->argc < WORDS_MAX && (word = strsep(&rest, " ")) != NULL;)
        words->argv[words->argc++] = word;
}
