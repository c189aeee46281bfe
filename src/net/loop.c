/* SPDX-License-Identifier: Apache-2.0 */
/* The loop of one thread: libevent turns, then the deferred work of the turn. Deferred work that defers again runs
 * after the next turn, so that no channel starves the others. */
#include <sys/eventfd.h>
#include <unistd.h>

#include "exeat/base/check.h"
#include "exeat/base/clock.h"
#include "exeat/base/memory.h"
#include "net_internal.h"

static void on_wake(evutil_socket_t descriptor, short events, void *context)
{
    (void)events;
    (void)context;
    uint64_t count;
    ssize_t got = read(descriptor, &count, sizeof(count));
    (void)got;
}

static struct event_base *new_base(void)
{
    struct event_config *config = event_config_new();
    ASSERT(config != NULL);
    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
    event_config_require_features(config, EV_FEATURE_ET | EV_FEATURE_EARLY_CLOSE);
    struct event_base *base = event_base_new_with_config(config);
    event_config_free(config);
    ASSERT(base != NULL);
    return base;
}

struct loop *loop_new(void)
{
    struct loop *loop = base_zalloc(sizeof(*loop));
    loop->base = new_base();
    list_init(&loop->deferred);
    loop->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    ASSERT(loop->wake >= 0);
    loop->wake_event = event_new(loop->base, loop->wake, EV_READ | EV_PERSIST, on_wake, NULL);
    ASSERT(loop->wake_event != NULL);
    loop_add(loop->wake_event, NULL);
    return loop;
}

void loop_free(struct loop *loop)
{
    if (loop == NULL)
        return;
    blocks_free(loop);
    pipes_free(loop);
    event_free(loop->wake_event);
    close(loop->wake);
    event_base_free(loop->base);
    base_free(loop);
}

static void run_deferred(struct loop *loop)
{
    struct list now;
    list_init(&now);
    struct list_node *node;
    while ((node = list_take_first(&loop->deferred)) != NULL)
        list_append(&now, node);
    while ((node = list_take_first(&now)) != NULL) {
        struct deferred *deferred = list_owner(node, struct deferred, node);
        deferred->run(deferred);
    }
}

void loop_turn(struct loop *loop)
{
    int flags = list_is_empty(&loop->deferred) ? EVLOOP_ONCE : EVLOOP_ONCE | EVLOOP_NONBLOCK;
    loop->now_us = 0;
    loop->descriptors = 0;
    event_base_loop(loop->base, flags);
    run_deferred(loop);
}

uint64_t loop_now_us(struct loop *loop)
{
    if (loop->now_us == 0)
        loop->now_us = clock_steady_us();
    return loop->now_us;
}

void loop_run(struct loop *loop)
{
    while (!loop->stopping)
        loop_turn(loop);
    while (!list_is_empty(&loop->deferred))
        run_deferred(loop);
    loop->stopping = false; /* an order ends one run */
}

void loop_stop(struct loop *loop)
{
    loop->stopping = true;
    uint64_t one = 1;
    ssize_t put = write(loop->wake, &one, sizeof(one));
    (void)put;
}

void loop_defer(struct loop *loop, struct deferred *deferred)
{
    if (!list_has(&deferred->node))
        list_append(&loop->deferred, &deferred->node);
}

void deferred_cancel(struct deferred *deferred)
{
    list_remove(&deferred->node);
}
