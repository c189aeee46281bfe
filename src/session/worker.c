/* SPDX-License-Identifier: Apache-2.0 */
/* The sessions of one worker: started with it, drained, cut and reaped. */
#include "exeat/base/memory.h"
#include "session_internal.h"

static struct session *session_of(struct entrance *entrance)
{
    return list_owner(entrance, struct session, entrance);
}

static void opened_free(struct opened *opened)
{
    if (opened == NULL)
        return;
    tls_connection_free(opened->handshake);
    base_free(opened->binding.host);
    base_free(opened);
}

static void session_free(struct session *session)
{
    list_remove(&session->node);
    opened_free(session_opened(session));
    greeting_free(session->greeting);
    socks_free(session->socks);
    http_connection_clear(&session->entrance.http);
    channel_free(session->entrance.http.channel);
    timer_free(session->deadline);
    base_free(session->entrance.turned);
    base_free(session->entrance.client_name);
    base_free(session);
}

static void reap(struct deferred *deferred)
{
    struct session_worker *worker = list_owner(deferred, struct session_worker, reaper);
    struct list_node *node;
    while ((node = list_first(&worker->retired)) != NULL)
        session_free(list_owner(node, struct session, node));
}

static void run_yielded(struct deferred *deferred)
{
    struct session_worker *worker = list_owner(deferred, struct session_worker, runner);
    struct list turn;
    list_init(&turn);
    struct list_node *node;
    while ((node = list_take_first(&worker->yielded)) != NULL)
        list_append(&turn, node);
    while ((node = list_take_first(&turn)) != NULL)
        session_run(list_owner(node, struct session, yield));
}

/* --- what exchanges ask of it ---------------------------------------------------------------------------------------
 */

static void on_exchange_ready(struct entrance *entrance, struct exchange *exchange)
{
    (void)exchange; /* in HTTP/1 there is one at a time */
    session_run(session_of(entrance));
}

static void on_exchange_deadline(struct entrance *entrance, struct exchange *exchange)
{
    (void)exchange;
    session_watch_deadline(session_of(entrance));
}

/* --- the worker -----------------------------------------------------------------------------------------------------
 */

struct session_worker *session_worker_new(const struct session_options *options)
{
    struct session_worker *worker = base_zalloc(sizeof(*worker));
    worker->options = *options;
    worker->steps = session_steps();
    worker->http.loop = options->loop;
    worker->book = account_book_new(options->audit);
    worker->owners = owners_new();
    const struct exchange_options exchanges = {
        .http = &worker->http,
        .resolver = options->resolver,
        .route = options->route,
        .book = worker->book,
        .tls = options->tls,
        .places = options->places,
        .owners = worker->owners,
        .engines = options->engines,
        .via = options->via,
        .on_ready = on_exchange_ready,
        .on_deadline = on_exchange_deadline,
    };
    worker->exchanges = exchange_worker_new(&exchanges);
    list_init(&worker->sessions);
    list_init(&worker->retired);
    list_init(&worker->yielded);
    turn_away_begin(worker);
    worker->reaper.run = reap;
    worker->runner.run = run_yielded;
    return worker;
}

void session_worker_free(struct session_worker *worker)
{
    if (worker == NULL)
        return;
    session_worker_cut(worker);
    deferred_cancel(&worker->reaper);
    deferred_cancel(&worker->runner);
    reap(&worker->reaper);
    turn_away_end(worker);
    exchange_worker_free(worker->exchanges);
    account_book_free(worker->book);
    owners_free(worker->owners);
    http_worker_clear(&worker->http);
    base_free(worker);
}

/* A tunnel is judged once; whether a new policy would have it, is asked of those that are open only. */
static void cut_denied(struct session_worker *worker)
{
    struct list_node *node = list_first(&worker->sessions);
    while (node != NULL) {
        struct session *session = list_owner(node, struct session, node);
        node = list_next(&worker->sessions, node);
        if (session->state == SESSION_TUNNEL && exchange_is_denied_now(session->exchange))
            session_close(session, REASON_POLICY_CHANGED);
    }
}

void session_worker_set_policy(
    struct session_worker *worker, struct policy *policy, struct budget_table *budgets, uint64_t policy_sequence,
    const struct session_limits *limits)
{
    exchange_worker_set_policy(worker->exchanges, policy, budgets, policy_sequence, &limits->exchange);
    worker->limits = *limits;
    if (limits->cut_denied)
        cut_denied(worker);
}

void session_worker_set_bypass(struct session_worker *worker, uint64_t until_us)
{
    exchange_worker_set_bypass(worker->exchanges, until_us);
}

void session_worker_set_tls(struct session_worker *worker, struct tls_server *tls)
{
    worker->options.tls = tls;
    exchange_worker_set_tls(worker->exchanges, tls);
}

void session_worker_set_resolver(struct session_worker *worker, struct resolver *resolver)
{
    exchange_worker_set_resolver(worker->exchanges, resolver);
}

void session_worker_collect(struct session_worker *worker)
{
    audit_port_collect(worker->options.audit);
}

void session_worker_cut(struct session_worker *worker)
{
    struct list_node *node;
    while ((node = list_first(&worker->sessions)) != NULL)
        session_close(list_owner(node, struct session, node), REASON_DRAIN);
}

static bool is_between_requests(const struct session *session)
{
    return session->state == SESSION_SERVE && session->exchange == NULL;
}

void session_worker_drain(struct session_worker *worker)
{
    worker->is_draining = true;
    exchange_worker_drain(worker->exchanges);
    struct list_node *node = list_first(&worker->sessions);
    while (node != NULL) {
        struct session *session = list_owner(node, struct session, node);
        node = list_next(&worker->sessions, node);
        session->entrance.http.persists = false;
        if (is_between_requests(session) && !channel_has_ended(session->entrance.http.channel))
            session_close(session, REASON_NONE); /* whoever has spoken is served yet */
    }
}

void session_worker_recheck(struct session_worker *worker)
{
    struct list_node *node = list_first(&worker->sessions);
    while (node != NULL) {
        struct session *session = list_owner(node, struct session, node);
        node = list_next(&worker->sessions, node);
        if (!session_is_outdated(session))
            continue;
        session->entrance.http.persists = false;
        bool asks_yet =
            session->state == SESSION_SERVE && session->exchange != NULL && exchange_is_reading_head(session->exchange);
        if (is_between_requests(session) || asks_yet || session->state < SESSION_SERVE)
            session_close(session, REASON_NONE);
    }
}

void session_worker_stats(const struct session_worker *worker, struct session_stats *stats)
{
    *stats = (struct session_stats){
        .accepted = worker->counts.accepted,
        .socks = worker->counts.socks,
        .open = worker->counts.open,
        .over_limit = worker->turned_away.over_limit,
        .over_memory = worker->turned_away.over_memory,
        .exchanges = *exchange_worker_stats(worker->exchanges),
        .accounts = *account_book_stats(worker->book),
    };
}
