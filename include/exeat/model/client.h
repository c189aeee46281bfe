/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks, and how that is known. */
#ifndef EXEAT_MODEL_CLIENT_H
#define EXEAT_MODEL_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "exeat/base/text.h"
#include "exeat/name.h"

/* How a client is known: the strongest of what its `clients:` entry asks for. The numbers stand in the records. */
enum client_proof {
    PROOF_NONE = 0,
    PROOF_SECRET = 1,      /* user and secret (RFC 7617) */
    PROOF_TOKEN = 2,       /* RFC 6750 */
    PROOF_CERTIFICATE = 3, /* of its TLS connection to us */
    PROOF_UID = 4,         /* who owns the other end of its socket */
    PROOF_LISTENER = 5,    /* where it connected to */
    PROOF_ADDRESS = 6,     /* where it connected from */
    PROOF_COUNT
};
const char *client_proof_name(enum client_proof proof); /* static; as records and the policy spell it */

/* By which of the gate's doors somebody came. The numbers stand in the records. */
enum client_door {
    DOOR_NONE = 0,        /* none: the gate asks for itself, or it was not known */
    DOOR_FORWARD = 1,     /* listen.forward */
    DOOR_TRANSPARENT = 2, /* listen.transparent: the network turned it to us */
    DOOR_SOCKS = 3,       /* listen.socks */
    DOOR_DNS = 4,         /* listen.dns */
    DOOR_COUNT
};
const char *client_door_name(enum client_door door); /* static; as records and `listen` spell it */

/* The user who owns a socket. Not known: it is of another machine or user namespace, or closed already. */
struct owner {
    bool is_known;
    uint32_t uid;
};

/* What is known of who asks, beside the name. */
struct client_known {
    enum client_proof by;
    enum client_door door;
    struct owner owner; /* where it was asked for */
};

/* `name` is the policy's client name, empty when no `clients:` entry fits. */
struct client {
    struct text name;
    struct address address;
    struct client_known known;
};

#endif
