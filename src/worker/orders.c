/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker does when it was ordered something, in its own thread. */
#include <unistd.h>

#include "worker_internal.h"

static void use_tls(struct worker *worker, struct tls_client *client, const struct trust *trust)
{
    worker->tls = worker_tls_new(worker->tls, client, trust->issuer);
    route_set_tls(worker->route, client);
    session_worker_set_tls(worker->sessions, worker_tls_server(worker->tls));
    ways_in_trust(&worker->ways, trust);
    session_worker_recheck(worker->sessions);
}

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
    if (worker_tls_server(worker->tls) != NULL)
        tls_server_set_policy(worker_tls_server(worker->tls), sequence);
    if (worker->questions != NULL)
        use_names(worker, policy, sequence);
    session_worker_set_policy(worker->sessions, policy, budgets, sequence, &limits);
}

void worker_take_policy(struct worker *worker, struct policy *policy, struct budget_table *budgets, uint64_t sequence)
{
    use_policy(worker, policy, budgets, sequence);
    pthread_mutex_lock(&worker->mailbox.lock);
    worker->mailbox.policy_sequence = sequence;
    pthread_cond_broadcast(&worker->mailbox.changed);
    pthread_mutex_unlock(&worker->mailbox.lock);
}

/* A look is answered with what was so when it was asked. */
static void answer_look(struct worker *worker, uint64_t look)
{
    struct mailbox *mailbox = &worker->mailbox;
    if (mailbox->looks == look)
        return;
    session_worker_stats(worker->sessions, &mailbox->sessions);
    if (worker->questions != NULL)
        mailbox->names = *names_worker_stats(worker->questions);
    mailbox->looks = look;
    pthread_cond_broadcast(&mailbox->changed);
}

/* What was ordered, each once but for what lasts. */
static struct orders take_orders(struct worker *worker)
{
    struct mailbox *mailbox = &worker->mailbox;
    uint64_t count;
    ssize_t got = read(mailbox->wake, &count, sizeof(count));
    (void)got;
    pthread_mutex_lock(&mailbox->lock);
    struct orders orders = mailbox->orders;
    mailbox->orders.policy = NULL;
    mailbox->orders.budgets = NULL;
    mailbox->orders.client = NULL;
    answer_look(worker, orders.look);
    pthread_mutex_unlock(&mailbox->lock);
    return orders;
}

static void end(struct worker *worker)
{
    session_worker_cut(worker->sessions);
    if (worker->questions != NULL)
        names_worker_cut(worker->questions);
    loop_stop(worker->loop);
}

void worker_on_orders(void *context)
{
    struct worker *worker = context;
    struct orders orders = take_orders(worker);
    if (orders.client != NULL)
        use_tls(worker, orders.client, orders.trust);
    if (orders.policy != NULL)
        worker_take_policy(worker, orders.policy, orders.budgets, orders.policy_sequence);
    budget_table_unref(orders.budgets);
    session_worker_set_bypass(worker->sessions, orders.bypass_until_us);
    if (worker->questions != NULL)
        names_worker_set_bypass(worker->questions, orders.bypass_until_us);
    if (orders.drain || orders.stop)
        ways_in_close(&worker->ways);
    if (orders.drain)
        session_worker_drain(worker->sessions);
    if (orders.stop)
        end(worker);
}
