/* SPDX-License-Identifier: Apache-2.0 */
/* The conditions of a rule against a request, as far as it is known. The only place that knows what a condition means.
 */
#include "policy_internal.h"

/* One list of conditions being asked. */
struct asking {
    struct judging *judging;
    const struct compiled_conditions *conditions;
    const struct settings_conditions *when;
    uint32_t rule;
    enum verdict verdict;
    enum host_role role;
    bool reached_paths; /* all else holds */
    bool must_open;     /* TLS is only trusted as the rule says where the gate itself makes it */
};

static enum known least(enum known left, enum known right)
{
    return left < right ? left : right;
}

static enum known opposite(enum known known)
{
    if (known == KNOWN_NO)
        return KNOWN_YES;
    return known == KNOWN_YES ? KNOWN_NO : known;
}

static bool from_fits(const struct asking *asking)
{
    for (size_t i = 0; i < asking->when->from.count; i++)
        if (asking->conditions->clients[i] == asking->judging->client)
            return true;
    return !asking->when->from.present;
}

/* The rule's own hosts fit, or it would not be asked. */
static bool hosts_fit(const struct asking *asking)
{
    const struct host_view *view = asking->judging->view;
    if (asking->role == ROLE_WHEN || !asking->when->hosts.present)
        return true;
    for (size_t i = 0; i < view->count; i++)
        if (host_set_find(view->sets[i], asking->rule, ROLE_UNLESS) != NULL)
            return true;
    return false;
}

/* A rule without ports means those of its schemes; an `unless` without ports means any. */
static bool ports_fit(const struct asking *asking)
{
    const struct setting_ports *ports = &asking->when->ports;
    uint16_t port = asking->judging->request->port;
    if (!ports->present)
        return asking->role == ROLE_UNLESS || port == scheme_port(asking->judging->scheme);
    for (size_t i = 0; i < ports->count; i++)
        if (port >= ports->items[i].first && port <= ports->items[i].last)
            return true;
    return false;
}

static bool schemes_fit(const struct asking *asking)
{
    return (asking->conditions->schemes & scheme_bit(asking->judging->scheme)) != 0;
}

/* A metadata service is only ever reached by a rule that names that one address. */
static bool ranges_have(const struct setting_ranges *ranges, const struct address *address, bool must_name)
{
    for (size_t i = 0; i < ranges->count; i++) {
        const struct address_range *range = &ranges->items[i].range;
        bool names = range->prefix == range->base.length * 8;
        if (address_range_has(range, address) && (names || !must_name))
            return true;
    }
    return false;
}

bool rule_has_address(const struct policy_rule *rule, const struct address *address)
{
    const struct setting_ranges *ranges = &rule->source->when.addresses;
    bool is_metadata = address_is_metadata(address);
    if (ranges->present)
        return ranges_have(ranges, address, is_metadata);
    return address_class(address) == ADDRESS_PUBLIC && !is_metadata;
}

/* Without `addresses` an allow means public ones, and everything else means any. A rerouted name is never looked up. */
static enum known address_holds(const struct asking *asking)
{
    const struct address *address = asking->judging->address;
    bool allows = asking->verdict == VERDICT_ALLOW && asking->role == ROLE_WHEN;
    if (!asking->when->addresses.present && !allows)
        return KNOWN_YES;
    if (asking->judging->request->host.kind == HOST_NAME && asking->verdict == VERDICT_REROUTE)
        return asking->role == ROLE_WHEN ? KNOWN_YES : KNOWN_NO;
    if (address == NULL)
        return KNOWN_ADDRESS;
    bool must_name = allows && address_is_metadata(address);
    bool holds = asking->when->addresses.present ? ranges_have(&asking->when->addresses, address, must_name)
                                                 : address_class(address) == ADDRESS_PUBLIC && !must_name;
    return holds ? KNOWN_YES : KNOWN_NO;
}

static bool methods_fit(const struct asking *asking)
{
    return !asking->when->methods.present || (asking->conditions->methods & asking->judging->method) != 0;
}

static enum known path_holds(const struct asking *asking, struct text path)
{
    bool limit = false;
    for (size_t i = 0; i < asking->when->paths.count; i++)
        if (path_pattern_matches(&asking->conditions->paths[i], path, &limit))
            return KNOWN_YES;
    return limit ? KNOWN_INSIDE : KNOWN_NO;
}

