/* SPDX-License-Identifier: Apache-2.0 */
/* One worker: a thread with its own loop, listeners, resolver, pools and caches. It shares the policy, the authority
 * and the audit store with the others, and nothing else. */
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "exeat/base/check.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"
#include "exeat/base/thread.h"
#include "worker_internal.h"

enum { POLICY_SECONDS = 5, IDLE_UPSTREAMS = 256, UPSTREAM_IDLE_MS = 30000 };

/* Handshakes under way use what came before. */
struct worker_tls {
    struct worker_tls *older;
    struct tls_client *client;
    struct tls_server *server; /* NULL: nothing is opened */
};

/* A listener of this worker. */
struct way_in {
    struct worker *worker; /* borrowed */
    struct session_listener listener;
};

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
    struct listener *listeners[LISTENERS_MAX];
    struct way_in ways[LISTENERS_MAX];
    struct door *doors[LISTENERS_MAX];
    int wake; /* eventfd: orders */
    struct watch *wake_watch;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t looked;
    struct orders orders;
    struct session_stats snapshot;
    struct names_stats names_snapshot;
    uint64_t snapshots;       /* the look that `snapshot` answers */
    uint64_t policy_sequence; /* by which it judges */
};

/* --- tls
 * -------------------------------------------------------------------------------------------------------------- */

static void tls_add(struct worker *worker, struct tls_client *client, const struct tls_issuer *issuer)
{
    struct worker_tls *tls = base_zalloc(sizeof(*tls));
    tls->older = worker->tls;
    tls->client = client;
    tls->server = issuer == NULL ? NULL : tls_server_new(issuer);
    worker->tls = tls;
}

static void tls_free(struct worker_tls *tls)
{
    while (tls != NULL) {
        struct worker_tls *older = tls->older;
        tls_server_free(tls->server);
        tls_client_free(tls->client);
        base_free(tls);
        tls = older;
    }
}

static void use_identities(struct worker *worker, const struct trust *trust)
{
    for (size_t i = 0; i < LISTENERS_MAX; i++)
        worker->ways[i].listener.tls = trust->identities[i];
}

static void use_tls(struct worker *worker, struct tls_client *client, const struct trust *trust)
{
    tls_add(worker, client, trust->issuer);
    route_set_tls(worker->route, client);
    session_worker_set_tls(worker->sessions, worker->tls->server);
    use_identities(worker, trust);
    session_worker_recheck(worker->sessions);
}

/* --- orders
 * ----------------------------------------------------------------------------------------------------------- */

static struct session_limits limits_of(const struct settings *settings)
{
    const struct settings_run *run = &settings->run;
    return (struct session_limits){
        .exchange =
            {
                .http = {.head = run->head, .fields = run->fields},
                .body_held = run->body_held,
                .answer_held = run->answer_held,
                .head_ms = run->head_ms,
                .connect_ms = run->connect_ms,
                .idle_ms = run->idle_ms,
                .stream_ms = run->stream_ms,
                .longest_ms = run->longest_ms,
                .memory = run->memory,
            },
        .connections = run->connections,
        .ech_denied = settings->tls.ech_denied,
        .cut_denied = settings->run.cut_denied,
    };
}

static void use_names(struct worker *worker, struct policy *policy, uint64_t sequence)
{
    struct names_limits limits;
    dns_limits(policy_settings(policy), &limits);
    names_worker_set_resolver(worker->questions, names_resolver(worker->names));
    names_worker_set_policy(worker->questions, policy_ref(policy), sequence, &limits);
}

static void use_policy(struct worker *worker, struct policy *policy, struct budget_table *budgets, uint64_t sequence)
{
    const struct settings *settings = policy_settings(policy);
    struct session_limits limits = limits_of(settings);
    if (!names_are_of(worker->names, policy)) {
        worker->names = names_new(worker->loop, worker->names, policy);
        session_worker_set_resolver(worker->sessions, names_resolver(worker->names));
    } else {
        resolver_refresh(names_resolver(worker->names));
    }
    if (worker->tls->server != NULL)
        tls_server_set_policy(worker->tls->server, sequence);
    if (worker->questions != NULL)
        use_names(worker, policy, sequence);
    session_worker_set_policy(worker->sessions, policy, budgets, sequence, &limits);
}

