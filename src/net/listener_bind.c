/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets: the first is bound alone, so that no two gates share a port; those of further workers join it. */
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "exeat/base/bytes.h"
#include "exeat/base/check.h"
#include "exeat/net/occupant.h"
#include "net_internal.h"

enum { BACKLOG = 1024 };

static char *bind_error(const struct place *place, int error)
{
    struct buffer text = {0};
    buffer_append(&text, TEXT("cannot listen on "));
    address_append(&text, &place->address);
    buffer_printf(&text, " port %u: %s", place->port, strerrordesc_np(error));
    if (error == EADDRINUSE)
        occupant_append(&place->address, place->port, &text);
    if (error == EACCES)
        buffer_append_string(&text, "; ports below 1024 want CAP_NET_BIND_SERVICE: choose another under `listen`");
    if (error == EADDRNOTAVAIL)
        buffer_append_string(&text, "; this machine has no such address: see `ip address`");
    return buffer_take(&text);
}

bool place_set(int descriptor, int level, int option)
{
    int one = 1;
    return setsockopt(descriptor, level, option, &one, sizeof(one)) == 0;
}

static bool bind_to(int descriptor, const struct place *place)
{
    struct sockaddr_storage name;
    socklen_t length = address_to_socket(&place->address, place->port, &name);
    return place_set(descriptor, SOL_SOCKET, SO_REUSEADDR) &&
           place_set(descriptor, IPPROTO_TCP, TCP_NODELAY) && /* what is accepted inherits it */
           (place->address.length != 16 || place_set(descriptor, IPPROTO_IPV6, IPV6_V6ONLY)) &&
           bind(descriptor, (struct sockaddr *)&name, length) == 0;
}

static int open_for(const struct place *place)
{
    int family = place->address.length == 16 ? AF_INET6 : AF_INET;
    return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

int place_fail(int descriptor, const struct place *place, char **error)
{
    *error = bind_error(place, errno);
    if (descriptor >= 0)
        close(descriptor);
    return -1;
}

struct place place_of(int descriptor)
{
    struct place place = {.port = 0};
    struct sockaddr_storage name;
    socklen_t length = sizeof(name);
    bool good = getsockname(descriptor, (struct sockaddr *)&name, &length) == 0 &&
                address_from_socket((struct sockaddr *)&name, &place.address, &place.port);
    ASSERT(good);
    return place;
}

/* It listens before it may be shared: the kernel lets sockets join only where all have the option. */
int listener_bind(const struct address *address, uint16_t *port, char **error)
{
    struct place place = {*address, *port};
    int descriptor = open_for(&place);
    if (descriptor < 0 || !bind_to(descriptor, &place) || listen(descriptor, BACKLOG) != 0)
        return place_fail(descriptor, &place, error);
    *port = place_of(descriptor).port;
    return descriptor;
}

int listener_join(int first, char **error)
{
    struct place place = place_of(first);
    int descriptor = open_for(&place);
    if (descriptor < 0 || !place_set(first, SOL_SOCKET, SO_REUSEPORT) ||
        !place_set(descriptor, SOL_SOCKET, SO_REUSEPORT) || !bind_to(descriptor, &place) ||
        listen(descriptor, BACKLOG) != 0)
        return place_fail(descriptor, &place, error);
    return descriptor;
}
