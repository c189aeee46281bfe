/* SPDX-License-Identifier: Apache-2.0 */
/* Who shows credentials only when asked (git, Java, libcurl with --proxy-anyauth) is to be asked, where they would
 * help. */
#include "policy_internal.h"

enum { ASKED_MAX = 256 }; /* clients that are tried: more than any rule has a use for */

struct challenge {
    const struct policy *policy;
    struct request request; /* as each of them would ask */
    size_t asked;
    bool helps;
};

/* A CONNECT to the port of https is for TLS: there a refusal is told at once. */
static bool may_be_plain(const struct policy *policy, const struct request *request)
{
    struct request plain = *request;
    plain.scheme = SCHEME_HTTP;
    return request->port != scheme_port(SCHEME_HTTPS) && !policy_refuses(policy, &plain);
}

static void try_clients(struct challenge *challenge, const struct compiled_conditions *conditions)
{
    const struct settings_client *clients = challenge->policy->settings->lists.clients;
    for (size_t i = 0; i < conditions->source->from.count && !challenge->helps; i++) {
        const struct settings_client *client = &clients[conditions->clients[i]];
        if (!client_has_credentials(client) || challenge->asked++ >= ASKED_MAX)
            continue;
        challenge->request.client.name = client->name.text;
        challenge->helps = !policy_refuses(challenge->policy, &challenge->request) ||
                           (!challenge->request.inside_known && may_be_plain(challenge->policy, &challenge->request));
    }
}

static void try_rule(struct challenge *challenge, uint32_t index)
{
    const struct policy_rule *rule = &challenge->policy->rules[index];
    try_clients(challenge, &rule->when);
    if (rule->source->has_unless)
        try_clients(challenge, &rule->unless);
}

/* Only rules about this host can make a difference. */
static void try_all(struct challenge *challenge)
{
    const struct policy *policy = challenge->policy;
    struct host_view view;
    hosts_view(policy, &challenge->request.host, &view);
    for (size_t i = 0; i < view.count; i++)
        for (uint32_t j = 0; j < view.sets[i]->count && !challenge->helps; j++)
            try_rule(challenge, view.sets[i]->members[j].rule);
    for (size_t i = 0; i < policy->hostless.count && !challenge->helps; i++)
        try_rule(challenge, policy->hostless.items[i]);
}

static bool is_refused_by_rules(const struct decision *decision)
{
    bool by_rules =
        decision->reason == REASON_RULE || decision->reason == REASON_NO_RULE || decision->reason == REASON_LLM_GUARD;
    return decision->verdict == VERDICT_DENY && !decision->observed && by_rules;
}

bool policy_allows_plain(const struct policy *policy, const struct request *request, const struct decision *decision)
{
    return !request->inside_known && decision->plan == PLAN_REFUSE && is_refused_by_rules(decision) &&
           may_be_plain(policy, request);
}

static bool would_help(const struct policy *policy, const struct request *request)
{
    struct challenge challenge = {.policy = policy, .request = *request};
    if (policy_refuses(policy, request))
        try_all(&challenge);
    return challenge.helps;
}

bool policy_challenge(const struct policy *policy, const struct request *request, struct decision *decision)
{
    if (!policy->clients.has_credentials || !is_refused_by_rules(decision) || !would_help(policy, request))
        return false;
    decision->plan = PLAN_REFUSE;
    decision->reason = REASON_CREDENTIALS_NEEDED;
    return true;
}
