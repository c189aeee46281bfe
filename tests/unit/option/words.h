/* SPDX-License-Identifier: Apache-2.0 */
/* A small table of commands, and words as a shell would give them. */
#ifndef WORDS_H
#define WORDS_H

#include "exeat/option.h"

extern const struct command_table words_table;

enum { WORDS_MAX = 8 };
/* An argv made of one line, split at blanks. */
struct words {
    char line[256];
    char *argv[WORDS_MAX + 1];
    int argc;
};
void words_make(struct words *words, const char *line);

#endif
