/* SPDX-License-Identifier: Apache-2.0 */
/* Connections to upstreams, kept and reused by one worker. */
#ifndef EXEAT_ROUTE_H
#define EXEAT_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "exeat/base/list.h"
#include "exeat/model.h"
#include "exeat/model/proxy.h"
#include "exeat/net.h"
#include "exeat/tls.h"
#include "exeat/tls/places.h"
#include "exeat/wire.h"

/* Where a connection goes: a judged address, and the name it is bound to (SNI, certificate) when it is TLS. */
struct route_target {
    enum scheme scheme;
    struct host host;
    struct judged_address to; /* with a proxy: the proxy's */
    struct digest trust;      /* under which it was verified, see tls_connect */
    uint16_t port;            /* of the host */
    struct digest via;        /* the proxy's id; all zero: none */
};

/* A connected upstream, plain or after its TLS handshake. Owned by whoever took it. */
struct upstream {
    struct list_node node; /* these seven are private to the pool */
    struct route *route;
    uint64_t since_us;
    uint64_t kept_ms; /* the origin closes it when it is idle for that long */
    uint64_t trust;   /* whom it was connected under: the route's count then */
    bool is_verified; /* there is TLS of ours on it */
    bool is_bound;    /* it has an identity: for its user alone */
    uint64_t user;    /* who used it last; never 0 */
    struct route_target target;
    struct channel *channel; /* owned; its handler is the taker's to set */
    uint8_t peer_key[32];    /* SHA-256 of the SPKI */
    bool has_peer_key;       /* TLS only */
    bool reused;             /* came from the pool: may be stale */
    bool is_old;             /* it has answered in HTTP/1.0 */
};

struct route;
struct route_options {
    struct tls_client *tls;    /* borrowed: trust and versions for upstream TLS */
    struct tls_places *places; /* borrowed: where route_way.follows is noted; NULL: nowhere */
    uint64_t idle_timeout_ms;  /* how long an idle connection is kept */
    size_t idle_maximum;       /* idle connections kept in all */
};
/* Of the loop's thread; what the options point at is borrowed. */
struct route *route_new(struct loop *loop, const struct route_options *options);
void route_free(struct route *route); /* after its upstreams and connectings; closes what is kept */
/* From now on `tls` (borrowed) says who is trusted: what was connected under another is not used again. */
void route_set_tls(struct route *route, struct tls_client *tls);

/* May this address (with a proxy: the proxy's) be used for the decision at hand? Who connects (exchange) asks the
 * policy. */
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
    const struct proxy *proxy; /* on the way; NULL: none. Borrowed for the call */
    struct digest trust; /* of the decision: what was connected under another never serves it; all zero: tls.upstream */
};
/* The most recently used idle connection that will do and whose address is accepted; NULL when there is none. */
struct upstream *route_take(struct route *route, const struct route_wish *wish, route_accepts accepts, void *context);
/* What this head, of a request to it or a reply from it, says about the connection. */
void upstream_note(struct upstream *upstream, const struct message_head *head);
/* Gives a connection back for reuse by `user`, or by others; it must be between messages. */
void route_give(struct route *route, struct upstream *upstream, uint64_t user);
/* The user has gone: closes what is bound to it. */
void route_forget_user(struct route *route, uint64_t user);
void upstream_free(struct upstream *upstream); /* closes; NULL is fine */
/* Its channel, which is the caller's from now on, and goes nowhere near a pool; the rest is freed. */
struct channel *upstream_strip(struct upstream *upstream);

/* Where to connect to: judged addresses of one host, one to RESOLVE_MAX. SCHEME_HTTPS: TLS is bound to the host.
 * With a proxy they are the proxy's. It is asked to CONNECT to the host (RFC 9110 9.3.6), also where TLS is not ours
 * (`is_tunnel`); plain http to it is for the writer of requests to put in absolute-form. There is no way past it. */
struct route_way {
    enum scheme scheme;
    bool is_tunnel;
    const struct host *host;         /* borrowed for the call */
    uint16_t port;                   /* of the host; 0: that of the addresses */
    const struct proxy *proxy;       /* NULL: none; borrowed until it is connected */
    const struct judged_address *to; /* borrowed for the call */
    size_t count;
    struct digest trust; /* see route_wish */
    struct text follows; /* id of a rule by which what the certificates name is let out; empty: none */
};
/* Connects to the first address that answers (RFC 8305 section 5): families take turns, the next one begins 250 ms
 * (less, if there are many) after the last or when that has failed, those that failed lately come last. Calls back
 * once, never from within, unless cancelled. On failure `upstream` is NULL, `reason` says how far it got
 * (CONNECT_FAILED, CONNECT_TIMEOUT, UPSTREAM_*) and `detail` which address failed why, borrowed for the call back.
 * There is no deadline but the caller's. */
typedef void (*route_done)(void *context, struct upstream *upstream, enum reason reason, const char *detail);
struct connecting;
/* Calls back once, never from within, with an upstream that is then the caller's or why there is none. */
struct connecting *route_connect(struct route *route, const struct route_way *way, route_done on_done, void *context);
void connecting_expire(struct connecting *race); /* time is up: it fails at once, and calls back */
/* Connects with TLS for a look at the certificates alone, for `way.follows`; at most a few at a time. */
void route_look(struct route *route, const struct route_way *way, uint64_t within_ms);
void connecting_cancel(struct connecting *race); /* only before the call back; NULL is fine */

#endif
