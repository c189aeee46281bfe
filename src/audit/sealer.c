/* SPDX-License-Identifier: Apache-2.0 */
/* The sealer thread: what the store has to do that no request waits for. It runs only when the processor has nothing
 * else to do (SCHED_IDLE), so that none notices it; unless somebody waits for it after all, or it is far behind.
 * 1. It alone touches segments that are ended: the writer hands them over by their first sequence and forgets them.
 * 2. They are sealed in order. What fails is tried again, at the latest at the next start. */
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "exeat/base/check.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"
#include "sealer.h"

enum {
    BACKLOG_MAX = 2, /* segments to seal; with more it does not wait for idle times */
    LOOK_S = 10,     /* for what is late: a retry, a checkpoint to ship, a segment that became too old */
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
    pthread_cond_broadcast(&sealer->changed);
    pthread_mutex_unlock(&sealer->lock);
}

/* --- the thread --- */

/* Where that is forbidden it runs like any other. */
static void run_when_idle(bool is_patient)
{
    struct sched_param none = {0};
    (void)pthread_setschedparam(pthread_self(), is_patient ? SCHED_IDLE : SCHED_OTHER, &none);
}

static bool seal(struct sealer *sealer, uint64_t first)
{
    char *error = NULL;
    bool done = store_seal(sealer->audit->directory, first, &error);
    if (done)
        log_info("audit_sealed", log_number("first", (int64_t)first));
    else
        log_error("audit_seal_failed", log_string("error", error));
    base_free(error);
    return done;
}

/* Called and left with the lock. */
static bool seal_oldest(struct sealer *sealer)
{
    uint64_t first = sealer->waiting[0];
    run_when_idle(!sealer->is_ending && sealer->erasing.state != AUDIT_ERASING && sealer->count <= BACKLOG_MAX);
    pthread_mutex_unlock(&sealer->lock);
    bool done = seal(sealer, first);
    pthread_mutex_lock(&sealer->lock);
    if (done)
        memmove(sealer->waiting, sealer->waiting + 1, --sealer->count * sizeof(*sealer->waiting));
    return done;
}

static void seal_all(struct sealer *sealer)
{
    pthread_mutex_lock(&sealer->lock);
    while (sealer->count > 0 && seal_oldest(sealer))
        ;
    pthread_mutex_unlock(&sealer->lock);
}

/* --- chores that need the writer, to be on record --- */

static bool begin_recording(struct sealer *sealer)
{
    pthread_mutex_lock(&sealer->lock);
    sealer->is_recording = !sealer->is_quiet;
    bool begun = sealer->is_recording;
    pthread_mutex_unlock(&sealer->lock);
    return begun;
}

static void end_recording(struct sealer *sealer)
{
    pthread_mutex_lock(&sealer->lock);
    sealer->is_recording = false;
    pthread_cond_broadcast(&sealer->changed);
    pthread_mutex_unlock(&sealer->lock);
}

/* The segment that is written has to be ended first, if it is about its private parts too. */
static void erase(struct sealer *sealer)
{
    struct audit_erasing erasing;
    pthread_mutex_lock(&sealer->lock);
    erasing = sealer->erasing;
    pthread_mutex_unlock(&sealer->lock);
    if (erasing.state != AUDIT_ERASING)
        return;
    bool is_rolled = audit_roll(sealer->audit);
    seal_all(sealer);
    pthread_mutex_lock(&sealer->lock);
    bool is_all_sealed = is_rolled && sealer->count == 0;
    pthread_mutex_unlock(&sealer->lock);
    erase_private(sealer->audit, is_all_sealed, &erasing);
    pthread_mutex_lock(&sealer->lock);
    sealer->erasing = erasing;
    pthread_mutex_unlock(&sealer->lock);
}

static void do_chores(struct sealer *sealer)
{
    if (begin_recording(sealer)) {
        erase(sealer);
        prune_old(sealer);
        end_recording(sealer);
    }
    if (sealer->audit->options.ship_directory != NULL)
        ship_sealed(sealer);
}

void sealer_quiet(struct sealer *sealer)
{
    pthread_mutex_lock(&sealer->lock);
    sealer->is_quiet = true;
    while (sealer->is_recording)
        pthread_cond_wait(&sealer->changed, &sealer->lock);
    pthread_mutex_unlock(&sealer->lock);
}

void sealer_begin(struct sealer *sealer)
{
    pthread_mutex_lock(&sealer->lock);
    sealer->is_quiet = false;
    pthread_cond_broadcast(&sealer->changed);
    pthread_mutex_unlock(&sealer->lock);
}

bool sealer_erase(struct sealer *sealer, int64_t before_us, struct text who)
{
    pthread_mutex_lock(&sealer->lock);
    bool free = sealer->erasing.state != AUDIT_ERASING && !sealer->is_quiet;
    if (free) {
        sealer->erasing = (struct audit_erasing){.state = AUDIT_ERASING, .before_us = before_us};
        text_store(who, sealer->erasing.who, sizeof(sealer->erasing.who));
        pthread_cond_broadcast(&sealer->changed);
    }
    pthread_mutex_unlock(&sealer->lock);
    return free;
}

void sealer_erasing(struct sealer *sealer, struct audit_erasing *erasing)
{
    pthread_mutex_lock(&sealer->lock);
    *erasing = sealer->erasing;
    pthread_mutex_unlock(&sealer->lock);
}

/* --- the thread's loop --- */

/* Called and left with the lock. */
static void wait_for_news(struct sealer *sealer)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += LOOK_S;
    (void)pthread_cond_timedwait(&sealer->changed, &sealer->lock, &until);
}

static void *sealer_main(void *context)
{
    struct sealer *sealer = context;
    pthread_setname_np(pthread_self(), "exeat-sealer");
    run_when_idle(true);
    for (bool is_ending = false;;) {
        seal_all(sealer);
        do_chores(sealer);
        pthread_mutex_lock(&sealer->lock);
        if (is_ending)
            break;
        if (!sealer->is_ending && (sealer->erasing.state != AUDIT_ERASING || sealer->is_quiet))
            wait_for_news(sealer);
        is_ending = sealer->is_ending; /* then once more, and no more */
        pthread_mutex_unlock(&sealer->lock);
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
        enum store_segment_layout layout;
        if (!store_segment_name_parse(entry->d_name, &first, &layout) || layout != STORE_HOT || first >= current)
            continue;
        char *sealed = store_segment_path(sealer->audit->directory, first, STORE_SEALED, "");
        if (access(sealed, F_OK) == 0)
            store_segment_remove_hot(sealer->audit->directory, first);
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
    pthread_condattr_t steady;
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&sealer->changed, &steady);
    pthread_condattr_destroy(&steady);
    sealer->is_quiet = true;
    ship_log_id(audit->segment.hash_key, &sealer->log_id);
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
    struct sched_param none = {0};
    sealer->is_ending = true;
    (void)pthread_setschedparam(sealer->thread, SCHED_OTHER, &none); /* who ends waits for it */
    pthread_cond_broadcast(&sealer->changed);
    pthread_mutex_unlock(&sealer->lock);
    pthread_join(sealer->thread, NULL);
    pthread_mutex_destroy(&sealer->lock);
    pthread_cond_destroy(&sealer->changed);
    base_free(sealer->waiting);
    base_free(sealer);
}
