/* SPDX-License-Identifier: Apache-2.0 */
/* The operator's log on stderr: an event and facts, one line each, JSON or text. Safe from any thread.
 * Never give it a secret, a header or a body. A refused request is an audit record, not a warning. */
#ifndef EXEAT_BASE_LOG_H
#define EXEAT_BASE_LOG_H

#include <stdint.h>

#include "exeat/base/text.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
enum log_format { LOG_TEXT, LOG_JSON };

struct log_fact {
    const char *name;
    struct text text;
    int64_t number;
    enum { LOG_FACT_TEXT, LOG_FACT_NUMBER } kind;
};

/* At any time. The log is the only file-scope state of the program. */
void log_configure(enum log_format format, enum log_level level);
bool log_is_on(enum log_level level);
/* Once, by a program that serves: from now on a line is written by a thread of its own, and nobody else ever waits for
 * whoever reads stderr. What it has no room for is counted, and told as `log_dropped` once there is room again. */
void log_start(void);
/* Waits until everything is written, at most so long: before the end, or before an answer that speaks of the log.
 * False: it is not. */
bool log_flush(unsigned most_ms);
uint64_t log_dropped(void); /* how many lines since the start */

struct log_fact log_text(const char *name, struct text text);     /* both borrowed until it is written */
struct log_fact log_string(const char *name, const char *string); /* the same */
struct log_fact log_number(const char *name, int64_t number);     /* the same */
struct log_fact log_errno(int error);                             /* name "error", the system's text */

/* One line, if that level is on; the four below are the way to it. */
void log_write(enum log_level level, const char *event, const struct log_fact *facts, size_t count);

/* What a person at a terminal waits for, such as why the program cannot start: "exeat: SENTENCE" in text, and in JSON
 * an error as any other, with the fact "why". */
void log_say(const char *event, struct text sentence);

#define LOG_FACTS(...)                                                                                                 \
    ((const struct log_fact[]){__VA_ARGS__}), sizeof((const struct log_fact[]){__VA_ARGS__}) / sizeof(struct log_fact)
#define log_debug(event, ...) log_write(LOG_DEBUG, event, LOG_FACTS(__VA_ARGS__))
#define log_info(event, ...) log_write(LOG_INFO, event, LOG_FACTS(__VA_ARGS__))
#define log_warn(event, ...) log_write(LOG_WARN, event, LOG_FACTS(__VA_ARGS__))
#define log_error(event, ...) log_write(LOG_ERROR, event, LOG_FACTS(__VA_ARGS__))

#endif
