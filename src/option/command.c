/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a command line by the table of commands. */
#include <stdlib.h>
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/option.h"

enum { NAME_WORDS = 2 };

static bool is_named(const struct command *command, struct text words)
{
    return text_equal(text_from(command->name), words);
}

const struct command *command_find(const struct command_table *table, int argc, char **argv, int *used)
{
    for (int words = argc < NAME_WORDS ? argc : NAME_WORDS; words > 0; words--) {
        struct buffer name = {0};
        const struct command *found = NULL;
        for (int i = 0; i < words; i++)
            buffer_printf(&name, "%s%s", i > 0 ? " " : "", argv[i]);
        for (size_t i = 0; i < table->count && found == NULL; i++)
            found = is_named(&table->rows[i], buffer_text(&name)) ? &table->rows[i] : NULL;
        buffer_clear(&name);
        *used = words;
        if (found != NULL)
            return found;
    }
    return NULL;
}

/* --- options ---------------------------------------------------------------------------------------------------------
 */

/* What a word says: which option, and its value where it stands in the same word. */
struct option_word {
    enum option option; /* OPTION_COUNT: none of this command's */
    const char *value;
};

static bool is_long(const char *word, const char *name, const char **value)
{
    size_t length = strlen(name);
    if (strncmp(word, name, length) != 0 || (word[length] != '\0' && word[length] != '='))
        return false;
    *value = word[length] == '=' ? word + length + 1 : NULL;
    return true;
}

static bool is_letter(const char *word, const char *letter, const char **value)
{
    if (letter == NULL || strncmp(word, letter, 2) != 0)
        return false;
    *value = word[2] != '\0' ? word + 2 + (word[2] == '=') : NULL;
    return true;
}

static struct option_word find_option(const struct command *command, const char *word)
{
    struct option_word found = {.option = OPTION_COUNT};
    for (enum option i = 0; i < OPTION_COUNT; i++) {
        const struct option_row *row = option_row(i);
        bool is_ours = ((command->options | OF(HELP)) & option_bit(i)) != 0;
        if (is_ours && (is_long(word, row->name, &found.value) || is_letter(word, row->letter, &found.value))) {
            found.option = i;
            break;
        }
    }
    return found;
}

static bool wrong_usage(const struct command *command, struct buffer *error)
{
    buffer_printf(error, "; see `exeat help %s`", command->name);
    return false;
}

static bool no_option(const struct command *command, const char *word, struct buffer *error)
{
    const char *names[OPTION_COUNT];
    size_t count = 0;
    for (enum option i = 0; i < OPTION_COUNT; i++)
        if ((command->options & option_bit(i)) != 0)
            names[count++] = option_row(i)->name;
    const char *near = text_nearest(text_part(text_from(word), 0, strcspn(word, "=")), names, count);
    buffer_printf(error, "there is no option '%s' for `exeat %s`", word, command->name);
    if (near != NULL)
        buffer_printf(error, " (did you mean %s?)", near);
    return wrong_usage(command, error);
}

/* Takes the option at argv[*at], and its value where that is the next word. */
static bool take_option(struct command_line *line, int argc, char **argv, int *at, struct buffer *error)
{
    struct option_word found = find_option(line->command, argv[*at]);
    if (found.option == OPTION_COUNT)
        return no_option(line->command, argv[*at], error);
    const struct option_row *row = option_row(found.option);
    if (row->value == NULL && found.value != NULL) {
        buffer_printf(error, "the option %s takes no value", row->name);
        return wrong_usage(line->command, error);
    }
    if (row->value != NULL && found.value == NULL && *at + 1 < argc)
        found.value = argv[++*at];
    if (row->value != NULL && found.value == NULL) {
        buffer_printf(error, "the option %s needs a value, %s", row->name, row->value);
        return wrong_usage(line->command, error);
    }
    line->words[found.option] = row->value != NULL ? found.value : row->name;
    return true;
}

/* --- operands --------------------------------------------------------------------------------------------------------
 */

static bool check_operands(const struct command_line *line, struct buffer *error)
{
    static const struct {
        int least;
        int most;
    } counts[] = {
        [OPERANDS_NONE] = {0, 0}, [OPERANDS_CONFIG] = {0, 1},    [OPERANDS_ONE] = {1, 1},
        [OPERANDS_TWO] = {2, 2},  [OPERANDS_MAYBE_ONE] = {0, 1}, [OPERANDS_MAYBE_TWO] = {0, 2},
    };
    const struct command *command = line->command;
    int most = counts[command->operands].most;
    if (line->operand_count > most ||
        (command->operands == OPERANDS_CONFIG && line->operand_count > 0 && line->words[OPTION_CONFIG] != NULL))
        buffer_printf(error, "unexpected '%s' here", line->operands[most > 0 ? line->operand_count - 1 : 0]);
    else if (line->operand_count < counts[command->operands].least)
        buffer_printf(error, "%s wants %s", command->name, command->operand_names);
    else
        return true;
    return wrong_usage(command, error);
}

bool command_read(const struct command *command, int argc, char **argv, struct command_line *line, struct buffer *error)
{
    bool takes_options = true;
    *line = (struct command_line){.command = command, .operands = argv};
    for (int i = 0; i < argc; i++) {
        if (takes_options && strcmp(argv[i], "--") == 0)
            takes_options = false;
        else if (!takes_options || argv[i][0] != '-' || argv[i][1] == '\0')
            argv[line->operand_count++] = argv[i];
        else if (!take_option(line, argc, argv, &i, error))
            return false;
    }
    return line->words[OPTION_HELP] != NULL || check_operands(line, error);
}

const char *command_config(const struct command_line *line)
{
    const char *chosen = getenv("EXEAT_CONFIG");
    if (line->words[OPTION_CONFIG] != NULL)
        return line->words[OPTION_CONFIG];
    if (line->command->operands == OPERANDS_CONFIG && line->operand_count > 0)
        return line->operands[0];
    return chosen != NULL && chosen[0] != '\0' ? chosen : DEFAULT_CONFIG;
}
