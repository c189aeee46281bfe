/* SPDX-License-Identifier: Apache-2.0 */
/* Idle upstream connections, most recently used first. A connection that speaks or ends while idle is dropped: it has
 * nothing to say. */
#include "exeat/base/memory.h"
#include "route_internal.h"

enum { REST_US = 5000000 };

static void on_sweep(void *context);

struct route *route_new(struct loop *loop, const struct route_options *options)
{
    struct route *route = base_zalloc(sizeof(*route));
    route->loop = loop;
    route->options = *options;
    list_init(&route->idle);
    route->sweep = timer_new(loop, on_sweep, route);
    return route;
}

static void drop(struct route *route, struct upstream *upstream)
{
    list_remove(&upstream->node);
    route->idle_count--;
    upstream_free(upstream);
}

void route_free(struct route *route)
{
    if (route == NULL)
        return;
    struct list_node *node;
    while ((node = list_first(&route->idle)) != NULL)
        drop(route, list_owner(node, struct upstream, node));
    timer_free(route->sweep);
    base_free(route);
}

/* Closes what has been idle too long, and comes again while anything is left. */
static void on_sweep(void *context)
{
    struct route *route = context;
    uint64_t now = loop_now_us(route->loop);
    struct list_node *node;
    while ((node = list_last(&route->idle)) != NULL) {
        struct upstream *upstream = list_owner(node, struct upstream, node);
        uint64_t age_ms = (now - upstream->since_us) / 1000;
        if (age_ms < route->options.idle_timeout_ms) {
            timer_start(route->sweep, route->options.idle_timeout_ms - age_ms + 1);
            return;
        }
        drop(route, upstream);
    }
}

static void on_idle_ready(void *context)
{
    struct upstream *upstream = context;
    if (!stream_is_quiet(upstream->stream))
        drop(upstream->route, upstream);
}

static bool is_for(const struct upstream *upstream, enum scheme scheme, const struct host *host, uint16_t port)
{
    return upstream->target.scheme == scheme && upstream->target.to.port == port &&
           host_equal(&upstream->target.host, host);
}

struct upstream *route_take(
    struct route *route, enum scheme scheme, const struct host *host, uint16_t port, route_accepts accepts,
    void *context)
{
    for (struct list_node *node = list_first(&route->idle); node != NULL; node = list_next(&route->idle, node)) {
        struct upstream *upstream = list_owner(node, struct upstream, node);
        if (!is_for(upstream, scheme, host, port) || !accepts(context, &upstream->target.to.address, port) ||
            !stream_is_quiet(upstream->stream))
            continue;
        list_remove(&upstream->node);
        route->idle_count--;
        stream_set_handler(upstream->stream, NULL, NULL);
        upstream->reused = true;
        return upstream;
    }
    return NULL;
}

void route_give(struct route *route, struct upstream *upstream)
{
    if (route->idle_count >= route->options.idle_maximum) {
        struct list_node *oldest = list_last(&route->idle);
        if (oldest == NULL) {
            upstream_free(upstream);
            return;
        }
        drop(route, list_owner(oldest, struct upstream, node));
    }
    upstream->route = route;
    upstream->since_us = loop_now_us(route->loop);
    stream_set_handler(upstream->stream, on_idle_ready, upstream);
    if (route->idle_count == 0)
        timer_start(route->sweep, route->options.idle_timeout_ms + 1);
    list_prepend(&route->idle, &upstream->node);
    route->idle_count++;
}

void upstream_free(struct upstream *upstream)
{
    if (upstream == NULL)
        return;
    stream_free(upstream->stream);
    base_free(upstream);
}

bool route_is_well(const struct route *route, size_t index)
{
    return index >= ROUTE_ENDPOINTS || route->rests_until_us[index] <= loop_now_us(route->loop);
}

void route_note(struct route *route, size_t index, bool well)
{
    if (index < ROUTE_ENDPOINTS)
        route->rests_until_us[index] = well ? 0 : loop_now_us(route->loop) + REST_US;
}
