/* SPDX-License-Identifier: Apache-2.0 */
/* The gate verifies its own store, in a thread that runs only when the processor and the disk have nothing else to do.
 * It reads as any other process would, so that the writer never waits for it.
 * A store that is written while it is read may be seen between two of its states (a segment that retention removes, an
 * erasing): what is found is looked for again before it is said. */
#include <sched.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "daemon_internal.h"
#include "exeat/base/check.h"
#include "exeat/base/clock.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"
#include "exeat/evidence.h"

enum { FIRST_AFTER_MS = 600000 }; /* or sooner, if it is done more often than that */

struct verifying {
    char *store; /* owned */
    uint8_t key[VERIFY_KEY_SIZE];
    uint64_t every_ms;
    pthread_t thread;
    pthread_mutex_t lock; /* of `changed` */
    pthread_cond_t changed;
    _Atomic bool is_over;
    _Atomic int verdict;       /* enum evidence_verdict, or NOT_YET */
    _Atomic uint64_t since_us; /* steady clock: the end of the newest pass, or the start */
    _Atomic uint64_t took_us;
    _Atomic uint64_t records;
};

enum { NOT_YET = -1 };

/* ioprio_set(2): of this thread, the idle class. Neither is given everywhere; then it runs like any other. */
static void run_when_idle(void)
{
    enum { WHO_THREAD = 1, CLASS_IDLE = 3 << 13 };
    const struct sched_param none = {0};
    (void)pthread_setschedparam(pthread_self(), SCHED_IDLE, &none);
    (void)syscall(SYS_ioprio_set, WHO_THREAD, 0, CLASS_IDLE);
}

/* --- one pass ------------------------------------------------------------------------------------------------------
 */

static void look(struct verifying *verifying, struct evidence_report *report)
{
    struct evidence_check check = {.key = verifying->key, .is_over = &verifying->is_over};
    char *error = NULL;
    struct store_reader *reader = store_reader_open(verifying->store, &error);
    *report = (struct evidence_report){.verdict = EVIDENCE_UNREADABLE};
    if (reader != NULL)
        evidence_verify(reader, &check, report);
    else
        text_store(
            text_from(error), report->findings[EVIDENCE_UNREADABLE].detail,
            sizeof(report->findings[EVIDENCE_UNREADABLE].detail));
    store_reader_free(reader);
    base_free(error);
}

static void say(const struct verifying *verifying, const struct evidence_report *report)
{
    bool is_news = (int)report->verdict != atomic_load(&verifying->verdict);
    if (report->verdict == EVIDENCE_OK && is_news)
        log_info(
            "audit_verified", log_number("records", (int64_t)report->records),
            log_string("directory", verifying->store));
    else if (report->verdict != EVIDENCE_OK && is_news)
        log_error(
            "audit_verify_found", log_string("verdict", evidence_verdict_name(report->verdict)),
            log_string("detail", report->findings[report->verdict].detail), log_string("directory", verifying->store),
            log_string("see", "exeat audit verify"));
}

static void pass(struct verifying *verifying)
{
    struct evidence_report *report = base_zalloc(sizeof(*report));
    uint64_t began = clock_steady_us();
    look(verifying, report);
    if (report->verdict != EVIDENCE_OK)
        look(verifying, report);
    if (!atomic_load(&verifying->is_over)) {
        uint64_t now = clock_steady_us();
        say(verifying, report);
        atomic_store(&verifying->verdict, (int)report->verdict);
        atomic_store(&verifying->records, report->records);
        atomic_store(&verifying->took_us, now - began);
        atomic_store(&verifying->since_us, now);
    }
    base_free(report);
}

/* --- when ----------------------------------------------------------------------------------------------------------
 */

/* False: the end has come. */
static bool wait_for(struct verifying *verifying, uint64_t milliseconds)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(milliseconds / 1000);
    until.tv_nsec += (long)(milliseconds % 1000) * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&verifying->lock);
    int result = 0;
    while (!atomic_load(&verifying->is_over) && result == 0)
        result = pthread_cond_timedwait(&verifying->changed, &verifying->lock, &until);
    pthread_mutex_unlock(&verifying->lock);
    return !atomic_load(&verifying->is_over);
}

static void *verifying_main(void *context)
{
    struct verifying *verifying = context;
    uint64_t wait_ms = verifying->every_ms < FIRST_AFTER_MS ? verifying->every_ms : FIRST_AFTER_MS;
    pthread_setname_np(pthread_self(), "exeat-verify");
    run_when_idle();
    while (wait_for(verifying, wait_ms)) {
        pass(verifying);
        wait_ms = verifying->every_ms;
    }
    return NULL;
}

struct verifying *verifying_new(const char *store, const struct signing_key *key, uint64_t every_ms)
{
    struct verifying *verifying = base_zalloc(sizeof(*verifying));
    pthread_condattr_t steady;
    verifying->store = text_copy(text_from(store));
    verifying->every_ms = every_ms;
    signing_key_public(key, verifying->key);
    atomic_store(&verifying->verdict, NOT_YET);
    atomic_store(&verifying->since_us, clock_steady_us());
    pthread_mutex_init(&verifying->lock, NULL);
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&verifying->changed, &steady);
    pthread_condattr_destroy(&steady);
    int result = pthread_create(&verifying->thread, NULL, verifying_main, verifying);
    ASSERT(result == 0);
    return verifying;
}

void verifying_look(const struct verifying *verifying, struct admin_verify *view)
{
    int verdict = atomic_load(&verifying->verdict);
    view->state = verdict == NOT_YET            ? ADMIN_VERIFY_WAITS
                  : verdict == (int)EVIDENCE_OK ? ADMIN_VERIFY_OK
                                                : ADMIN_VERIFY_FOUND;
    view->age_us = clock_steady_us() - atomic_load(&verifying->since_us);
    view->took_us = atomic_load(&verifying->took_us);
    view->records = atomic_load(&verifying->records);
}

void verifying_free(struct verifying *verifying)
{
    const struct sched_param none = {0};
    if (verifying == NULL)
        return;
    pthread_mutex_lock(&verifying->lock);
    atomic_store(&verifying->is_over, true);
    (void)pthread_setschedparam(verifying->thread, SCHED_OTHER, &none); /* who ends waits for it */
    pthread_cond_broadcast(&verifying->changed);
    pthread_mutex_unlock(&verifying->lock);
    pthread_join(verifying->thread, NULL);
    pthread_mutex_destroy(&verifying->lock);
    pthread_cond_destroy(&verifying->changed);
    base_free(verifying->store);
    base_free(verifying);
}
