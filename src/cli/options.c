/* SPDX-License-Identifier: Apache-2.0 */
/* Options, errors and files, the same way in every subcommand. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "exeat/base/memory.h"

static const struct option_row *
find_row(const char *word, const struct option_row *rows, size_t count, const char **value)
{
    size_t length = strcspn(word, "=");
    for (size_t i = 0; i < count; i++) {
        if (strlen(rows[i].name) != length || strncmp(rows[i].name, word, length) != 0)
            continue;
        *value = word[length] == '=' ? word + length + 1 : NULL;
        return &rows[i];
    }
    return NULL;
}

static int usage_error(const char *before, const char *word, const char *after)
{
    fprintf(stderr, "exeat: %s '%s' %s; see `exeat help`\n", before, word, after);
    return -1;
}

int options_take(int argc, char **argv, const struct option_row *rows, size_t count)
{
    int operands = 0;
    for (int i = 0; i < argc; i++) {
        const char *value = NULL;
        if (argv[i][0] != '-' || argv[i][1] == '\0') {
            argv[operands++] = argv[i];
            continue;
        }
        const struct option_row *row = find_row(argv[i], rows, count, &value);
        if (row == NULL)
            return usage_error("there is no option", argv[i], "here");
        if (row->is_flag)
            value = row->name;
        else if (value == NULL && i + 1 < argc)
            value = argv[++i];
        if (value == NULL)
            return usage_error("the option", argv[i], "needs a value");
        *row->value = value;
    }
    return operands;
}

bool options_take_all(int argc, char **argv, const struct option_row *rows, size_t count)
{
    int operands = options_take(argc, argv, rows, count);
    if (operands > 0)
        usage_error("unexpected", argv[0], "here");
    return operands == 0;
}

enum exit_code complain(enum exit_code code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("exeat: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return code;
}

enum exit_code complain_free(enum exit_code code, char *error)
{
    complain(code, "%s", error == NULL ? "failed" : error);
    base_free(error);
    return code;
}

void show_diags(struct diags *diags)
{
    struct buffer out = {0};
    diags_write(diags, &out);
    fprintf(stderr, "%.*s", TEXT_ARG(buffer_text(&out)));
    buffer_clear(&out);
}

struct policy *load_policy(const char *path)
{
    struct diags *diags = diags_new();
    struct policy *policy = daemon_load(path, diags);
    show_diags(diags);
    diags_free(diags);
    return policy;
}

void put_text(struct text text)
{
    fwrite(text.data, 1, text.length, stdout);
}
