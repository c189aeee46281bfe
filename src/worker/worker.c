/* SPDX-License-Identifier: Apache-2.0 */
/* One worker: a thread with its own loop, listeners, resolver, pools and caches. It shares the policy, the authority
 * and the audit store with the others, and nothing else. */
#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "exeat/base/thread.h"
#include "worker_internal.h"

enum { IDLE_UPSTREAMS = 256, UPSTREAM_IDLE_MS = 30000 };

static void on_port(void *context)
{
    struct worker *worker = context;
    session_worker_collect(worker->sessions);
}

static void connect_parts(struct worker *worker, const struct worker_options *options)
{
    struct route_options route = {
        .tls = worker_tls_client(worker->tls),
        .places = options->places,
        .idle_timeout_ms = UPSTREAM_IDLE_MS,
        .idle_maximum = IDLE_UPSTREAMS,
    };
    worker->route = route_new(worker->loop, &route);
    worker->port = audit_port_new(options->audit);
    worker->port_watch = watch_new(worker->loop, audit_port_descriptor(worker->port), on_port, worker);
    struct session_options sessions = {
        .loop = worker->loop,
        .resolver = names_resolver(worker->names),
        .route = worker->route,
        .audit = worker->port,
        .tls = worker_tls_server(worker->tls),
        .places = options->places,
        .engines = options->engines,
        .via = options->via,
    };
    worker->sessions = session_worker_new(&sessions);
    struct names_options questions = {
        .loop = worker->loop,
        .resolver = names_resolver(worker->names),
        .audit = worker->port,
        .budget = options->budget,
        .is_contained = options->is_contained,
    };
    if (options->sockets->dns.count == 0)
        return;
    worker->questions = names_worker_new(&questions);
    names_worker_listen(worker->questions, &options->sockets->dns);
}

struct worker *worker_new(const struct worker_options *options, struct policy *policy, uint64_t policy_sequence)
{
    struct worker *worker = base_zalloc(sizeof(*worker));
    worker->tls = worker_tls_new(NULL, options->client, options->trust->issuer);
    ways_in_trust(&worker->ways, options->trust);
    worker->loop = loop_new();
    loop_set_pipes(worker->loop, options->pipes);
    mailbox_open(&worker->mailbox);
    worker->orders_watch = watch_new(worker->loop, worker->mailbox.wake, worker_on_orders, worker);
    worker->names = names_new(worker->loop, worker->names, policy);
    connect_parts(worker, options);
    worker_take_policy(worker, policy_ref(policy), options->budgets, policy_sequence);
    ways_in_open(&worker->ways, worker->loop, worker->sessions, options);
    return worker;
}

static void *worker_main(void *context)
{
    struct worker *worker = context;
    pthread_setname_np(pthread_self(), "exeat-worker");
    thread_ask_for_short_slices();
    loop_run(worker->loop);
    return NULL;
}

void worker_start(struct worker *worker)
{
    int result = pthread_create(&worker->thread, NULL, worker_main, worker);
    ASSERT(result == 0);
}

void worker_join(struct worker *worker)
{
    pthread_join(worker->thread, NULL);
}

void worker_free(struct worker *worker)
{
    ways_in_close(&worker->ways);
    session_worker_free(worker->sessions);
    names_worker_free(worker->questions);
    watch_free(worker->port_watch);
    audit_port_free(worker->port);
    route_free(worker->route);
    worker_tls_free(worker->tls);
    names_free(worker->names);
    watch_free(worker->orders_watch);
    loop_free(worker->loop);
    mailbox_close(&worker->mailbox);
    base_free(worker);
}
