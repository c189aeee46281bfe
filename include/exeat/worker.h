/* SPDX-License-Identifier: Apache-2.0 */
/* One worker: a thread with its own loop, listeners, resolver, pools, sessions and answers to questions for names. The
 * main thread orders, the desk looks; each waits for nothing but its own answer. */
#ifndef EXEAT_WORKER_H
#define EXEAT_WORKER_H

#include "exeat/audit.h"
#include "exeat/names.h"
#include "exeat/policy.h"
#include "exeat/session.h"
#include "exeat/tls.h"

/* --- what workers listen on -----------------------------------------------------------------------------------------
 */

enum { LISTENERS_MAX = 16 };

/* Would the gate ask itself? NULL: no; else a sentence (base_free), and `mark` where. */
MUST_CHECK char *dns_find_loop(const struct settings *settings, struct mark *mark);
/* Bound before anything else is begun. */
struct socket_set {
    int items[LISTENERS_MAX];
    size_t count;
};
struct sockets {
    struct socket_set clients;     /* of connections that mean us: listen.forward, then listen.socks */
    struct socket_set transparent; /* of connections that were turned to us */
    struct names_sockets dns;      /* of questions for names */
    uint16_t port;                 /* of the first */
    uint16_t admin_port;
};
/* False with `error` (base_free): nothing stays bound. */
MUST_CHECK bool sockets_bind(const struct settings *settings, struct sockets *sockets, char **error);
/* Further ones, at the places of the first. */
MUST_CHECK bool sockets_join(const struct sockets *first, struct sockets *sockets, char **error);
void sockets_close(const struct sockets *sockets); /* which nobody took */

/* --- workers ---------------------------------------------------------------------------------------------------------
 */

/* What a gate was started with of each listener; all texts owned, NULL: none. */
struct listener_plan {
    enum client_door door;
    char *name;
    char *certificate;
    char *key;
    char *client_roots;
    char *crl;
    bool is_open; /* other machines reach it */
};
struct listeners {
    struct listener_plan items[LISTENERS_MAX];
    size_t count;
    struct owner owners[LISTENERS_MAX]; /* of the transparent ones: whose connections alone are turned there */
};
/* Who the gate is towards clients. */
struct trust {
    struct digest digest;                           /* of what it was made from */
    struct tls_issuer *issuer;                      /* owned; NULL: nothing is opened */
    struct tls_identity *identities[LISTENERS_MAX]; /* owned; of listeners, NULL: without TLS */
    struct trust *older;                            /* owned; still used by what began under it */
};

struct worker;
struct worker_options {
    struct tls_client *client;         /* taken: the worker frees it */
    const struct trust *trust;         /* borrowed */
    const struct listeners *listeners; /* borrowed */
    struct budget_table *budgets;      /* borrowed */
    struct audit *audit;               /* borrowed */
    const char *via;                   /* borrowed */
    struct pipe_budget *pipes;         /* borrowed; shared by all workers */
    const struct sockets *sockets;     /* to listen on; the descriptors are taken: the worker closes them */
    const uint8_t *token;              /* borrowed; what the gate's own probes are told; NULL: there are none */
    const _Atomic bool *is_contained;  /* borrowed; do the rules of the redirect hold? NULL: there are none */
    struct names_budget *budget;       /* borrowed; shared by all workers */
    struct tls_places *places;         /* borrowed; shared by all workers */
    struct engines *engines;           /* borrowed; shared by all workers */
};
/* Made in the main thread, run in its own. Never NULL. It takes a reference of its own of the policy, and of the
 * budgets: the caller's stay the caller's. `options` is needed during the call alone; what is borrowed lives as the
 * worker. */
struct worker *worker_new(const struct worker_options *options, struct policy *policy, uint64_t policy_sequence);
void worker_start(struct worker *worker);
void worker_join(struct worker *worker); /* after an order to stop */
void worker_free(struct worker *worker); /* joined, or never started: it stops nothing */
/* From the main thread, as what follows down to worker_stop. With references of its own, as worker_new. */
void worker_set_policy(
    struct worker *worker, struct policy *policy, struct budget_table *budgets, uint64_t policy_sequence);
/* With the next policy. `client` is taken, also if it is never used; `trust` is borrowed for the worker's life. */
void worker_set_tls(struct worker *worker, struct tls_client *client, const struct trust *trust);
/* Waits until it judges by that policy; false: not within some seconds. */
MUST_CHECK bool worker_has_policy(struct worker *worker, uint64_t policy_sequence);
void worker_set_bypass(struct worker *worker, uint64_t until_us);
void worker_drain(struct worker *worker);
void worker_stop(struct worker *worker);
/* From the desk: asks for a fresh copy of its counters, and waits for it, at most a second. */
void worker_ask(struct worker *worker);
void worker_look(struct worker *worker, struct session_stats *stats);
/* Of the same look. False: it has no DNS listener. */
bool worker_look_names(struct worker *worker, struct names_stats *stats);

#endif
