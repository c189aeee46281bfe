/* SPDX-License-Identifier: Apache-2.0 */
/* The name servers, asked by c-ares on the loop. One that was silent while another answered is asked last for a while;
 * c-ares cannot change the order while it waits for an answer, so a new channel takes over and the old one ends with
 * its last question. */
#include <ares.h>
#include <netdb.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "names_internal.h"
#include "net_internal.h"

/* Each server in turn has a second, and then two. */
enum { TRY_MS = 1000, TRIES = 2 };
enum { TURNED_FOR_US = 300000000 };

struct channel {
    struct list_node node; /* in name_servers->former, once another has taken over */
    struct name_servers *servers;
    ares_channel ares;   /* owned */
    struct timer *timer; /* owned; when c-ares wants to be called without news */
    struct list sockets; /* struct channel_socket */
    size_t pending;      /* questions */
};

/* One socket of c-ares. */
struct channel_socket {
    struct list_node node;
    struct event *event; /* owned */
    ares_socket_t descriptor;
};

struct name_servers {
    struct loop *loop;        /* borrowed */
    const char *configured;   /* borrowed; NULL: resolv.conf */
    struct channel *channel;  /* owned */
    struct list former;       /* struct channel; owned */
    struct deferred reaper;   /* of former channels that wait for nothing any more */
    uint64_t turned_until_us; /* the order is another than configured; 0: it is not */
};

struct question {
    struct channel *channel;
    name_servers_done on_done;
    void *context;
};

/* --- c-ares on the loop ----------------------------------------------------------------------------------------------
 */

static void arm_timer(struct channel *channel)
{
    struct timeval wait;
    struct timeval most = {.tv_sec = 60};
    const struct timeval *until = ares_timeout(channel->ares, &most, &wait);
    if (list_is_empty(&channel->sockets) || until == NULL) {
        timer_stop(channel->timer);
        return;
    }
    timer_start(channel->timer, (uint64_t)until->tv_sec * 1000 + (uint64_t)until->tv_usec / 1000 + 1);
}

static void on_socket(evutil_socket_t descriptor, short events, void *context)
{
    struct channel *channel = context;
    ares_socket_t readable = (events & EV_READ) != 0 ? descriptor : ARES_SOCKET_BAD;
    ares_socket_t writable = (events & EV_WRITE) != 0 ? descriptor : ARES_SOCKET_BAD;
    ares_process_fd(channel->ares, readable, writable);
    arm_timer(channel);
}

