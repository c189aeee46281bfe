/* SPDX-License-Identifier: Apache-2.0 */
/* The DNS listener of one worker. */
#include <string.h>

#include "exeat/base/digest.h"
#include "exeat/base/memory.h"
#include "exeat/net/owner.h"
#include "names_internal.h"

enum { SPARE_ASKERS = 64 };

struct names_worker *names_worker_new(const struct names_options *options)
{
    struct names_worker *worker = base_zalloc(sizeof(*worker));
    worker->options = *options;
    worker->on_decided = waiting_told;
    worker->book = account_book_new(options->audit);
    worker->askers = (struct pool){.size = sizeof(struct asker), .keep = SPARE_ASKERS};
    random_fill((uint8_t *)&worker->seed, sizeof(worker->seed));
    list_init(&worker->standings.all);
    list_init(&worker->standings.leaving);
    list_init(&worker->lookups);
    list_init(&worker->connections);
    kept_init(&worker->kept, worker->seed);
    worker->owners = owners_new();
    worker->standings.sweep = timer_new(options->loop, standings_sweep, worker);
    return worker;
}

void names_worker_free(struct names_worker *worker)
{
    if (worker == NULL)
        return;
    names_worker_cut(worker);
    kept_forget(&worker->kept);
    timer_free(worker->standings.sweep);
    pool_clear(&worker->askers);
    owners_free(worker->owners);
    policy_unref(worker->policy);
    account_book_free(worker->book);
    base_free(worker);
}

static void on_datagram(void *context, const struct datagram_peer *peer, struct bytes bytes)
{
    struct names_socket *socket = context;
    struct asker asker = {.datagrams = socket->datagrams, .peer = *peer, .owner = who_sent(socket, peer)};
    asker_take(socket->worker, &asker, bytes);
}

void names_worker_listen(struct names_worker *worker, const struct names_sockets *sockets)
{
    for (size_t i = 0; i < sockets->count; i++) {
        struct names_socket *socket = &worker->sockets[i];
        socket->worker = worker;
        socket->place = sockets->places[i];
        socket->datagrams = datagrams_new(worker->options.loop, sockets->udp[i], on_datagram, socket);
        socket->listener = listener_new(worker->options.loop, sockets->tcp[i], dns_connection_start, socket);
    }
    worker->socket_count = sockets->count;
}

void names_worker_set_policy(
    struct names_worker *worker, struct policy *policy, uint64_t policy_sequence, const struct names_limits *limits)
{
    standings_end(worker);
    kept_forget(&worker->kept);
    policy_unref(worker->policy);
    worker->policy = policy;
    worker->policy_sequence = policy_sequence;
    worker->limits = *limits;
}

/* What was refused without it stands no more, nor what was let through by it. */
void names_worker_set_bypass(struct names_worker *worker, uint64_t until_us)
{
    if (worker->bypass_until_us != until_us)
        standings_end(worker);
    worker->bypass_until_us = until_us;
}

void names_worker_set_resolver(struct names_worker *worker, struct resolver *resolver)
{
    worker->options.resolver = resolver;
}

void names_worker_cut(struct names_worker *worker)
{
    for (size_t i = 0; i < worker->socket_count; i++)
        listener_free(worker->sockets[i].listener);
    dns_connections_end(worker);
    lookups_end(worker);
    standings_cut(worker);
    for (size_t i = 0; i < worker->socket_count; i++)
        datagrams_free(worker->sockets[i].datagrams);
    worker->socket_count = 0;
}

const struct names_stats *names_worker_stats(struct names_worker *worker)
{
    const struct account_stats *accounts = account_book_stats(worker->book);
    memcpy(worker->stats.decisions, accounts->decisions, sizeof(accounts->decisions));
    return &worker->stats;
}
