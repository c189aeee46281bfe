/* SPDX-License-Identifier: Apache-2.0 */
/* A question's decision as it is written down. */
#include "exeat/model/found.h"
#include "exeat/policy/canary.h"
#include "names_internal.h"

/* Under its label, and the name without it. */
static struct text tell_canary(const struct standing *standing, struct buffer *found, struct buffer *name)
{
    const struct decision *decision = &standing->verdict.decision;
    struct text host = host_text(&standing->question.host);
    const char *label = decision->reason == REASON_CANARY_SEEN ? policy_canary_in(standing->policy, host) : NULL;
    if (label == NULL)
        return host;
    const struct found one = {
        TEXT("canary"), decision->plan == PLAN_REFUSE ? TEXT("deny") : TEXT("flag"), 1, TEXT("host"), text_from(label)};
    found_append(found, &one);
    canary_show_name(policy_canaries(standing->policy), host, name);
    return buffer_text(name);
}

enum account_state standing_record(struct standing *standing)
{
    const struct name_question *question = &standing->question;
    const struct decision *decision = &standing->verdict.decision;
    char type[DNS_TYPE_TEXT_SIZE];
    struct buffer client = {0};
    struct buffer found = {0};
    struct buffer name = {0};
    dns_type_write(question->type, type);
    address_append(&client, &question->client.address);
    struct decision_record record = {
        .policy_sequence = standing->worker->policy_sequence,
        .verdict = decision->verdict,
        .plan = decision->plan,
        .reason = decision->reason,
        .rule = decision->rule,
        .method = question->host.kind == HOST_NONE ? TEXT("") : text_from(type),
        .scheme = SCHEME_DNS,
        .host = tell_canary(standing, &found, &name),
        .llm.provider = decision->llm.provider,
        .llm.operation = decision->llm.operation,
        .client = question->client.name,
        .known = question->client.known,
        .personal.client_address = buffer_text(&client),
        .observed = decision->observed,
    };
    record.found = buffer_text(&found);
    enum account_state state = account_decide(&standing->account, &record);
    buffer_clear(&client);
    buffer_clear(&found);
    buffer_clear(&name);
    standing->account.done = decision->plan;
    return state;
}
