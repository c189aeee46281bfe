/* SPDX-License-Identifier: Apache-2.0 */
/* No two listeners at one place: the kernel would let some share what comes there, whoever it is meant for. */
#include "daemon_internal.h"

enum { PLACES_MAX = 2 * LISTENERS_OF_A_KIND + 2 * TURNED_MAX + 1 };
struct place {
    const char *key;
    const struct setting_socket *socket;
};
struct places {
    struct place items[PLACES_MAX];
    size_t count;
};

static void add(struct places *places, const char *key, const struct setting_socket *socket)
{
    if (socket->address.length > 0)
        places->items[places->count++] = (struct place){key, socket};
}

static void add_listeners(struct places *places, const char *key, const struct settings_listeners *listeners)
{
    for (size_t i = 0; i < listeners->count; i++)
        add(places, key, &listeners->items[i].socket);
}

static void add_turned(struct places *places, const char *key, const struct settings_turned_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        add(places, key, &list->items[i].socket);
}

/* A socket on every address (0.0.0.0, ::) has the port of each address of its family. */
static bool is_shared(const struct setting_socket *one, const struct setting_socket *other)
{
    bool is_everywhere =
        address_class(&one->address) == ADDRESS_UNSPECIFIED || address_class(&other->address) == ADDRESS_UNSPECIFIED;
    return one->port == other->port && one->address.length == other->address.length &&
           (is_everywhere || address_equal(&one->address, &other->address));
}

static void look_at(const struct places *places, size_t at, struct diags *diags)
{
    const struct place *own = &places->items[at];
    for (size_t i = 0; i < at; i++) {
        const struct place *other = &places->items[i];
        struct buffer text = {0};
        if (!is_shared(own->socket, other->socket))
            continue;
        address_append(&text, &other->socket->address);
        diag_error(
            diags, own->socket->mark, "port %u is taken already: by %s at %.*s", own->socket->port, other->key,
            TEXT_ARG(buffer_text(&text)));
        diag_note(diags, "give each listener a port of its own");
        buffer_clear(&text);
        return;
    }
}

/* Nobody is turned to a user's place but by the rules, which are not there without `redirect`. */
static void look_for_rules(const struct settings_turned_list *list, struct diags *diags)
{
    for (size_t i = 0; i < list->count; i++) {
        if (!list->items[i].owner.is_known)
            continue;
        diag_error(
            diags, list->items[i].socket.mark, "a place of user %u alone, and no rules that lead nobody else there",
            list->items[i].owner.uid);
        diag_note(diags, "add `redirect: { uid: 64123 }`, with the user that the gate runs as");
    }
}

void places_look(const struct settings *settings, struct diags *diags)
{
    const struct settings_listen *listen = &settings->listen;
    struct places places = {.count = 0};
    add_listeners(&places, "listen.forward", &listen->forward);
    add_listeners(&places, "listen.socks", &listen->socks);
    add_turned(&places, "listen.transparent", &listen->transparent);
    add_turned(&places, "listen.dns", &listen->dns);
    add(&places, "listen.admin", &listen->admin);
    for (size_t i = 1; i < places.count; i++)
        look_at(&places, i, diags);
    if (settings->redirect.mark.line > 0)
        return;
    look_for_rules(&listen->transparent, diags);
    look_for_rules(&listen->dns, diags);
}
