/* SPDX-License-Identifier: Apache-2.0 */
/* Who answers a call: connections to upstreams, kept and reused by one worker, and which inference endpoints are well.
 */
#ifndef EXEAT_ROUTE_H
#define EXEAT_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "exeat/base/list.h"
#include "exeat/model.h"
#include "exeat/net.h"
#include "exeat/tls.h"
#include "exeat/wire.h"

/* Where a connection goes: a judged address, and the name it is bound to (SNI, certificate) when it is TLS. */
struct route_target {
    enum scheme scheme;
    struct host host;
    struct judged_address to;
};

/* A connected upstream, plain or after its TLS handshake. Owned by whoever took it. */
struct upstream {
    struct list_node node; /* these six are private to the pool */
    struct route *route;
    uint64_t since_us;
    uint64_t kept_ms; /* the origin closes it when it is idle for that long */
    uint64_t trust;   /* whom it was connected under: the route's count then */
    bool is_bound;    /* it has an identity: for its user alone */
    uint64_t user;    /* who used it last; never 0 */
    struct route_target target;
    struct stream *stream; /* owned; its handler is the taker's to set */
    uint8_t peer_key[32];  /* SHA-256 of the SPKI */
    bool has_peer_key;     /* TLS only */
    bool reused;           /* came from the pool: may be stale */
};

struct route;
struct route_options {
    struct tls_client *tls;   /* borrowed: trust and versions for upstream TLS */
    uint64_t idle_timeout_ms; /* how long an idle connection is kept */
    size_t idle_maximum;      /* idle connections kept in all */
};
struct route *route_new(struct loop *loop, const struct route_options *options);
void route_free(struct route *route);
/* From now on `tls` (borrowed) says who is trusted: what was connected under another is not used again. */
void route_set_tls(struct route *route, struct tls_client *tls);

/* May this address be used for the decision at hand? The session asks the policy. */
typedef bool (*route_accepts)(void *context, const struct address *address, uint16_t port);
/* What an idle connection is wanted for. A user is one client connection and who it says it is: what has got an
 * identity (http_binds_connection) is given to its user alone. An origin may close a connection just when a request is
 * on its way: one that may not be sent again (RFC 9110 9.2.2) takes none but what its own user used a moment ago. */
struct route_wish {
    enum scheme scheme;
    const struct host *host; /* borrowed */
    uint16_t port;
    uint64_t user;
    bool may_repeat;
};
/* The most recently used idle connection that will do and whose address is accepted; NULL when there is none. */
struct upstream *route_take(struct route *route, const struct route_wish *wish, route_accepts accepts, void *context);
/* What this head, of a request to it or a reply from it, says about the connection. */
void upstream_note(struct upstream *upstream, const struct http_head *head);
/* Gives a connection back for reuse by `user`, or by others; it must be between messages. */
void route_give(struct route *route, struct upstream *upstream, uint64_t user);
/* The user has gone: closes what is bound to it. */
void route_forget_user(struct route *route, uint64_t user);
void upstream_free(struct upstream *upstream); /* closes; NULL is fine */

/* Where to connect to: judged addresses of one host, one to RESOLVE_MAX. With SCHEME_HTTPS, TLS is bound to the host.
 */
struct route_way {
    enum scheme scheme;
    const struct host *host;         /* borrowed for the call */
    const struct judged_address *to; /* borrowed for the call */
    size_t count;
};
/* Connects to the first address that answers (RFC 8305 section 5): families take turns, the next one begins 250 ms
 * after the last or when that has failed, those that failed lately come last. Calls back once, never from within,
 * unless cancelled. On failure `upstream` is NULL, `reason` says how far it got (CONNECT_FAILED, CONNECT_TIMEOUT,
 * UPSTREAM_TLS) and `detail` which address failed why. There is no deadline but the caller's. */
typedef void (*route_done)(void *context, struct upstream *upstream, enum reason reason, const char *detail);
struct connecting;
struct connecting *route_connect(struct route *route, const struct route_way *way, route_done on_done, void *context);
void connecting_expire(struct connecting *connecting); /* time is up: it fails at once, and calls back */
void connecting_cancel(struct connecting *connecting); /* only before the call back; NULL is fine */

/* Inference endpoints that failed rest for a while, so that a call does not wait for a dead one first. `index` is the
 * policy's. */
enum { ROUTE_ENDPOINTS = 64 };
bool route_is_well(const struct route *route, size_t index);
void route_note(struct route *route, size_t index, bool well);

#endif
