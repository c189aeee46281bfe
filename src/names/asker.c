/* SPDX-License-Identifier: Apache-2.0 */
/* Who is to be told: from the bytes of a question to its decision, and on to an answer. */
#include <string.h>

#include "exeat/net/room.h"
#include "names_internal.h"

/* --- decisions ---
 */

static bool is_address_type(uint16_t type)
{
    return type == DNS_A || type == DNS_AAAA;
}

static bool answer_from_here(struct names_worker *worker, struct asker *asker)
{
    struct address addresses[RESOLVE_MAX];
    size_t count;
    if (!is_address_type(asker->question.type) ||
        !resolver_knows(worker->options.resolver, &asker->standing->question.host, addresses, &count))
        return false;
    worker->stats.answers[NAMES_HERE]++;
    reply_own(worker, asker, addresses, count);
    return true;
}

static bool answer_from_kept(struct names_worker *worker, struct asker *asker)
{
    const struct name_question *question = &asker->standing->question;
    uint64_t now_us = loop_now_us(worker->options.loop);
    const struct kept *kept = kept_find(&worker->kept, &question->host, question->type, now_us);
    if (kept == NULL)
        return false;
    worker->stats.answers[NAMES_KEPT]++;
    reply_answer(worker, asker, kept);
    return true;
}

bool asker_answer(struct names_worker *worker, struct asker *asker)
{
    switch (asker->standing->verdict.decision.plan) {
    case PLAN_REFUSE:
        reply_refusal(worker, asker);
        return true;
    case PLAN_ANSWER:
        worker->stats.answers[NAMES_HERE]++;
        reply_here(worker, asker);
        return true;
    case PLAN_TUNNEL:
    case PLAN_FORWARD:
    case PLAN_OPEN:
    case PLAN_REROUTE:
        break;
    }
    return answer_from_kept(worker, asker) || answer_from_here(worker, asker);
}

/* --- from bytes to a decision ---
 */

/* Of a client with more questions than anybody needs, what is new is refused as one. */
static bool is_flooding(struct names_worker *worker, const struct name_question *question, const struct wrong *wrong)
{
    char key[HOST_TEXT_SIZE + DNS_TYPE_TEXT_SIZE];
    memcpy(key, question->host.text, question->host.length);
    dns_type_write(question->type, key + question->host.length);
    struct text name = {key, question->host.length + strlen(key + question->host.length)};
    return !names_budget_take(
        worker->options.budget, &question->client, TEXT(""), wrong->what == NULL ? name : text_from(wrong->what), 1,
        CLIENT_QUESTIONS, loop_now_us(worker->options.loop));
}

static void find_wrong(
    enum dns_read read, const struct dns_question *asked, struct host *host, struct wrong *wrong,
    const struct detail *detail)
{
    if (read == DNS_READ_ERROR)
        wrong->what = detail->text;
    else if (asked->class != DNS_CLASS_IN)
        *wrong = (struct wrong){"a class that is not IN", DNS_REFUSED};
    else if (!dns_name_host(&asked->name, host))
        *wrong = (struct wrong){"a name that no host has", DNS_REFUSED};
}

static struct standing *
find_or_judge(struct names_worker *worker, struct name_question *question, struct wrong *wrong, enum reason *against)
{
    struct standing *standing = standing_find(worker, question, wrong);
    *against = REASON_AUDIT_UNAVAILABLE;
    if (standing != NULL)
        return standing;
    if (is_flooding(worker, question, wrong)) {
        *question = (struct name_question){.client = question->client};
        *wrong = (struct wrong){
            "more than 1000 different questions in a minute: these are not recorded one by one", DNS_REFUSED};
        standing = standing_find(worker, question, wrong);
    }
    if (standing != NULL)
        return standing;
    if (room_has_memory(worker->options.loop, worker->limits.memory))
        return standing_new(worker, question, wrong);
    worker->stats.over_memory++;
    *against = REASON_MEMORY;
    return NULL;
}

static void go_on(struct names_worker *worker, struct asker *asker)
{
    bool waits_for_disk = asker->standing->account.state == ACCOUNT_WAITS;
    if (!waits_for_disk && asker_answer(worker, asker))
        return;
    if (worker->asker_count == ASKERS) {
        worker->stats.dropped++; /* it will be asked again */
        return;
    }
    struct asker *kept = asker_keep(worker, asker);
    if (waits_for_disk)
        list_append(&kept->standing->waiting, &kept->node);
    else
        lookup_join(worker, kept);
}

void asker_take(struct names_worker *worker, struct asker *asker, struct bytes bytes)
{
    struct name_question question = {
        .client = {.address = asker->peer.address, .known = {.door = DOOR_DNS, .owner = asker->owner}}};
    struct detail detail = {0};
    struct wrong wrong = {.what = NULL};
    enum reason against;
    enum dns_read read = dns_question_read(bytes, &asker->question, &wrong.code, &detail);
    if (read == DNS_READ_SILENT)
        return;
    worker->stats.questions[asker->connection == NULL ? NAMES_UDP : NAMES_TCP]++;
    find_wrong(read, &asker->question, &question.host, &wrong, &detail);
    if (wrong.what == NULL)
        question.type = asker->question.type;
    else
        question.host = (struct host){.kind = HOST_NONE};
    asker->size = bytes.length;
    asker->standing = find_or_judge(worker, &question, &wrong, &against);
    if (asker->standing == NULL)
        reply_undecided(worker, asker, against);
    else
        go_on(worker, asker);
}
