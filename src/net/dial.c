/* SPDX-License-Identifier: Apache-2.0 */
/* Connecting to one judged address, with a deadline. Takes nothing but a judged address: the order of the gate is in
 * the types. */
#include <errno.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "net_internal.h"

struct dial {
    struct stream *stream; /* owned until handed over; NULL: the connect failed at once */
    struct timer *timer;   /* owned */
    dial_done on_done;
    void *context;
};

static void dial_finish(struct dial *dial, enum dial_result result)
{
    dial_done on_done = dial->on_done;
    void *context = dial->context;
    struct stream *stream = dial->stream;
    dial->stream = NULL;
    if (result != DIAL_OK) {
        stream_free(stream);
        stream = NULL;
    }
    dial_cancel(dial);
    on_done(context, result, stream);
}

static void on_connected(void *context)
{
    struct dial *dial = context;
    switch (stream_connected(dial->stream)) {
    case 0:
        stream_set_handler(dial->stream, NULL, NULL);
        dial_finish(dial, DIAL_OK);
        break;
    case ETIMEDOUT:
        dial_finish(dial, DIAL_TIMED_OUT);
        break;
    default:
        dial_finish(dial, DIAL_REFUSED);
    }
}

static void on_too_late(void *context)
{
    struct dial *dial = context;
    dial_finish(dial, dial->stream == NULL ? DIAL_REFUSED : DIAL_TIMED_OUT);
}

static int start_connect(const struct judged_address *to)
{
    struct sockaddr_storage socket_address;
    socklen_t length = address_to_socket(&to->address, to->port, &socket_address);
    int descriptor = socket(socket_address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int one = 1;
    if (descriptor < 0)
        return -1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (connect(descriptor, (struct sockaddr *)&socket_address, length) == 0 || errno == EINPROGRESS)
        return descriptor;
    close(descriptor);
    return -1;
}

struct dial *
dial_start(struct loop *loop, const struct judged_address *to, uint64_t timeout_ms, dial_done on_done, void *context)
{
    struct dial *dial = base_zalloc(sizeof(*dial));
    int descriptor = start_connect(to);
    dial->on_done = on_done;
    dial->context = context;
    dial->timer = timer_new(loop, on_too_late, dial);
    if (descriptor >= 0)
        dial->stream = stream_new_connecting(loop, descriptor, on_connected, dial);
    /* A connect that failed at once is told from the loop, like any other. */
    timer_start(dial->timer, dial->stream == NULL ? 0 : timeout_ms);
    return dial;
}

void dial_cancel(struct dial *dial)
{
    if (dial == NULL)
        return;
    timer_free(dial->timer);
    stream_free(dial->stream);
    base_free(dial);
}
