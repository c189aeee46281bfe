/* SPDX-License-Identifier: Apache-2.0 */
/* Who reads stderr may be slow, or gone, or share it with others, so that it cannot be made non-blocking: a thread of
 * its own waits for it. Two buffers (log_lines.h): one is filled while the other is written. What does not fit is
 * counted, and the count is a line at the place where the others are missing. */
#include "log_writer.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "exeat/base/check.h"
#include "log_line.h"
#include "log_lines.h"

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
static struct text write_lines(const struct log_half *lines)
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
    struct log_half *lines = &log_lines.halves[log_lines.filling];
    if (line.length > LOG_HALF_SIZE - lines->length)
        return false;
    memcpy(lines->bytes + lines->length, line.data, line.length);
    lines->length += line.length;
    return true;
}

/* The other buffer is empty: it begins with what could not be said. `*telling` is how much of that the full one says.
 */
static struct log_half *swap(uint64_t *telling)
{
    *telling = log_lines.telling;
    struct log_half *full = &log_lines.halves[log_lines.filling];
    log_lines.filling = 1 - log_lines.filling;
    if (log_lines.dropped > 0) {
        struct buffer line = {0};
        log_append_dropped(log_lines.dropped, &line);
        (void)append(buffer_text(&line));
        buffer_clear(&line);
    }
    log_lines.telling = log_lines.dropped;
    log_lines.dropped = 0;
    return full;
}

static void note_unsaid(uint64_t lines, bool is_all, uint64_t telling)
{
    bool is_untold = is_all && telling > 0; /* the first one told of others */
    log_lines.unsaid += lines + (is_untold ? telling - 1 : 0);
    log_lines.dropped_ever += lines - (is_untold ? 1 : 0);
}

static void *writer_main(void *context)
{
    uint64_t telling;
    (void)context;
    pthread_setname_np(pthread_self(), "exeat-log");
    pthread_mutex_lock(&log_lines.lock);
    for (;;) {
        while (log_lines.halves[log_lines.filling].length == 0) {
            log_lines.state = LOG_LINES_WAIT;
            pthread_cond_broadcast(&log_lines.rest);
            pthread_cond_wait(&log_lines.news, &log_lines.lock);
        }
        log_lines.state = LOG_LINES_WRITTEN;
        struct log_half *full = swap(&telling);
        pthread_mutex_unlock(&log_lines.lock);
        struct text unsaid = write_lines(full);
        uint64_t lines = count_lines(unsaid);
        pthread_mutex_lock(&log_lines.lock);
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
    pthread_cond_init(&log_lines.rest, &steady);
    pthread_condattr_destroy(&steady);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    log_lines.state = LOG_LINES_WRITTEN;
    int result = pthread_create(&thread, NULL, writer_main, NULL);
    ASSERT(result == 0);
    pthread_detach(thread); /* it may hang for ever, and the end of the process must not wait for it */
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

uint64_t log_dropped(void)
{
    pthread_mutex_lock(&log_lines.lock);
    uint64_t dropped = log_lines.dropped_ever;
    pthread_mutex_unlock(&log_lines.lock);
    return dropped;
}

void log_writer_put(struct text line)
{
    pthread_mutex_lock(&log_lines.lock);
    log_lines.dropped += log_lines.unsaid;
    log_lines.unsaid = 0;
    if (log_lines.state == LOG_LINES_DIRECT) {
        (void)write_line(line);
    } else if (append(line)) {
        if (log_lines.state == LOG_LINES_WAIT)
            pthread_cond_signal(&log_lines.news);
    } else {
        log_lines.dropped++;
        log_lines.dropped_ever++;
    }
    pthread_mutex_unlock(&log_lines.lock);
}
