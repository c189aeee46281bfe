/* SPDX-License-Identifier: Apache-2.0 */
/* One line per event on stderr. */
#include "exeat/base/log.h"

#include <string.h>

#include "log_line.h"
#include "log_writer.h"

struct log_fact log_text(const char *name, struct text text)
{
    return (struct log_fact){.name = name, .text = text, .kind = LOG_FACT_TEXT};
}

struct log_fact log_string(const char *name, const char *string)
{
    return log_text(name, text_from(string));
}

struct log_fact log_number(const char *name, int64_t number)
{
    return (struct log_fact){.name = name, .number = number, .kind = LOG_FACT_NUMBER};
}

struct log_fact log_errno(int error)
{
    return log_string("error", strerrordesc_np(error));
}

/* A sentence may have words of others in it: whatever they hold, no line of the log begins with them. */
static void say_plainly(struct text sentence, struct buffer *line)
{
    struct text piece;
    buffer_append_string(line, "exeat: ");
    for (bool is_first = true; text_split(&sentence, '\n', &piece); is_first = false) {
        buffer_append_string(line, is_first ? "" : "\n  ");
        buffer_append_shown(line, piece, "");
    }
    buffer_append_byte(line, '\n');
}

void log_say(const char *event, struct text sentence)
{
    struct buffer line = {0};
    const struct log_fact why = log_text("why", sentence);
    if (log_format() == LOG_JSON)
        log_append_event(&line, LOG_ERROR, event, &why, 1);
    else
        say_plainly(sentence, &line);
    log_writer_put(buffer_text(&line));
    buffer_clear(&line);
}

void log_write(enum log_level level, const char *event, const struct log_fact *facts, size_t count)
{
    if (!log_is_on(level))
        return;
    struct buffer line = {0};
    log_append_event(&line, level, event, facts, count);
    log_writer_put(buffer_text(&line));
    buffer_clear(&line);
}
