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

/* names.c: a resolver, and those before it, which answers in use may still borrow from. */
struct names;
/* Takes `older` (NULL: the first) and a reference of the policy. */
struct names *names_new(struct loop *loop, struct names *older, struct policy *policy);
void names_free(struct names *names); /* and all older */
struct resolver *names_resolver(const struct names *names);
/* Would that policy give the same answers? */
bool names_are_of(const struct names *names, const struct policy *policy);

/* dns.c: the sockets of listen.dns, and what of the settings it runs with. */
MUST_CHECK bool dns_bind(const struct settings *settings, struct names_sockets *sockets, char **error);
void dns_limits(const struct settings *settings, struct names_limits *limits);

/* door.c: takes connections that were turned to us; `descriptor` is bound, listening, and taken. `owner`: whose alone
 * the rules turn there. */
struct door;
struct door *
door_new(struct loop *loop, int descriptor, struct owner owner, const uint8_t *token, struct session_worker *sessions);
void door_free(struct door *door); /* NULL is fine */

#endif
