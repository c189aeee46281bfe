/* SPDX-License-Identifier: Apache-2.0 */
/* Connections that are made for a look at a host's certificates, and closed: what a client sees in its tunnel nobody
 * else does. */
#include "exeat/base/memory.h"
#include "route_internal.h"

enum { LOOKS_MAX = 8 };

struct look {
    struct list_node node;
    struct route *route;           /* borrowed */
    struct connecting *connecting; /* while it runs */
    struct timer *deadline;        /* owned */
};

static void look_free(struct look *look)
{
    list_remove(&look->node);
    look->route->look_count--;
    timer_free(look->deadline);
    base_free(look);
}

static void on_done(void *context, struct upstream *upstream, enum reason reason, const char *detail)
{
    (void)reason, (void)detail; /* the client has its own connection: it will be told there */
    upstream_free(upstream);
    look_free(context);
}

static void on_deadline(void *context)
{
    struct look *look = context;
    connecting_expire(look->connecting);
}

void route_look(struct route *route, const struct route_way *way, uint64_t within_ms)
{
    if (route->look_count >= LOOKS_MAX)
        return;
    struct look *look = base_zalloc(sizeof(*look));
    look->route = route;
    list_append(&route->looks, &look->node);
    route->look_count++;
    look->deadline = timer_new(route->loop, on_deadline, look);
    look->connecting = route_connect(route, way, on_done, look);
    timer_start(look->deadline, within_ms);
}

void looks_cancel(struct route *route)
{
    struct list_node *node;
    while ((node = list_first(&route->looks)) != NULL) {
        struct look *look = list_owner(node, struct look, node);
        connecting_cancel(look->connecting);
        look_free(look);
    }
}
