/* SPDX-License-Identifier: Apache-2.0 */
/* The section listen: the sockets of the gate. */
#include "config_internal.h"

#define LISTENER_KEYS(clients_speak_tls)                                                                               \
    {"address", &type_socket, offsetof(struct settings_listener, socket), true, NULL, "where it listens", AT_START},   \
        START_KEY(settings_listener, name, "name", &type_text, "(none)", "for `clients.NAME.listener`"),               \
        START_KEY(                                                                                                     \
            settings_listener, tls.certificate, "certificate", &type_path, "(no TLS)",                                 \
            "the gate's own certificate chain, PEM: " clients_speak_tls),                                              \
        START_KEY(settings_listener, tls.key, "key", &type_path, "(none)", "its key, PEM, not encrypted"),             \
        START_KEY(                                                                                                     \
            settings_listener, tls.client_roots, "client_roots", &type_path, "(none is asked for)",                    \
            "who issues the clients' certificates, PEM: each client must show one"),                                   \
        START_KEY(                                                                                                     \
            settings_listener, tls.crl, "crl", &type_path, "(nobody is revoked)",                                      \
            "revocation lists, PEM, one of each authority in the clients' chains; one that is over refuses")

static const struct key listener_keys[] = {
    LISTENER_KEYS("clients speak TLS to the proxy (https_proxy=https://...)"),
};
static const struct section section_listener = SECTION("a listener", listener_keys);
static const struct key socks_keys[] = {
    LISTENER_KEYS("SOCKS within TLS, which few clients speak: those of others go by a stunnel beside them"),
};
static const struct section section_socks = SECTION("a listener", socks_keys);

/* What is written of TLS must make sense together. */
static const char *wrong_with_tls(const struct settings_server_tls *tls)
{
    if ((tls->certificate.length > 0) != (tls->key.length > 0))
        return "TLS needs both `certificate` and `key`";
    if (tls->client_roots.length > 0 && tls->certificate.length == 0)
        return "`client_roots` needs TLS: `certificate` and `key`";
    if (tls->crl.length > 0 && tls->client_roots.length == 0)
        return "`crl` needs `client_roots`";
    return NULL;
}

static bool read_listener(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_listener *listener = field;
    if (node->kind != YAML_MAP)
        return read_socket(load, node, &listener->socket);
    if (!schema_read_map(load, node, &section_listener, listener))
        return false;
    const char *wrong = wrong_with_tls(&listener->tls);
    if (wrong != NULL)
        diag_error(load->diags, node->mark, "%s", wrong);
    return wrong == NULL;
}

static bool has_name(const struct settings_listeners *listeners, struct text name)
{
    for (size_t i = 0; i < listeners->count; i++)
        if (name.length > 0 && text_equal(listeners->items[i].name, name))
            return true;
    return false;
}

static bool read_listeners(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_listen *listen = &load->settings->listen;
    struct settings_listeners *into = field;
    void *items = NULL;
    size_t count = 0;
    bool good = schema_read_list(load, node, sizeof(struct settings_listener), read_listener, &items, &count);
    const struct settings_listener *listeners = items;
    if (count > LISTENERS_OF_A_KIND) {
        diag_error(load->diags, node->mark, "at most %d listeners", LISTENERS_OF_A_KIND);
        count = LISTENERS_OF_A_KIND;
        good = false;
    }
    for (size_t i = 0; i < count; i++) {
        bool is_there = has_name(&listen->forward, listeners[i].name) || has_name(&listen->socks, listeners[i].name);
        into->items[into->count++] = listeners[i];
        if (!is_there)
            continue;
        diag_error(load->diags, node->items[i]->mark, "there is a listener '%s' already", listeners[i].name.data);
        good = false;
    }
    return good;
}

