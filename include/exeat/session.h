/* SPDX-License-Identifier: Apache-2.0 */
/* One client connection: it carries exchanges, one after the other, is opened or becomes a tunnel, in steps:
 *     start (a slot is taken), greet (TLS of a listener), look (of a connection that was turned to us), socks_offer,
 * socks_user, socks_request; serve (its exchanges); answer_connect, peek_hello, accept_tls (opened: serve again),
 * tunnel; finish, closed (docs/life-of-a-request.md; src/session/steps.c has the function of each). `serve` is
 * exchange_new and exchange_run; what look and socks_request find is exchange_new_wish. A session lives and dies on one
 * worker's loop. */
#ifndef EXEAT_SESSION_H
#define EXEAT_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exeat/audit.h"
#include "exeat/exchange.h"
#include "exeat/model.h"
#include "exeat/net.h"
#include "exeat/policy.h"
#include "exeat/route.h"
#include "exeat/tls.h"

/* What may change with a reload. */
struct session_limits {
    struct exchange_limits exchange;
    size_t connections; /* sessions per worker */
    bool ech_denied;    /* refuse a ClientHello with an encrypted inner one */
    bool cut_denied;    /* a new policy ends the tunnels that it would not have */
};

/* What a worker needs to run sessions; all borrowed and outliving it. */
struct session_options {
    struct loop *loop;
    struct resolver *resolver;
    struct route *route;
    struct audit_port *audit;
    struct tls_server *tls;    /* NULL: nothing can be opened */
    struct tls_places *places; /* what certificates name, of all workers; NULL: nothing */
    struct engines *engines;   /* of all workers */
    const char *via;           /* our pseudonym and loop token for Via */
};

/* Counters of one worker, as of one moment. */
struct session_stats {
    uint64_t accepted;
    uint64_t socks; /* of them, by a listener for SOCKS */
    uint64_t open;
    uint64_t over_limit;  /* turned away: too many, or no descriptor for one more */
    uint64_t over_memory; /* likewise: limits.memory */
    struct exchange_stats exchanges;
    struct account_stats accounts;
};

struct session_worker;
/* Of one loop; what the options point at is borrowed. */
struct session_worker *session_worker_new(const struct session_options *options);
/* Ends what is left without ceremony; records are written. */
void session_worker_free(struct session_worker *worker);
/* From now on new requests are judged by `policy`, of which one reference of the caller's is taken over, and counted in
 * `budgets` (the caller keeps its reference; the worker has one of its own as long as it needs it). */
void session_worker_set_policy(
    struct session_worker *worker, struct policy *policy, struct budget_table *budgets, uint64_t policy_sequence,
    const struct session_limits *limits);
/* Until then (steady clock; 0: not), what the policy refuses is let through where policy_bypass says so. */
void session_worker_set_bypass(struct session_worker *worker, uint64_t until_us);
/* For connections that are opened from now on; the old one must live on for those under way. */
void session_worker_set_tls(struct session_worker *worker, struct tls_server *tls);
/* For names that are looked up from now on. The old one must live on for those under way. */
void session_worker_set_resolver(struct session_worker *worker, struct resolver *resolver);
/* The listener by which connections come. Of its owner, who may give it another `tls` (then session_worker_recheck),
 * and borrowed for their life. */
struct session_listener {
    enum client_door door;    /* DOOR_SOCKS: its clients speak SOCKS; else HTTP */
    struct text name;         /* empty: it has none */
    struct tls_identity *tls; /* borrowed; NULL: clients speak plainly to it */
    bool is_open;             /* other machines reach it */
};
/* Starts a session on an accepted connection of such a listener. The descriptor is taken either way. False: there are
 * too many, the client is told so, and then it is closed. */
MUST_CHECK bool session_start(
    struct session_worker *worker, int descriptor, const struct address *peer, const struct session_listener *listener);
/* The same of a connection that was turned to us, and meant for another; `turned` is copied. True: the descriptor is
 * taken. False: there are too many, and the descriptor
 * stays the caller's: nobody knows what its client speaks. */
MUST_CHECK bool session_start_turned(
    struct session_worker *worker, int descriptor, const struct address *peer, const struct turned *turned);
/* Who was let in by a certificate that another `tls` believed asks for nothing more on that connection. */
void session_worker_recheck(struct session_worker *worker);
/* Called when the audit port's descriptor is readable. */
void session_worker_collect(struct session_worker *worker);
/* Closes idle connections and lets none go on after its current request. */
void session_worker_drain(struct session_worker *worker);
/* Cuts what is still open, with a record each. */
void session_worker_cut(struct session_worker *worker);
void session_worker_stats(const struct session_worker *worker, struct session_stats *stats);

#endif
