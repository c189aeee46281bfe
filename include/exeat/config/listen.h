/* SPDX-License-Identifier: Apache-2.0 */
/* `listen` and `resolve`: where the gate is asked, and whom it asks for names. */
#ifndef EXEAT_CONFIG_LISTEN_H
#define EXEAT_CONFIG_LISTEN_H

#include "exeat/config/values.h"
#include "exeat/model/client.h"

/* TLS of a listener: paths; without `certificate` it has none. */
struct settings_server_tls {
    struct text certificate;
    struct text key;
    struct text client_roots; /* empty: no client shows a certificate */
    struct text crl;          /* empty: nobody is revoked */
};
struct settings_listener {
    struct setting_socket socket;
    struct text name; /* empty: it has none */
    struct settings_server_tls tls;
};
enum { LISTENERS_OF_A_KIND = 8 };
struct settings_listeners {
    struct settings_listener items[LISTENERS_OF_A_KIND];
    size_t count;
};
/* Where the rules of `redirect` turn connections and questions to. */
struct settings_turned {
    struct setting_socket socket;
    struct owner owner; /* not known: those of all who have no place of their own */
};
enum { TURNED_MAX = 16 };
struct settings_turned_list {
    struct settings_turned items[TURNED_MAX];
    size_t count;
};
struct settings_listen {
    struct settings_listeners forward; /* for HTTP */
    struct settings_listeners socks;
    struct settings_turned_list transparent;
    struct settings_turned_list dns;
    struct setting_socket admin;
    struct text control; /* path; empty: none */
};
struct settings_resolve {
    struct setting_host {
        struct host name;
        const struct address *addresses;
        size_t count;
    } * hosts;
    size_t host_count;
    struct text servers;            /* "ip:port,ip:port"; empty: those of resolv.conf */
    struct setting_patterns search; /* suffixes; absent: those of resolv.conf */
    struct address rerouted;        /* what clients are told of a rerouted name; length 0: what it really has */
};

#endif
