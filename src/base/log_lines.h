/* SPDX-License-Identifier: Apache-2.0 */
/* The lines that are on their way to stderr. */
#ifndef EXEAT_BASE_LOG_LINES_H
#define EXEAT_BASE_LOG_LINES_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

enum { LOG_HALF_SIZE = 65536 };

struct log_half {
    char bytes[LOG_HALF_SIZE];
    size_t length;
};
enum log_lines_state {
    LOG_LINES_DIRECT, /* no thread yet: a line is written by whoever says it */
    LOG_LINES_WAIT,   /* the thread waits for lines */
    LOG_LINES_WRITTEN /* the thread writes one half, the other is filled */
};
struct log_lines {
    pthread_mutex_t lock;
    pthread_cond_t news; /* for the thread */
    pthread_cond_t rest; /* for log_flush */
    struct log_half halves[2];
    size_t filling; /* which of them */
    enum log_lines_state state;
    uint64_t dropped; /* and not told yet */
    uint64_t telling; /* how many the filling half begins with */
    /* could not be written; dropped with the next line, lest a stderr that is gone is tried for ever */
    uint64_t unsaid;
    uint64_t dropped_ever;
};
/* The one piece of file-scope state, with the format in log_line.c: there is one stderr. Of the log's files alone. */
extern struct log_lines log_lines;

#endif
