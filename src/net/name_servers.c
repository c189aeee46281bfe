/* SPDX-License-Identifier: Apache-2.0 */
/* The name servers, asked by c-ares on the loop. One that was silent while another answered is asked last for a while;
 * c-ares cannot change the order while it waits for an answer, so a new querier takes over and the old one ends with
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

struct querier {
    struct list_node node; /* in name_servers->former, once another has taken over */
    struct name_servers *servers;
    ares_channel ares;   /* owned */
    struct timer *timer; /* owned; when c-ares wants to be called without news */
    struct list sockets; /* struct querier_socket */
    size_t pending;      /* questions */
};

/* One socket of c-ares. */
struct querier_socket {
    struct list_node node;
    struct event *event; /* owned */
    ares_socket_t descriptor;
};

struct name_servers {
    struct loop *loop;        /* borrowed */
    const char *configured;   /* borrowed; NULL: resolv.conf */
    struct querier *querier;  /* owned */
    struct list former;       /* struct querier; owned */
    struct deferred reaper;   /* of former queriers that wait for nothing any more */
    uint64_t turned_until_us; /* the order is another than configured; 0: it is not */
};

struct question {
    struct querier *querier;
    name_servers_done on_done;
    void *context;
};

/* --- c-ares on the loop ----------------------------------------------------------------------------------------------
 */

static void arm_timer(struct querier *querier)
{
    struct timeval wait;
    struct timeval most = {.tv_sec = 60};
    const struct timeval *until = ares_timeout(querier->ares, &most, &wait);
    if (list_is_empty(&querier->sockets) || until == NULL) {
        timer_stop(querier->timer);
        return;
    }
    timer_start(querier->timer, (uint64_t)until->tv_sec * 1000 + (uint64_t)until->tv_usec / 1000 + 1);
}

static void on_socket(evutil_socket_t descriptor, short events, void *context)
{
    struct querier *querier = context;
    ares_socket_t readable = (events & EV_READ) != 0 ? descriptor : ARES_SOCKET_BAD;
    ares_socket_t writable = (events & EV_WRITE) != 0 ? descriptor : ARES_SOCKET_BAD;
    ares_process_fd(querier->ares, readable, writable);
    arm_timer(querier);
}

static void on_timer(void *context)
{
    struct querier *querier = context;
    ares_process_fd(querier->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    arm_timer(querier);
}

static struct querier_socket *find_socket(struct querier *querier, ares_socket_t descriptor)
{
    for (struct list_node *node = list_first(&querier->sockets); node != NULL;
         node = list_next(&querier->sockets, node)) {
        struct querier_socket *entry = list_owner(node, struct querier_socket, node);
        if (entry->descriptor == descriptor)
            return entry;
    }
    return NULL;
}

static void socket_free(struct querier_socket *entry)
{
    list_remove(&entry->node);
    event_free(entry->event);
    base_free(entry);
}

/* c-ares tells which of its sockets it waits for. */
static void on_socket_state(void *context, ares_socket_t descriptor, int readable, int writable)
{
    struct querier *querier = context;
    struct querier_socket *entry = find_socket(querier, descriptor);
    if (entry != NULL)
        socket_free(entry);
    if (!readable && !writable)
        return;
    entry = base_zalloc(sizeof(*entry));
    entry->descriptor = descriptor;
    short events = (short)(EV_PERSIST | (readable ? EV_READ : 0) | (writable ? EV_WRITE : 0));
    entry->event = event_new(querier->servers->loop->base, descriptor, events, on_socket, querier);
    ASSERT(entry->event != NULL);
    loop_add(entry->event, NULL);
    list_append(&querier->sockets, &entry->node);
}

static struct querier *querier_new(struct name_servers *servers)
{
    struct querier *querier = base_zalloc(sizeof(*querier));
    querier->servers = servers;
    list_init(&querier->sockets);
    querier->timer = timer_new(servers->loop, on_timer, querier);
    struct ares_options options = {
        .timeout = TRY_MS,
        .tries = TRIES,
        .sock_state_cb = on_socket_state,
        .sock_state_cb_data = querier,
    };
    int mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS | ARES_OPT_DOMAINS | ARES_OPT_SOCK_STATE_CB;
    int status = ares_init_options(&querier->ares, &options, mask);
    ASSERT(status == ARES_SUCCESS);
    return querier;
}

static void querier_free(struct querier *querier)
{
    list_remove(&querier->node);
    ares_destroy(querier->ares);
    struct list_node *node;
    while ((node = list_first(&querier->sockets)) != NULL)
        socket_free(list_owner(node, struct querier_socket, node));
    timer_free(querier->timer);
    base_free(querier);
}

/* --- which is asked first --------------------------------------------------------------------------------------------
 */

static void reap(struct deferred *deferred)
{
    struct name_servers *servers = list_owner(deferred, struct name_servers, reaper);
    struct list_node *next;
    for (struct list_node *node = list_first(&servers->former); node != NULL; node = next) {
        struct querier *querier = list_owner(node, struct querier, node);
        next = list_next(&servers->former, node);
        if (querier->pending == 0)
            querier_free(querier);
    }
}

static void take_over(struct name_servers *servers, struct querier *querier)
{
    list_append(&servers->former, &servers->querier->node);
    servers->querier = querier;
    loop_defer(servers->loop, &servers->reaper);
}

static struct querier *querier_as_configured(struct name_servers *servers)
{
    struct querier *querier = querier_new(servers);
    if (servers->configured != NULL && servers->configured[0] != '\0') {
        int status = ares_set_servers_ports_csv(querier->ares, servers->configured);
        ASSERT(status == ARES_SUCCESS); /* the configuration has parsed them */
    }
    return querier;
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
    if (ares_get_servers_ports(servers->querier->ares, &list) != ARES_SUCCESS)
        return;
    size_t length = length_of(list);
    if (length > 1 && silent % length != 0) {
        struct querier *querier = querier_new(servers);
        list = turn(list, silent % length);
        if (ares_set_servers_ports(querier->ares, list) == ARES_SUCCESS) {
            take_over(servers, querier);
            servers->turned_until_us = loop_now_us(servers->loop) + TURNED_FOR_US;
        } else {
            querier_free(querier);
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
    struct querier *querier = question->querier;
    struct name_servers *servers = querier->servers;
    bool has_answer = status != ARES_ETIMEOUT && data != NULL;
    querier->pending--;
    if (status != ARES_EDESTRUCTION) {
        if (timeouts > 0 && has_answer && querier == servers->querier)
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
        take_over(servers, querier_as_configured(servers));
        servers->turned_until_us = 0;
    }
    struct querier *querier = servers->querier;
    struct question *question = base_zalloc(sizeof(*question));
    *question = (struct question){querier, on_done, context};
    querier->pending++;
    ares_query(querier->ares, absolute, 1, type, on_answer, question); /* class IN */
    arm_timer(querier);
}

struct name_servers *name_servers_new(struct loop *loop, const char *configured)
{
    struct name_servers *servers = base_zalloc(sizeof(*servers));
    servers->loop = loop;
    servers->configured = configured;
    servers->reaper.run = reap;
    list_init(&servers->former);
    servers->querier = querier_as_configured(servers);
    return servers;
}

void name_servers_free(struct name_servers *servers)
{
    struct list_node *node;
    querier_free(servers->querier);
    while ((node = list_first(&servers->former)) != NULL)
        querier_free(list_owner(node, struct querier, node));
    deferred_cancel(&servers->reaper);
    base_free(servers);
}
