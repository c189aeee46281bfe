/* SPDX-License-Identifier: Apache-2.0 */
/* The sockets that all workers listen on: bound once, before anything is begun, and joined by each further worker. */
#include <unistd.h>

#include "exeat/net/destination.h"
#include "worker_internal.h"

static bool bind_one(const struct setting_socket *wanted, struct socket_set *set, uint16_t *port, char **error)
{
    *port = wanted->port;
    int descriptor = listener_bind(&wanted->address, port, error);
    if (descriptor >= 0)
        set->items[set->count++] = descriptor;
    return descriptor >= 0;
}

static bool bind_clients(const struct settings_listeners *listeners, struct sockets *sockets, char **error)
{
    for (size_t i = 0; i < listeners->count; i++) {
        uint16_t port;
        if (!bind_one(&listeners->items[i].socket, &sockets->clients, &port, error))
            return false;
        sockets->port = sockets->port == 0 ? port : sockets->port;
    }
    return true;
}

/* Without a privilege nobody hands us foreign addresses (TPROXY); turned connections need none. */
static bool bind_transparent(const struct setting_socket *wanted, struct socket_set *set, char **error)
{
    uint16_t port;
    if (!bind_one(wanted, set, &port, error))
        return false;
    (void)!destination_allow_foreign(set->items[set->count - 1]);
    return true;
}

bool sockets_bind(const struct settings *settings, struct sockets *sockets, char **error)
{
    const struct settings_listen *listen = &settings->listen;
    if (!bind_clients(&listen->forward, sockets, error) || !bind_clients(&listen->socks, sockets, error))
        return false;
    for (size_t i = 0; i < listen->transparent.count; i++)
        if (!bind_transparent(&listen->transparent.items[i].socket, &sockets->transparent, error))
            return false;
    return dns_bind(settings, &sockets->dns, error);
}

static bool join(const struct socket_set *first, struct socket_set *set, char **error)
{
    for (size_t i = 0; i < first->count; i++) {
        int descriptor = listener_join(first->items[i], error);
        if (descriptor < 0)
            return false;
        set->items[set->count++] = descriptor;
    }
    return true;
}

bool sockets_join(const struct sockets *first, struct sockets *sockets, char **error)
{
    *sockets = (struct sockets){.port = first->port};
    return join(&first->clients, &sockets->clients, error) && join(&first->transparent, &sockets->transparent, error) &&
           names_sockets_join(&first->dns, &sockets->dns, error);
}

static void close_all(const struct socket_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        close(set->items[i]);
}

void sockets_close(const struct sockets *sockets)
{
    close_all(&sockets->clients);
    close_all(&sockets->transparent);
    names_sockets_close(&sockets->dns);
}