static void take_policy(struct worker *worker, struct policy *policy, struct budget_table *budgets, uint64_t sequence)
{
    use_policy(worker, policy, budgets, sequence);
    pthread_mutex_lock(&worker->lock);
    worker->policy_sequence = sequence;
    pthread_cond_broadcast(&worker->looked);
    pthread_mutex_unlock(&worker->lock);
}

static void stop_listening(struct worker *worker)
{
    for (size_t i = 0; i < LISTENERS_MAX; i++) {
        listener_free(worker->listeners[i]);
        door_free(worker->doors[i]);
        worker->listeners[i] = NULL;
        worker->doors[i] = NULL;
    }
}

static void on_orders(void *context)
{
    struct worker *worker = context;
    uint64_t count;
    ssize_t got = read(worker->wake, &count, sizeof(count));
    (void)got;
    pthread_mutex_lock(&worker->lock);
    struct orders orders = worker->orders;
    worker->orders.policy = NULL;
    worker->orders.budgets = NULL;
    worker->orders.client = NULL;
    if (worker->snapshots != orders.look) {
        session_worker_stats(worker->sessions, &worker->snapshot);
        if (worker->questions != NULL)
            worker->names_snapshot = *names_worker_stats(worker->questions);
        worker->snapshots = orders.look;
        pthread_cond_broadcast(&worker->looked);
    }
    pthread_mutex_unlock(&worker->lock);
    if (orders.client != NULL)
        use_tls(worker, orders.client, orders.trust);
    if (orders.policy != NULL)
        take_policy(worker, orders.policy, orders.budgets, orders.policy_sequence);
    budget_table_unref(orders.budgets);
    session_worker_set_bypass(worker->sessions, orders.bypass_until_us);
    if (worker->questions != NULL)
        names_worker_set_bypass(worker->questions, orders.bypass_until_us);
    if (orders.drain || orders.stop)
        stop_listening(worker);
    if (orders.drain)
        session_worker_drain(worker->sessions);
    if (orders.stop)
        session_worker_cut(worker->sessions);
    if (orders.stop && worker->questions != NULL)
        names_worker_cut(worker->questions);
    if (orders.stop)
        loop_stop(worker->loop);
}

static void wake(struct worker *worker)
{
    uint64_t one = 1;
    ssize_t put = write(worker->wake, &one, sizeof(one));
    (void)put;
}

void worker_set_bypass(struct worker *worker, uint64_t until_us)
{
    pthread_mutex_lock(&worker->lock);
    worker->orders.bypass_until_us = until_us;
    pthread_mutex_unlock(&worker->lock);
    wake(worker);
}

void worker_set_policy(
    struct worker *worker, struct policy *policy, struct budget_table *budgets, uint64_t policy_sequence)
{
    pthread_mutex_lock(&worker->lock);
    policy_unref(worker->orders.policy); /* one that was never taken */
    budget_table_unref(worker->orders.budgets);
    worker->orders.policy = policy_ref(policy);
    worker->orders.budgets = budget_table_ref(budgets);
    worker->orders.policy_sequence = policy_sequence;
    pthread_mutex_unlock(&worker->lock);
    wake(worker);
}

void worker_set_tls(struct worker *worker, struct tls_client *client, const struct trust *trust)
{
    pthread_mutex_lock(&worker->lock);
    tls_client_free(worker->orders.client); /* one that was never taken */
    worker->orders.client = client;
    worker->orders.trust = trust;
    pthread_mutex_unlock(&worker->lock);
}

static void order(struct worker *worker, bool *flag)
{
    pthread_mutex_lock(&worker->lock);
    *flag = true;
    pthread_mutex_unlock(&worker->lock);
    wake(worker);
}

void worker_drain(struct worker *worker)
{
    order(worker, &worker->orders.drain);
}

void worker_stop(struct worker *worker)
{
    order(worker, &worker->orders.stop);
}

static struct timespec after_seconds(time_t seconds)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += seconds;
    return until;
}

