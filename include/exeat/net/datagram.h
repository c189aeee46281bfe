/* SPDX-License-Identifier: Apache-2.0 */
/* UDP sockets that serve: datagrams come and go in batches, and an answer leaves from the address that was asked. */
#ifndef EXEAT_NET_DATAGRAM_H
#define EXEAT_NET_DATAGRAM_H

#include "exeat/net.h"

/* A bound socket, as listener_bind and listener_join make them for TCP. -1: `error` (base_free) is a sentence. */
MUST_CHECK int datagram_bind(const struct address *address, uint16_t *port, char **error);
MUST_CHECK int datagram_join(int first, char **error);

/* Where a datagram came from, and which of our addresses it was sent to. */
struct datagram_peer {
    struct address address;
    uint16_t port;
    struct address own; /* length 0: the socket has one address only */
};
enum { DATAGRAM_MAX = 1280 }; /* what comes and is longer is dropped */

struct datagrams;
/* `bytes` is borrowed for the call. */
typedef void (*datagram_take)(void *context, const struct datagram_peer *peer, struct bytes bytes);
/* Takes the descriptor. */
struct datagrams *datagrams_new(struct loop *loop, int descriptor, datagram_take on_take, void *context);
void datagrams_free(struct datagrams *datagrams); /* NULL is fine */
/* Room for an answer of at most `size` bytes (at most DATAGRAM_MAX), to be filled before anything else is called. */
uint8_t *datagrams_room(struct datagrams *datagrams, size_t size);
/* Sends what was put there: at the end of the batch, or now if there is none. What the kernel does not take is lost,
 * as datagrams are. */
void datagrams_send(struct datagrams *datagrams, const struct datagram_peer *peer, size_t length);

#endif
