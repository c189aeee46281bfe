/* SPDX-License-Identifier: Apache-2.0 */
/* What the exchanges of one worker share. */
#include "exchange_internal.h"
#include "exeat/base/memory.h"
#include "exeat/inspect.h"

void exchange_worker_set_policy(
    struct exchange_worker *worker, struct policy *policy, struct budget_table *budgets, uint64_t policy_sequence,
    const struct exchange_limits *limits)
{
    struct engine_set *engines = engine_set_new(worker->options.engines, policy); /* before the old ones go */
    term_end(worker);
    worker->term = base_zalloc(sizeof(*worker->term));
    worker->term->policy = policy;
    worker->term->engines = engines;
    worker->term->sequence = policy_sequence;
    worker->term->budgets = budget_share_new(budgets);
    worker->limits = *limits;
}

/* --- the worker -----------------------------------------------------------------------------------------------------
 */

enum { SPARE_EXCHANGES = 64 };

struct exchange_worker *exchange_worker_new(const struct exchange_options *options)
{
    struct exchange_worker *worker = base_zalloc(sizeof(*worker));
    worker->options = *options;
    worker->steps = exchange_steps();
    worker->loop = options->http->loop;
    worker->queue = engine_queue_new(options->engines, worker->loop);
    worker->exchanges = (struct pool){.size = sizeof(struct exchange), .keep = SPARE_EXCHANGES};
    worker->flows = (struct pool){.size = sizeof(struct flow), .keep = SPARE_EXCHANGES};
    worker->heads = (struct pool){.size = sizeof(struct message_head), .keep = SPARE_EXCHANGES};
    return worker;
}

void exchange_worker_free(struct exchange_worker *worker)
{
    if (worker == NULL)
        return;
    term_end(worker);
    engine_queue_free(worker->queue);
    pool_clear(&worker->exchanges);
    pool_clear(&worker->flows);
    pool_clear(&worker->heads);
    buffer_clear(&worker->authority);
    inspector_free(worker->inspector);
    base_free(worker->keys);
    base_free(worker);
}

void exchange_worker_set_bypass(struct exchange_worker *worker, uint64_t until_us)
{
    worker->bypass_until_us = until_us;
}

void exchange_worker_set_tls(struct exchange_worker *worker, struct tls_server *tls)
{
    worker->options.tls = tls;
}

void exchange_worker_set_resolver(struct exchange_worker *worker, struct resolver *resolver)
{
    worker->options.resolver = resolver;
}

void exchange_worker_drain(struct exchange_worker *worker)
{
    worker->is_draining = true;
}

const struct exchange_limits *exchange_worker_limits(const struct exchange_worker *worker)
{
    return &worker->limits;
}

const struct exchange_stats *exchange_worker_stats(const struct exchange_worker *worker)
{
    return &worker->stats;
}
