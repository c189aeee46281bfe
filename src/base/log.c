/* SPDX-License-Identifier: Apache-2.0 */
/* One line per event on stderr. */
#include "exeat/base/log.h"

#include <string.h>

#include "exeat/base/bytes.h"
#include "exeat/base/clock.h"
#include "exeat/base/json.h"
#include "log_writer.h"

/* File-scope state (see include/exeat/base/log.h). */
static struct {
    _Atomic(enum log_format) format;
    _Atomic(enum log_level) level;
} sink = {LOG_TEXT, LOG_INFO};

static const char *const level_names[] = {"debug", "info", "warn", "error"};

void log_configure(enum log_format format, enum log_level level)
{
    sink.format = format;
    sink.level = level;
}

bool log_is_on(enum log_level level)
{
    return level >= sink.level;
}

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

/* A line never takes more than the buffer that holds it (log_writer.c), however its bytes are escaped. */
static void append_text(struct buffer *line, struct text text)
{
    enum { TEXT_MOST = 8192 };
    struct buffer cut = {0};
    if (text.length > TEXT_MOST) {
        buffer_append(&cut, text_part(text, 0, TEXT_MOST));
        buffer_append(&cut, TEXT(" [cut]"));
        text = buffer_text(&cut);
    }
    json_append_string(line, text);
    buffer_clear(&cut);
}

static void append_fact(struct buffer *line, enum log_format format, const struct log_fact *fact)
{
    buffer_printf(line, format == LOG_JSON ? ",\"%s\":" : " %s=", fact->name);
    if (fact->kind == LOG_FACT_NUMBER)
        buffer_printf(line, "%lld", (long long)fact->number);
    else
        append_text(line, fact->text);
}

static void
append_event(struct buffer *line, enum log_level level, const char *event, const struct log_fact *facts, size_t count)
{
    enum log_format format = sink.format;
    char time[CLOCK_TEXT_SIZE];
    clock_write(clock_wall_us(), time);
    buffer_printf(
        line, format == LOG_JSON ? "{\"time\":\"%s\",\"level\":\"%s\",\"event\":\"%s\"" : "%s %s %s", time,
        level_names[level], event);
    for (size_t i = 0; i < count; i++)
        append_fact(line, format, &facts[i]);
    buffer_append_string(line, format == LOG_JSON ? "}\n" : "\n");
}

void log_say(const char *event, struct text sentence)
{
    struct buffer line = {0};
    const struct log_fact why = log_text("why", sentence);
    if (sink.format == LOG_JSON)
        append_event(&line, LOG_ERROR, event, &why, 1);
    else
        buffer_printf(&line, "exeat: %.*s\n", TEXT_ARG(sentence));
    log_writer_put(buffer_text(&line));
    buffer_clear(&line);
}

void log_append_dropped(uint64_t count, struct buffer *line)
{
    const struct log_fact lines = log_number("lines", (int64_t)count);
    append_event(line, LOG_WARN, "log_dropped", &lines, 1);
}

void log_write(enum log_level level, const char *event, const struct log_fact *facts, size_t count)
{
    if (!log_is_on(level))
        return;
    struct buffer line = {0};
    append_event(&line, level, event, facts, count);
    log_writer_put(buffer_text(&line));
    buffer_clear(&line);
}
