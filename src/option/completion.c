/* SPDX-License-Identifier: Apache-2.0 */
/* Completion for bash, from the table of commands. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/option.h"

/* Is a path what the option takes? */
static bool takes_path(const struct option_row *row)
{
    static const char *const paths[] = {"FILE", "OLD-FILE", "DIR", "STORE"};
    for (size_t i = 0; i < COUNT_OF(paths) && row->value != NULL; i++)
        if (strcmp(row->value, paths[i]) == 0)
            return true;
    return false;
}

static void write_paths(struct buffer *out)
{
    const char *between = "";
    for (enum option i = 0; i < OPTION_COUNT; i++) {
        const struct option_row *row = option_row(i);
        if (!takes_path(row))
            continue;
        if (row->letter != NULL)
            buffer_printf(out, "%s%s", between, row->letter), between = " | ";
        buffer_printf(out, "%s%s", between, row->name), between = " | ";
    }
}

static void write_command(const struct command *command, struct buffer *out)
{
    buffer_printf(out, "    '%s') words='", command->name);
    for (enum option i = 0; i < OPTION_COUNT; i++)
        if (((command->options | OF(HELP)) & option_bit(i)) != 0)
            buffer_printf(out, "%s ", option_row(i)->name);
    buffer_append_string(out, "' ;;\n");
}

static void write_commands(const struct command_table *table, bool of_two_words, struct buffer *out)
{
    for (size_t i = 0; i < table->count; i++)
        if ((strchr(table->rows[i].name, ' ') != NULL) == of_two_words)
            write_command(&table->rows[i], out);
}

void help_completion(const struct command_table *table, struct buffer *out)
{
    buffer_append_string(
        out, "_exeat() {\n    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words=''\n"
             "    local one=${COMP_WORDS[1]:-} two=\"${COMP_WORDS[1]:-} ${COMP_WORDS[2]:-}\"\n"
             "    case $before in ");
    write_paths(out);
    buffer_append_string(out, ") COMPREPLY=($(compgen -f -- \"$word\")); return ;; esac\n    case $two in\n");
    write_commands(table, true, out);
    buffer_append_string(out, "    *) case $one in\n");
    write_commands(table, false, out);
    buffer_append_string(out, "    esac ;;\n    esac\n    local names='");
    for (size_t i = 0; i < table->count; i++)
        buffer_printf(out, "%s|", table->rows[i].name);
    buffer_append_string(
        out,
        "'\n    if [[ $COMP_CWORD == 1 ]]; then words=$(tr '|' '\\n' <<<\"$names\" | cut -d' ' -f1 | sort -u)\n"
        "    elif [[ $COMP_CWORD == 2 && $word != -* ]]; then words=$(tr '|' '\\n' <<<\"$names\" | sed -n \"s/^$one "
        "//p\"); fi\n"
        "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
        "    [[ ${#COMPREPLY[@]} -gt 0 || $word == -* ]] || COMPREPLY=($(compgen -f -- \"$word\"))\n}\n"
        "complete -F _exeat exeat\n");
}
