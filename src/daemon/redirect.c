/* SPDX-License-Identifier: Apache-2.0 */
/* What the configuration says of the way out of the network namespace, as the rules have it. */
#include <assert.h>

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

/* The first of that family that is for all; none: what would go there is refused. */
static struct redirect_target target_for_all(const struct settings_turned_list *list, uint8_t length)
{
    for (size_t i = 0; i < list->count; i++)
        if (!list->items[i].owner.is_known && list->items[i].socket.address.length == length)
            return target_at(&list->items[i].socket);
    return (struct redirect_target){.port = 0};
}

/* A user has at most one place of a kind and family. */
static struct redirect_owner *owner_of(struct redirect_rules *rules, uint32_t uid)
{
    for (size_t i = 0; i < rules->owner_count; i++)
        if (rules->owners[i].uid == uid)
            return &rules->owners[i];
    rules->owners[rules->owner_count].uid = uid;
    return &rules->owners[rules->owner_count++];
}

static struct redirect_way *way_of(struct redirect_rules *rules, const struct settings_turned *turned)
{
    struct redirect_owner *owner = owner_of(rules, turned->owner.uid);
    return turned->socket.address.length == 4 ? &owner->v4 : &owner->v6;
}

static_assert(
    (int)REDIRECT_OWNERS_MAX >= 2 * (int)TURNED_MAX &&
        (int)REDIRECT_PORTS_MAX > 2 * (int)LISTENERS_OF_A_KIND + 2 * (int)TURNED_MAX,
    "whatever listens has its place in the rules");

static void add_port(struct redirect_rules *rules, uint16_t port)
{
    bool is_there = port == 0;
    for (size_t i = 0; i < rules->port_count; i++)
        is_there = is_there || rules->ports[i] == port;
    if (!is_there)
        rules->ports[rules->port_count++] = port;
}

static void add_listeners(struct redirect_rules *rules, const struct settings_listeners *listeners)
{
    for (size_t i = 0; i < listeners->count; i++)
        add_port(rules, listeners->items[i].socket.port);
}

static void add_turned(struct redirect_rules *rules, const struct settings_listen *listen)
{
    for (size_t i = 0; i < listen->transparent.count; i++) {
        const struct settings_turned *turned = &listen->transparent.items[i];
        add_port(rules, turned->socket.port);
        if (turned->owner.is_known)
            way_of(rules, turned)->tcp = target_at(&turned->socket);
    }
    for (size_t i = 0; i < listen->dns.count; i++) {
        const struct settings_turned *turned = &listen->dns.items[i];
        add_port(rules, turned->socket.port);
        if (turned->owner.is_known)
            way_of(rules, turned)->dns = target_at(&turned->socket);
    }
}

bool daemon_redirect_rules(const struct settings *settings, struct redirect_rules *rules)
{
    const struct settings_listen *listen = &settings->listen;
    *rules = (struct redirect_rules){
        .uid = (uint32_t)settings->redirect.uid,
        .v4 = {.tcp = target_for_all(&listen->transparent, 4), .dns = target_for_all(&listen->dns, 4)},
        .v6 = {.tcp = target_for_all(&listen->transparent, 16), .dns = target_for_all(&listen->dns, 16)},
    };
    add_listeners(rules, &listen->forward);
    add_listeners(rules, &listen->socks);
    add_turned(rules, listen);
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
    enum { MINUTE_MS = 60000 };
    const struct containment_options options = {
        .uid = rules.uid,
        .missing_warns = settings->redirect.missing_warns,
        .v4 = end_of(&rules.v4.tcp),
        .v6 = end_of(&rules.v6.tcp),
        .interval_ms = MINUTE_MS,
        .drains = drains,
    };
    return containment_new(&options);
}
