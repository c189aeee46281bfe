/* SPDX-License-Identifier: Apache-2.0 */
/* listen.dns: its sockets, which are bound before anything is begun, and what of the settings it runs with. */
#include <assert.h>

#include "exeat/base/memory.h"
#include "exeat/net/ask.h"
#include "worker_internal.h"

/* Where the configuration names the servers, the policy has looked. */
char *dns_find_loop(const struct settings *settings, struct mark *mark)
{
    const struct settings_turned_list *list = &settings->listen.dns;
    for (size_t i = 0; i < list->count && settings->resolve.servers.length == 0; i++) {
        const struct setting_socket *socket = &list->items[i].socket;
        *mark = socket->mark;
        if (resolver_would_ask(NULL, &socket->address, socket->port))
            return text_copy(TEXT("listen.dns is also a server of /etc/resolv.conf: the gate would ask itself; set "
                                  "resolve.servers to the resolver of the pod or the cluster"));
    }
    return NULL;
}

static_assert((int)NAMES_SOCKETS_MAX >= (int)TURNED_MAX, "each place of listen.dns has its sockets");

bool dns_bind(const struct settings *settings, struct names_sockets *sockets, char **error)
{
    const struct settings_turned_list *wanted = &settings->listen.dns;
    struct mark mark;
    *error = dns_find_loop(settings, &mark);
    for (size_t i = 0; *error == NULL && i < wanted->count; i++) {
        const struct settings_turned *one = &wanted->items[i];
        const struct names_place place = {one->socket.address, one->socket.port, one->owner};
        if (!names_sockets_bind(sockets, &place, error))
            return false;
    }
    return *error == NULL;
}

static void take_search(const struct setting_patterns *search, struct names_limits *limits)
{
    for (size_t i = 0; i < search->count && i < NAMES_SEARCH_MAX; i++)
        limits->search[limits->search_count++] = search->items[i].pattern.host;
}

void dns_limits(const struct settings *settings, struct names_limits *limits)
{
    *limits = (struct names_limits){
        .names = settings->run.names,
        .is_turned = settings->redirect.mark.line > 0,
        .memory = settings->run.memory,
        .ech_denied = settings->tls.ech_denied,
        .rerouted = settings->resolve.rerouted,
    };
    if (settings->listen.dns.count > 0)
        limits->gate = settings->listen.dns.items[0].socket.address;
    if (settings->resolve.search.present)
        take_search(&settings->resolve.search, limits);
    else
        limits->search_count = resolver_search_list(limits->search, NAMES_SEARCH_MAX);
}
