/* SPDX-License-Identifier: Apache-2.0 */
/* Questions for names. The rules are asked in the words of requests: for each rule that has the host, each scheme and
 * port of it is tried, until nothing certain stands against one. Where ports are ranges, what holds can change only at
 * an end of some rule's range, so that trying those ends is trying all. */
#include "exeat/policy/names.h"

#include "exeat/base/check.h"
#include "exeat/policy/bypass.h"
#include "policy_internal.h"

/* What is gathered of the requests that might be let through. */
struct ways {
    const struct policy *policy;
    const struct name_question *question;
    const struct host_view *view;
    const struct address *address;    /* NULL: not looked up yet */
    const struct policy_rule *winner; /* the first that lets one through */
    uint32_t types;                   /* bits: record types that such rules name */
    bool is_rerouted;
    bool is_let_out;
};

/* Those that every name may be asked for. The rest says things, and carries them, that a client of HTTP never needs. */
static uint32_t usual_types(void)
{
    return dns_type_bit(DNS_A) | dns_type_bit(DNS_AAAA) | dns_type_bit(DNS_CNAME) | dns_type_bit(DNS_HTTPS);
}

static struct request request_for(const struct name_question *question, enum scheme scheme, uint16_t port)
{
    return (struct request){
        .client = question->client,
        .scheme = scheme == SCHEME_TCP ? SCHEME_HTTPS : scheme, /* any CONNECT comes as https */
        .host = question->host,
        .port = port,
        .asked_us = question->asked_us,
    };
}

/* --- ways ------------------------------------------------------------------------------------------------------------
 */

/* Does a request that the rule is about get through, to this address if there is one? */
static bool is_way(const struct ways *ways, const struct policy_rule *rule, enum scheme scheme, uint16_t port)
{
    struct request request = request_for(ways->question, scheme, port);
    if (!policy_rule_may_hold(ways->policy, &request, scheme, rule))
        return false;
    if (ways->address != NULL)
        return policy_may_reach(ways->policy, &request, ways->address);
    return !policy_refuses(ways->policy, &request);
}

static bool has_port(const struct setting_ports *ports, uint32_t port)
{
    for (size_t i = 0; i < ports->count; i++)
        if (port >= ports->items[i].first && port <= ports->items[i].last)
            return true;
    return false;
}

/* Ports where something may change: where a range begins, and behind its end. */
static bool
try_ends(const struct ways *ways, const struct policy_rule *rule, enum scheme scheme, const struct setting_ports *ends)
{
    const struct setting_ports *own = &rule->source->when.ports;
    for (size_t i = 0; i < ends->count; i++) {
        uint32_t tried[] = {ends->items[i].first, (uint32_t)ends->items[i].last + 1};
        for (size_t j = 0; j < COUNT_OF(tried); j++)
            if (has_port(own, tried[j]) && is_way(ways, rule, scheme, (uint16_t)tried[j]))
                return true;
    }
    return false;
}

static bool try_ends_of_all(const struct ways *ways, const struct policy_rule *rule, enum scheme scheme)
{
    for (size_t i = 0; i < ways->view->count; i++)
        for (uint32_t j = 0; j < ways->view->sets[i]->count; j++) {
            const struct policy_rule *other = &ways->policy->rules[ways->view->sets[i]->members[j].rule];
            if (try_ends(ways, rule, scheme, &other->source->when.ports) ||
                try_ends(ways, rule, scheme, &other->source->unless.ports))
                return true;
        }
    return false;
}

/* Rules without ports are about those of their schemes. */
static bool try_usual_ports(const struct ways *ways, const struct policy_rule *rule, enum scheme scheme)
{
    static const struct port_range usual[] = {{80, 80}, {443, 443}};
    static const struct setting_ports ends = {usual, COUNT_OF(usual), true};
    if (rule->source->when.ports.present)
        return try_ends(ways, rule, scheme, &ends);
    return scheme_port(scheme) != 0 && is_way(ways, rule, scheme, scheme_port(scheme));
}

static bool has_way(const struct ways *ways, const struct policy_rule *rule)
{
    for (enum scheme scheme = SCHEME_HTTP; scheme < SCHEME_COUNT; scheme++)
        if ((rule->when.schemes & scheme_bit(scheme)) != 0 &&
            (try_usual_ports(ways, rule, scheme) || try_ends_of_all(ways, rule, scheme)))
            return true;
    return false;
}

