/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of worker share: orders, and the parts of a worker. */
#ifndef EXEAT_WORKER_INTERNAL_H
#define EXEAT_WORKER_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "exeat/redirect.h"
#include "exeat/worker.h"

/* What the main thread wants of a worker; taken under the worker's lock. */
struct orders {
    struct policy *policy; /* a new one, with its reference; NULL: none */
    uint64_t policy_sequence;
    struct budget_table *budgets; /* with it, one reference */
    struct tls_client *client;    /* a new one, owned, with `trust`; NULL: as before */
    const struct trust *trust;
    uint64_t bypass_until_us; /* steady clock; 0: none */
    bool drain;
    bool stop;
    uint64_t look; /* how often a fresh snapshot was asked for */
};

/* How other threads reach a worker: they leave orders, and wait for what they asked to see. */
struct mailbox {
    int wake;             /* eventfd: there is something */
    pthread_mutex_t lock; /* of all that follows */
    pthread_cond_t changed;
    struct orders orders;
    uint64_t looks; /* the look that the next two answer */
    struct session_stats sessions;
    struct names_stats names;
    uint64_t policy_sequence; /* by which the worker judges */
};
/* mailbox.c: zeroed before */
void mailbox_open(struct mailbox *mailbox);
void mailbox_close(struct mailbox *mailbox);

/* names.c: a resolver, and those before it, which answers in use may still borrow from. */
struct names;
/* Takes `older` (NULL: the first) and a reference of the policy. */
struct names *names_new(struct loop *loop, struct names *older, struct policy *policy);
void names_free(struct names *names); /* and all older */
struct resolver *names_resolver(const struct names *names);
/* Would that policy give the same answers? */
bool names_are_of(const struct names *names, const struct policy *policy);

/* tls.c: what a worker speaks TLS with, and those before it, which handshakes under way still use. */
struct worker_tls;
/* Takes `older` (NULL: the first) and the client; `issuer` NULL: nothing is opened. */
struct worker_tls *worker_tls_new(struct worker_tls *older, struct tls_client *client, const struct tls_issuer *issuer);
void worker_tls_free(struct worker_tls *tls); /* and all older */
struct tls_client *worker_tls_client(const struct worker_tls *tls);
struct tls_server *worker_tls_server(const struct worker_tls *tls); /* NULL: nothing is opened */

/* dns.c: the sockets of listen.dns, and what of the settings it runs with. */
MUST_CHECK bool dns_bind(const struct settings *settings, struct names_sockets *sockets, char **error);
void dns_limits(const struct settings *settings, struct names_limits *limits);

/* door.c: takes connections that were turned to us; `descriptor` is bound, listening, and taken. `owner`: whose alone
 * the rules turn there. */
struct door;
struct door *
door_new(struct loop *loop, int descriptor, struct owner owner, const uint8_t *token, struct session_worker *sessions);
void door_free(struct door *door); /* NULL is fine */

/* ways_in.c: where connections come in, by clients that mean us and by those that do not. */
struct way_in {
    struct session_worker *sessions; /* borrowed */
    struct session_listener listener;
    struct listener *socket; /* owned */
};
struct ways_in {
    struct way_in items[LISTENERS_MAX];
    struct door *doors[LISTENERS_MAX]; /* owned */
};
void ways_in_trust(struct ways_in *ways, const struct trust *trust); /* whose identities are borrowed */
void ways_in_open(
    struct ways_in *ways, struct loop *loop, struct session_worker *sessions, const struct worker_options *options);
void ways_in_close(struct ways_in *ways); /* as often as one likes */

struct worker {
    pthread_t thread;
    struct loop *loop;
    struct names *names;
    struct route *route;
    struct worker_tls *tls;
    struct audit_port *port;
    struct watch *port_watch;
    struct session_worker *sessions;
    struct names_worker *questions; /* NULL: no listen.dns */
    struct ways_in ways;
    struct mailbox mailbox;
    struct watch *orders_watch; /* of the mailbox */
};

/* orders.c */
void worker_on_orders(void *context); /* a struct worker */
/* Judges by it from now on; the reference is taken over. */
void worker_take_policy(struct worker *worker, struct policy *policy, struct budget_table *budgets, uint64_t sequence);

#endif
