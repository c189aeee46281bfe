/* SPDX-License-Identifier: Apache-2.0 */
/* Lingering close: the last words are sent, our side ends, and what the client still says is read away for a while, so
 * that no reset takes the words from it. */
#include <errno.h>
#include <unistd.h>

#include "exeat/base/check.h"
#include "exeat/base/clock.h"
#include "exeat/base/list.h"
#include "exeat/base/memory.h"
#include "exeat/net/room.h"
#include "net_internal.h"

/* FEW: who may linger when descriptors are scarce, which belong to others then. */
enum { READ_SIZE = 4096, READS_MAX = 4, FEW = 4 };

struct lingering {
    struct loop *loop;   /* borrowed */
    struct timer *timer; /* owned: of the oldest */
    struct list open;    /* oldest first */
    size_t count;
    size_t maximum;
    uint64_t limit_ms;
};
struct lingerer {
    struct list_node node;
    struct lingering *lingering; /* borrowed */
    struct event *event;         /* owned */
    int descriptor;              /* owned */
    uint64_t until_us;
};

static void end(struct lingerer *lingerer)
{
    list_remove(&lingerer->node);
    lingerer->lingering->count--;
    event_free(lingerer->event);
    close(lingerer->descriptor);
    base_free(lingerer);
}

static void end_oldest(struct lingering *lingering)
{
    end(list_owner(list_first(&lingering->open), struct lingerer, node));
}

/* Reads away what the client sent. False: it has ended too. */
static bool read_away(int descriptor)
{
    char data[READ_SIZE];
    for (int i = 0; i < READS_MAX; i++) {
        ssize_t got = recv(descriptor, data, sizeof(data), MSG_DONTWAIT);
        if (got == 0)
            return false;
        if (got < 0)
            return errno == EAGAIN || errno == EINTR;
    }
    return true;
}

static void on_readable(evutil_socket_t descriptor, short events, void *context)
{
    (void)events;
    if (!read_away((int)descriptor))
        end(context);
}

static void on_time(void *context)
{
    struct lingering *lingering = context;
    uint64_t now = clock_steady_us();
    for (struct list_node *node; (node = list_first(&lingering->open)) != NULL;) {
        const struct lingerer *oldest = list_owner(node, struct lingerer, node);
        if (oldest->until_us > now) {
            timer_start(lingering->timer, (oldest->until_us - now) / 1000 + 1);
            return;
        }
        end_oldest(lingering);
    }
}

static void linger(struct lingering *lingering, int descriptor)
{
    struct lingerer *lingerer = base_zalloc(sizeof(*lingerer));
    bool has_room = room_has_descriptor(lingering->loop, descriptor, ROOM_FOR_CLIENTS);
    if (lingering->count >= (has_room ? lingering->maximum : FEW))
        end_oldest(lingering);
    lingerer->lingering = lingering;
    lingerer->descriptor = descriptor;
    lingerer->until_us = clock_steady_us() + lingering->limit_ms * 1000;
    lingerer->event = event_new(lingering->loop->base, descriptor, EV_READ | EV_PERSIST, on_readable, lingerer);
    ASSERT(lingerer->event != NULL);
    loop_add(lingerer->event, NULL);
    if (lingering->count == 0)
        timer_start(lingering->timer, lingering->limit_ms);
    list_append(&lingering->open, &lingerer->node);
    lingering->count++;
}

void lingering_close(struct lingering *lingering, int descriptor, struct text last_words)
{
    /* A new socket has room for the words; where it has not, nobody reads. */
    ssize_t sent = send(descriptor, last_words.data, last_words.length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent == (ssize_t)last_words.length && shutdown(descriptor, SHUT_WR) == 0)
        linger(lingering, descriptor);
    else
        close(descriptor);
}

struct lingering *lingering_new(struct loop *loop, size_t maximum, uint64_t limit_ms)
{
    ASSERT(maximum > 0);
    struct lingering *lingering = base_zalloc(sizeof(*lingering));
    lingering->loop = loop;
    lingering->maximum = maximum;
    lingering->limit_ms = limit_ms;
    lingering->timer = timer_new(loop, on_time, lingering);
    list_init(&lingering->open);
    return lingering;
}

void lingering_free(struct lingering *lingering)
{
    if (lingering == NULL)
        return;
    while (lingering->count > 0)
        end_oldest(lingering);
    timer_free(lingering->timer);
    base_free(lingering);
}
