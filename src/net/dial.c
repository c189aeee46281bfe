/* SPDX-License-Identifier: Apache-2.0 */
/* Connecting to one judged address. Takes nothing but a judged address: the order of the gate is in the types. */
#include <errno.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "exeat/net/room.h"
#include "net_internal.h"

struct dial {
    struct deferred deferred; /* a connect that failed at once is told from the loop, like any other */
    struct channel *channel;  /* owned until handed over; NULL: the connect failed at once */
    int error;                /* why */
    dial_done on_done;
    void *context;
};

static void dial_finish(struct dial *dial, int error)
{
    dial_done on_done = dial->on_done;
    void *context = dial->context;
    struct channel *channel = dial->channel;
    dial->channel = NULL;
    if (error != 0) {
        channel_free(channel);
        channel = NULL;
    }
    dial_cancel(dial);
    on_done(context, channel, error);
}

static void on_connected(void *context)
{
    struct dial *dial = context;
    int error = channel_connected(dial->channel);
    channel_set_handler(dial->channel, NULL, NULL);
    dial_finish(dial, error);
}

static void on_deferred(struct deferred *deferred)
{
    struct dial *dial = list_owner(deferred, struct dial, deferred);
    dial_finish(dial, dial->error);
}

/* -1 and errno on failure. */
static int start_connect(const struct judged_address *to)
{
    struct sockaddr_storage socket_address;
    socklen_t length = address_to_socket(&to->address, to->port, &socket_address);
    int descriptor = socket(socket_address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int one = 1;
    if (descriptor < 0)
        return -1;
    if (!room_has_descriptor(descriptor, ROOM_FOR_UPSTREAMS)) {
        close(descriptor);
        errno = EMFILE;
        return -1;
    }
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (connect(descriptor, (struct sockaddr *)&socket_address, length) == 0 || errno == EINPROGRESS)
        return descriptor;
    int error = errno;
    close(descriptor);
    errno = error;
    return -1;
}

struct dial *dial_start(struct loop *loop, const struct judged_address *to, dial_done on_done, void *context)
{
    struct dial *dial = base_zalloc(sizeof(*dial));
    int descriptor = start_connect(to);
    dial->on_done = on_done;
    dial->context = context;
    dial->deferred.run = on_deferred;
    if (descriptor >= 0) {
        dial->channel = channel_new_connecting(loop, descriptor, on_connected, dial);
    } else {
        dial->error = errno;
        loop_defer(loop, &dial->deferred);
    }
    return dial;
}

void dial_cancel(struct dial *dial)
{
    if (dial == NULL)
        return;
    deferred_cancel(&dial->deferred);
    channel_free(dial->channel);
    base_free(dial);
}
