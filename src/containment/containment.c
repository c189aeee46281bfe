/* SPDX-License-Identifier: Apache-2.0 */
/* Are all others held to the gate? It tries for itself, from its own place and without a privilege: once an interval
 * (the gate's is a minute), and more often while they are not. What was found goes on record each interval, and at once
 * when it is another. */
#include "exeat/containment.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "exeat/base/check.h"
#include "exeat/base/clock.h"
#include "exeat/base/digest.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"

enum { WHILE_OPEN_MS = 1000, ANSWER_MS = 1000, NOT_YET = -1 };

struct containment {
    struct audit *audit;        /* borrowed */
    const _Atomic bool *drains; /* borrowed */
    struct redirect_trial trial;
    uint64_t interval_ms;
    uint32_t uid;
    bool missing_warns;
    bool runs; /* the thread */
    pthread_t thread;
    pthread_mutex_t lock;   /* of what follows, but the atomic ones */
    pthread_cond_t changed; /* asked for, over, tried */
    uint64_t asked;
    uint64_t tried;
    bool is_over;
    uint64_t recorded_us;      /* of the thread alone */
    _Atomic bool holds;        /* as `finding` says */
    _Atomic int finding;       /* enum redirect_finding, or NOT_YET */
    _Atomic uint64_t tried_us; /* steady clock: the newest trial, or the start */
};

/* --- one trial -------------------------------------------------------------------------------------------------------
 */

static void record(struct containment *containment, enum redirect_finding finding)
{
    struct buffer detail = {0};
    buffer_printf(&detail, "%s: %s", redirect_finding_name(finding), redirect_finding_text(finding));
    if (!audit_event_text(containment->audit, RECORD_CONFIG, TEXT("containment"), buffer_text(&detail)))
        log_error("audit_write_failed", log_string("event", "containment"));
    buffer_clear(&detail);
    containment->recorded_us = clock_steady_us();
}

static void say(enum redirect_finding finding)
{
    if (finding == REDIRECT_HOLDS)
        log_info("contained", log_string("detail", redirect_finding_text(finding)));
    else
        log_warn(
            "not_contained", log_string("finding", redirect_finding_name(finding)),
            log_string("detail", redirect_finding_text(finding)));
}

static enum redirect_finding look(const struct containment *containment)
{
    return geteuid() == containment->uid ? redirect_try(&containment->trial) : REDIRECT_WRONG_USER;
}

static void pass(struct containment *containment)
{
    enum redirect_finding finding = look(containment);
    if (atomic_load(containment->drains)) /* nobody answers any more */
        return;
    bool is_news = (int)finding != atomic_load(&containment->finding);
    uint64_t since_us = clock_steady_us() - containment->recorded_us;
    if (is_news)
        say(finding);
    if (is_news || since_us >= containment->interval_ms * 1000)
        record(containment, finding);
    atomic_store(&containment->holds, finding == REDIRECT_HOLDS);
    atomic_store(&containment->finding, (int)finding);
    atomic_store(&containment->tried_us, clock_steady_us());
}

/* --- when ------------------------------------------------------------------------------------------------------------
 */

static struct timespec after_ms(uint64_t milliseconds)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(milliseconds / 1000); /* whole seconds are all that is waited for */
    return until;
}

/* Waits for the time, or until it is asked for. False: the end has come. */
static bool wait_for_turn(struct containment *containment, uint64_t milliseconds, uint64_t *asked)
{
    struct timespec until = after_ms(milliseconds);
    int result = 0;
    pthread_mutex_lock(&containment->lock);
    while (!containment->is_over && containment->asked == *asked && result == 0)
        result = pthread_cond_timedwait(&containment->changed, &containment->lock, &until);
    *asked = containment->asked;
    bool goes_on = !containment->is_over;
    pthread_mutex_unlock(&containment->lock);
    return goes_on;
}

static void tell(struct containment *containment, uint64_t answers)
{
    pthread_mutex_lock(&containment->lock);
    containment->tried = answers;
    pthread_cond_broadcast(&containment->changed);
    pthread_mutex_unlock(&containment->lock);
}

