/* SPDX-License-Identifier: Apache-2.0 */
/* Decisions that stand for a minute: the same client's same question needs no other one, and its outcome counts. */
#include <string.h>

#include "exeat/base/memory.h"
#include "names_internal.h"

static struct standing **place_of(struct names_worker *worker, const struct name_question *question, const char *wrong)
{
    uint64_t seed = who_hash(worker->seed ^ question->type, &question->client);
    struct text what = wrong == NULL ? host_text(&question->host) : text_from(wrong);
    return &worker->standings.places[names_hash(seed, bytes_of_text(what)) % STANDING_PLACES];
}

/* What is wrong with its question; NULL: nothing. */
static const char *wrong_with(const struct standing *standing)
{
    return standing->question.host.kind == HOST_NONE ? standing->account.detail : NULL;
}

static bool is_about(const struct standing *standing, const struct name_question *question, const char *wrong)
{
    const struct name_question *own = &standing->question;
    const char *own_wrong = wrong_with(standing);
    if ((wrong == NULL) != (own_wrong == NULL) || !who_is_same(&own->client, &question->client))
        return false;
    return wrong == NULL ? own->type == question->type && host_equal(&own->host, &question->host)
                         : strcmp(own_wrong, wrong) == 0;
}

static bool is_over(const struct standing *standing)
{
    return loop_now_us(standing->worker->options.loop) - standing->account.started_us >= STANDING_US;
}

struct standing *
standing_find(struct names_worker *worker, const struct name_question *question, const struct wrong *wrong)
{
    struct standing *standing = *place_of(worker, question, wrong->what);
    while (standing != NULL && !is_about(standing, question, wrong->what))
        standing = standing->next;
    if (standing == NULL || !is_over(standing))
        return standing;
    standing_end(standing);
    return NULL;
}

/* --- beginning ---
 */

static struct standing **own_place(struct standing *standing)
{
    return place_of(standing->worker, &standing->question, wrong_with(standing));
}

static void refuse(struct standing *standing, enum dns_code code, enum reason reason)
{
    standing->code = code;
    standing->verdict.decision = (struct decision){.verdict = VERDICT_DENY, .plan = PLAN_REFUSE, .reason = reason};
}

static struct standing *make(struct names_worker *worker, const struct name_question *question)
{
    struct standing *standing = base_zalloc(sizeof(*standing));
    standing->worker = worker;
    standing->policy = policy_ref(worker->policy);
    standing->question = *question;
    account_open(&standing->account, worker->book, loop_now_us(worker->options.loop));
    standing->account.on_decided = worker->on_decided;
    list_init(&standing->waiting);
    return standing;
}

static void release(struct standing *standing)
{
    account_unsay(&standing->account);
    policy_unref(standing->policy);
    base_free(standing);
}

static void enter(struct standing *standing)
{
    struct names_worker *worker = standing->worker;
    struct standing **place = own_place(standing);
    if (worker->stats.standing == STANDINGS)
        standing_end(list_owner(list_first(&worker->standings.all), struct standing, node));
    if (list_is_empty(&worker->standings.all))
        timer_start(worker->standings.sweep, STANDING_US / 1000 + 1);
    standing->next = *place;
    *place = standing;
    list_append(&worker->standings.all, &standing->node);
    worker->stats.standing++;
}

struct standing *
standing_new(struct names_worker *worker, const struct name_question *question, const struct wrong *wrong)
{
    struct standing *standing = make(worker, question);
    account_say(&standing->account, FLAW_NONE, wrong->what);
    if (!who_identify(standing, &standing->question.client))
        refuse(standing, DNS_REFUSED, REASON_CLIENT_NOBODY);
    else if (wrong->what != NULL)
        refuse(standing, wrong->code, REASON_DNS_MALFORMED);
    else
        judge_question(standing);
    if (standing_record(standing) == ACCOUNT_FAILED) {
        release(standing);
        return NULL;
    }
    enter(standing);
    return standing;
}

/* --- the end ---
 */

static void finish_if_done(struct standing *standing)
{
    if (standing->place == STANDING_LISTED || standing->askers > 0 || standing->account.state == ACCOUNT_WAITS)
        return;
    list_remove(&standing->node);
    (void)account_complete(&standing->account, loop_now_us(standing->worker->options.loop));
    release(standing);
}

void standing_end(struct standing *standing)
{
    struct names_worker *worker = standing->worker;
    if (standing->place == STANDING_LISTED) {
        struct standing **at = own_place(standing);
        while (*at != standing)
            at = &(*at)->next;
        *at = standing->next;
        list_remove(&standing->node);
        list_append(&worker->standings.leaving, &standing->node);
        standing->place = STANDING_LEAVING;
        worker->stats.standing--;
    }
    finish_if_done(standing);
}

void standing_leave(struct standing *standing)
{
    standing->askers--;
    finish_if_done(standing);
}

/* With a reload those that wait go on: they were judged by the policy of their time. */
void standings_end(struct names_worker *worker)
{
    struct list_node *node;
    while ((node = list_first(&worker->standings.all)) != NULL)
        standing_end(list_owner(node, struct standing, node));
}

void standings_sweep(void *context)
{
    struct names_worker *worker = context;
    struct list_node *node;
    while ((node = list_first(&worker->standings.all)) != NULL) {
        struct standing *standing = list_owner(node, struct standing, node);
        if (!is_over(standing)) {
            uint64_t stood_us = loop_now_us(worker->options.loop) - standing->account.started_us;
            timer_start(worker->standings.sweep, (STANDING_US - stood_us) / 1000 + 1);
            return;
        }
        standing_end(standing);
    }
}