bool worker_has_policy(struct worker *worker, uint64_t policy_sequence)
{
    struct timespec until = after_seconds(POLICY_SECONDS);
    int result = 0;
    pthread_mutex_lock(&worker->lock);
    while (worker->policy_sequence < policy_sequence && result == 0)
        result = pthread_cond_timedwait(&worker->looked, &worker->lock, &until);
    bool has = worker->policy_sequence >= policy_sequence;
    pthread_mutex_unlock(&worker->lock);
    return has;
}

void worker_ask(struct worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    worker->orders.look++;
    pthread_mutex_unlock(&worker->lock);
    wake(worker);
}

void worker_look(struct worker *worker, struct session_stats *stats)
{
    struct timespec until = after_seconds(1);
    int result = 0;
    pthread_mutex_lock(&worker->lock);
    while (worker->snapshots < worker->orders.look && result == 0)
        result = pthread_cond_timedwait(&worker->looked, &worker->lock, &until);
    *stats = worker->snapshot;
    pthread_mutex_unlock(&worker->lock);
}

bool worker_look_names(struct worker *worker, struct names_stats *stats)
{
    if (worker->questions == NULL)
        return false;
    pthread_mutex_lock(&worker->lock);
    *stats = worker->names_snapshot;
    pthread_mutex_unlock(&worker->lock);
    return true;
}

/* --- life
 * ------------------------------------------------------------------------------------------------------------- */

static bool on_accept(void *context, int descriptor, const struct address *peer, uint16_t port)
{
    (void)port;
    const struct way_in *way = context;
    return session_start(way->worker->sessions, descriptor, peer, &way->listener);
}

static void on_port(void *context)
{
    struct worker *worker = context;
    session_worker_collect(worker->sessions);
}

static void listen_on(struct worker *worker, const struct worker_options *options)
{
    const struct socket_set *clients = &options->sockets->clients;
    const struct socket_set *transparent = &options->sockets->transparent;
    for (size_t i = 0; i < clients->count; i++) {
        const struct listener_plan *plan = &options->listeners->items[i];
        worker->ways[i].worker = worker;
        worker->ways[i].listener.speech = plan->speech;
        worker->ways[i].listener.name = text_from(plan->name);
        worker->ways[i].listener.is_open = plan->is_open;
        worker->listeners[i] = listener_new(worker->loop, clients->items[i], on_accept, &worker->ways[i]);
    }
    for (size_t i = 0; i < transparent->count; i++)
        worker->doors[i] = door_new(
            worker->loop, transparent->items[i], options->listeners->owners[i], options->token, worker->sessions);
}

static void connect_parts(struct worker *worker, const struct worker_options *options)
{
    struct route_options route = {
        .tls = worker->tls->client,
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
        .tls = worker->tls->server,
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
    };
    if (options->sockets->dns.count == 0)
        return;
    worker->questions = names_worker_new(&questions);
    names_worker_listen(worker->questions, &options->sockets->dns);
}

struct worker *worker_new(const struct worker_options *options, struct policy *policy, uint64_t policy_sequence)
{
    struct worker *worker = base_zalloc(sizeof(*worker));
    tls_add(worker, options->client, options->trust->issuer);
    use_identities(worker, options->trust);
    worker->loop = loop_new();
    loop_set_pipes(worker->loop, options->pipes);
    worker->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    ASSERT(worker->wake >= 0);
    worker->wake_watch = watch_new(worker->loop, worker->wake, on_orders, worker);
    pthread_mutex_init(&worker->lock, NULL);
    pthread_condattr_t steady;
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&worker->looked, &steady);
    pthread_condattr_destroy(&steady);
    worker->names = names_new(worker->loop, worker->names, policy);
    connect_parts(worker, options);
    take_policy(worker, policy_ref(policy), options->budgets, policy_sequence);
    listen_on(worker, options);
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
    stop_listening(worker);
    session_worker_free(worker->sessions);
    names_worker_free(worker->questions);
    watch_free(worker->port_watch);
    audit_port_free(worker->port);
    route_free(worker->route);
    tls_free(worker->tls);
    tls_client_free(worker->orders.client);
    names_free(worker->names);
    watch_free(worker->wake_watch);
    close(worker->wake);
    loop_free(worker->loop);
    policy_unref(worker->orders.policy);
    budget_table_unref(worker->orders.budgets);
    pthread_mutex_destroy(&worker->lock);
    pthread_cond_destroy(&worker->looked);
    base_free(worker);
}
