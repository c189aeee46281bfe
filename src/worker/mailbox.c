/* SPDX-License-Identifier: Apache-2.0 */
/* What other threads say to a worker, and wait to hear from it. */
#include <sys/eventfd.h>
#include <unistd.h>

#include "exeat/base/check.h"
#include "worker_internal.h"

enum { POLICY_SECONDS = 5 };

void mailbox_open(struct mailbox *mailbox)
{
    pthread_condattr_t steady;
    mailbox->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    ASSERT(mailbox->wake >= 0);
    pthread_mutex_init(&mailbox->lock, NULL);
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&mailbox->changed, &steady);
    pthread_condattr_destroy(&steady);
}

void mailbox_close(struct mailbox *mailbox)
{
    close(mailbox->wake);
    tls_client_free(mailbox->orders.client);
    policy_unref(mailbox->orders.policy);
    budget_table_unref(mailbox->orders.budgets);
    pthread_mutex_destroy(&mailbox->lock);
    pthread_cond_destroy(&mailbox->changed);
}

static void wake(struct worker *worker)
{
    uint64_t one = 1;
    ssize_t put = write(worker->mailbox.wake, &one, sizeof(one));
    (void)put;
}

void worker_set_bypass(struct worker *worker, uint64_t until_us)
{
    pthread_mutex_lock(&worker->mailbox.lock);
    worker->mailbox.orders.bypass_until_us = until_us;
    pthread_mutex_unlock(&worker->mailbox.lock);
    wake(worker);
}

void worker_set_policy(
    struct worker *worker, struct policy *policy, struct budget_table *budgets, uint64_t policy_sequence)
{
    pthread_mutex_lock(&worker->mailbox.lock);
    policy_unref(worker->mailbox.orders.policy); /* one that was never taken */
    budget_table_unref(worker->mailbox.orders.budgets);
    worker->mailbox.orders.policy = policy_ref(policy);
    worker->mailbox.orders.budgets = budget_table_ref(budgets);
    worker->mailbox.orders.policy_sequence = policy_sequence;
    pthread_mutex_unlock(&worker->mailbox.lock);
    wake(worker);
}

void worker_set_tls(struct worker *worker, struct tls_client *client, const struct trust *trust)
{
    pthread_mutex_lock(&worker->mailbox.lock);
    tls_client_free(worker->mailbox.orders.client); /* one that was never taken */
    worker->mailbox.orders.client = client;
    worker->mailbox.orders.trust = trust;
    pthread_mutex_unlock(&worker->mailbox.lock);
}

static void order(struct worker *worker, bool *flag)
{
    pthread_mutex_lock(&worker->mailbox.lock);
    *flag = true;
    pthread_mutex_unlock(&worker->mailbox.lock);
    wake(worker);
}

void worker_drain(struct worker *worker)
{
    order(worker, &worker->mailbox.orders.drain);
}

void worker_stop(struct worker *worker)
{
    order(worker, &worker->mailbox.orders.stop);
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
    pthread_mutex_lock(&worker->mailbox.lock);
    while (worker->mailbox.policy_sequence < policy_sequence && result == 0)
        result = pthread_cond_timedwait(&worker->mailbox.changed, &worker->mailbox.lock, &until);
    bool has = worker->mailbox.policy_sequence >= policy_sequence;
    pthread_mutex_unlock(&worker->mailbox.lock);
    return has;
}

void worker_ask(struct worker *worker)
{
    pthread_mutex_lock(&worker->mailbox.lock);
    worker->mailbox.orders.look++;
    pthread_mutex_unlock(&worker->mailbox.lock);
    wake(worker);
}

void worker_look(struct worker *worker, struct session_stats *stats)
{
    struct timespec until = after_seconds(1);
    int result = 0;
    pthread_mutex_lock(&worker->mailbox.lock);
    while (worker->mailbox.looks < worker->mailbox.orders.look && result == 0)
        result = pthread_cond_timedwait(&worker->mailbox.changed, &worker->mailbox.lock, &until);
    *stats = worker->mailbox.sessions;
    pthread_mutex_unlock(&worker->mailbox.lock);
}

bool worker_look_names(struct worker *worker, struct names_stats *stats)
{
    if (worker->questions == NULL)
        return false;
    pthread_mutex_lock(&worker->mailbox.lock);
    *stats = worker->mailbox.names;
    pthread_mutex_unlock(&worker->mailbox.lock);
    return true;
}
