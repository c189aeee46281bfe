/* SPDX-License-Identifier: Apache-2.0 */
/* Non-blocking byte channels: one edge-triggered event for what comes and, once it was full, for what goes; a transport
 * for plain sockets or TLS. What the socket said last is remembered, so that it is not asked again: after "not now" it
 * will tell by an event. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "net_internal.h"

struct channel {
    struct event event;
    int descriptor;     /* owned */
    bool may_read;      /* it did not say "not now" since its last event */
    bool may_write;     /* likewise */
    bool has_news;      /* an event came that no read has used up */
    bool peer_ended;    /* the peer's FIN was seen by the loop */
    bool may_be_broken; /* its last event may have been of that */
    bool has_broken;    /* after its end */
    channel_ready on_ready;
    void *context;
    struct channel_layer layer; /* owned through its transport's `release` */
    struct event *delivery;     /* owned; NULL but for who waits until all has arrived */
};

static enum io io_of_errno(int error)
{
    return error == EAGAIN ? IO_AGAIN : IO_BROKEN;
}

static void on_event(evutil_socket_t descriptor, short events, void *context);

/* Whatever holds already is told with the loop's next turn. */
static void watch(struct channel *channel, struct event_base *base, short writable)
{
    const short events = EV_READ | EV_CLOSED | EV_ET | EV_PERSIST;
    int result = event_assign(&channel->event, base, channel->descriptor, events | writable, on_event, channel);
    ASSERT(result == 0);
    loop_add(&channel->event, NULL);
}

static void watch_writable(struct channel *channel)
{
    struct event_base *base = event_get_base(&channel->event);
    if ((event_get_events(&channel->event) & EV_WRITE) != 0)
        return;
    event_del(&channel->event);
    watch(channel, base, EV_WRITE);
}

/* Few sockets are ever full: those alone tell when they are so no longer. */
static void await_room(struct channel *channel)
{
    channel->may_write = false;
    watch_writable(channel);
}

/* A read that came up short has emptied the socket: what comes later is told by an event. The peer's end is still to
 * be read, and so may be a break that came with the last bytes: whoever needs more reads on. */
enum io channel_receive(struct channel *channel, void *out, size_t capacity, size_t *got)
{
    if (!channel->may_read)
        return IO_AGAIN;
    ssize_t count = TEMP_FAILURE_RETRY(recv(channel->descriptor, out, capacity, 0));
    if (count < 0) {
        enum io result = io_of_errno(errno);
        channel->may_read = result != IO_AGAIN;
        channel->has_news = result != IO_AGAIN;
        return result;
    }
    channel->has_news = channel->peer_ended || (size_t)count == capacity;
    *got = (size_t)count;
    return count == 0 ? IO_END : IO_OK;
}

/* One part, as nearly always, costs the kernel less without a list of it. */
static ssize_t send_parts(int descriptor, const struct iovec *parts, int count, int flags)
{
    if (count == 1)
        return send(descriptor, parts->iov_base, parts->iov_len, flags);
    struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)parts, .msg_iovlen = (size_t)count};
    return sendmsg(descriptor, &message, flags);
}

enum io channel_send(struct channel *channel, const struct iovec *parts, int count, bool more, size_t *put)
{
    if (!channel->may_write)
        return IO_AGAIN;
    int flags = more ? MSG_NOSIGNAL | MSG_MORE : MSG_NOSIGNAL;
    ssize_t written = TEMP_FAILURE_RETRY(send_parts(channel->descriptor, parts, count, flags));
    if (written < 0) {
        enum io result = io_of_errno(errno);
        if (result == IO_AGAIN)
            await_room(channel);
        return result;
    }
    *put = (size_t)written;
    return IO_OK;
}

/* How much came says nothing about what is left: a pipe is full when its pages are. */
enum io channel_splice_in(struct channel *channel, int pipe, size_t most, size_t *got)
{
    if (!channel->may_read)
        return IO_AGAIN;
    const unsigned flags = SPLICE_F_NONBLOCK | SPLICE_F_MOVE;
    ssize_t count = TEMP_FAILURE_RETRY(splice(channel->descriptor, NULL, pipe, NULL, most, flags));
    if (count < 0) {
        enum io result = io_of_errno(errno);
        channel->may_read = channel->has_news = result != IO_AGAIN;
        return result;
    }
    *got = (size_t)count;
    return count == 0 ? IO_END : IO_OK;
}

enum io channel_splice_out(struct channel *channel, int pipe, size_t most, size_t *put)
{
    if (!channel->may_write)
        return IO_AGAIN;
    const unsigned flags = SPLICE_F_NONBLOCK | SPLICE_F_MOVE;
    ssize_t count = TEMP_FAILURE_RETRY(splice(pipe, NULL, channel->descriptor, NULL, most, flags));
    if (count < 0) {
        enum io result = io_of_errno(errno);
        if (result == IO_AGAIN)
            await_room(channel);
        return result;
    }
    *put = (size_t)count;
    return count == 0 ? IO_BROKEN : IO_OK; /* the pipe was said to hold something */
}

static enum io plain_read(void *state, void *out, size_t capacity, size_t *got)
{
    return channel_receive(state, out, capacity, got);
}

static enum io plain_write(void *state, const struct iovec *parts, int count, size_t *put)
{
    return channel_send(state, parts, count, false, put);
}

