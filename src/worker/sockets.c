/* SPDX-License-Identifier: Apache-2.0 */
/* The sockets that all workers listen on: bound once, before anything is begun, and joined by each further worker. */
#include <errno.h>
#include <unistd.h>

#include "exeat/base/log.h"
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

/* What TPROXY hands over has a foreign address, and taking it wants a privilege; what is turned (`exeat redirect`) has
 * ours. 0, or why not (errno). */
static int allow_foreign(const struct socket_set *set)
{
    int error = 0;
    for (size_t i = 0; i < set->count; i++)
        if (!destination_allow_foreign(set->items[i]))
            error = errno;
    return error;
}

/* With rules of ours nobody hands anything over. */
static void say_if_refused(const struct settings *settings, int error)
{
    if (error != 0 && settings->redirect.mark.line == 0)
        log_info(
            "tproxy_refused", log_errno(error),
            log_string(
                "detail", "connections that rules with `tproxy` hand over will not come here; those that they turn "
                          "(`redirect`, `dnat`) will"),
            log_string("advice", "start the gate with the capability NET_ADMIN, which it gives up once it listens"));
}

static bool bind_transparent(const struct settings *settings, struct socket_set *set, char **error)
{
    const struct settings_turned_list *wanted = &settings->listen.transparent;
    uint16_t port;
    for (size_t i = 0; i < wanted->count; i++)
        if (!bind_one(&wanted->items[i].socket, set, &port, error))
            return false;
    say_if_refused(settings, allow_foreign(set));
    return true;
}

bool sockets_bind(const struct settings *settings, struct sockets *sockets, char **error)
{
    const struct settings_listen *listen = &settings->listen;
    if (!bind_clients(&listen->forward, sockets, error) || !bind_clients(&listen->socks, sockets, error))
        return false;
    if (!bind_transparent(settings, &sockets->transparent, error))
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
    if (!join(&first->clients, &sockets->clients, error) || !join(&first->transparent, &sockets->transparent, error))
        return false;
    (void)allow_foreign(&sockets->transparent); /* told of the first */
    return names_sockets_join(&first->dns, &sockets->dns, error);
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
