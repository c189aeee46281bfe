/* SPDX-License-Identifier: Apache-2.0 */
/* Connecting to one judged address, with a deadline. Takes nothing but a judged address: the order of the gate is in
 * the types. */
#include <errno.h>
#include <unistd.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "net_internal.h"

struct dial {
    struct event *event; /* owned */
    int descriptor;      /* owned until handed over */
    dial_done on_done;
    void *context;
};

static void dial_finish(struct dial *dial, enum dial_result result)
{
    dial_done on_done = dial->on_done;
    void *context = dial->context;
    int descriptor = dial->descriptor;
    dial->descriptor = -1;
    if (result != DIAL_OK && descriptor >= 0) {
        close(descriptor);
        descriptor = -1;
    }
    dial_cancel(dial);
    on_done(context, result, descriptor);
}

static void on_connected(evutil_socket_t descriptor, short events, void *context)
{
    struct dial *dial = context;
    if ((events & EV_TIMEOUT) != 0 && (events & EV_WRITE) == 0) {
        dial_finish(dial, dial->descriptor < 0 ? DIAL_REFUSED : DIAL_TIMED_OUT);
        return;
    }
    int error = 0;
    socklen_t length = sizeof(error);
    if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) != 0)
        error = errno;
    event_del(dial->event);
    if (error == ETIMEDOUT)
        dial_finish(dial, DIAL_TIMED_OUT);
    else
        dial_finish(dial, error == 0 ? DIAL_OK : DIAL_REFUSED);
}

static int start_connect(const struct judged_address *to)
{
    struct sockaddr_storage socket_address;
    socklen_t length = address_to_socket(&to->address, to->port, &socket_address);
    int descriptor = socket(socket_address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return -1;
    if (connect(descriptor, (struct sockaddr *)&socket_address, length) == 0 || errno == EINPROGRESS)
        return descriptor;
    close(descriptor);
    return -1;
}

struct dial *
dial_start(struct loop *loop, const struct judged_address *to, uint64_t timeout_ms, dial_done on_done, void *context)
{
    struct dial *dial = base_zalloc(sizeof(*dial));
    dial->on_done = on_done;
    dial->context = context;
    dial->descriptor = start_connect(to);
    if (dial->descriptor < 0)
        timeout_ms = 0; /* a connect that failed at once is told from the loop, like any other */
    short events = dial->descriptor < 0 ? 0 : EV_WRITE;
    dial->event = event_new(loop->base, dial->descriptor, events, on_connected, dial);
    ASSERT(dial->event != NULL);
    struct timeval after = {
        .tv_sec = (time_t)(timeout_ms / 1000),
        .tv_usec = (suseconds_t)(timeout_ms % 1000 * 1000),
    };
    event_add(dial->event, &after);
    return dial;
}

void dial_cancel(struct dial *dial)
{
    if (dial == NULL)
        return;
    event_free(dial->event);
    if (dial->descriptor >= 0)
        close(dial->descriptor);
    base_free(dial);
}
