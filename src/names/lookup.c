/* SPDX-License-Identifier: Apache-2.0 */
/* What the resolver is asked: once for all who wait for the same. */
#include "exeat/base/memory.h"
#include "names_internal.h"

struct lookup {
    struct list_node node; /* in worker->lookups */
    struct names_worker *worker;
    struct host host;
    uint16_t type;
    struct dns_ask *ask;
    struct list askers;
};

static struct lookup *find(struct names_worker *worker, const struct host *host, uint16_t type)
{
    for (struct list_node *node = list_first(&worker->lookups); node != NULL;
         node = list_next(&worker->lookups, node)) {
        struct lookup *lookup = list_owner(node, struct lookup, node);
        if (lookup->type == type && host_equal(&lookup->host, host))
            return lookup;
    }
    return NULL;
}

static void lookup_free(struct lookup *lookup)
{
    list_remove(&lookup->node);
    lookup->worker->lookup_count--;
    base_free(lookup);
}

static void tell_failure(struct lookup *lookup, bool is_overdue, const char *why)
{
    struct list_node *node;
    while ((node = list_first(&lookup->askers)) != NULL) {
        struct asker *asker = list_owner(node, struct asker, node);
        reply_failure(lookup->worker, asker, is_overdue ? REASON_DNS_TIMEOUT : REASON_DNS_FAILED, why);
        asker_free(lookup->worker, asker);
    }
}

static void tell_answer(struct lookup *lookup, const struct kept *kept)
{
    struct list_node *node;
    while ((node = list_first(&lookup->askers)) != NULL) {
        struct asker *asker = list_owner(node, struct asker, node);
        reply_answer(lookup->worker, asker, kept);
        asker_free(lookup->worker, asker);
    }
}

static void on_answer(void *context, struct bytes reply, bool is_overdue, const char *why)
{
    struct lookup *lookup = context;
    struct names_worker *worker = lookup->worker;
    struct dns_asked asked = {.type = lookup->type, .takes_ech = !worker->limits.ech_denied};
    struct dns_answer answer;
    dns_name_of_host(&lookup->host, &asked.name);
    if (reply.length == 0) {
        tell_failure(lookup, is_overdue, why);
    } else if (!dns_answer_read(reply, &asked, &answer)) {
        tell_failure(lookup, false, "the resolver's answer is broken");
    } else {
        uint64_t now_us = loop_now_us(worker->options.loop);
        worker->stats.answers[NAMES_ASKED]++;
        tell_answer(lookup, kept_add(&worker->kept, &lookup->host, lookup->type, &answer, now_us));
    }
    lookup_free(lookup);
}

static struct lookup *lookup_new(struct names_worker *worker, const struct name_question *question)
{
    struct lookup *lookup = base_zalloc(sizeof(*lookup));
    lookup->worker = worker;
    lookup->host = question->host;
    lookup->type = question->type;
    list_init(&lookup->askers);
    list_append(&worker->lookups, &lookup->node);
    worker->lookup_count++;
    lookup->ask = dns_ask_start(worker->options.resolver, &lookup->host, lookup->type, on_answer, lookup);
    return lookup;
}

void lookup_join(struct names_worker *worker, struct asker *asker)
{
    const struct name_question *question = &asker->standing->question;
    struct lookup *lookup = find(worker, &question->host, question->type);
    if (lookup == NULL && worker->lookup_count == LOOKUPS) {
        worker->stats.dropped++;
        asker_free(worker, asker);
        return;
    }
    if (lookup == NULL)
        lookup = lookup_new(worker, question);
    list_append(&lookup->askers, &asker->node);
}

void lookups_end(struct names_worker *worker)
{
    struct list_node *node;
    while ((node = list_first(&worker->lookups)) != NULL) {
        struct lookup *lookup = list_owner(node, struct lookup, node);
        struct list_node *first;
        while ((first = list_first(&lookup->askers)) != NULL) {
            struct asker *asker = list_owner(first, struct asker, node);
            asker->standing->account.reason = REASON_DRAIN;
            asker_free(worker, asker);
        }
        dns_ask_cancel(lookup->ask);
        lookup_free(lookup);
    }
}