/* What holds in both readings of a path does not depend on how it is read. */
static enum known paths_hold(struct asking *asking)
{
    const struct request *request = asking->judging->request;
    if (!asking->when->paths.present)
        return KNOWN_YES;
    enum known known = path_holds(asking, request->path);
    if (request->path_otherwise.length == 0) {
        asking->reached_paths = true;
        return known;
    }
    enum known otherwise = path_holds(asking, request->path_otherwise);
    asking->reached_paths = known != otherwise;
    bool allows = asking->verdict == VERDICT_ALLOW && asking->role == ROLE_WHEN;
    return allows && known < otherwise ? otherwise : known; /* an allow that may hold gives the refusal its reason */
}

/* What cannot be seen counts against letting out: as matching in a deny or reroute, as not matching in an allow. */
static enum known unseen(const struct asking *asking)
{
    if (asking->judging->inside == INSIDE_UNKNOWN)
        return KNOWN_INSIDE;
    return (asking->verdict == VERDICT_ALLOW) == (asking->role == ROLE_WHEN) ? KNOWN_NO : KNOWN_YES;
}

static struct trace_answer answer(enum known known, enum policy_condition decisive)
{
    return (struct trace_answer){known, decisive};
}

static struct trace_answer inside_holds(struct asking *asking)
{
    if (asking->must_open && asking->judging->inside == INSIDE_UNKNOWABLE)
        return answer(KNOWN_NO, CONDITION_TRUST);
    if (!asking->when->methods.present && !asking->when->paths.present)
        return answer(KNOWN_YES, CONDITION_NONE);
    if (asking->judging->inside != INSIDE_KNOWN)
        return answer(unseen(asking), asking->when->paths.present ? CONDITION_PATHS : CONDITION_METHODS);
    if (!methods_fit(asking))
        return answer(KNOWN_NO, CONDITION_METHODS);
    return answer(paths_hold(asking), CONDITION_PATHS);
}

static struct trace_answer conditions_hold(struct asking *asking)
{
    if (!from_fits(asking))
        return answer(KNOWN_NO, CONDITION_FROM);
    if (!hosts_fit(asking))
        return answer(KNOWN_NO, CONDITION_HOSTS);
    if (!schemes_fit(asking))
        return answer(KNOWN_NO, CONDITION_SCHEMES);
    if (!ports_fit(asking))
        return answer(KNOWN_NO, CONDITION_PORTS);
    enum known address = address_holds(asking);
    if (address == KNOWN_NO)
        return answer(KNOWN_NO, CONDITION_ADDRESSES);
    struct trace_answer inside = inside_holds(asking);
    if (inside.known < address)
        return inside;
    return answer(address, address == KNOWN_YES ? CONDITION_NONE : CONDITION_ADDRESSES);
}

static enum known less_its_exception(struct judging *judging, const struct policy_rule *rule, struct trace_rule *found)
{
    struct asking unless = {
        judging, &rule->unless, rule->unless.source, found->rule, rule->source->verdict, ROLE_UNLESS, false, false};
    found->has_unless = true;
    found->unless = conditions_hold(&unless);
    bool is_excepted = found->unless.known == KNOWN_YES && !unless.reached_paths; /* whatever the path */
    judging->by_path = (judging->by_path || unless.reached_paths) && !is_excepted;
    return least(found->when.known, opposite(found->unless.known));
}

enum known rule_holds(struct judging *judging, uint32_t index)
{
    const struct policy_rule *rule = &judging->policy->rules[index];
    if (rule->ends && !policy_rule_is_in_force(rule->source, judging->request->asked_us)) {
        judging->last =
            (struct trace_rule){.rule = index, .scheme = judging->scheme, .when = answer(KNOWN_NO, CONDITION_UNTIL)};
        judging->by_path = false;
        return KNOWN_NO;
    }
    bool must_open = rule->trust != NULL || rule->inspection != NULL;
    struct asking when = {judging,   &rule->when, rule->when.source, index, rule->source->verdict,
                          ROLE_WHEN, false,       must_open};
    struct trace_rule *found = &judging->last;
    *found = (struct trace_rule){.rule = index, .scheme = judging->scheme};
    found->when = conditions_hold(&when);
    judging->by_path = when.reached_paths;
    bool may_hold = found->when.known != KNOWN_NO || when.reached_paths;
    return may_hold && rule->source->has_unless ? less_its_exception(judging, rule, found) : found->when.known;
}

/* By the name itself or by @llm, in YAML: no wildcard, no list file. */
bool rule_names_host(const struct host_view *view, uint32_t rule)
{
    for (size_t i = 0; i < view->count; i++) {
        const struct host_member *member = view->names_it[i] ? host_set_find(view->sets[i], rule, ROLE_WHEN) : NULL;
        if (member != NULL && member->is_literal)
            return true;
    }
    return false;
}