static uint64_t next_ms(const struct containment *containment)
{
    bool holds = atomic_load(&containment->finding) == REDIRECT_HOLDS;
    return holds || containment->interval_ms < WHILE_OPEN_MS ? containment->interval_ms : WHILE_OPEN_MS;
}

static void *containment_main(void *context)
{
    struct containment *containment = context;
    uint64_t asked = 0;
    uint64_t wait_ms = 0;
    pthread_setname_np(pthread_self(), "exeat-contain");
    while (wait_for_turn(containment, wait_ms, &asked)) {
        pass(containment);
        tell(containment, asked);
        wait_ms = next_ms(containment);
    }
    return NULL;
}

/* --- life ------------------------------------------------------------------------------------------------------------
 */

struct containment *containment_new(const struct containment_options *options)
{
    struct containment *containment = base_zalloc(sizeof(*containment));
    pthread_condattr_t steady;
    containment->trial = (struct redirect_trial){.v4 = options->v4, .v6 = options->v6, .limit_ms = ANSWER_MS};
    random_fill(containment->trial.token, sizeof(containment->trial.token));
    containment->drains = options->drains;
    containment->interval_ms = options->interval_ms;
    containment->uid = options->uid;
    containment->missing_warns = options->missing_warns;
    atomic_store(&containment->holds, false);
    atomic_store(&containment->finding, NOT_YET);
    atomic_store(&containment->tried_us, clock_steady_us());
    pthread_mutex_init(&containment->lock, NULL);
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&containment->changed, &steady);
    pthread_condattr_destroy(&steady);
    return containment;
}

const uint8_t *containment_token(const struct containment *containment)
{
    return containment == NULL ? NULL : containment->trial.token;
}

const _Atomic bool *containment_holds(const struct containment *containment)
{
    return containment == NULL ? NULL : &containment->holds;
}

void containment_start(struct containment *containment, struct audit *audit)
{
    if (containment == NULL)
        return;
    containment->audit = audit;
    int result = pthread_create(&containment->thread, NULL, containment_main, containment);
    ASSERT(result == 0);
    containment->runs = true;
}

enum redirect_finding containment_ask(struct containment *containment)
{
    pthread_mutex_lock(&containment->lock);
    uint64_t mine = ++containment->asked;
    pthread_cond_broadcast(&containment->changed);
    while (containment->tried < mine)
        pthread_cond_wait(&containment->changed, &containment->lock);
    pthread_mutex_unlock(&containment->lock);
    return (enum redirect_finding)atomic_load(&containment->finding);
}

const char *containment_objection(const struct containment *containment)
{
    int finding = containment == NULL ? REDIRECT_HOLDS : atomic_load(&containment->finding);
    if (finding == NOT_YET)
        return "it has not yet tried whether all others are held to the gate";
    return finding == REDIRECT_HOLDS || containment->missing_warns
               ? NULL
               : redirect_finding_text((enum redirect_finding)finding);
}

struct containment_view containment_look(const struct containment *containment)
{
    struct containment_view view = {.finding = NULL};
    if (containment == NULL)
        return view;
    int finding = atomic_load(&containment->finding);
    view.finding = finding == NOT_YET ? "not_tried" : redirect_finding_name((enum redirect_finding)finding);
    view.holds = finding == REDIRECT_HOLDS;
    view.age_us = clock_steady_us() - atomic_load(&containment->tried_us);
    return view;
}

void containment_free(struct containment *containment)
{
    if (containment == NULL)
        return;
    if (containment->runs) {
        pthread_mutex_lock(&containment->lock);
        containment->is_over = true;
        pthread_cond_broadcast(&containment->changed);
        pthread_mutex_unlock(&containment->lock);
        pthread_join(containment->thread, NULL);
    }
    pthread_mutex_destroy(&containment->lock);
    pthread_cond_destroy(&containment->changed);
    base_free(containment);
}
