/* SPDX-License-Identifier: Apache-2.0 */
/* What a rule lets out beside its hosts: the URLs that their certificates name. */
#include "exeat/policy/follow.h"

#include "exeat/policy/lapse.h"
#include "policy_internal.h"

struct text policy_follows(const struct decision *decision)
{
    bool follows =
        decision->verdict == VERDICT_ALLOW && decision->winner != NULL && decision->winner->source->follow_aia;
    return follows ? decision->winner->source->id.text : TEXT("");
}

static const struct policy_rule *find_rule(const struct policy *policy, struct text id)
{
    for (size_t i = 0; i < policy->rule_count; i++)
        if (policy->rules[i].source->follow_aia && text_equal(policy->rules[i].source->id.text, id))
            return &policy->rules[i];
    return NULL;
}

static bool is_for_client(const struct policy *policy, const struct policy_rule *rule, const struct request *request)
{
    size_t client = client_index(policy, request->client.name);
    for (size_t i = 0; i < rule->source->when.from.count; i++)
        if (rule->when.clients[i] == client)
            return true;
    return !rule->source->when.from.present;
}

void policy_follow(
    const struct policy *policy, const struct request *request, struct text rule_id, struct decision *decision)
{
    const struct policy_rule *rule = find_rule(policy, rule_id);
    bool is_unruled = decision->verdict == VERDICT_DENY && decision->reason == REASON_NO_RULE && !decision->observed;
    bool is_llm = decision->llm.operation != LLM_NONE || llm_catalogue_find(policy->catalogue, &request->host) != NULL;
    bool is_plain = request->scheme == SCHEME_HTTP && request->inside_known && request->path_was_canonical;
    if (rule == NULL || !policy_rule_is_in_force(rule->source, request->asked_us) || !is_unruled || is_llm ||
        !is_plain || !is_for_client(policy, rule, request))
        return;
    decision->verdict = VERDICT_ALLOW;
    decision->plan = PLAN_FORWARD;
    decision->reason = REASON_FOLLOWED;
    decision->winner = rule;
    decision->rule = rule->source->id.text;
    if (rule->budget != BUDGET_NONE)
        decision->budgets.rows[decision->budgets.count++] = rule->budget;
}
