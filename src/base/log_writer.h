/* SPDX-License-Identifier: Apache-2.0 */
/* Lines on their way to stderr. */
#ifndef EXEAT_BASE_LOG_WRITER_H
#define EXEAT_BASE_LOG_WRITER_H

#include <stdbool.h>
#include <stddef.h>

#include "exeat/base/bytes.h"

/* Hands over a whole line, with its end. Before log_start it is written at once; after it, it never waits. */
void log_writer_put(struct text line);

#endif
