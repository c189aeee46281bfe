/* SPDX-License-Identifier: Apache-2.0 */
/* What the program says about itself, all from the table of commands: help, the manual page, the shell's completion. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "command.h"

static const struct {
    enum exit_code code;
    const char *meaning;
} endings[] = {
    {EXIT_DONE, "done"},
    {EXIT_NO, "the answer is no: denied, nothing matched, not ready"},
    {EXIT_USAGE, "wrong usage, or an error in the configuration"},
    {EXIT_TAMPERED, "the audit log was tampered with"},
    {EXIT_INCOMPLETE, "the audit log is incomplete"},
    {EXIT_IO, "cannot read or write"},
};

/* "-c, --config FILE" */
static void option_text(const struct option_row *row, struct buffer *out)
{
    if (row->letter != NULL)
        buffer_printf(out, "%s, ", row->letter);
    buffer_append_string(out, row->name);
    if (row->value != NULL)
        buffer_printf(out, " %s", row->value);
}

/* --- for a terminal --------------------------------------------------------------------------------------------------
 */

/* Words from column `indent` on, broken before column 100. */
static void put_wrapped(const char *words, size_t indent)
{
    struct text rest = text_from(words);
    struct text word;
    size_t column = indent;
    while (text_split(&rest, ' ', &word)) {
        if (column + 1 + word.length > 100) {
            printf("\n%*s", (int)indent, "");
            column = indent;
        }
        column += (size_t)printf("%s%.*s", column > indent ? " " : "", TEXT_ARG(word));
    }
    putchar('\n');
}

static void put_row(const char *left, size_t width, const char *right)
{
    printf("  %-*s", (int)width, left);
    if (strlen(left) >= width)
        printf("\n  %*s", (int)width, "");
    put_wrapped(right, width + 2);
}

static void put_command(const struct command *command)
{
    char left[64];
    snprintf(left, sizeof(left), "%s %s", command->name, command->operand_names);
    put_row(left, 32, command->help);
}

void help_all(void)
{
    puts("usage: exeat COMMAND [OPTION...]\n");
    for (size_t i = 0; i < command_count; i++)
        put_command(&commands[i]);
    puts("\n`exeat help COMMAND` explains its options. Without --config (-c) the configuration is $EXEAT_CONFIG, else\n"
         "" DEFAULT_CONFIG ".\n\nexit codes:");
    for (size_t i = 0; i < COUNT_OF(endings); i++)
        printf("  %d  %s\n", (int)endings[i].code, endings[i].meaning);
}

void help_command(const struct command *command)
{
    uint64_t options = command->options | OF(HELP);
    const char *space = command->operand_names[0] == '\0' ? "" : " ";
    printf("usage: exeat %s [OPTION...]%s%s\n\n", command->name, space, command->operand_names);
    put_wrapped(command->help, 0);
    if (command->more != NULL)
        put_wrapped(command->more, 0);
    putchar('\n');
    for (enum option i = 0; i < OPTION_COUNT; i++) {
        struct buffer left = {0};
        if ((options & option_bit(i)) == 0)
            continue;
        option_text(option_row(i), &left);
        buffer_append_byte(&left, '\0');
        put_row(left.data, 24, option_row(i)->help);
        buffer_clear(&left);
    }
}

static bool is_of_group(const struct command *command, const char *word)
{
    size_t length = strlen(word);
    return strncmp(command->name, word, length) == 0 && command->name[length] == ' ';
}

size_t help_group(const char *word)
{
    size_t shown = 0;
    for (size_t i = 0; i < command_count; i++)
        if (is_of_group(&commands[i], word)) {
            put_command(&commands[i]);
            shown++;
        }
    return shown;
}

/* --- a wrong command -------------------------------------------------------------------------------------------------
 */

static bool has_group(const char *word)
{
    for (size_t i = 0; i < command_count; i++)
        if (is_of_group(&commands[i], word))
            return true;
    return false;
}

static void list_group(const char *word)
{
    const char *between = "";
    fprintf(stderr, "exeat: %s wants one of: ", word);
    for (size_t i = 0; i < command_count; i++)
        if (is_of_group(&commands[i], word)) {
            fprintf(stderr, "%s%s", between, commands[i].name + strlen(word) + 1);
            between = ", ";
        }
    fputs("\n", stderr);
}

enum exit_code help_no_command(int argc, char **argv)
{
    const char *names[64];
    struct buffer word = {0};
    for (size_t i = 0; i < command_count && i < COUNT_OF(names); i++)
        names[i] = commands[i].name;
    buffer_append_string(&word, argv[0]);
    if (has_group(argv[0]) && argc > 1 && argv[1][0] != '-')
        buffer_printf(&word, " %s", argv[1]);
    const char *near = text_nearest(buffer_text(&word), names, command_count);
    if (has_group(argv[0]) && (near == NULL || argc == 1))
        list_group(argv[0]);
    else if (near != NULL)
        fprintf(stderr, "exeat: there is no command '%.*s'; did you mean '%s'?\n", TEXT_ARG(buffer_text(&word)), near);
    else
        fprintf(stderr, "exeat: there is no command '%s'; `exeat help` lists them\n", argv[0]);
    buffer_clear(&word);
    return EXIT_USAGE;
}

