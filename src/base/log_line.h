/* SPDX-License-Identifier: Apache-2.0 */
/* An event as a line. */
#ifndef EXEAT_BASE_LOG_LINE_H
#define EXEAT_BASE_LOG_LINE_H

#include "exeat/base/bytes.h"
#include "exeat/base/log.h"

enum log_format log_format(void); /* as log_configure has it */
void log_append_event(
    struct buffer *line, enum log_level level, const char *event, const struct log_fact *facts, size_t count);
/* The line that says how many are missing. */
void log_append_dropped(uint64_t count, struct buffer *line);

#endif
