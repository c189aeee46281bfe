/* SPDX-License-Identifier: Apache-2.0 */
/* One-shot timers and readable descriptors on a loop. */
#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "net_internal.h"

struct timer {
    struct event *event; /* owned */
    timer_function function;
    void *context;
};

static void on_timeout(evutil_socket_t descriptor, short events, void *context)
{
    (void)descriptor;
    (void)events;
    struct timer *timer = context;
    timer->function(timer->context);
}

struct timer *timer_new(struct loop *loop, timer_function function, void *context)
{
    struct timer *timer = base_zalloc(sizeof(*timer));
    timer->function = function;
    timer->context = context;
    timer->event = event_new(loop->base, -1, 0, on_timeout, timer);
    ASSERT(timer->event != NULL);
    return timer;
}

void timer_start(struct timer *timer, uint64_t milliseconds)
{
    struct timeval after = {
        .tv_sec = (time_t)(milliseconds / 1000),
        .tv_usec = (suseconds_t)(milliseconds % 1000 * 1000),
    };
    event_add(timer->event, &after);
}

void timer_stop(struct timer *timer)
{
    event_del(timer->event);
}

void timer_free(struct timer *timer)
{
    if (timer == NULL)
        return;
    event_free(timer->event);
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
    event_add(watch->event, NULL);
    return watch;
}

void watch_free(struct watch *watch)
{
    if (watch == NULL)
        return;
    event_free(watch->event);
    base_free(watch);
}
