/* SPDX-License-Identifier: Apache-2.0 */
/* The desk: a thread that never waits for a disk or a large policy. It answers health and metrics, takes SIGTERM, and
 * sees to the drain, whatever the main thread is busy with. */
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "daemon_internal.h"
#include "exeat/base/check.h"
#include "exeat/base/clock.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"

enum { DRAIN_LOOK_MS = 50, ENGINE_VIEWS = 64 };

struct desk {
    struct gate *gate; /* borrowed; of it only what never changes, and `told` */
    struct loop *loop;
    pthread_t thread;
    bool is_open;
    struct admin *admin; /* NULL: no listen.admin */
    int signals;         /* signalfd */
    struct watch *signals_watch;
    struct timer *drain_timer;
    struct buffer lapses; /* of the newest look, as the next */
    struct engine_view engines[ENGINE_VIEWS];
    uint64_t drain_until_us; /* steady clock; 0: it does not drain */
};

/* Asks all first, so that all answer at the same time. */
static void add_sessions(const struct gate *gate, struct session_stats *sum)
{
    struct session_stats *one = base_zalloc(sizeof(*one));
    for (size_t i = 0; i < gate->crew.worker_count; i++)
        worker_ask(gate->crew.workers[i]);
    for (size_t i = 0; i < gate->crew.worker_count; i++) {
        worker_look(gate->crew.workers[i], one);
        admin_add(sum, one);
    }
    base_free(one);
}

/* Of the look that add_sessions asked for. */
static void add_names(const struct gate *gate, struct admin_view *view)
{
    struct names_stats *one = base_zalloc(sizeof(*one));
    for (size_t i = 0; i < gate->crew.worker_count; i++) {
        if (!worker_look_names(gate->crew.workers[i], one))
            continue;
        view->has_names = true;
        admin_add_names(&view->names, one);
    }
    base_free(one);
}

static const char *objection(void *context)
{
    const struct desk *desk = context;
    return desk->drain_until_us != 0 ? "it drains" : containment_objection(desk->gate->containment);
}

static void look(void *context, struct admin_view *view)
{
    struct desk *desk = context;
    struct gate *gate = desk->gate;
    add_sessions(gate, &view->sessions);
    add_names(gate, view);
    audit_stats_read(gate->ledger.audit, &view->audit);
    view->has_witness = gate->ledger.anchor != NULL;
    if (view->has_witness)
        anchor_stats_read(gate->ledger.anchor, &view->witness);
    if (gate->ledger.verifying != NULL)
        verifying_look(gate->ledger.verifying, &view->verify);
    view->ready = objection(desk) == NULL;
    view->containment = containment_look(gate->containment);
    view->policy_sequence = atomic_load(&gate->told.policy_sequence);
    view->workers = gate->crew.worker_count;
    view->bypass_active = atomic_load(&gate->told.has_bypass);
    view->reloads = atomic_load(&gate->told.reloads);
    view->reloads_refused = atomic_load(&gate->told.reloads_refused);
    lapses_look(gate->in_force.lapses, &desk->lapses, &view->rules_lapsed);
    view->rule_lapses = buffer_text(&desk->lapses);
    view->limits = (struct admin_limits){gate->budgets, clock_wall_us()};
    view->engines.views = desk->engines;
    memo_look(engines_memo(gate->crew.engines), &view->engines.memo);
    view->engines.count = engines_look(gate->crew.engines, desk->engines, ENGINE_VIEWS);
    view->issuer_expires = atomic_load(&gate->told.issuer_expires);
}

static void on_drain(void *context)
{
    struct desk *desk = context;
    struct session_stats *sum = base_zalloc(sizeof(*sum));
    add_sessions(desk->gate, sum);
    uint64_t open = sum->open;
    base_free(sum);
    if (open > 0 && clock_steady_us() < desk->drain_until_us) {
        timer_start(desk->drain_timer, DRAIN_LOOK_MS);
        return;
    }
    log_info("drained", log_number("cut", (int64_t)open));
    loop_stop(desk->gate->loop);
}

static void drain(struct desk *desk)
{
    struct gate *gate = desk->gate;
    uint64_t drain_ms = atomic_load(&gate->told.drain_ms);
    if (desk->drain_until_us != 0) {
        loop_stop(gate->loop); /* asked twice: now */
        return;
    }
    desk->drain_until_us = clock_steady_us() + drain_ms * 1000;
    atomic_store(&gate->told.drains, true);
    notify_manager("STOPPING=1");
    log_info("draining", log_number("until_ms", (int64_t)drain_ms));
    for (size_t i = 0; i < gate->crew.worker_count; i++)
        worker_drain(gate->crew.workers[i]);
    timer_start(desk->drain_timer, 1);
}

static void on_signal(void *context)
{
    struct desk *desk = context;
    struct signalfd_siginfo info;
    while (read(desk->signals, &info, sizeof(info)) == sizeof(info))
        drain(desk);
}

struct desk *desk_new(struct gate *gate)
{
    struct desk *desk = base_zalloc(sizeof(*desk));
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    desk->gate = gate;
    desk->loop = loop_new();
    desk->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    desk->signals_watch = watch_new(desk->loop, desk->signals, on_signal, desk);
    desk->drain_timer = timer_new(desk->loop, on_drain, desk);
    return desk;
}

void desk_listen(struct desk *desk, int descriptor)
{
    desk->admin = admin_new(desk->loop, descriptor, objection, look, desk);
}

static void *desk_main(void *context)
{
    struct desk *desk = context;
    pthread_setname_np(pthread_self(), "exeat-desk");
    loop_run(desk->loop);
    return NULL;
}

void desk_open(struct desk *desk)
{
    int result = pthread_create(&desk->thread, NULL, desk_main, desk);
    ASSERT(result == 0);
    desk->is_open = true;
}

void desk_close(struct desk *desk)
{
    if (desk->is_open) {
        loop_stop(desk->loop);
        pthread_join(desk->thread, NULL);
    }
    admin_free(desk->admin);
    timer_free(desk->drain_timer);
    buffer_clear(&desk->lapses);
    watch_free(desk->signals_watch);
    close(desk->signals);
    loop_free(desk->loop);
    base_free(desk);
}
