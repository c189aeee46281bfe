/* SPDX-License-Identifier: Apache-2.0 */
/* What is written down of a question: its decision, and once it stands no more, what came of it and how often. */
#include "exeat/base/digest.h"
#include "exeat/base/memory.h"
#include "names_internal.h"

static struct request_id draw_id(struct names_worker *worker)
{
    if (worker->ids_left == 0) {
        random_fill((uint8_t *)worker->ids, sizeof(worker->ids));
        worker->ids_left = ID_STOCK;
    }
    return worker->ids[--worker->ids_left];
}

static void on_durable(struct audit_wait *wait, bool durable)
{
    struct standing *standing = list_owner(wait, struct standing, wait);
    if (!durable)
        audit_port_forget(standing->worker->options.audit);
    standing_told(standing, durable);
}

enum audit_answer standing_record(struct standing *standing)
{
    const struct name_question *question = &standing->question;
    const struct decision *decision = &standing->verdict.decision;
    char type[DNS_TYPE_TEXT_SIZE];
    struct buffer client = {0};
    standing->id = draw_id(standing->worker);
    standing->wait.on_durable = on_durable;
    dns_type_write(question->type, type);
    address_append(&client, &question->client.address);
    struct decision_record record = {
        .id = standing->id,
        .policy_sequence = standing->worker->policy_sequence,
        .verdict = decision->verdict,
        .plan = decision->plan,
        .reason = decision->reason,
        .rule = decision->rule,
        .method = question->host.kind == HOST_NONE ? TEXT("") : text_from(type),
        .scheme = SCHEME_DNS,
        .host = host_text(&question->host),
        .llm_provider = decision->llm.provider,
        .llm_operation = decision->llm.operation,
        .client = question->client.name,
        .known = question->client.known,
        .personal.client_address = buffer_text(&client),
        .observed = decision->observed,
        .detail = text_from(standing->detail.text),
    };
    enum audit_answer answer = audit_port_decide(standing->worker->options.audit, &record, &standing->wait);
    buffer_clear(&client);
    standing->worker->stats.decisions[decision->verdict][decision->reason]++;
    return answer;
}

/* As long as it stood. A question that was never answered has its outcome too. */
void standing_complete(struct standing *standing)
{
    struct outcome_record *outcome = &standing->outcome;
    outcome->id = standing->id;
    outcome->done = standing->verdict.decision.plan;
    outcome->duration_us = loop_now_us(standing->worker->options.loop) - standing->began_us;
    outcome->detail = text_from(standing->detail.text);
    audit_port_complete(standing->worker->options.audit, outcome);
}