static void take_rule(struct ways *ways, const struct policy_rule *rule)
{
    bool is_allow = rule->source->verdict == VERDICT_ALLOW;
    if (rule->observes || rule->source->verdict == VERDICT_DENY || !has_way(ways, rule))
        return;
    ways->winner = ways->winner == NULL ? rule : ways->winner;
    ways->types |= rule->source->dns;
    ways->is_let_out = ways->is_let_out || is_allow;
    ways->is_rerouted = ways->is_rerouted || !is_allow;
}

static void find_ways(struct ways *ways)
{
    for (size_t i = 0; i < ways->view->count; i++) {
        const struct host_set *set = ways->view->sets[i];
        for (uint32_t j = 0; j < set->count; j++)
            if (set->members[j].role == ROLE_WHEN)
                take_rule(ways, &ways->policy->rules[set->members[j].rule]);
    }
}

/* --- verdicts --------------------------------------------------------------------------------------------------------
 */

/* As https would be refused, so that the reason is one that people know. */
static void
refuse(const struct policy *policy, const struct name_question *question, bool is_bypassed, struct decision *decision)
{
    struct request request = request_for(question, SCHEME_HTTPS, scheme_port(SCHEME_HTTPS));
    policy_judge(policy, &request, decision);
    if (!decision->observed)
        decision->plan = PLAN_REFUSE; /* a refusal that would be said inside */
    if (is_bypassed)
        policy_bypass(policy, &request, decision);
    if (decision->plan != PLAN_REFUSE)
        decision->plan = PLAN_FORWARD;
}

/* A name that may be asked for, in a type that may not. */
static void refuse_type(const struct policy *policy, struct decision *decision)
{
    bool observes = policy->settings->observe;
    decision->verdict = VERDICT_DENY;
    decision->plan = observes ? PLAN_FORWARD : PLAN_REFUSE;
    decision->reason = observes ? REASON_OBSERVED : REASON_DNS_TYPE;
    decision->observed = observes;
}

/* The most specific pattern by which any rule has the name, or the catalogue. */
static size_t fixed_of(const struct host_view *view, const struct host *host)
{
    size_t fixed = 0;
    for (size_t i = 0; i < view->count; i++) {
        size_t known = view->specific[i] == SPECIFIC_EXACT ? host->length : (size_t)view->specific[i] - SPECIFIC_ANY;
        fixed = known > fixed ? known : fixed;
    }
    return fixed;
}

void policy_judge_name(
    const struct policy *policy, const struct name_question *question, bool is_bypassed, struct name_verdict *verdict)
{
    struct host_view view;
    struct ways ways = {.policy = policy, .question = question, .view = &view};
    hosts_view(policy, &question->host, &view);
    find_ways(&ways);
    *verdict = (struct name_verdict){.fixed = fixed_of(&view, &question->host), .is_rerouted = ways.is_rerouted};
    if (ways.winner == NULL) {
        refuse(policy, question, is_bypassed, &verdict->decision);
        return;
    }
    verdict->decision = (struct decision){
        .verdict = VERDICT_ALLOW,
        .plan = PLAN_FORWARD,
        .reason = REASON_RULE,
        .rule = ways.winner->source->id.text,
        .winner = ways.winner,
    };
    if (((ways.types | usual_types()) & dns_type_bit(question->type)) == 0)
        refuse_type(policy, &verdict->decision);
}

/* --- addresses -------------------------------------------------------------------------------------------------------
 */

bool policy_lets_tell(
    const struct policy *policy, const struct name_question *question, const struct name_verdict *verdict,
    const struct address *address, enum reason *why)
{
    struct host_view view;
    struct ways ways = {.policy = policy, .question = question, .view = &view, .address = address};
    bool is_public = address_class(address) == ADDRESS_PUBLIC && !address_is_metadata(address);
    hosts_view(policy, &question->host, &view);
    find_ways(&ways);
    *why = address_is_metadata(address) ? REASON_ADDRESS_METADATA : REASON_ADDRESS;
    bool goes_anyway = verdict->is_rerouted || verdict->decision.observed || policy->settings->observe;
    return ways.is_let_out || (goes_anyway && is_public);
}
