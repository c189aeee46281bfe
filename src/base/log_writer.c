/* SPDX-License-Identifier: Apache-2.0 */
/* Who reads stderr may be slow, or gone, or share it with others, so that it cannot be made non-blocking: a thread of
 * its own waits for it. Two buffers: one is filled while the other is written. What does not fit is counted, and the
 * count is a line at the place where the others are missing. */
#include "log_writer.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "exeat/base/check.h"
#include "exeat/base/log.h"

enum { BUFFER_SIZE = 65536 };

struct lines {
    char bytes[BUFFER_SIZE];
    size_t length;
};

/* The one piece of file-scope state, with the format in log.c: there is one stderr. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t news; /* for the thread */
    pthread_cond_t rest; /* for log_flush */
    struct lines lines[2];
    size_t filling; /* which of them */
    enum { WRITER_NONE, WRITER_WAITS, WRITER_WRITES } state;
    uint64_t dropped; /* and not told yet */
    uint64_t telling; /* how many the filling buffer begins with */
    uint64_t
        unsaid; /* could not be written; dropped with the next line, lest a stderr that is gone is tried for ever */
    uint64_t dropped_ever;
} writer = {.lock = PTHREAD_MUTEX_INITIALIZER, .news = PTHREAD_COND_INITIALIZER};

/* False: nobody will ever read it. */
static bool write_line(struct text line)
{
    while (line.length > 0) {
        ssize_t put = write(STDERR_FILENO, line.data, line.length);
        if (put >= 0) {
            line = text_after(line, (size_t)put);
            continue;
        }
        struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};
        if (errno == EAGAIN) /* whom we share it with has made it so */
            (void)poll(&ready, 1, -1);
        else if (errno != EINTR)
            return false;
    }
    return true;
}

/* A line is one write, so that lines of several programs on one pipe do not mix (PIPE_BUF). Gives what is left: it
 * cannot be written, as when stderr is a file on a disk that is full. */
static struct text write_lines(const struct lines *lines)
{
    struct text rest = {lines->bytes, lines->length};
    while (rest.length > 0) {
        size_t end = text_index(rest, '\n', 0) + 1;
        if (!write_line(text_part(rest, 0, end)))
            break;
        rest = text_after(rest, end);
    }
    return rest;
}

static uint64_t count_lines(struct text text)
{
    uint64_t count = 0;
    for (size_t at = text_index(text, '\n', 0); at < text.length; at = text_index(text, '\n', at + 1))
        count++;
    return count;
}

static bool append(struct text line)
{
    struct lines *lines = &writer.lines[writer.filling];
    if (line.length > BUFFER_SIZE - lines->length)
        return false;
    memcpy(lines->bytes + lines->length, line.data, line.length);
    lines->length += line.length;
    return true;
}

/* The other buffer is empty: it begins with what could not be said. `*telling` is how much of that the full one says.
 */
static struct lines *swap(uint64_t *telling)
{
    *telling = writer.telling;
    struct lines *full = &writer.lines[writer.filling];
    writer.filling = 1 - writer.filling;
    if (writer.dropped > 0) {
        struct buffer line = {0};
        log_append_dropped(writer.dropped, &line);
        (void)append(buffer_text(&line));
        buffer_clear(&line);
    }
    writer.telling = writer.dropped;
    writer.dropped = 0;
    return full;
}

static void note_unsaid(uint64_t lines, bool is_all, uint64_t telling)
{
    bool is_untold = is_all && telling > 0; /* the first one told of others */
    writer.unsaid += lines + (is_untold ? telling - 1 : 0);
    writer.dropped_ever += lines - (is_untold ? 1 : 0);
}

static void *writer_main(void *context)
{
    uint64_t telling;
    (void)context;
    pthread_setname_np(pthread_self(), "exeat-log");
    pthread_mutex_lock(&writer.lock);
    for (;;) {
        while (writer.lines[writer.filling].length == 0) {
            writer.state = WRITER_WAITS;
            pthread_cond_broadcast(&writer.rest);
            pthread_cond_wait(&writer.news, &writer.lock);
        }
        writer.state = WRITER_WRITES;
        struct lines *full = swap(&telling);
        pthread_mutex_unlock(&writer.lock);
        struct text unsaid = write_lines(full);
        uint64_t lines = count_lines(unsaid);
        pthread_mutex_lock(&writer.lock);
        if (lines > 0)
            note_unsaid(lines, unsaid.length == full->length, telling);
        full->length = 0;
    }
    return NULL;
}

void log_start(void)
{
    pthread_t thread;
    pthread_condattr_t steady;
    sigset_t all;
    sigset_t before;
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&writer.rest, &steady);
    pthread_condattr_destroy(&steady);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    writer.state = WRITER_WRITES;
    int result = pthread_create(&thread, NULL, writer_main, NULL);
    ASSERT(result == 0);
    pthread_detach(thread); /* it may hang for ever, and the end of the process must not wait for it */
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

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

/* The lock, too, is waited for no longer: who calls may have it, if it is this file that is broken. By the wall clock:
 * ThreadSanitizer knows no pthread_mutex_clocklock, and would miss the lock. */
bool log_flush(unsigned most_ms)
{
    const struct timespec until = after(CLOCK_MONOTONIC, most_ms);
    const struct timespec lock_until = after(CLOCK_REALTIME, most_ms);
    if (pthread_mutex_timedlock(&writer.lock, &lock_until) != 0)
        return false;
    int result = 0;
    while (result == 0 && (writer.state == WRITER_WRITES || writer.lines[writer.filling].length > 0))
        result = pthread_cond_timedwait(&writer.rest, &writer.lock, &until);
    pthread_mutex_unlock(&writer.lock);
    return result == 0;
}

uint64_t log_dropped(void)
{
    pthread_mutex_lock(&writer.lock);
    uint64_t dropped = writer.dropped_ever;
    pthread_mutex_unlock(&writer.lock);
    return dropped;
}

void log_writer_put(struct text line)
{
    pthread_mutex_lock(&writer.lock);
    writer.dropped += writer.unsaid;
    writer.unsaid = 0;
    if (writer.state == WRITER_NONE) {
        (void)write_line(line);
    } else if (append(line)) {
        if (writer.state == WRITER_WAITS)
            pthread_cond_signal(&writer.news);
    } else {
        writer.dropped++;
        writer.dropped_ever++;
    }
    pthread_mutex_unlock(&writer.lock);
}
