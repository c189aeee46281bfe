/* SPDX-License-Identifier: Apache-2.0 */
/* Connecting to one judged address. Takes nothing but a judged address: the order of the gate is in the types. */
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "exeat/net/room.h"
#include "net_internal.h"

/* A Unix socket whose backlog is full says so at once (EAGAIN, unix(7)), where TCP would wait: it is asked again, until
 * whoever dials has waited for long enough. */
enum { AGAIN_MS = 10 };
struct local {
    struct loop *loop; /* borrowed */
    struct timer *again;
    struct sockaddr_un name;
};

struct dial {
    struct deferred deferred;
    struct channel *channel; /* owned until handed over; NULL: the connect failed at once */
    int error;               /* why */
    struct local *local;     /* owned; NULL: it goes to an address */
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
static int start_connect(struct loop *loop, const struct sockaddr *to, socklen_t length)
{
    int descriptor = socket(to->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int one = 1;
    if (descriptor < 0)
        return -1;
    if (!room_has_descriptor(loop, descriptor, ROOM_FOR_UPSTREAMS)) {
        close(descriptor);
        errno = EMFILE;
        return -1;
    }
    if (to->sa_family != AF_UNIX)
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (connect(descriptor, to, length) == 0 || errno == EINPROGRESS)
        return descriptor;
    int error = errno;
    close(descriptor);
    errno = error;
    return -1;
}

/* A failure is told from the loop, like any other. */
static void watch(struct dial *dial, struct loop *loop, int descriptor)
{
    if (descriptor >= 0) {
        dial->channel = channel_new_connecting(loop, descriptor, on_connected, dial);
        return;
    }
    dial->error = errno;
    loop_defer(loop, &dial->deferred);
}

static struct dial *dial_new(dial_done on_done, void *context)
{
    struct dial *dial = base_zalloc(sizeof(*dial));
    dial->on_done = on_done;
    dial->context = context;
    dial->deferred.run = on_deferred;
    return dial;
}

struct dial *dial_start(struct loop *loop, const struct judged_address *to, dial_done on_done, void *context)
{
    struct sockaddr_storage name;
    socklen_t length = address_to_socket(&to->address, to->port, &name);
    struct dial *dial = dial_new(on_done, context);
    watch(dial, loop, start_connect(loop, (const struct sockaddr *)&name, length));
    return dial;
}

static void try_local(void *context)
{
    struct dial *dial = context;
    struct local *local = dial->local;
    int descriptor = start_connect(local->loop, (const struct sockaddr *)&local->name, sizeof(local->name));
    if (descriptor < 0 && errno == EAGAIN)
        timer_start(local->again, AGAIN_MS);
    else
        watch(dial, local->loop, descriptor);
}

struct dial *dial_start_socket(
    struct loop *loop, const struct judged_address *to, const struct host *host, dial_done on_done, void *context)
{
    struct dial *dial = dial_new(on_done, context);
    struct local *local = base_zalloc(sizeof(*local));
    ASSERT(to->is_socket && host->kind == HOST_SOCKET && host->length < sizeof(local->name.sun_path));
    local->loop = loop;
    local->again = timer_new(loop, try_local, dial);
    local->name.sun_family = AF_UNIX;
    memcpy(local->name.sun_path, host->text, host->length);
    dial->local = local;
    try_local(dial);
    return dial;
}

void dial_cancel(struct dial *dial)
{
    if (dial == NULL)
        return;
    deferred_cancel(&dial->deferred);
    channel_free(dial->channel);
    if (dial->local != NULL)
        timer_free(dial->local->again);
    base_free(dial->local);
    base_free(dial);
}
