/* SPDX-License-Identifier: Apache-2.0 */
/* DNS by c-ares on the loop: A and AAAA of exactly the name that was judged. Fixed answers of the configuration come
 * first. It does not judge addresses. */
#include <ares.h>
#include <netdb.h>
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/list.h"
#include "exeat/base/memory.h"
#include "net_internal.h"

enum { RESOLVER_TRIES = 2, DEFAULT_TIMEOUT_MS = 3000 };

/* One socket of c-ares. */
struct resolver_socket {
    struct list_node node;
    struct event *event; /* owned */
    ares_socket_t descriptor;
    struct resolver *resolver;
};

struct resolver {
    struct loop *loop; /* borrowed */
    const struct resolver_fixed *fixed;
    size_t fixed_count;
    ares_channel channel; /* owned */
    struct timer *timer;  /* owned; when c-ares wants to be called without news */
    struct list sockets;
};

struct resolve {
    struct deferred deferred; /* for answers that need no DNS */
    struct resolver *resolver;
    resolve_done on_done; /* NULL: cancelled */
    void *context;
    enum resolve_result result;
    size_t count;
    struct address addresses[RESOLVE_MAX];
};

static void resolve_finish(struct resolve *resolve)
{
    if (resolve->on_done != NULL)
        resolve->on_done(resolve->context, resolve->result, resolve->addresses, resolve->count);
    base_free(resolve);
}

/* --- c-ares on the loop
 * ------------------------------------------------------------------------------------------------ */

static void arm_timer(struct resolver *resolver)
{
    struct timeval wait;
    struct timeval most = {.tv_sec = 60};
    const struct timeval *until = ares_timeout(resolver->channel, &most, &wait);
    if (list_is_empty(&resolver->sockets) || until == NULL) {
        timer_stop(resolver->timer);
        return;
    }
    timer_start(resolver->timer, (uint64_t)until->tv_sec * 1000 + (uint64_t)until->tv_usec / 1000 + 1);
}

static void on_socket(evutil_socket_t descriptor, short events, void *context)
{
    struct resolver *resolver = context;
    ares_socket_t readable = (events & EV_READ) != 0 ? descriptor : ARES_SOCKET_BAD;
    ares_socket_t writable = (events & EV_WRITE) != 0 ? descriptor : ARES_SOCKET_BAD;
    ares_process_fd(resolver->channel, readable, writable);
    arm_timer(resolver);
}

