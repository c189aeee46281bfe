/* SPDX-License-Identifier: Apache-2.0 */
/* The DNS listener: a question is judged, its decision is on disk, and only then is a resolver asked. What stands is
 * asked once a minute: within it the same client's same question is answered by the same decision, and its outcome says
 * how often. */
#ifndef EXEAT_NAMES_H
#define EXEAT_NAMES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exeat/audit.h"
#include "exeat/model.h"
#include "exeat/net.h"
#include "exeat/policy.h"

/* How many names clients have asked for lately; shared by all workers. A lock is taken for what is new alone, which
 * waits for the disk anyway. */
struct names_budget;
struct names_budget *names_budget_new(void);         /* nothing is counted yet */
void names_budget_free(struct names_budget *budget); /* NULL is fine */

enum { NAMES_SEARCH_MAX = 32 };
/* What may change with a reload. */
struct names_limits {
    size_t names;                         /* under one pattern, of one client in a minute */
    bool is_turned;                       /* rules lead questions here: what port a client has, NAT may have chosen */
    uint64_t memory;                      /* beyond, nothing new is decided; 0: any */
    bool ech_denied;                      /* keys for an encrypted ClientHello are left out of answers */
    struct address rerouted;              /* what is told of a rerouted name; length 0: what it really has */
    struct address gate;                  /* and where that is nothing; none, or any: loopback */
    struct host search[NAMES_SEARCH_MAX]; /* what clients put behind names */
    size_t search_count;
};
/* All borrowed and outliving the worker. */
struct names_options {
    struct loop *loop;
    struct resolver *resolver;
    struct audit_port *audit;
    struct names_budget *budget;
    const _Atomic bool *is_contained; /* do the rules hold that lead questions here? NULL: there are none */
};

/* Bound sockets of one worker. */
enum { NAMES_SOCKETS_MAX = 16 };
struct names_place {
    struct address address;
    uint16_t port;
    struct owner owner; /* whose questions alone rules lead here; not known: everybody's */
};
struct names_sockets {
    struct names_place places[NAMES_SOCKETS_MAX];
    int udp[NAMES_SOCKETS_MAX];
    int tcp[NAMES_SOCKETS_MAX];
    size_t count;
};
/* One more place, by UDP and TCP; of at most NAMES_SOCKETS_MAX. False: `error` (base_free) is a sentence. */
MUST_CHECK bool names_sockets_bind(struct names_sockets *sockets, const struct names_place *place, char **error);
/* Further sockets at the places of the first, for a further worker. False as above. */
MUST_CHECK bool names_sockets_join(const struct names_sockets *first, struct names_sockets *sockets, char **error);
void names_sockets_close(const struct names_sockets *sockets); /* which nobody took */

/* Counters of one worker. Written by its thread only. */
enum names_way { NAMES_UDP, NAMES_TCP, NAMES_WAYS };
enum names_source { NAMES_HERE, NAMES_KEPT, NAMES_ASKED, NAMES_SOURCES };
struct names_stats {
    uint64_t questions[NAMES_WAYS];
    uint64_t decisions[VERDICT_ERROR + 1][REASON_COUNT];
    uint64_t answers[NAMES_SOURCES]; /* where they came from; refusals have none */
    uint64_t failed;                 /* the resolver gave no answer */
    uint64_t filtered;               /* answers that lost an address */
    uint64_t dropped;                /* questions that nobody had room for */
    uint64_t over_memory;            /* questions that were not decided: limits.memory */
    uint64_t standing;               /* decisions that stand */
    uint64_t connections;            /* open, by TCP */
};

struct names_worker;
struct names_worker *names_worker_new(const struct names_options *options); /* copies `options`; set a policy next */
/* Ends what stands, with an outcome each. NULL is fine. */
void names_worker_free(struct names_worker *worker);
/* Takes the sockets, and listens from now on. */
void names_worker_listen(struct names_worker *worker, const struct names_sockets *sockets);
/* From now on questions are judged by `policy`, of which one reference of the caller's is taken over; what stood by
 * another ends. */
void names_worker_set_policy(
    struct names_worker *worker, struct policy *policy, uint64_t policy_sequence, const struct names_limits *limits);
/* Until then (steady clock; 0: not), what the policy refuses is let through where policy_bypass says so. */
void names_worker_set_bypass(struct names_worker *worker, uint64_t until_us);
/* The old one must live on for the questions under way. */
void names_worker_set_resolver(struct names_worker *worker, struct resolver *resolver);
/* No further question is taken, and what stands ends. */
void names_worker_cut(struct names_worker *worker);
/* Borrowed until the next call. */
const struct names_stats *names_worker_stats(struct names_worker *worker);

#endif
