/* SPDX-License-Identifier: Apache-2.0 */
/* A question's decision as it is written down. */
#include "exeat/model/found.h"
#include "exeat/policy/canary.h"
#include "names_internal.h"

/* Under its label. */
static void tell_canary(const struct standing *standing, struct buffer *out)
{
    const struct decision *decision = &standing->verdict.decision;
    if (decision->reason != REASON_CANARY_SEEN)
        return;
    const char *label = policy_canary_in(standing->policy, host_text(&standing->question.host));
    const struct found found = {
        TEXT("canary"), decision->plan == PLAN_REFUSE ? TEXT("deny") : TEXT("flag"), 1, TEXT("host"),
        label == NULL ? TEXT("") : text_from(label)};
    found_append(out, &found);
}

enum account_state standing_record(struct standing *standing)
{
    const struct name_question *question = &standing->question;
    const struct decision *decision = &standing->verdict.decision;
    char type[DNS_TYPE_TEXT_SIZE];
    struct buffer client = {0};
    struct buffer found = {0};
    dns_type_write(question->type, type);
    address_append(&client, &question->client.address);
    tell_canary(standing, &found);
    const struct decision_record record = {
        .policy_sequence = standing->worker->policy_sequence,
        .verdict = decision->verdict,
        .plan = decision->plan,
        .reason = decision->reason,
        .rule = decision->rule,
        .method = question->host.kind == HOST_NONE ? TEXT("") : text_from(type),
        .scheme = SCHEME_DNS,
        .host = host_text(&question->host),
        .llm.provider = decision->llm.provider,
        .llm.operation = decision->llm.operation,
        .client = question->client.name,
        .known = question->client.known,
        .personal.client_address = buffer_text(&client),
        .observed = decision->observed,
        .found = buffer_text(&found),
    };
    enum account_state state = account_decide(&standing->account, &record);
    buffer_clear(&client);
    buffer_clear(&found);
    standing->account.done = decision->plan;
    return state;
}
