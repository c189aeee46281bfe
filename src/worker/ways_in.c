/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker listens on: connections that mean us, and those that were turned to us. */
#include "worker_internal.h"

static bool on_accept(void *context, int descriptor, const struct address *peer, uint16_t port)
{
    (void)port;
    const struct way_in *way = context;
    return session_start(way->sessions, descriptor, peer, &way->listener);
}

void ways_in_trust(struct ways_in *ways, const struct trust *trust)
{
    for (size_t i = 0; i < LISTENERS_MAX; i++)
        ways->items[i].listener.tls = trust->identities[i];
}

void ways_in_open(
    struct ways_in *ways, struct loop *loop, struct session_worker *sessions, const struct worker_options *options)
{
    const struct socket_set *clients = &options->sockets->clients;
    const struct socket_set *transparent = &options->sockets->transparent;
    for (size_t i = 0; i < clients->count; i++) {
        struct way_in *way = &ways->items[i];
        const struct listener_plan *plan = &options->listeners->items[i];
        way->sessions = sessions;
        way->listener.door = plan->door;
        way->listener.name = text_from(plan->name);
        way->listener.is_open = plan->is_open;
        way->socket = listener_new(loop, clients->items[i], on_accept, way);
    }
    for (size_t i = 0; i < transparent->count; i++)
        ways->doors[i] = door_new(loop, transparent->items[i], options->listeners->owners[i], options->token, sessions);
}

void ways_in_close(struct ways_in *ways)
{
    for (size_t i = 0; i < LISTENERS_MAX; i++) {
        listener_free(ways->items[i].socket);
        door_free(ways->doors[i]);
        ways->items[i].socket = NULL;
        ways->doors[i] = NULL;
    }
}