static void on_timer(void *context)
{
    struct channel *channel = context;
    ares_process_fd(channel->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    arm_timer(channel);
}

static struct channel_socket *find_socket(struct channel *channel, ares_socket_t descriptor)
{
    for (struct list_node *node = list_first(&channel->sockets); node != NULL;
         node = list_next(&channel->sockets, node)) {
        struct channel_socket *entry = list_owner(node, struct channel_socket, node);
        if (entry->descriptor == descriptor)
            return entry;
    }
    return NULL;
}

static void socket_free(struct channel_socket *entry)
{
    list_remove(&entry->node);
    event_free(entry->event);
    base_free(entry);
}

/* c-ares tells which of its sockets it waits for. */
static void on_socket_state(void *context, ares_socket_t descriptor, int readable, int writable)
{
    struct channel *channel = context;
    struct channel_socket *entry = find_socket(channel, descriptor);
    if (entry != NULL)
        socket_free(entry);
    if (!readable && !writable)
        return;
    entry = base_zalloc(sizeof(*entry));
    entry->descriptor = descriptor;
    short events = (short)(EV_PERSIST | (readable ? EV_READ : 0) | (writable ? EV_WRITE : 0));
    entry->event = event_new(channel->servers->loop->base, descriptor, events, on_socket, channel);
    ASSERT(entry->event != NULL);
    event_add(entry->event, NULL);
    list_append(&channel->sockets, &entry->node);
}

static struct channel *channel_new(struct name_servers *servers)
{
    struct channel *channel = base_zalloc(sizeof(*channel));
    channel->servers = servers;
    list_init(&channel->sockets);
    channel->timer = timer_new(servers->loop, on_timer, channel);
    struct ares_options options = {
        .timeout = TRY_MS,
        .tries = TRIES,
        .sock_state_cb = on_socket_state,
        .sock_state_cb_data = channel,
    };
    int mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS | ARES_OPT_DOMAINS | ARES_OPT_SOCK_STATE_CB;
    int status = ares_init_options(&channel->ares, &options, mask);
    ASSERT(status == ARES_SUCCESS);
    return channel;
}

static void channel_free(struct channel *channel)
{
    list_remove(&channel->node);
    ares_destroy(channel->ares);
    struct list_node *node;
    while ((node = list_first(&channel->sockets)) != NULL)
        socket_free(list_owner(node, struct channel_socket, node));
    timer_free(channel->timer);
    base_free(channel);
}

/* --- which is asked first --------------------------------------------------------------------------------------------
 */

static void reap(struct deferred *deferred)
{
    struct name_servers *servers = list_owner(deferred, struct name_servers, reaper);
    struct list_node *next;
    for (struct list_node *node = list_first(&servers->former); node != NULL; node = next) {
        struct channel *channel = list_owner(node, struct channel, node);
        next = list_next(&servers->former, node);
        if (channel->pending == 0)
            channel_free(channel);
    }
}

static void take_over(struct name_servers *servers, struct channel *channel)
{
    list_append(&servers->former, &servers->channel->node);
    servers->channel = channel;
    loop_defer(servers->loop, &servers->reaper);
}

static struct channel *channel_as_configured(struct name_servers *servers)
{
    struct channel *channel = channel_new(servers);
    if (servers->configured != NULL && servers->configured[0] != '\0') {
        int status = ares_set_servers_ports_csv(channel->ares, servers->configured);
        ASSERT(status == ARES_SUCCESS); /* the configuration has parsed them */
    }
    return channel;
}

/* The first `count` servers go to the end of a list that is longer. */
static struct ares_addr_port_node *turn(struct ares_addr_port_node *first, size_t count)
{
    for (; count > 0; count--) {
        struct ares_addr_port_node *moved = first;
        struct ares_addr_port_node *last = first;
        while (last->next != NULL)
            last = last->next;
        if (last == first)
            break;
        first = moved->next;
        last->next = moved;
        moved->next = NULL;
    }
    return first;
}

static size_t length_of(const struct ares_addr_port_node *list)
{
    size_t length = 0;
    for (; list != NULL; list = list->next)
        length++;
    return length;
}

static void put_silent_last(struct name_servers *servers, size_t silent)
{
    struct ares_addr_port_node *list = NULL;
    if (ares_get_servers_ports(servers->channel->ares, &list) != ARES_SUCCESS)
        return;
    size_t length = length_of(list);
    if (length > 1 && silent % length != 0) {
        struct channel *channel = channel_new(servers);
        list = turn(list, silent % length);
        if (ares_set_servers_ports(channel->ares, list) == ARES_SUCCESS) {
            take_over(servers, channel);
            servers->turned_until_us = loop_now_us(servers->loop) + TURNED_FOR_US;
        } else {
            channel_free(channel);
        }
    }
    ares_free_data(list);
}

/* --- questions -------------------------------------------------------------------------------------------------------
 */

// NOLINTNEXTLINE(readability-non-const-parameter): the signature is the library's
static void on_answer(void *context, int status, int timeouts, unsigned char *data, int length)
{
    struct question *question = context;
    struct channel *channel = question->channel;
    struct name_servers *servers = channel->servers;
    bool has_answer = status != ARES_ETIMEOUT && data != NULL;
    channel->pending--;
    if (status != ARES_EDESTRUCTION) {
        if (timeouts > 0 && has_answer && channel == servers->channel)
            put_silent_last(servers, (size_t)timeouts);
        question->on_done(question->context, status, (struct bytes){data, has_answer ? (size_t)length : 0});
        loop_defer(servers->loop, &servers->reaper);
    }
    base_free(question);
}

void name_servers_ask(
    struct name_servers *servers, const char *absolute, int type, name_servers_done on_done, void *context)
{
    if (servers->turned_until_us != 0 && servers->turned_until_us <= loop_now_us(servers->loop)) {
        take_over(servers, channel_as_configured(servers));
        servers->turned_until_us = 0;
    }
    struct channel *channel = servers->channel;
    struct question *question = base_zalloc(sizeof(*question));
    *question = (struct question){channel, on_done, context};
    channel->pending++;
    ares_query(channel->ares, absolute, 1, type, on_answer, question); /* class IN */
    arm_timer(channel);
}

struct name_servers *name_servers_new(struct loop *loop, const char *configured)
{
    struct name_servers *servers = base_zalloc(sizeof(*servers));
    servers->loop = loop;
    servers->configured = configured;
    servers->reaper.run = reap;
    list_init(&servers->former);
    servers->channel = channel_as_configured(servers);
    return servers;
}

void name_servers_free(struct name_servers *servers)
{
    struct list_node *node;
    channel_free(servers->channel);
    while ((node = list_first(&servers->former)) != NULL)
        channel_free(list_owner(node, struct channel, node));
    deferred_cancel(&servers->reaper);
    base_free(servers);
}
