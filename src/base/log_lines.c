/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for the log. A broken promise does (check.c), whoever broke it: so nothing of base is used here. */
#include "log_lines.h"

#include <time.h>

#include "exeat/base/log.h"

struct log_lines log_lines = {.lock = PTHREAD_MUTEX_INITIALIZER, .news = PTHREAD_COND_INITIALIZER};

static struct timespec after(clockid_t clock, unsigned ms)
{
    struct timespec until;
    clock_gettime(clock, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    return until;
}

/* The lock, too, is waited for no longer: who calls may have it, if it is the log that is broken. By the wall clock:
 * ThreadSanitizer knows no pthread_mutex_clocklock, and would miss the lock. */
bool log_flush(unsigned most_ms)
{
    const struct timespec until = after(CLOCK_MONOTONIC, most_ms);
    const struct timespec lock_until = after(CLOCK_REALTIME, most_ms);
    if (pthread_mutex_timedlock(&log_lines.lock, &lock_until) != 0)
        return false;
    int result = 0;
    while (result == 0 && (log_lines.state == LOG_LINES_WRITTEN || log_lines.halves[log_lines.filling].length > 0))
        result = pthread_cond_timedwait(&log_lines.rest, &log_lines.lock, &until);
    pthread_mutex_unlock(&log_lines.lock);
    return result == 0;
}
