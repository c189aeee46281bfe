/* SPDX-License-Identifier: Apache-2.0 */
/* The manual page, from the table of commands. */
#include "exeat/base/memory.h"
#include "option_internal.h"

/* Text for roff: a dash is a minus, a backslash is escaped, no line begins with a control character. */
static void write_roff(const char *text, struct buffer *out)
{
    if (text[0] == '.' || text[0] == '\'')
        buffer_append_string(out, "\\&");
    for (; *text != '\0'; text++)
        if (*text == '-' || *text == '\\')
            buffer_printf(out, "\\%c", *text == '\\' ? 'e' : '-');
        else
            buffer_append_byte(out, *text);
}

static void write_option(const struct option_row *row, struct buffer *out)
{
    struct buffer tag = {0};
    option_write(row, &tag);
    char *words = buffer_take(&tag);
    buffer_append_string(out, ".TP\n.B ");
    write_roff(words, out);
    buffer_append_byte(out, '\n');
    write_roff(row->help, out);
    buffer_append_byte(out, '\n');
    base_free(words);
}

static void write_command(const struct command *command, struct buffer *out)
{
    buffer_append_string(out, ".SS exeat ");
    write_roff(command->name, out);
    buffer_printf(out, " %s\n", command->operand_names);
    write_roff(command->help, out);
    buffer_append_string(out, ".\n");
    if (command->more != NULL) {
        write_roff(command->more, out);
        buffer_append_byte(out, '\n');
    }
    for (enum option i = 0; i < OPTION_COUNT; i++)
        if ((command->options & option_bit(i)) != 0)
            write_option(option_row(i), out);
}

void help_manual(const struct command_table *table, struct buffer *out)
{
    buffer_append_string(
        out, ".TH EXEAT 1 \"\" \"exeat " EXEAT_VERSION "\"\n.SH NAME\nexeat \\- egress gate of a shop's pod\n"
             ".SH SYNOPSIS\n.B exeat\nCOMMAND [OPTION...]\n.SH DESCRIPTION\n"
             "Checks each outbound request against a YAML allowlist, answers LLM calls from a local model or refuses "
             "them, and\nhas every decision on disk, tamper\\-evident, before anything leaves.\n.SH COMMANDS\n");
    for (size_t i = 0; i < table->count; i++)
        write_command(&table->rows[i], out);
    buffer_append_string(out, ".SH EXIT STATUS\n");
    for (const struct ending *ending = endings; ending->meaning != NULL; ending++)
        buffer_printf(out, ".TP\n.B %d\n%s\n", (int)ending->code, ending->meaning);
    buffer_append_string(
        out, ".SH ENVIRONMENT\n.TP\n.B EXEAT_CONFIG\nThe configuration, where no \\-\\-config is given.\n"
             ".TP\n.B NO_COLOR\nNo colour on terminals.\n"
             ".SH FILES\n.TP\n.B " DEFAULT_CONFIG "\nThe configuration.\n");
}
