/* SPDX-License-Identifier: Apache-2.0 */
/* Non-blocking byte streams: one edge-triggered event for both directions, a transport for plain sockets or TLS. */
#include <errno.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "net_internal.h"

struct stream {
    struct event *event; /* owned */
    int descriptor;      /* owned */
    stream_ready on_ready;
    void *context;
    const struct stream_transport *transport;
    void *state; /* owned through transport->release */
};

static enum io io_of_errno(int error)
{
    return error == EAGAIN || error == EINTR ? IO_AGAIN : IO_BROKEN;
}

static enum io plain_read(void *state, int descriptor, void *out, size_t capacity, size_t *got)
{
    (void)state;
    ssize_t count = recv(descriptor, out, capacity, 0);
    if (count < 0)
        return io_of_errno(errno);
    *got = (size_t)count;
    return count == 0 ? IO_END : IO_OK;
}

static enum io plain_write(void *state, int descriptor, const struct iovec *parts, int count, size_t *put)
{
    (void)state;
    struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)parts, .msg_iovlen = (size_t)count};
    ssize_t written = sendmsg(descriptor, &message, MSG_NOSIGNAL);
    if (written < 0)
        return io_of_errno(errno);
    *put = (size_t)written;
    return IO_OK;
}

static enum io plain_finish(void *state, int descriptor)
{
    (void)state;
    return shutdown(descriptor, SHUT_WR) == 0 ? IO_OK : IO_BROKEN;
}

static void plain_release(void *state)
{
    (void)state;
}

static const struct stream_transport plain = {
    .read = plain_read,
    .write = plain_write,
    .finish = plain_finish,
    .release = plain_release,
};

static void on_event(evutil_socket_t descriptor, short events, void *context)
{
    (void)descriptor;
    (void)events;
    struct stream *stream = context;
    if (stream->on_ready != NULL)
        stream->on_ready(stream->context);
}

struct stream *stream_new(struct loop *loop, int descriptor, stream_ready on_ready, void *context)
{
    struct stream *stream = base_zalloc(sizeof(*stream));
    int one = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    stream->descriptor = descriptor;
    stream->on_ready = on_ready;
    stream->context = context;
    stream->transport = &plain;
    stream->event = event_new(loop->base, descriptor, EV_READ | EV_WRITE | EV_ET | EV_PERSIST, on_event, stream);
    ASSERT(stream->event != NULL);
    event_add(stream->event, NULL);
    return stream;
}

void stream_free(struct stream *stream)
{
    if (stream == NULL)
        return;
    stream->transport->release(stream->state);
    event_free(stream->event);
    close(stream->descriptor);
    base_free(stream);
}

void stream_break(struct stream *stream)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    setsockopt(stream->descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

void stream_set_handler(struct stream *stream, stream_ready on_ready, void *context)
{
    stream->on_ready = on_ready;
    stream->context = context;
}

void stream_set_transport(struct stream *stream, const struct stream_transport *transport, void *state)
{
    ASSERT(stream_is_plain(stream));
    stream->transport = transport;
    stream->state = state;
}

bool stream_is_plain(const struct stream *stream)
{
    return stream->transport == &plain;
}

int stream_descriptor(const struct stream *stream)
{
    return stream->descriptor;
}

enum io stream_read(struct stream *stream, void *out, size_t capacity, size_t *got)
{
    return stream->transport->read(stream->state, stream->descriptor, out, capacity, got);
}

enum io stream_write(struct stream *stream, const struct iovec *parts, int count, size_t *put)
{
    return stream->transport->write(stream->state, stream->descriptor, parts, count, put);
}

enum io stream_finish(struct stream *stream)
{
    return stream->transport->finish(stream->state, stream->descriptor);
}

bool stream_is_quiet(struct stream *stream)
{
    char byte;
    ssize_t count = recv(stream->descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return count < 0 && errno == EAGAIN;
}
