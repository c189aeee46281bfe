/* SPDX-License-Identifier: Apache-2.0 */
/* A progress bar on stderr: only on a terminal, only when it takes long, gone when it is over. */
#include <stdio.h>
#include <unistd.h>

#include "auditor_internal.h"
#include "exeat/base/clock.h"

enum { PATIENCE_US = 1000000, EACH_US = 100000, BAR = 30 };

static void draw(struct progress *progress, uint64_t position, uint64_t now)
{
    uint64_t all = progress->end - progress->first;
    uint64_t done = position - progress->first;
    done = done > all ? all : done;
    int filled = all == 0 ? BAR : (int)(done * BAR / all);
    uint64_t left = done == 0 ? 0 : (now - progress->start_us) * (all - done) / done / 1000000;
    char bar[BAR + 1];
    for (int i = 0; i < BAR; i++)
        bar[i] = i < filled ? '#' : '.';
    bar[BAR] = '\0';
    fprintf(
        stderr, "\r[%s] %3llu%%  %llu of %llu records, %llu s left \033[K", bar,
        (unsigned long long)(all == 0 ? 100 : done * 100 / all), (unsigned long long)done, (unsigned long long)all,
        (unsigned long long)left);
    progress->is_shown = true;
    progress->shown_us = now;
}

static void on_progress(void *context, uint64_t position)
{
    struct progress *progress = context;
    uint64_t now = clock_steady_us();
    if (!progress->is_terminal || now - progress->start_us < PATIENCE_US || now - progress->shown_us < EACH_US)
        return;
    draw(progress, position < progress->first ? progress->first : position, now);
}

const struct export_progress *progress_start(struct progress *progress, uint64_t first, uint64_t end)
{
    *progress = (struct progress){.first = first, .end = end < first ? first : end, .start_us = clock_steady_us()};
    progress->watch = (struct export_progress){on_progress, progress};
    progress->is_terminal = isatty(STDERR_FILENO) != 0;
    return &progress->watch;
}

void progress_end(struct progress *progress)
{
    if (progress->is_shown)
        fputs("\r\033[K", stderr);
}
