/* SPDX-License-Identifier: Apache-2.0 */
/* The sessions of one worker: started with it, drained, cut and reaped. */
#include "exeat/base/digest.h"
#include "exeat/base/memory.h"
#include "session_internal.h"

static void opened_free(struct opened *opened)
{
    if (opened == NULL)
        return;
    tls_connection_free(opened->handshake);
    base_free(opened);
}

static void session_free(struct session *session)
{
    struct loop *loop = session->worker->options.loop;
    list_remove(&session->node);
    opened_free(session->opened);
    channel_free(session->client);
    timer_free(session->deadline);
    inflight_clear(loop, &session->in);
    inflight_clear(loop, &session->out);
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

/* --- policies and ids -----------------------------------------------------------------------------------------------
 */

struct reign *reign_hold(struct session_worker *worker)
{
    worker->reign->exchanges++;
    return worker->reign;
}

static void reign_free_if_done(struct reign *reign)
{
    if (!reign->is_over || reign->exchanges > 0)
        return;
    policy_unref(reign->policy);
    base_free(reign);
}

void reign_release(struct reign *reign)
{
    reign->exchanges--;
    reign_free_if_done(reign);
}

static void end_reign(struct session_worker *worker)
{
    if (worker->reign == NULL)
        return;
    worker->reign->is_over = true;
    reign_free_if_done(worker->reign);
    worker->reign = NULL;
}

struct request_id session_draw_id(struct session_worker *worker)
{
    struct id_stock *stock = &worker->ids;
    if (stock->left == 0) {
        random_fill((uint8_t *)stock->ids, sizeof(stock->ids));
        stock->left = ID_STOCK;
    }
    return stock->ids[--stock->left];
}

/* --- the worker -----------------------------------------------------------------------------------------------------
 */

enum { SPARE_EXCHANGES = 64 };

struct session_worker *session_worker_new(const struct session_options *options)
{
    struct session_worker *worker = base_zalloc(sizeof(*worker));
    worker->options = *options;
    worker->exchanges = (struct pool){.size = sizeof(struct exchange), .keep = SPARE_EXCHANGES};
    worker->heads = (struct pool){.size = sizeof(struct http_head), .keep = SPARE_EXCHANGES};
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
    end_reign(worker);
    pool_clear(&worker->exchanges);
    pool_clear(&worker->heads);
    buffer_clear(&worker->head);
    buffer_clear(&worker->authority);
    base_free(worker);
}

/* A tunnel is judged once; whether a new policy would have it, is asked of those that are open only: would it let the
 * same request through in the same way, to the same address? No bypass outlives a policy. */
bool session_is_denied_now(const struct session *session)
{
    const struct exchange *exchange = session->exchange;
    const struct request *request = &exchange->ask.request;
    const struct policy *policy = session->worker->reign->policy;
    struct decision decision;
    struct judged_address judged;
    enum reason why;
    policy_judge(policy, request, &decision);
    bool was_unseen = exchange->decision.scheme == SCHEME_TCP; /* bytes that need not be TLS */
    if (decision.plan != exchange->decision.plan || (was_unseen && decision.scheme != SCHEME_TCP))
        return true;
    return !policy_judge_address(policy, request, &decision, &exchange->account.address, &judged, &why);
}

static void cut_denied(struct session_worker *worker)
{
    struct list_node *node = list_first(&worker->sessions);
    while (node != NULL) {
        struct session *session = list_owner(node, struct session, node);
        node = list_next(&worker->sessions, node);
        if (session->state == SESSION_TUNNEL && session_is_denied_now(session))
            session_close(session, REASON_POLICY_CHANGED);
    }
}

static void set_endpoints(struct session_worker *worker, const struct policy *policy)
{
    struct route_endpoint endpoints[ROUTE_ENDPOINTS];
    size_t count = 0;
    for (size_t i = 0; i < policy_inference_count(policy) && count < ROUTE_ENDPOINTS; i++) {
        const struct policy_inference *inference = policy_inference(policy, i);
        if (!inference->is_canned)
            endpoints[count++] = (struct route_endpoint){inference->name, &inference->host, inference->port};
    }
    route_set_endpoints(worker->options.route, endpoints, count);
}

void session_worker_set_policy(
    struct session_worker *worker, struct policy *policy, uint64_t policy_sequence, const struct session_limits *limits)
{
    end_reign(worker);
    worker->reign = base_zalloc(sizeof(*worker->reign));
    worker->reign->policy = policy;
    worker->reign->sequence = policy_sequence;
    worker->limits = *limits;
    set_endpoints(worker, policy);
    if (limits->cut_denied)
        cut_denied(worker);
}

void session_worker_set_bypass(struct session_worker *worker, uint64_t until_us)
{
    worker->bypass_until_us = until_us;
}

void session_worker_set_tls(struct session_worker *worker, struct tls_server *tls)
{
    worker->options.tls = tls;
}

void session_worker_set_resolver(struct session_worker *worker, struct resolver *resolver)
{
    worker->options.resolver = resolver;
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
    return session->state == SESSION_READ_HEAD && session->exchange == NULL && inflight_length(&session->in) == 0;
}

void session_worker_drain(struct session_worker *worker)
{
    worker->draining = true;
    struct list_node *node = list_first(&worker->sessions);
    while (node != NULL) {
        struct session *session = list_owner(node, struct session, node);
        node = list_next(&worker->sessions, node);
        session->keeps_alive = false;
        if (is_between_requests(session))
            session_close(session, REASON_NONE);
    }
}

const struct session_stats *session_worker_stats(struct session_worker *worker)
{
    route_copy_health(worker->options.route, worker->stats.inference);
    return &worker->stats;
}
