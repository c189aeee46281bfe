/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks: nobody shows credentials to a DNS server, so that an address is known, and the user whose socket it is. */
#include <stdatomic.h>

#include "exeat/net/destination.h"
#include "exeat/net/owner.h"
#include "names_internal.h"

/* It is not on this machine. */
static bool is_outside(const struct address *address)
{
    return address_class(address) != ADDRESS_LOOPBACK && !policy_is_of_this_machine(address);
}

bool who_identify(const struct standing *standing, struct client *client)
{
    const struct address address = client->address;
    const struct peer peer = {
        .door = DOOR_DNS, .address = address, .owner = client->known.owner, .is_from_outside = is_outside(&address)};
    return policy_identify(standing->policy, &peer, TEXT(""), client) != IDENTITY_REFUSED;
}

bool who_is_same(const struct client *left, const struct client *right)
{
    const struct owner *one = &left->known.owner;
    const struct owner *other = &right->known.owner;
    return address_equal(&left->address, &right->address) && one->is_known == other->is_known &&
           (!one->is_known || one->uid == other->uid);
}

/* --- the owner -------------------------------------------------------------------------------------------------------
 */

static const struct owner unknown = {.is_known = false};

static bool is_asked_for(const struct names_worker *worker)
{
    return worker->policy != NULL && policy_asks_for_owners(worker->policy);
}

/* At a place of one user who came by itself is found connected to it, or at its port; whoever else is there was turned,
 * as long as the rules hold. A turned socket is either connected to whom it meant, and not to be found, or at its port:
 * then it must be that user's. */
static struct owner who_was_turned(const struct names_socket *socket, const struct connection_ends *ends)
{
    const struct names_worker *worker = socket->worker;
    const struct owner *place = &socket->place.owner;
    const _Atomic bool *holds = worker->options.is_contained;
    struct owner owner;
    bool is_held = worker->limits.is_turned && holds != NULL && atomic_load(holds);
    switch (owners_look(worker->owners, ends, &owner)) {
    case OWNER_FOUND:
        return owner;
    case OWNER_NOBODY:
        return is_held ? *place : unknown;
    case OWNER_ANOTHER:
        return is_held && owner.is_known && owner.uid == place->uid ? *place : unknown;
    case OWNER_UNHEARD:
        break;
    }
    return unknown;
}

/* Where a redirect stands between, the port may be one that NAT has chosen, and somebody else's here. */
struct owner who_sent(const struct names_socket *socket, const struct datagram_peer *peer)
{
    const struct names_worker *worker = socket->worker;
    bool may_be_turned = worker->limits.is_turned || socket->place.owner.is_known;
    struct connection_ends ends = {
        .socket = may_be_turned ? CLIENT_DATAGRAM_TO_SERVER : CLIENT_DATAGRAM,
        .client = peer->address,
        .client_port = peer->port,
        .server = peer->own.length > 0 ? peer->own : socket->place.address,
        .server_port = socket->place.port,
    };
    if (!is_asked_for(worker) || is_outside(&peer->address))
        return unknown;
    return socket->place.owner.is_known ? who_was_turned(socket, &ends) : owners_find(worker->owners, &ends);
}

/* Its client knows of whom it meant, where it was turned to us: the kernel says that it was, so that none but a
 * redirect led it there. */
struct owner who_connected(const struct names_socket *socket, int descriptor)
{
    struct connection_ends ends;
    struct destination meant = destination_of(descriptor, &socket->place.address, socket->place.port);
    if (!is_asked_for(socket->worker) || meant.kind == DESTINATION_LOST || !connection_ends_of(descriptor, &ends))
        return unknown;
    if (meant.kind == DESTINATION_MEANT && socket->place.owner.is_known)
        return socket->place.owner;
    ends.server = meant.address;
    ends.server_port = meant.port;
    return owners_find(socket->worker->owners, &ends);
}
