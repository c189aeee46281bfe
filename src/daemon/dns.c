/* SPDX-License-Identifier: Apache-2.0 */
/* listen.dns: its sockets, which are bound before anything is begun, and what of the settings it runs with. */
#include <unistd.h>

#include "daemon_internal.h"
#include "exeat/base/memory.h"
#include "exeat/net/ask.h"
#include "exeat/net/datagram.h"

static char *asks_itself(const struct setting_socket *socket)
{
    struct buffer out = {0};
    buffer_append(&out, TEXT("listen.dns is "));
    address_append(&out, &socket->address);
    buffer_printf(
        &out,
        " port %u, which /etc/resolv.conf names as a server: the gate would ask itself; set resolve.servers to "
        "the resolver of the pod or the cluster",
        socket->port);
    return buffer_take(&out);
}

/* Where the configuration names the servers, the policy has looked. */
char *dns_find_loop(const struct settings *settings, struct mark *mark)
{
    const struct setting_sockets *sockets = &settings->listen.dns;
    for (size_t i = 0; i < sockets->count && settings->resolve.servers.length == 0; i++) {
        const struct setting_socket *socket = &sockets->items[i];
        *mark = socket->mark;
        if (resolver_would_ask(NULL, &socket->address, socket->port))
            return asks_itself(socket);
    }
    return NULL;
}

bool dns_bind(const struct settings *settings, struct dns_sockets *sockets, char **error)
{
    struct mark mark;
    *error = dns_find_loop(settings, &mark);
    for (; *error == NULL && sockets->count < settings->listen.dns.count; sockets->count++) {
        const struct setting_socket *wanted = &settings->listen.dns.items[sockets->count];
        uint16_t port = wanted->port;
        int udp = datagram_bind(&wanted->address, &port, error);
        if (udp < 0)
            return false;
        sockets->udp[sockets->count] = udp;
        sockets->tcp[sockets->count] = listener_bind(&wanted->address, &port, error);
        if (sockets->tcp[sockets->count] < 0)
            close(udp);
        if (sockets->tcp[sockets->count] < 0)
            return false;
    }
    return *error == NULL;
}

bool dns_join(const struct dns_sockets *first, struct dns_sockets *sockets, char **error)
{
    for (sockets->count = 0; sockets->count < first->count; sockets->count++) {
        size_t i = sockets->count;
        sockets->udp[i] = datagram_join(first->udp[i], error);
        sockets->tcp[i] = sockets->udp[i] < 0 ? -1 : listener_join(first->tcp[i], error);
        if (sockets->tcp[i] < 0)
            return false;
    }
    return true;
}

void dns_close(const struct dns_sockets *sockets)
{
    for (size_t i = 0; i < sockets->count; i++) {
        close(sockets->udp[i]);
        close(sockets->tcp[i]);
    }
}

static void take_search(const struct setting_patterns *search, struct names_limits *limits)
{
    for (size_t i = 0; i < search->count && i < NAMES_SEARCH_MAX; i++)
        limits->search[limits->search_count++] = search->items[i].pattern.host;
}

/* Where nothing better is known, rerouted names lead to where the gate answers questions. */
static struct address gate_address(const struct settings *settings)
{
    static const struct address loopback = {{127, 0, 0, 1}, 4};
    const struct setting_sockets *sockets = &settings->listen.dns;
    bool is_any = sockets->count == 0 || address_class(&sockets->items[0].address) == ADDRESS_UNSPECIFIED;
    return is_any ? loopback : sockets->items[0].address;
}

void dns_limits(const struct settings *settings, struct names_limits *limits)
{
    *limits = (struct names_limits){
        .names = settings->run.names,
        .ech_denied = settings->tls.ech_denied,
        .rerouted = settings->resolve.rerouted,
        .gate = gate_address(settings),
    };
    if (settings->resolve.search.present)
        take_search(&settings->resolve.search, limits);
    else
        limits->search_count = resolver_search_list(limits->search, NAMES_SEARCH_MAX);
}

struct names_worker *dns_start(const struct names_options *options, const struct dns_sockets *sockets)
{
    if (sockets->count == 0)
        return NULL;
    struct names_worker *names = names_worker_new(options);
    for (size_t i = 0; i < sockets->count; i++) {
        names_worker_take_datagrams(names, sockets->udp[i]);
        names_worker_take_connections(names, sockets->tcp[i]);
    }
    return names;
}
