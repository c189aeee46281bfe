/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets: one per worker on the same port. Accepts in batches; without a descriptor to spare it rests
 * instead of spinning. */
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "exeat/base/bytes.h"
#include "exeat/base/check.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"
#include "net_internal.h"

enum { ACCEPT_BATCH = 64, TURNED_AWAY_BATCH = 8, BACKLOG = 1024, REST_MS = 100, PAUSE_MS = 1 };

struct listener {
    struct loop *loop;   /* borrowed */
    struct event *event; /* owned */
    struct timer *rest;  /* owned */
    int descriptor;      /* owned */
    listener_accept on_accept;
    void *context;
};

static char *bind_error(const struct address *address, uint16_t port, int error)
{
    struct host host = {.kind = HOST_ADDRESS, .address = *address};
    struct buffer text = {0};
    struct buffer shown = {0};
    address_append(&shown, &host.address);
    buffer_printf(
        &text, "cannot listen on %.*s port %u: %s", TEXT_ARG(buffer_text(&shown)), port, strerrordesc_np(error));
    if (error == EADDRINUSE)
        buffer_append_string(&text, "; stop what listens there, or choose another port under `listen`");
    buffer_clear(&shown);
    return buffer_take(&text);
}

static bool bind_and_listen(int descriptor, const struct address *address, uint16_t port)
{
    int one = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)); /* what is accepted inherits it */
    if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)) != 0)
        return false;
    if (address->length == 16)
        setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
    struct sockaddr_storage socket_address;
    socklen_t length = address_to_socket(address, port, &socket_address);
    if (bind(descriptor, (struct sockaddr *)&socket_address, length) != 0)
        return false;
    return listen(descriptor, BACKLOG) == 0;
}

int listener_bind(const struct address *address, uint16_t *port, char **error)
{
    int family = address->length == 16 ? AF_INET6 : AF_INET;
    int descriptor = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0 || !bind_and_listen(descriptor, address, *port)) {
        *error = bind_error(address, *port, errno);
        if (descriptor >= 0)
            close(descriptor);
        return -1;
    }
    struct sockaddr_storage bound;
    socklen_t length = sizeof(bound);
    struct address ignored;
    if (getsockname(descriptor, (struct sockaddr *)&bound, &length) == 0 &&
        !address_from_socket((struct sockaddr *)&bound, &ignored, port))
        ASSERT(false);
    return descriptor;
}

static void rest_for(struct listener *listener, uint64_t ms)
{
    event_del(listener->event);
    timer_start(listener->rest, ms);
}

static void rest_a_while(struct listener *listener, int error)
{
    log_warn("accept_paused", log_errno(error));
    rest_for(listener, REST_MS);
}

static void on_rested(void *context)
{
    struct listener *listener = context;
    event_add(listener->event, NULL);
}

static bool is_out_of_descriptors(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/* Returns how many were turned away. */
static int accept_batch(struct listener *listener, int descriptor)
{
    int turned_away = 0;
    for (int i = 0; i < ACCEPT_BATCH && turned_away < TURNED_AWAY_BATCH; i++) {
        struct sockaddr_storage peer;
        socklen_t length = sizeof(peer);
        int accepted = accept4(descriptor, (struct sockaddr *)&peer, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (accepted < 0) {
            if (is_out_of_descriptors(errno))
                rest_a_while(listener, errno);
            break;
        }
        struct address address = {.length = 0};
        uint16_t port = 0;
        if (!address_from_socket((struct sockaddr *)&peer, &address, &port)) {
            close(accepted);
            continue;
        }
        if (!listener->on_accept(listener->context, accepted, &address, port))
            turned_away++;
    }
    return turned_away;
}

/* To turn away costs little, and a crowd that comes back at once makes it much: a few a millisecond get their answer,
 * the others wait in the backlog, and the worker's time belongs to those who are served. */
static void on_readable(evutil_socket_t descriptor, short events, void *context)
{
    (void)events;
    struct listener *listener = context;
    if (accept_batch(listener, descriptor) > 0)
        rest_for(listener, PAUSE_MS);
}

struct listener *listener_new(struct loop *loop, int descriptor, listener_accept on_accept, void *context)
{
    struct listener *listener = base_zalloc(sizeof(*listener));
    listener->loop = loop;
    listener->descriptor = descriptor;
    listener->on_accept = on_accept;
    listener->context = context;
    listener->rest = timer_new(loop, on_rested, listener);
    listener->event = event_new(loop->base, descriptor, EV_READ | EV_PERSIST, on_readable, listener);
    ASSERT(listener->event != NULL);
    event_add(listener->event, NULL);
    return listener;
}

void listener_free(struct listener *listener)
{
    if (listener == NULL)
        return;
    event_free(listener->event);
    timer_free(listener->rest);
    close(listener->descriptor);
    base_free(listener);
}
