/* SPDX-License-Identifier: Apache-2.0 */
/* Errors, times and texts, the same way in every command. */
#include <stdarg.h>
#include <stdio.h>

#include "exeat/base/clock.h"
#include "exeat/base/memory.h"
#include "exeat/option.h"

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
    put_painted(stderr, buffer_text(&out));
    buffer_clear(&out);
}

void show_problems(struct diags *diags)
{
    struct buffer out = {0};
    diags_write_problems(diags, &out);
    fprintf(stderr, "%.*s", TEXT_ARG(buffer_text(&out)));
    buffer_clear(&out);
}

void put_text(struct text text)
{
    fwrite(text.data, 1, text.length, stdout);
}

bool read_time(const char *word, const char *option, int64_t *wall_us)
{
    if (word == NULL || clock_parse(text_from(word), clock_wall_us(), wall_us))
        return true;
    complain(EXIT_USAGE, "%s: '%s' is no time; write " CLOCK_EXAMPLES, option, word);
    return false;
}
