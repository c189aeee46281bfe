/* SPDX-License-Identifier: Apache-2.0 */
/* Accepts in batches; without a descriptor to spare it rests instead of spinning. */
#include <errno.h>
#include <unistd.h>

#include "exeat/base/check.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"
#include "net_internal.h"

enum { ACCEPT_BATCH = 64, TURNED_AWAY_BATCH = 8, REST_MS = 100, PAUSE_MS = 1 };

struct listener {
    struct loop *loop;   /* borrowed */
    struct event *event; /* owned */
    struct timer *rest;  /* owned */
    int descriptor;      /* owned */
    listener_accept on_accept;
    void *context;
};

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

/* The kernel may have no memory for it: a listener is not lost for that. */
static void on_rested(void *context)
{
    struct listener *listener = context;
    if (event_add(listener->event, NULL) != 0)
        timer_start(listener->rest, REST_MS);
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
    loop_add(listener->event, NULL);
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
