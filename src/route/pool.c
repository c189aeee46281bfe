/* SPDX-License-Identifier: Apache-2.0 */
/* Idle upstream connections, most recently used first. A connection that speaks or ends while idle is dropped: it has
 * nothing to say. */
#include "exeat/base/memory.h"
#include "route_internal.h"

static void on_sweep(void *context);

struct route *route_new(struct loop *loop, const struct route_options *options)
{
    struct route *route = base_zalloc(sizeof(*route));
    route->loop = loop;
    route->options = *options;
    list_init(&route->idle);
    list_init(&route->looks);
    route->sweep = timer_new(loop, on_sweep, route);
    return route;
}

static void remove_idle(struct route *route, struct upstream *upstream)
{
    list_remove(&upstream->node);
    route->idle_count--;
    if (upstream->is_bound)
        route->bound_count--;
}

static void drop(struct route *route, struct upstream *upstream)
{
    remove_idle(route, upstream);
    upstream_free(upstream);
}

void route_free(struct route *route)
{
    if (route == NULL)
        return;
    struct list_node *node;
    looks_cancel(route);
    while ((node = list_first(&route->idle)) != NULL)
        drop(route, list_owner(node, struct upstream, node));
    timer_free(route->sweep);
    base_free(route);
}

static bool is_outdated(const struct route *route, const struct upstream *upstream)
{
    return upstream->is_verified && upstream->trust != route->trust;
}

void route_set_tls(struct route *route, struct tls_client *tls)
{
    struct list_node *next;
    route->options.tls = tls;
    route->trust++;
    for (struct list_node *node = list_first(&route->idle); node != NULL; node = next) {
        struct upstream *upstream = list_owner(node, struct upstream, node);
        next = list_next(&route->idle, node);
        if (is_outdated(route, upstream))
            drop(route, upstream);
    }
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
    if (!channel_is_quiet(upstream->channel))
        drop(upstream->route, upstream);
}

static bool is_for(const struct upstream *upstream, const struct route_wish *wish, bool bound)
{
    struct digest via = route_via(wish->proxy);
    return upstream->target.scheme == wish->scheme && upstream->target.port == wish->port &&
           digest_equal(&upstream->target.via, &via) && upstream->is_bound == bound &&
           (!bound || upstream->user == wish->user) && host_equal(&upstream->target.host, wish->host) &&
           digest_equal(&upstream->target.trust, &wish->trust);
}

/* Whoever is at the other end closes it, or has closed it: about to, as far as a clock can tell. The kernel is asked
 * for requests alone that could not be sent again. */
static bool is_stale(const struct upstream *upstream, const struct route_wish *wish, uint64_t age_ms)
{
    bool ends_soon = age_ms + upstream->kept_ms / 4 >= upstream->kept_ms;
    return ends_soon || !channel_is_quiet(upstream->channel) ||
           (!wish->may_repeat && channel_has_ended(upstream->channel));
}

/* An identity is lost with its connection, so that its user takes what there is. */
static bool is_safe(const struct upstream *upstream, const struct route_wish *wish, uint64_t age_ms)
{
    enum { MOMENT_MS = 1000 };
    if (wish->may_repeat || upstream->is_bound)
        return true;
    return upstream->user == wish->user && age_ms < MOMENT_MS && age_ms < upstream->kept_ms / 2;
}

static struct upstream *
find_idle(struct route *route, const struct route_wish *wish, bool bound, route_accepts accepts, void *context)
{
    uint64_t now = loop_now_us(route->loop);
    struct list_node *next;
    for (struct list_node *node = list_first(&route->idle); node != NULL; node = next) {
        struct upstream *upstream = list_owner(node, struct upstream, node);
        uint64_t age_ms = (now - upstream->since_us) / 1000;
        next = list_next(&route->idle, node);
        if (!is_for(upstream, wish, bound) || !is_safe(upstream, wish, age_ms) ||
            !accepts(context, &upstream->target.to.address, upstream->target.to.port))
            continue;
        if (!is_stale(upstream, wish, age_ms))
            return upstream;
        drop(route, upstream);
    }
    return NULL;
}

struct upstream *route_take(struct route *route, const struct route_wish *wish, route_accepts accepts, void *context)
{
    struct upstream *upstream = NULL;
    if (route->bound_count > 0)
        upstream = find_idle(route, wish, true, accepts, context); /* its own comes first */
    if (upstream == NULL)
        upstream = find_idle(route, wish, false, accepts, context);
    if (upstream == NULL)
        return NULL;
    remove_idle(route, upstream);
    channel_set_handler(upstream->channel, NULL, NULL);
    upstream->reused = true;
    return upstream;
}

void upstream_note(struct upstream *upstream, const struct message_head *head)
{
    uint64_t seconds = 0;
    if (http_binds_connection(head))
        upstream->is_bound = true;
    if (head->status != 0)
        upstream->is_old = head->version == HTTP_1_0;
    if (head->status != 0 && http_keep_alive_seconds(head, &seconds))
        upstream->kept_ms = seconds * 1000;
}

void route_forget_user(struct route *route, uint64_t user)
{
    struct list_node *next;
    if (route->bound_count == 0)
        return;
    for (struct list_node *node = list_first(&route->idle); node != NULL; node = next) {
        struct upstream *upstream = list_owner(node, struct upstream, node);
        next = list_next(&route->idle, node);
        if (upstream->is_bound && upstream->user == user)
            drop(route, upstream);
    }
}

void route_give(struct route *route, struct upstream *upstream, uint64_t user)
{
    if (is_outdated(route, upstream)) {
        upstream_free(upstream);
        return;
    }
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
    upstream->user = user;
    channel_set_handler(upstream->channel, on_idle_ready, upstream);
    if (route->idle_count == 0)
        timer_start(route->sweep, route->options.idle_timeout_ms + 1);
    list_prepend(&route->idle, &upstream->node);
    route->idle_count++;
    if (upstream->is_bound)
        route->bound_count++;
}
