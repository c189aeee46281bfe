/* SPDX-License-Identifier: Apache-2.0 */
/* The sealer thread: what the store has to do that nobody waits for. It runs only when the processor has nothing else
 * to do (SCHED_IDLE), so that no request notices it.
 * 1. It alone touches segments that are ended: the writer hands them over by their first sequence and forgets them.
 * 2. They are sealed in order. What fails is tried again, at the latest at the next start. */
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "audit_internal.h"
#include "exeat/base/check.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"

enum { RETRY_S = 10 };

struct sealer {
    struct audit *audit; /* borrowed */
    pthread_t thread;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t changed;
    uint64_t *waiting; /* owned: first sequences, ascending */
    size_t count;
    bool is_ending;
};

static void add(struct sealer *sealer, uint64_t first)
{
    sealer->waiting = base_resize(sealer->waiting, sealer->count + 1, sizeof(*sealer->waiting));
    size_t at = sealer->count++;
    for (; at > 0 && sealer->waiting[at - 1] > first; at--)
        sealer->waiting[at] = sealer->waiting[at - 1];
    sealer->waiting[at] = first;
}

void sealer_add(struct sealer *sealer, uint64_t first)
{
    pthread_mutex_lock(&sealer->lock);
    add(sealer, first);
    pthread_cond_signal(&sealer->changed);
    pthread_mutex_unlock(&sealer->lock);
}

/* --- the thread --- */

static void run_when_idle(void)
{
    struct sched_param none = {0};
    pthread_setname_np(pthread_self(), "exeat-sealer");
    (void)pthread_setschedparam(pthread_self(), SCHED_IDLE, &none); /* at normal priority where that is forbidden */
}

static bool seal(struct sealer *sealer, uint64_t first)
{
    char *error = NULL;
    bool done = seal_segment(sealer->audit->directory, first, &error);
    if (done)
        log_info("audit_sealed", log_number("first", (int64_t)first));
    else
        log_error("audit_seal_failed", log_string("error", error));
    base_free(error);
    return done;
}

static void wait_for_retry(struct sealer *sealer)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += RETRY_S;
    if (!sealer->is_ending)
        (void)pthread_cond_timedwait(&sealer->changed, &sealer->lock, &until);
}

/* Called and left with the lock. */
static bool seal_oldest(struct sealer *sealer)
{
    uint64_t first = sealer->waiting[0];
    pthread_mutex_unlock(&sealer->lock);
    bool done = seal(sealer, first);
    pthread_mutex_lock(&sealer->lock);
    if (done)
        memmove(sealer->waiting, sealer->waiting + 1, --sealer->count * sizeof(*sealer->waiting));
    return done;
}

static void *sealer_main(void *context)
{
    struct sealer *sealer = context;
    bool failed = false;
    run_when_idle();
    pthread_mutex_lock(&sealer->lock);
    while (!sealer->is_ending || (sealer->count > 0 && !failed)) {
        if (failed)
            wait_for_retry(sealer);
        else if (sealer->count == 0 && !sealer->is_ending)
            pthread_cond_wait(&sealer->changed, &sealer->lock);
        failed = sealer->count > 0 && !seal_oldest(sealer);
    }
    pthread_mutex_unlock(&sealer->lock);
    return NULL;
}

/* --- start and end --- */

/* Ended segments that an earlier run left: hot ones to seal, and the remains of hot ones that are sealed. */
static void find_left_over(struct sealer *sealer, uint64_t current)
{
    DIR *folder = opendir(sealer->audit->directory);
    if (folder == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        uint64_t first;
        enum segment_layout layout;
        if (!segment_name_parse(entry->d_name, &first, &layout) || layout != SEGMENT_HOT || first >= current)
            continue;
        char *sealed = segment_path(sealer->audit->directory, first, SEGMENT_SEALED, "");
        if (access(sealed, F_OK) == 0)
            segment_remove_hot(sealer->audit->directory, first);
        else
            add(sealer, first);
        base_free(sealed);
    }
    closedir(folder);
}

struct sealer *sealer_new(struct audit *audit)
{
    struct sealer *sealer = base_zalloc(sizeof(*sealer));
    sealer->audit = audit;
    pthread_mutex_init(&sealer->lock, NULL);
    pthread_cond_init(&sealer->changed, NULL);
    find_left_over(sealer, audit->segment.first);
    int result = pthread_create(&sealer->thread, NULL, sealer_main, sealer);
    ASSERT(result == 0);
    return sealer;
}

void sealer_free(struct sealer *sealer)
{
    if (sealer == NULL)
        return;
    pthread_mutex_lock(&sealer->lock);
    sealer->is_ending = true;
    pthread_cond_signal(&sealer->changed);
    pthread_mutex_unlock(&sealer->lock);
    pthread_join(sealer->thread, NULL);
    pthread_mutex_destroy(&sealer->lock);
    pthread_cond_destroy(&sealer->changed);
    base_free(sealer->waiting);
    base_free(sealer);
}
