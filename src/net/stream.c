/* SPDX-License-Identifier: Apache-2.0 */
/* Non-blocking byte streams: one edge-triggered event for both directions, a transport for plain sockets or TLS. What
 * the socket said last is remembered, so that it is not asked again: after "not now" it will tell by an event. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "net_internal.h"

struct stream {
    struct event event;
    int descriptor;  /* owned */
    bool may_read;   /* it did not say "not now" since its last event */
    bool may_write;  /* likewise */
    bool has_news;   /* an event came that no read has used up */
    bool peer_ended; /* the peer's FIN was seen by the loop */
    stream_ready on_ready;
    void *context;
    const struct stream_transport *transport;
    void *state; /* owned through transport->release */
};

static enum io io_of_errno(int error)
{
    return error == EAGAIN ? IO_AGAIN : IO_BROKEN;
}

/* A read that came up short has emptied the socket: what comes later is told by an event. The peer's end is still to
 * be read, and so may be a break that came with the last bytes: whoever needs more reads on. */
enum io stream_receive(struct stream *stream, void *out, size_t capacity, size_t *got)
{
    if (!stream->may_read)
        return IO_AGAIN;
    ssize_t count = TEMP_FAILURE_RETRY(recv(stream->descriptor, out, capacity, 0));
    if (count < 0) {
        enum io result = io_of_errno(errno);
        stream->may_read = result != IO_AGAIN;
        stream->has_news = result != IO_AGAIN;
        return result;
    }
    stream->has_news = stream->peer_ended || (size_t)count == capacity;
    *got = (size_t)count;
    return count == 0 ? IO_END : IO_OK;
}

enum io stream_send(struct stream *stream, const struct iovec *parts, int count, bool more, size_t *put)
{
    if (!stream->may_write)
        return IO_AGAIN;
    struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)parts, .msg_iovlen = (size_t)count};
    ssize_t written =
        TEMP_FAILURE_RETRY(sendmsg(stream->descriptor, &message, more ? MSG_NOSIGNAL | MSG_MORE : MSG_NOSIGNAL));
    if (written < 0) {
        enum io result = io_of_errno(errno);
        stream->may_write = result != IO_AGAIN;
        return result;
    }
    *put = (size_t)written;
    return IO_OK;
}

/* How much came says nothing about what is left: a pipe is full when its pages are. */
enum io stream_splice_in(struct stream *stream, int pipe, size_t most, size_t *got)
{
    if (!stream->may_read)
        return IO_AGAIN;
    const unsigned flags = SPLICE_F_NONBLOCK | SPLICE_F_MOVE;
    ssize_t count = TEMP_FAILURE_RETRY(splice(stream->descriptor, NULL, pipe, NULL, most, flags));
    if (count < 0) {
        enum io result = io_of_errno(errno);
        stream->may_read = stream->has_news = result != IO_AGAIN;
        return result;
    }
    *got = (size_t)count;
    return count == 0 ? IO_END : IO_OK;
}

enum io stream_splice_out(struct stream *stream, int pipe, size_t most, size_t *put)
{
    if (!stream->may_write)
        return IO_AGAIN;
    const unsigned flags = SPLICE_F_NONBLOCK | SPLICE_F_MOVE;
    ssize_t count = TEMP_FAILURE_RETRY(splice(pipe, NULL, stream->descriptor, NULL, most, flags));
    if (count < 0) {
        enum io result = io_of_errno(errno);
        stream->may_write = result != IO_AGAIN;
        return result;
    }
    *put = (size_t)count;
    return count == 0 ? IO_BROKEN : IO_OK; /* the pipe was said to hold something */
}

enum io stream_shut(struct stream *stream)
{
    return shutdown(stream->descriptor, SHUT_WR) == 0 ? IO_OK : IO_BROKEN;
}

static enum io plain_read(void *state, void *out, size_t capacity, size_t *got)
{
    return stream_receive(state, out, capacity, got);
}

static enum io plain_write(void *state, const struct iovec *parts, int count, size_t *put)
{
    return stream_send(state, parts, count, false, put);
}

static enum io plain_finish(void *state)
{
    return stream_shut(state);
}

static void plain_release(void *state)
{
    (void)state;
}

static bool plain_has_more(void *state)
{
    (void)state;
    return false;
}

static const struct stream_transport plain = {
    .read = plain_read,
    .write = plain_write,
    .finish = plain_finish,
    .release = plain_release,
    .has_more = plain_has_more,
};

static void on_event(evutil_socket_t descriptor, short events, void *context)
{
    (void)descriptor;
    struct stream *stream = context;
    if ((events & (EV_READ | EV_CLOSED)) != 0)
        stream->may_read = stream->has_news = true;
    if ((events & EV_WRITE) != 0)
        stream->may_write = true;
    if ((events & EV_CLOSED) != 0)
        stream->peer_ended = true;
    if (stream->on_ready != NULL)
        stream->on_ready(stream->context);
}

struct stream *stream_new_connecting(struct loop *loop, int descriptor, stream_ready on_ready, void *context)
{
    struct stream *stream = base_zalloc(sizeof(*stream));
    stream->descriptor = descriptor;
    stream->on_ready = on_ready;
    stream->context = context;
    stream->transport = &plain;
    stream->state = stream;
    const short events = EV_READ | EV_WRITE | EV_CLOSED | EV_ET | EV_PERSIST;
    int result = event_assign(&stream->event, loop->base, descriptor, events, on_event, stream);
    ASSERT(result == 0);
    event_add(&stream->event, NULL);
    return stream;
}

struct stream *stream_new(struct loop *loop, int descriptor, stream_ready on_ready, void *context)
{
    struct stream *stream = stream_new_connecting(loop, descriptor, on_ready, context);
    stream->may_read = stream->may_write = stream->has_news = true;
    return stream;
}

/* A connect that failed makes a socket readable too; one that is writable and no more has succeeded. */
int stream_connected(struct stream *stream)
{
    int error = 0;
    socklen_t length = sizeof(error);
    if (stream->may_write && !stream->may_read)
        return 0;
    return getsockopt(stream->descriptor, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

void stream_free(struct stream *stream)
{
    if (stream == NULL)
        return;
    stream->transport->release(stream->state);
    event_del(&stream->event);
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
    return stream->transport->read(stream->state, out, capacity, got);
}

enum io stream_write(struct stream *stream, const struct iovec *parts, int count, size_t *put)
{
    return stream->transport->write(stream->state, parts, count, put);
}

enum io stream_finish(struct stream *stream)
{
    return stream->transport->finish(stream->state);
}

bool stream_has_ended(const struct stream *stream)
{
    char byte;
    ssize_t count = TEMP_FAILURE_RETRY(recv(stream->descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT));
    return count >= 0 || errno != EAGAIN;
}

bool stream_is_quiet(const struct stream *stream)
{
    return !stream->has_news && !stream->transport->has_more(stream->state);
}
