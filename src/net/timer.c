/* SPDX-License-Identifier: Apache-2.0 */
/* One-shot timers and readable descriptors on a loop. */
#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "net_internal.h"

struct timer {
    struct loop *loop; /* borrowed */
    struct event event;
    uint64_t due_us;    /* 0: not started */
    uint64_t placed_us; /* when the event will come; 0: it is not in the loop */
    timer_function function;
    void *context;
};

static void place(struct timer *timer)
{
    uint64_t now = loop_now_us(timer->loop);
    uint64_t after_us = timer->due_us > now ? timer->due_us - now : 0;
    struct timeval after = {
        .tv_sec = (time_t)(after_us / 1000000),
        .tv_usec = (suseconds_t)(after_us % 1000000),
    };
    timer->placed_us = timer->due_us;
    loop_add(&timer->event, &after);
}

/* The loop counts in whole milliseconds: what comes a little early is due. */
static void on_timeout(evutil_socket_t descriptor, short events, void *context)
{
    enum { EARLY_US = 1000 };
    (void)descriptor;
    (void)events;
    struct timer *timer = context;
    timer->placed_us = 0;
    if (timer->due_us == 0)
        return;
    if (timer->due_us > loop_now_us(timer->loop) + EARLY_US) {
        place(timer);
        return;
    }
    timer->due_us = 0;
    timer->function(timer->context);
}

struct timer *timer_new(struct loop *loop, timer_function function, void *context)
{
    struct timer *timer = base_zalloc(sizeof(*timer));
    timer->loop = loop;
    timer->function = function;
    timer->context = context;
    int result = event_assign(&timer->event, loop->base, -1, 0, on_timeout, timer);
    ASSERT(result == 0);
    return timer;
}

void timer_start(struct timer *timer, uint64_t milliseconds)
{
    timer->due_us = loop_now_us(timer->loop) + milliseconds * 1000;
    if (timer->placed_us == 0 || timer->placed_us > timer->due_us)
        place(timer);
}

void timer_stop(struct timer *timer)
{
    timer->due_us = 0;
}

void timer_free(struct timer *timer)
{
    if (timer == NULL)
        return;
    event_del(&timer->event);
    base_free(timer);
}

struct watch {
    struct event *event; /* owned */
    watch_function function;
    void *context;
};

static void on_readable(evutil_socket_t descriptor, short events, void *context)
{
    (void)descriptor;
    (void)events;
    struct watch *watch = context;
    watch->function(watch->context);
}

struct watch *watch_new(struct loop *loop, int descriptor, watch_function function, void *context)
{
    struct watch *watch = base_zalloc(sizeof(*watch));
    watch->function = function;
    watch->context = context;
    watch->event = event_new(loop->base, descriptor, EV_READ | EV_PERSIST, on_readable, watch);
    ASSERT(watch->event != NULL);
    loop_add(watch->event, NULL);
    return watch;
}

void watch_free(struct watch *watch)
{
    if (watch == NULL)
        return;
    event_free(watch->event);
    base_free(watch);
}
