/* SPDX-License-Identifier: Apache-2.0 */
/* The entrance of connections that were turned to the gate: where each was meant to go is asked of the kernel, and is a
 * wish of the client. The gate's own probes are told its secret here. */
#include <unistd.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "exeat/net/destination.h"
#include "worker_internal.h"

struct door {
    struct listener *listener;       /* owned */
    struct session_worker *sessions; /* borrowed */
    struct address address;          /* where it is bound */
    uint16_t port;
    struct owner owner;   /* whose connections alone are turned here */
    const uint8_t *token; /* borrowed; NULL: nobody is said to be held to the gate */
};

/* The client sees a break, never an end in order. */
static void break_off(int descriptor)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    close(descriptor);
}

static void tell_token(const struct door *door, int descriptor)
{
    ssize_t put = send(descriptor, door->token, REDIRECT_TOKEN_SIZE, MSG_NOSIGNAL);
    (void)put; /* who hears nothing is not contained */
    close(descriptor);
}

static bool on_accept(void *context, int descriptor, const struct address *peer, uint16_t peer_port)
{
    const struct door *door = context;
    (void)peer_port;
    struct destination destination = destination_of(descriptor, &door->address, door->port);
    struct turned turned = {destination.address, destination.port, {.is_known = false}};
    if (destination.kind == DESTINATION_MEANT) /* who came by itself may be anybody */
        turned.owner = door->owner;
    if (destination.kind == DESTINATION_MEANT && door->token != NULL && redirect_is_probe(&destination.address)) {
        tell_token(door, descriptor);
        return true;
    }
    if (destination.kind != DESTINATION_LOST && session_start_turned(door->sessions, descriptor, peer, &turned))
        return true;
    break_off(descriptor);
    return false;
}

static void note_place(struct door *door, int descriptor)
{
    struct sockaddr_storage name = {0};
    socklen_t length = sizeof(name);
    bool good = getsockname(descriptor, (struct sockaddr *)&name, &length) == 0 &&
                address_from_socket((const struct sockaddr *)&name, &door->address, &door->port);
    ASSERT(good);
}

struct door *
door_new(struct loop *loop, int descriptor, struct owner owner, const uint8_t *token, struct session_worker *sessions)
{
    struct door *door = base_zalloc(sizeof(*door));
    door->sessions = sessions;
    door->owner = owner;
    door->token = token;
    note_place(door, descriptor);
    door->listener = listener_new(loop, descriptor, on_accept, door);
    return door;
}

void door_free(struct door *door)
{
    if (door == NULL)
        return;
    listener_free(door->listener);
    base_free(door);
}
