/* SPDX-License-Identifier: Apache-2.0 */
/* What the benches of single modules share. */
#ifndef BENCH_H
#define BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "exeat/base/file.h"

/* CPU time of the thread, in seconds. */
static inline double cpu_now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* All of a file; where it cannot be read the bench ends. The caller's to clear. */
static inline struct buffer read_whole(const char *path)
{
    enum { FILE_MOST = 1 << 30 };
    struct buffer content = {0};
    char *error = NULL;
    if (!file_read(path, FILE_MOST, &content, &error)) {
        fprintf(stderr, "%s\n", error);
        exit(2);
    }
    return content;
}

#endif
