/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets for datagrams: the first is bound alone, and shared afterwards, as those for connections are. */
#include <errno.h>
#include <unistd.h>

#include "exeat/base/check.h"
#include "exeat/net/datagram.h"
#include "net_internal.h"

enum { RECEIVE_BYTES = 1 << 20 };

static int open_for(const struct place *place)
{
    int family = place->address.length == 16 ? AF_INET6 : AF_INET;
    return socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* Which address was asked is told with each datagram. What waits for a busy worker needs some room, as far as the
 * kernel grants it. */
static bool set_up(int descriptor, const struct place *place)
{
    int bytes = RECEIVE_BYTES;
    (void)setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
    if (place->address.length == 16)
        return place_set(descriptor, IPPROTO_IPV6, IPV6_V6ONLY) &&
               place_set(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO);
    return place_set(descriptor, IPPROTO_IP, IP_PKTINFO);
}

static bool bind_to(int descriptor, const struct place *place)
{
    struct sockaddr_storage name;
    socklen_t length = address_to_socket(&place->address, place->port, &name);
    return set_up(descriptor, place) && bind(descriptor, (struct sockaddr *)&name, length) == 0;
}

int datagram_bind(const struct address *address, uint16_t *port, char **error)
{
    struct place place = {*address, *port};
    int descriptor = open_for(&place);
    if (descriptor < 0 || !bind_to(descriptor, &place))
        return place_fail(descriptor, &place, error);
    *port = place_of(descriptor).port;
    return descriptor;
}

int datagram_join(int first, char **error)
{
    struct place place = place_of(first);
    int descriptor = open_for(&place);
    if (descriptor < 0 || !place_set(first, SOL_SOCKET, SO_REUSEPORT) ||
        !place_set(descriptor, SOL_SOCKET, SO_REUSEPORT) || !bind_to(descriptor, &place))
        return place_fail(descriptor, &place, error);
    return descriptor;
}
