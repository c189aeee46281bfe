/* SPDX-License-Identifier: Apache-2.0 */
/* What the configuration says of the way out of the network namespace, as the rules have it. */
#include "daemon_internal.h"

/* Loopback answers for a listener on every address. */
static struct redirect_target target_at(const struct setting_socket *socket)
{
    static const struct address v4 = {.bytes = {127, 0, 0, 1}, .length = 4};
    static const struct address v6 = {.bytes = {[15] = 1}, .length = 16};
    bool is_everywhere = address_class(&socket->address) == ADDRESS_UNSPECIFIED;
    const struct address *loopback = socket->address.length == 4 ? &v4 : &v6;
    return (struct redirect_target){is_everywhere ? *loopback : socket->address, socket->port};
}

static struct redirect_target turned_to(const struct settings_turned *turned, uint8_t length)
{
    return turned->socket.address.length == length ? target_at(&turned->socket) : (struct redirect_target){.port = 0};
}

/* The first of that family that is for all; none: what would go there is refused. */
static struct redirect_target target_for_all(const struct settings_turned_list *list, uint8_t length)
{
    for (size_t i = 0; i < list->count; i++)
        if (!list->items[i].owner.is_known && list->items[i].socket.address.length == length)
            return target_at(&list->items[i].socket);
    return (struct redirect_target){.port = 0};
}

static void add_owner(struct redirect_rules *rules, const struct settings_turned *turned)
{
    if (!turned->owner.is_known)
        return;
    rules->owners[rules->owner_count++] =
        (struct redirect_owner){turned->owner.uid, turned_to(turned, 4), turned_to(turned, 16)};
}

/* The first of that family; none: what would go there is refused. */
static struct redirect_target target_among(const struct setting_sockets *sockets, uint8_t length)
{
    for (size_t i = 0; i < sockets->count; i++)
        if (sockets->items[i].address.length == length)
            return target_at(&sockets->items[i]);
    return (struct redirect_target){.port = 0};
}

static void add_port(struct redirect_rules *rules, uint16_t port)
{
    bool is_there = port == 0 || rules->port_count == REDIRECT_PORTS_MAX;
    for (size_t i = 0; i < rules->port_count; i++)
        is_there = is_there || rules->ports[i] == port;
    if (!is_there)
        rules->ports[rules->port_count++] = port;
}

bool daemon_redirect_rules(const struct settings *settings, struct redirect_rules *rules)
{
    const struct settings_listen *listen = &settings->listen;
    *rules = (struct redirect_rules){
        .uid = (uint32_t)settings->redirect.uid,
        .v4 = {.tcp = target_for_all(&listen->transparent, 4), .dns = target_among(&listen->dns, 4)},
        .v6 = {.tcp = target_for_all(&listen->transparent, 16), .dns = target_among(&listen->dns, 16)},
    };
    for (size_t i = 0; i < listen->forward.count; i++)
        add_port(rules, listen->forward.items[i].socket.port);
    for (size_t i = 0; i < listen->socks.count; i++)
        add_port(rules, listen->socks.items[i].socket.port);
    for (size_t i = 0; i < listen->transparent.count; i++) {
        add_owner(rules, &listen->transparent.items[i]);
        add_port(rules, listen->transparent.items[i].socket.port);
    }
    for (size_t i = 0; i < listen->dns.count; i++)
        add_port(rules, listen->dns.items[i].port);
    add_port(rules, listen->admin.port);
    return settings->redirect.mark.line > 0;
}

static enum redirect_turned end_of(const struct redirect_target *target)
{
    return target->address.length > 0 ? REDIRECT_TO_TOKEN : REDIRECT_TO_NOBODY;
}

struct containment *containment_of(const struct settings *settings, const _Atomic bool *drains)
{
    struct redirect_rules rules;
    if (!daemon_redirect_rules(settings, &rules))
        return NULL;
    const struct containment_options options = {
        .uid = rules.uid,
        .missing_warns = settings->redirect.missing_warns,
        .v4 = end_of(&rules.v4.tcp),
        .v6 = end_of(&rules.v6.tcp),
        .drains = drains,
    };
    return containment_new(&options);
}
