/* SPDX-License-Identifier: Apache-2.0 */
/* Help on a terminal, and what is said about words that name no command. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "option_internal.h"

enum { COLUMNS = 100 };

const struct ending endings[] = {
    {EXIT_DONE, "done"},
    {EXIT_NO, "the answer is no: denied, nothing matched, not ready"},
    {EXIT_USAGE, "wrong usage, or an error in the configuration"},
    {EXIT_TAMPERED, "the audit log was tampered with"},
    {EXIT_INCOMPLETE, "the audit log is incomplete"},
    {EXIT_IO, "cannot read or write"},
    {EXIT_DONE, NULL},
};

void option_write(const struct option_row *row, struct buffer *out)
{
    if (row->letter != NULL)
        buffer_printf(out, "%s, ", row->letter);
    buffer_append_string(out, row->name);
    if (row->value != NULL)
        buffer_printf(out, " %s", row->value);
}

static void pad(struct buffer *out, size_t columns)
{
    for (size_t i = 0; i < columns; i++)
        buffer_append_byte(out, ' ');
}

/* Words from column `indent` on, broken before column 100. */
static void write_wrapped(const char *words, size_t indent, struct buffer *out)
{
    struct text rest = text_from(words);
    struct text word;
    size_t column = indent;
    while (text_split(&rest, ' ', &word)) {
        if (column + 1 + word.length > COLUMNS) {
            buffer_append_byte(out, '\n');
            pad(out, indent);
            column = indent;
        }
        bool is_first = column == indent;
        buffer_printf(out, "%s%.*s", is_first ? "" : " ", TEXT_ARG(word));
        column += word.length + (is_first ? 0 : 1);
    }
    buffer_append_byte(out, '\n');
}

/* `left` in its column, and beside it, or below where it is too wide, `right`. */
static void write_row(struct text left, size_t width, const char *right, struct buffer *out)
{
    pad(out, 2);
    buffer_append(out, left);
    if (left.length >= width) {
        buffer_append_byte(out, '\n');
        pad(out, 2 + width);
    } else {
        pad(out, width - left.length);
    }
    write_wrapped(right, width + 2, out);
}

static void write_command(const struct command *command, struct buffer *out)
{
    struct buffer left = {0};
    buffer_printf(&left, "%s %s", command->name, command->operand_names);
    write_row(buffer_text(&left), 32, command->help, out);
    buffer_clear(&left);
}

void help_all(const struct command_table *table, struct buffer *out)
{
    buffer_append_string(out, "usage: exeat COMMAND [OPTION...]\n\n");
    for (size_t i = 0; i < table->count; i++)
        write_command(&table->rows[i], out);
    buffer_append_string(
        out, "\n`exeat help COMMAND` explains its options. Without --config (-c) the configuration is $EXEAT_CONFIG, "
             "else\n" DEFAULT_CONFIG ".\n\nexit codes:\n");
    for (const struct ending *ending = endings; ending->meaning != NULL; ending++)
        buffer_printf(out, "  %d  %s\n", (int)ending->code, ending->meaning);
}

void help_command(const struct command *command, struct buffer *out)
{
    uint64_t options = command->options | OF(HELP);
    const char *space = command->operand_names[0] == '\0' ? "" : " ";
    buffer_printf(out, "usage: exeat %s [OPTION...]%s%s\n\n", command->name, space, command->operand_names);
    write_wrapped(command->help, 0, out);
    if (command->more != NULL)
        write_wrapped(command->more, 0, out);
    buffer_append_byte(out, '\n');
    for (enum option i = 0; i < OPTION_COUNT; i++) {
        struct buffer left = {0};
        if ((options & option_bit(i)) == 0)
            continue;
        option_write(option_row(i), &left);
        write_row(buffer_text(&left), 24, option_row(i)->help, out);
        buffer_clear(&left);
    }
}

static bool is_of_group(const struct command *command, const char *word)
{
    size_t length = strlen(word);
    return strncmp(command->name, word, length) == 0 && command->name[length] == ' ';
}

bool help_group(const struct command_table *table, const char *word, struct buffer *out)
{
    const char *first = NULL;
    for (size_t i = 0; i < table->count; i++) {
        if (!is_of_group(&table->rows[i], word))
            continue;
        if (first == NULL)
            buffer_printf(out, "usage: exeat %s COMMAND [OPTION...]\n\n", word);
        first = first == NULL ? table->rows[i].name : first;
        write_command(&table->rows[i], out);
    }
    if (first != NULL)
        buffer_printf(out, "\nsee `exeat help %s` for one of them\n", first);
    return first != NULL;
}

/* --- a wrong command -------------------------------------------------------------------------------------------------
 */

static bool has_group(const struct command_table *table, const char *word)
{
    for (size_t i = 0; i < table->count; i++)
        if (is_of_group(&table->rows[i], word))
            return true;
    return false;
}

static void list_group(const struct command_table *table, const char *word, struct buffer *error)
{
    const char *between = "";
    buffer_printf(error, "%s wants one of: ", word);
    for (size_t i = 0; i < table->count; i++)
        if (is_of_group(&table->rows[i], word)) {
            buffer_printf(error, "%s%s", between, table->rows[i].name + strlen(word) + 1);
            between = ", ";
        }
}

/* The command whose name is near; NULL: none is. */
static const char *nearest(const struct command_table *table, struct text words)
{
    const char **names = base_array(table->count, sizeof(*names));
    for (size_t i = 0; i < table->count; i++)
        names[i] = table->rows[i].name;
    const char *near = text_nearest(words, names, table->count);
    base_free(names);
    return near;
}

void help_no_command(const struct command_table *table, int argc, char **argv, struct buffer *error)
{
    struct buffer words = {0};
    bool is_group = has_group(table, argv[0]);
    bool is_group_alone = is_group && (argc == 1 || argv[1][0] == '-');
    buffer_append_string(&words, argv[0]);
    if (is_group && !is_group_alone)
        buffer_printf(&words, " %s", argv[1]);
    const char *near = nearest(table, buffer_text(&words));
    if (is_group && (near == NULL || is_group_alone))
        list_group(table, argv[0], error);
    else if (near != NULL)
        buffer_printf(error, "there is no command '%.*s'; did you mean '%s'?", TEXT_ARG(buffer_text(&words)), near);
    else
        buffer_printf(error, "there is no command '%s'; `exeat help` lists them", argv[0]);
    buffer_clear(&words);
}