static const struct key turned_keys[] = {
    {"address", &type_socket, offsetof(struct settings_turned, socket), true, NULL, "where it listens", AT_START},
    START_KEY(
        settings_turned, owner, "uid", &type_client_uid, "(all who have none of their own)",
        "the user whose connections or questions `exeat redirect` turns here, and nobody else's: so that the gate is "
        "certain of it"),
};
static const struct section section_turned = SECTION("a listener", turned_keys);

static bool read_turned(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_turned *turned = field;
    return node->kind == YAML_MAP ? schema_read_map(load, node, &section_turned, turned)
                                  : read_socket(load, node, &turned->socket);
}

/* Two sockets at one place would share what comes there, whoever it is of. NULL: they go together. */
static const char *clash_of(const struct settings_turned *one, const struct settings_turned *other)
{
    if (one->socket.address.length != other->socket.address.length)
        return NULL;
    if (one->owner.is_known && other->owner.is_known && one->owner.uid == other->owner.uid)
        return "this user has a listener of its own already";
    bool has_owner = one->owner.is_known || other->owner.is_known;
    return has_owner && one->socket.port == other->socket.port ? "a user's listener has a port of its own" : NULL;
}

static bool check_turned(struct load *load, const struct yaml_node *node, const struct settings_turned *all, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        const char *clash = clash_of(&all[i], &all[at]);
        if (clash == NULL)
            continue;
        diag_error(load->diags, node->mark, "%s", clash);
        return false;
    }
    return true;
}

static bool read_turned_list(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_turned_list *list = field;
    void *items = NULL;
    size_t count = 0;
    bool good = schema_read_list(load, node, sizeof(struct settings_turned), read_turned, &items, &count);
    const struct settings_turned *all = items;
    if (count > TURNED_MAX) {
        diag_error(load->diags, node->mark, "at most %d listeners", TURNED_MAX);
        count = TURNED_MAX;
        good = false;
    }
    for (size_t i = 0; i < count; i++) {
        good = check_turned(load, node->items[i], all, i) && good;
        list->items[list->count++] = all[i];
    }
    return good;
}

static const struct type type_turned = {
    .called = "address:port, or { address, uid }",
    .shape = SHAPE_EITHER,
    .section = &section_turned,
    .item = &type_socket};
static const struct type type_turned_list =
    VALUES_TYPE("list of address:port, or maps", read_turned_list, write_turned, &type_turned);
static const struct type type_listener = {
    .called = "address:port, or { address }",
    .shape = SHAPE_EITHER,
    .section = &section_listener,
    .item = &type_socket};
static const struct type type_listeners =
    VALUES_TYPE("list of address:port, or maps", read_listeners, write_listeners, &type_listener);
static const struct type type_socks_listener = {
    .called = "address:port, or { address }", .shape = SHAPE_EITHER, .section = &section_socks, .item = &type_socket};
static const struct type type_socks =
    VALUES_TYPE("list of address:port, or maps", read_listeners, write_listeners, &type_socks_listener);
static const struct key listen_keys[] = {
    START_KEY(
        settings_listen, forward, "forward", &type_listeners, NULL,
        "the proxy: what clients put into http_proxy and https_proxy"),
    START_KEY(
        settings_listen, socks, "socks", &type_socks, "(none)",
        "the same for SOCKS5: databases, mail, SSH (`all_proxy=socks5h://...`)"),
    START_KEY(
        settings_listen, transparent, "transparent", &type_turned_list, NULL,
        "connections that the rules of `exeat redirect` turn here: one address for each of IPv4 and IPv6, and more for "
        "single users"),
    START_KEY(
        settings_listen, dns, "dns", &type_turned_list, "(none)",
        "questions for names, by UDP and TCP: what resolv.conf names as its server, or `exeat redirect` turns here"),
    START_KEY(settings_listen, admin, "admin", &type_socket, "(none)", "read-only: GET /livez, /readyz, /metrics"),
    START_KEY(
        settings_listen, control, "control", &type_path, "(none)",
        "socket for commands that change state; owner and root only"),
};
static const struct section section_listen = SECTION("listen", listen_keys);
const struct type type_listen = MAP_TYPE(&section_listen);
