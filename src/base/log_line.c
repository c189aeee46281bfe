/* SPDX-License-Identifier: Apache-2.0 */
/* An event as a line, in the form that was chosen. */
#include "log_line.h"

#include "exeat/base/clock.h"
#include "exeat/base/json.h"

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

enum log_format log_format(void)
{
    return sink.format;
}

bool log_is_on(enum log_level level)
{
    return level >= sink.level;
}

/* A line never takes more than the buffer that holds it (log_lines.h), however its bytes are escaped. */
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

void log_append_event(
    struct buffer *line, enum log_level level, const char *event, const struct log_fact *facts, size_t count)
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

void log_append_dropped(uint64_t count, struct buffer *line)
{
    const struct log_fact lines = {.name = "lines", .number = (int64_t)count, .kind = LOG_FACT_NUMBER};
    log_append_event(line, LOG_WARN, "log_dropped", &lines, 1);
}
