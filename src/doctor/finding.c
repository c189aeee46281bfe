/* SPDX-License-Identifier: Apache-2.0 */
/* What is found, and what to do about it: sentences, and the worst of them. */
#include <stdarg.h>

#include "doctor_internal.h"

static bool has_line(struct text lines, struct text wanted)
{
    struct text line;
    while (lines.length > 0 && text_split(&lines, '\n', &line))
        if (text_equal(line, wanted))
            return true;
    return false;
}

/* Whatever is in it, a sentence is one line, and said once. */
static PRINTF_LIKE(2, 0) void append_line(struct buffer *lines, const char *format, va_list arguments)
{
    struct buffer said = {0};
    struct buffer line = {0};
    buffer_vprintf(&said, format, arguments);
    buffer_append_shown(&line, buffer_text(&said), "");
    if (!has_line(buffer_text(lines), buffer_text(&line))) {
        if (lines->length > 0)
            buffer_append_byte(lines, '\n');
        buffer_append(lines, buffer_text(&line));
    }
    buffer_clear(&said);
    buffer_clear(&line);
}

void finding_say(struct finding *finding, enum doctor_state state, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    append_line(&finding->found, format, arguments);
    va_end(arguments);
    if (state > finding->state)
        finding->state = state;
}

void finding_advise(struct finding *finding, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    append_line(&finding->advice, format, arguments);
    va_end(arguments);
}

void finding_clear(struct finding *finding)
{
    buffer_clear(&finding->found);
    buffer_clear(&finding->advice);
    *finding = (struct finding){.state = DOCTOR_NOTHING};
}