static enum io plain_finish(void *state)
{
    const struct channel *channel = state;
    return shutdown(channel->descriptor, SHUT_WR) == 0 ? IO_OK : IO_BROKEN; /* FIN */
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

static const struct channel_transport plain = {
    .read = plain_read,
    .write = plain_write,
    .finish = plain_finish,
    .release = plain_release,
    .has_more = plain_has_more,
};

/* Whoever has closed listens no more, and the channel is there until the turn ends. */
static void tell(const struct channel *channel)
{
    if (channel->on_ready != NULL)
        channel->on_ready(channel->context);
}

static void on_event(evutil_socket_t descriptor, short events, void *context)
{
    (void)descriptor;
    struct channel *channel = context;
    if ((events & (EV_READ | EV_CLOSED)) != 0)
        channel->may_read = channel->has_news = true;
    if ((events & EV_WRITE) != 0)
        channel->may_write = true;
    if ((events & EV_CLOSED) != 0)
        channel->peer_ended = true;
    channel->may_be_broken = (events & EV_CLOSED) == 0; /* libevent tells a break as room and bytes, not as an end */
    tell(channel);
}

static struct channel *channel_over(int descriptor, channel_ready on_ready, void *context)
{
    struct channel *channel = base_zalloc(sizeof(*channel));
    channel->descriptor = descriptor;
    channel->on_ready = on_ready;
    channel->context = context;
    channel->layer = (struct channel_layer){&plain, channel};
    return channel;
}

struct channel *channel_new_connecting(struct loop *loop, int descriptor, channel_ready on_ready, void *context)
{
    struct channel *channel = channel_over(descriptor, on_ready, context);
    watch(channel, loop->base, EV_WRITE);
    return channel;
}

struct channel *channel_new(struct loop *loop, int descriptor, channel_ready on_ready, void *context)
{
    struct channel *channel = channel_over(descriptor, on_ready, context);
    channel->may_read = channel->may_write = true;
    watch(channel, loop->base, 0);
    return channel;
}

/* A connect that failed makes a socket readable too; one that is writable and no more has succeeded. */
int channel_connected(struct channel *channel)
{
    int error = 0;
    socklen_t length = sizeof(error);
    if (channel->may_write && !channel->may_read)
        return 0;
    return getsockopt(channel->descriptor, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

void channel_free(struct channel *channel)
{
    if (channel == NULL)
        return;
    channel->layer.transport->release(channel->layer.state);
    event_del(&channel->event);
    if (channel->delivery != NULL)
        event_free(channel->delivery);
    close(channel->descriptor);
    base_free(channel);
}

void channel_break(struct channel *channel)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    setsockopt(channel->descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

void channel_set_handler(struct channel *channel, channel_ready on_ready, void *context)
{
    channel->on_ready = on_ready;
    channel->context = context;
}

struct channel_layer channel_layer(const struct channel *channel)
{
    return channel->layer;
}

void channel_set_layer(struct channel *channel, struct channel_layer layer)
{
    channel->layer = layer;
}

bool channel_is_plain(const struct channel *channel)
{
    return channel->layer.transport == &plain;
}

int channel_descriptor(const struct channel *channel)
{
    return channel->descriptor;
}

enum io channel_read(struct channel *channel, void *out, size_t capacity, size_t *got)
{
    return channel->layer.transport->read(channel->layer.state, out, capacity, got);
}

enum io channel_write(struct channel *channel, const struct iovec *parts, int count, size_t *put)
{
    return channel->layer.transport->write(channel->layer.state, parts, count, put);
}

enum io channel_finish(struct channel *channel)
{
    return channel->layer.transport->finish(channel->layer.state);
}

bool channel_has_ended(const struct channel *channel)
{
    char byte;
    ssize_t count = TEMP_FAILURE_RETRY(recv(channel->descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT));
    return count >= 0 || errno != EAGAIN;
}

bool channel_has_broken(struct channel *channel)
{
    bool is_told = channel->may_be_broken;
    channel->may_be_broken = false;
    return channel->has_broken || (is_told && channel_broke_at_once(channel));
}

/* The kernel names errors too that pass, as of a way that was away for a moment: what lives on after one is not broken.
 */
static bool lives_on(int descriptor)
{
    struct tcp_info info = {0};
    socklen_t length = sizeof(info);
    return getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &length) == 0 && info.tcpi_state != TCP_CLOSE;
}

bool channel_broke_at_once(struct channel *channel)
{
    int error = 0;
    socklen_t length = sizeof(error);
    bool has_error = getsockopt(channel->descriptor, SOL_SOCKET, SO_ERROR, &error, &length) != 0 || error != 0;
    channel->has_broken = channel->has_broken || (has_error && !lives_on(channel->descriptor));
    return channel->has_broken;
}

static void on_delivery_due(evutil_socket_t descriptor, short events, void *context)
{
    (void)descriptor, (void)events;
    tell(context);
}

/* The acknowledgement of our end is an event, as of room; that of bytes is none, while there was room all the time. */
static void await_delivery(struct channel *channel)
{
    static const struct timeval soon = {.tv_usec = 20000};
    watch_writable(channel);
    if (channel->delivery == NULL)
        channel->delivery = evtimer_new(event_get_base(&channel->event), on_delivery_due, channel);
    ASSERT(channel->delivery != NULL);
    loop_add(channel->delivery, &soon);
}

/* What is queued is what was written and is not acknowledged, our end too. */
bool channel_is_delivered(struct channel *channel)
{
    uint32_t figures[SK_MEMINFO_VARS] = {0};
    socklen_t length = sizeof(figures);
    bool is_known = getsockopt(channel->descriptor, SOL_SOCKET, SO_MEMINFO, figures, &length) == 0;
    if (!is_known || figures[SK_MEMINFO_WMEM_QUEUED] == 0)
        return true;
    await_delivery(channel);
    return false;
}

bool channel_is_quiet(const struct channel *channel)
{
    return !channel->has_news && !channel->layer.transport->has_more(channel->layer.state);
}
