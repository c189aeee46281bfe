/* SPDX-License-Identifier: Apache-2.0 */
/* Errors, times and texts, the same way in every command. */
#include <stdarg.h>
#include <stdio.h>

#include "exeat/base/clock.h"
#include "exeat/base/memory.h"
#include "exeat/option.h"

enum exit_code complain(enum exit_code code, const char *format, ...)
{
    struct buffer sentence = {0};
    struct buffer shown = {0};
    va_list arguments;
    va_start(arguments, format);
    buffer_vprintf(&sentence, format, arguments);
    va_end(arguments);
    buffer_append_shown(&shown, buffer_text(&sentence), "\n"); /* a peer's words may be in it */
    fprintf(stderr, "exeat: %.*s\n", TEXT_ARG(buffer_text(&shown)));
    buffer_clear(&sentence);
    buffer_clear(&shown);
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

void put_foreign(struct text text)
{
    struct buffer shown = {0};
    buffer_append_shown(&shown, text, "\n");
    put_text(buffer_text(&shown));
    buffer_clear(&shown);
}

bool read_time(const char *word, const char *option, int64_t *wall_us)
{
    if (word == NULL || clock_parse(text_from(word), clock_wall_us(), wall_us))
        return true;
    complain(EXIT_USAGE, "%s: '%s' is no time; write " CLOCK_EXAMPLES, option, word);
    return false;
}