static void on_timer(void *context)
{
    struct resolver *resolver = context;
    ares_process_fd(resolver->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    arm_timer(resolver);
}

static struct resolver_socket *find_socket(struct resolver *resolver, ares_socket_t descriptor)
{
    for (struct list_node *node = list_first(&resolver->sockets); node != NULL;
         node = list_next(&resolver->sockets, node)) {
        struct resolver_socket *entry = list_owner(node, struct resolver_socket, node);
        if (entry->descriptor == descriptor)
            return entry;
    }
    return NULL;
}

static void socket_free(struct resolver_socket *entry)
{
    list_remove(&entry->node);
    event_free(entry->event);
    base_free(entry);
}

/* c-ares tells which of its sockets it waits for. */
static void on_socket_state(void *context, ares_socket_t descriptor, int readable, int writable)
{
    struct resolver *resolver = context;
    struct resolver_socket *entry = find_socket(resolver, descriptor);
    if (entry != NULL)
        socket_free(entry);
    if (!readable && !writable)
        return;
    entry = base_zalloc(sizeof(*entry));
    entry->descriptor = descriptor;
    entry->resolver = resolver;
    short events = (short)(EV_PERSIST | (readable ? EV_READ : 0) | (writable ? EV_WRITE : 0));
    entry->event = event_new(resolver->loop->base, descriptor, events, on_socket, resolver);
    ASSERT(entry->event != NULL);
    event_add(entry->event, NULL);
    list_append(&resolver->sockets, &entry->node);
}

static void set_servers(struct resolver *resolver, const char *servers)
{
    if (servers == NULL || servers[0] == '\0')
        return;
    int status = ares_set_servers_ports_csv(resolver->channel, servers);
    ASSERT(status == ARES_SUCCESS); /* the configuration has parsed them */
}

struct resolver *resolver_new(struct loop *loop, const struct resolver_options *options)
{
    struct resolver *resolver = base_zalloc(sizeof(*resolver));
    resolver->loop = loop;
    resolver->fixed = options->fixed;
    resolver->fixed_count = options->fixed_count;
    list_init(&resolver->sockets);
    resolver->timer = timer_new(loop, on_timer, resolver);
    char lookups[] = "b"; /* DNS only: no hosts file */
    struct ares_options ares = {
        .timeout = (int)(options->timeout_ms == 0 ? DEFAULT_TIMEOUT_MS : options->timeout_ms) / RESOLVER_TRIES,
        .tries = RESOLVER_TRIES,
        .ndots = 0,
        .lookups = lookups,
        .domains = NULL,
        .ndomains = 0,
        .sock_state_cb = on_socket_state,
        .sock_state_cb_data = resolver,
    };
    int mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS | ARES_OPT_LOOKUPS | ARES_OPT_DOMAINS |
               ARES_OPT_SOCK_STATE_CB;
    int status = ares_init_options(&resolver->channel, &ares, mask);
    ASSERT(status == ARES_SUCCESS);
    set_servers(resolver, options->servers);
    return resolver;
}

void resolver_free(struct resolver *resolver)
{
    if (resolver == NULL)
        return;
    ares_destroy(resolver->channel);
    struct list_node *node;
    while ((node = list_first(&resolver->sockets)) != NULL)
        socket_free(list_owner(node, struct resolver_socket, node));
    timer_free(resolver->timer);
    base_free(resolver);
}

/* --- one lookup
 * -------------------------------------------------------------------------------------------------------- */

static void on_deferred(struct deferred *deferred)
{
    resolve_finish(list_owner(deferred, struct resolve, deferred));
}

static void on_answer(void *context, int status, int timeouts, struct ares_addrinfo *answer)
{
    (void)timeouts;
    struct resolve *resolve = context;
    if (status == ARES_EDESTRUCTION) { /* nobody waits any more */
        base_free(resolve);
        return;
    }
    resolve->result = RESOLVE_FAILED;
    if (status == ARES_ETIMEOUT)
        resolve->result = RESOLVE_TIMED_OUT;
    if (status == ARES_SUCCESS && answer != NULL) {
        for (const struct ares_addrinfo_node *node = answer->nodes; node != NULL && resolve->count < RESOLVE_MAX;
             node = node->ai_next) {
            uint16_t port;
            if (address_from_socket(node->ai_addr, &resolve->addresses[resolve->count], &port))
                resolve->count++;
        }
        if (resolve->count > 0)
            resolve->result = RESOLVE_OK;
    }
    if (answer != NULL)
        ares_freeaddrinfo(answer);
    /* c-ares may answer from within the call that asks; the promise is that we never do. */
    loop_defer(resolve->resolver->loop, &resolve->deferred);
}

static const struct resolver_fixed *find_fixed(const struct resolver *resolver, const struct host *name)
{
    for (size_t i = 0; i < resolver->fixed_count; i++)
        if (host_equal(&resolver->fixed[i].name, name))
            return &resolver->fixed[i];
    return NULL;
}

static void answer_with(struct resolve *resolve, const struct address *addresses, size_t count)
{
    resolve->count = count < RESOLVE_MAX ? count : RESOLVE_MAX;
    if (resolve->count > 0)
        memcpy(resolve->addresses, addresses, resolve->count * sizeof(*addresses));
    resolve->result = resolve->count > 0 ? RESOLVE_OK : RESOLVE_FAILED;
    loop_defer(resolve->resolver->loop, &resolve->deferred);
}

static void ask_dns(struct resolve *resolve, const struct host *name)
{
    char absolute[HOST_TEXT_SIZE + 1];
    memcpy(absolute, name->text, name->length);
    absolute[name->length] = '.';
    absolute[name->length + 1] = '\0';
    struct ares_addrinfo_hints hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = ARES_AI_NOSORT};
    ares_getaddrinfo(resolve->resolver->channel, absolute, NULL, &hints, on_answer, resolve);
    arm_timer(resolve->resolver);
}

struct resolve *resolve_start(struct resolver *resolver, const struct host *name, resolve_done on_done, void *context)
{
    struct resolve *resolve = base_zalloc(sizeof(*resolve));
    resolve->deferred.run = on_deferred;
    resolve->resolver = resolver;
    resolve->on_done = on_done;
    resolve->context = context;
    const struct resolver_fixed *fixed = find_fixed(resolver, name);
    if (name->kind == HOST_ADDRESS)
        answer_with(resolve, &name->address, 1);
    else if (fixed != NULL)
        answer_with(resolve, fixed->addresses, fixed->count);
    else
        ask_dns(resolve, name);
    return resolve;
}

void resolve_cancel(struct resolve *resolve)
{
    if (resolve != NULL)
        resolve->on_done = NULL; /* freed when the answer comes */
}
