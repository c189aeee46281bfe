/* SPDX-License-Identifier: Apache-2.0 */
/* One line per event on stderr, in one write, so that threads do not mix their lines. */
#include "exeat/base/log.h"

#include <string.h>
#include <unistd.h>

#include "exeat/base/bytes.h"
#include "exeat/base/clock.h"
#include "exeat/base/json.h"

/* Set once before threads start; the one piece of file-scope state (see include/exeat/base/log.h). */
static struct {
    enum log_format format;
    enum log_level level;
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

static void write_json(struct buffer *line, const char *time, enum log_level level, const char *event)
{
    buffer_printf(line, "{\"time\":\"%s\",\"level\":\"%s\",\"event\":\"%s\"", time, level_names[level], event);
}

static void write_fact(struct buffer *line, const struct log_fact *fact)
{
    if (sink.format == LOG_JSON)
        buffer_printf(line, ",\"%s\":", fact->name);
    else
        buffer_printf(line, " %s=", fact->name);
    if (fact->kind == LOG_FACT_NUMBER)
        buffer_printf(line, "%lld", (long long)fact->number);
    else
        json_append_string(line, fact->text);
}

void log_write(enum log_level level, const char *event, const struct log_fact *facts, size_t count)
{
    if (!log_is_on(level))
        return;
    struct buffer line = {0};
    char time[CLOCK_TEXT_SIZE];
    clock_write(clock_wall_us(), time);
    if (sink.format == LOG_JSON)
        write_json(&line, time, level, event);
    else
        buffer_printf(&line, "%s %s %s", time, level_names[level], event);
    for (size_t i = 0; i < count; i++)
        write_fact(&line, &facts[i]);
    buffer_append_string(&line, sink.format == LOG_JSON ? "}\n" : "\n");
    ssize_t written = write(STDERR_FILENO, line.data, line.length);
    (void)written;
    buffer_clear(&line);
}