/* --- the manual page -------------------------------------------------------------------------------------------------
 */

/* Text for roff: a dash is a minus, a backslash is escaped, no line begins with a control character. */
static void put_roff(const char *text)
{
    if (text[0] == '.' || text[0] == '\'')
        fputs("\\&", stdout);
    for (; *text != '\0'; text++)
        if (*text == '-' || *text == '\\')
            printf("\\%c", *text == '\\' ? 'e' : '-');
        else
            putchar(*text);
}

static void put_tagged(const char *tag, const char *text)
{
    fputs(".TP\n.B ", stdout);
    put_roff(tag);
    putchar('\n');
    put_roff(text);
    putchar('\n');
}

static void manual_command(const struct command *command)
{
    fputs(".SS exeat ", stdout);
    put_roff(command->name);
    printf(" %s\n", command->operand_names);
    put_roff(command->help);
    fputs(".\n", stdout);
    if (command->more != NULL) {
        put_roff(command->more);
        putchar('\n');
    }
    for (enum option i = 0; i < OPTION_COUNT; i++) {
        struct buffer tag = {0};
        if ((command->options & option_bit(i)) == 0)
            continue;
        option_text(option_row(i), &tag);
        buffer_append_byte(&tag, '\0');
        put_tagged(tag.data, option_row(i)->help);
        buffer_clear(&tag);
    }
}

enum exit_code cmd_manual(const struct command_line *line)
{
    (void)line;
    puts(".TH EXEAT 1 \"\" \"exeat " EXEAT_VERSION "\"\n.SH NAME\nexeat \\- egress gate of a shop's pod\n"
         ".SH SYNOPSIS\n.B exeat\nCOMMAND [OPTION...]\n.SH DESCRIPTION\n"
         "Checks each outbound request against a YAML allowlist, answers LLM calls from a local model or refuses them, "
         "and\n"
         "has every decision on disk, tamper\\-evident, before anything leaves.\n.SH COMMANDS");
    for (size_t i = 0; i < command_count; i++)
        manual_command(&commands[i]);
    puts(".SH EXIT STATUS");
    for (size_t i = 0; i < COUNT_OF(endings); i++)
        printf(".TP\n.B %d\n%s\n", (int)endings[i].code, endings[i].meaning);
    puts(".SH ENVIRONMENT\n.TP\n.B EXEAT_CONFIG\nThe configuration, where no \\-\\-config is given.\n"
         ".TP\n.B NO_COLOR\nNo colour on terminals.\n"
         ".SH FILES\n.TP\n.B " DEFAULT_CONFIG "\nThe configuration.");
    return EXIT_DONE;
}

/* --- completion ------------------------------------------------------------------------------------------------------
 */

static void complete_command(const struct command *command)
{
    printf("    '%s') words='", command->name);
    for (enum option i = 0; i < OPTION_COUNT; i++)
        if (((command->options | OF(HELP)) & option_bit(i)) != 0)
            printf("%s ", option_row(i)->name);
    puts("' ;;");
}

enum exit_code cmd_completion(const struct command_line *line)
{
    (void)line;
    puts("_exeat() {\n    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words=''\n"
         "    local one=${COMP_WORDS[1]:-} two=\"${COMP_WORDS[1]:-} ${COMP_WORDS[2]:-}\"\n"
         "    case $before in -c | --config | --diff | --replay | --store | --bundle | --key | --state) "
         "COMPREPLY=($(compgen "
         "-f -- \"$word\")); return ;; esac\n    case $two in");
    for (size_t i = 0; i < command_count; i++)
        if (strchr(commands[i].name, ' ') != NULL)
            complete_command(&commands[i]);
    puts("    *) case $one in");
    for (size_t i = 0; i < command_count; i++)
        if (strchr(commands[i].name, ' ') == NULL)
            complete_command(&commands[i]);
    puts("    esac ;;\n    esac");
    fputs("    local names='", stdout);
    for (size_t i = 0; i < command_count; i++)
        printf("%s|", commands[i].name);
    puts("'\n    if [[ $COMP_CWORD == 1 ]]; then words=$(tr '|' '\\n' <<<\"$names\" | cut -d' ' -f1 | sort -u)\n"
         "    elif [[ $COMP_CWORD == 2 && $word != -* ]]; then words=$(tr '|' '\\n' <<<\"$names\" | sed -n \"s/^$one "
         "//p\"); fi\n"
         "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
         "    [[ ${#COMPREPLY[@]} -gt 0 || $word == -* ]] || COMPREPLY=($(compgen -f -- \"$word\"))\n}\n"
         "complete -F _exeat exeat");
    return EXIT_DONE;
}
