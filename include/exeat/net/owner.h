/* SPDX-License-Identifier: Apache-2.0 */
/* Who owns the other end of an accepted connection, or the socket that a datagram came from, where that is one of this
 * machine: asked of the kernel by sock_diag(7), which needs no privilege. */
#ifndef EXEAT_NET_OWNER_H
#define EXEAT_NET_OWNER_H

#include <stdbool.h>
#include <stdint.h>

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/model/client.h"
#include "exeat/name.h"

/* What of the client's socket is believed. A datagram's says less than a connection's: it need not be connected, and
 * what is found is who gets the answer, which is not who asked where the source of the question was another's. */
enum client_socket {
    CLIENT_CONNECTION,        /* TCP */
    CLIENT_DATAGRAM,          /* UDP; of this machine: on another one its port says nothing of sockets here */
    CLIENT_DATAGRAM_TO_SERVER /* UDP, where NAT may have changed the port: one that is connected to that very server */
};
/* A connection as its client sees it: its own end, and whom it connected to. After a redirect the second is the address
 * that it meant, not ours. Of a datagram the same. */
struct connection_ends {
    enum client_socket socket;
    struct address client;
    struct address server;
    uint16_t client_port;
    uint16_t server_port;
};
/* Of an accepted socket that nothing has redirected. False: it has no ends any more. */
MUST_CHECK bool connection_ends_of(int descriptor, struct connection_ends *ends);

/* A way to ask the kernel, for one thread. */
struct owners;
struct owners *owners_new(void);         /* the caller's, for owners_free */
void owners_free(struct owners *owners); /* NULL is fine */
/* One question and its answer, at once. Not known, whatever the reason: the client is on another machine, has closed
 * (the kernel then says uid 0 and inode 0), is of a user namespace that this one cannot name (uid 65534), lost its port
 * to a redirect, or the kernel does not answer. Never a guess. */
struct owner owners_find(struct owners *owners, const struct connection_ends *ends);

/* The same, and why it is not known. */
enum owner_finding {
    OWNER_FOUND,
    OWNER_ANOTHER, /* the socket at the client's port is not one of those ends: whose that is, known or not */
    OWNER_NOBODY,  /* the kernel says that there is none, or none any more */
    OWNER_UNHEARD  /* no answer, or not to that question */
};
enum owner_finding owners_look(struct owners *owners, const struct connection_ends *ends, struct owner *owner);

/* The answer in a netlink message, with `sequence` of its question. */
enum owner_finding
owner_answer_read(struct bytes message, uint32_t sequence, const struct connection_ends *ends, struct owner *owner);

#endif
