/* SPDX-License-Identifier: Apache-2.0 */
/* What compiles but cannot work: rules that must look where nothing may be opened, and rules that contradict each other
 * about who answers. */
#include "policy_internal.h"

/* --- looking inside --------------------------------------------------------------------------------------------------
 */

static void append_pattern(const struct setting_pattern *pattern, struct buffer *out)
{
    if (pattern->group.length > 0)
        buffer_printf(out, "@%.*s", TEXT_ARG(pattern->group));
    else if (pattern->pattern.kind == HOST_PATTERN_ANY)
        buffer_append(out, TEXT("*"));
    else
        buffer_printf(
            out, "%s%s", pattern->pattern.kind == HOST_PATTERN_SUFFIX ? "*." : "", pattern->pattern.host.text);
}

struct open_check {
    const struct policy *policy;
    const struct policy_rule *rule;
    struct diags *diags;
    bool complained; /* once for each rule */
};

static void say_not_openable(struct open_check *check, const struct setting_pattern *pattern)
{
    struct buffer name = {0};
    append_pattern(pattern, &name);
    diag_error(
        check->diags, check->rule->source->mark,
        "rule '%s' must look inside connections to %.*s, which tls.authority may not open",
        check->rule->source->id.text.data, TEXT_ARG(buffer_text(&name)));
    diag_note(
        check->diags, "add it to tls.authority.names and run `exeat ca renew`, or take the rule's %s away",
        check->rule->inspection != NULL   ? "`inspect`"
        : check->rule->credential != NULL ? "`use`"
        : check->rule->trust == NULL      ? "paths and methods"
                                          : "`roots`, `pin`, `crl` and `certificate`");
    buffer_clear(&name);
    check->complained = true;
}

static void check_pattern(void *context, const struct setting_pattern *pattern)
{
    struct open_check *check = context;
    struct host_cover cover = hosts_cover(check->policy, pattern);
    bool is_any = pattern->group.length == 0 && pattern->pattern.kind == HOST_PATTERN_ANY;
    /* A deny that cannot look holds for the whole host: stricter than written, so it may stand. */
    bool may_stand = check->rule->source->verdict == VERDICT_DENY && (cover.never || is_any);
    if (!check->complained && !may_stand && (cover.never || !cover.speaks))
        say_not_openable(check, pattern);
}

static void check_openable(const struct policy *policy, const struct policy_rule *rule, struct diags *diags)
{
    struct open_check check = {policy, rule, diags, false};
    bool reroutes = rule->source->verdict == VERDICT_REROUTE;
    bool about_https = (rule->when.schemes & scheme_bit(SCHEME_HTTPS)) != 0;
    if ((rule->needs_inside || reroutes) && about_https)
        policy_patterns_walk(policy->settings, &rule->source->when.hosts, check_pattern, &check);
}

/* --- who answers -----------------------------------------------------------------------------------------------------
 */

static bool same_inference(const struct policy_rule *left, const struct policy_rule *right)
{
    if (left->inference_count != right->inference_count)
        return false;
    for (size_t i = 0; i < left->inference_count; i++)
        if (left->inference[i] != right->inference[i])
            return false;
    return true;
}

/* Rules that differ in more than hosts may be about different requests. */
static bool has_only_hosts(const struct policy_rule *rule)
{
    const struct settings_conditions *when = &rule->source->when;
    return !when->from.present && !when->methods.present && !when->paths.present && !rule->source->has_unless;
}

/* Where two allows name the same host, which one names the decision says nothing to who wrote them. */
static bool trusts_otherwise(const struct policy_rule *left, const struct policy_rule *right)
{
    return left->source->verdict == VERDICT_ALLOW && right->source->verdict == VERDICT_ALLOW && left->trust != NULL &&
           right->trust != NULL && left->trust != right->trust && has_only_hosts(left) && has_only_hosts(right);
}

static bool share_a_scheme(const struct policy_rule *left, const struct policy_rule *right)
{
    uint8_t one = left->source->when.schemes;
    uint8_t other = right->source->when.schemes;
    return one == 0 || other == 0 || (one & other) != 0;
}

/* One wins, and what the other looks for, or whom it trusts, would be gone without a word. Ports may tell them apart.
 */
static bool inspects_otherwise(const struct policy_rule *left, const struct policy_rule *right)
{
    bool loses = (left->inspection != NULL && right->inspection != NULL) ||
                 (left->inspection != NULL && left->trust == NULL && right->trust != NULL) ||
                 (right->inspection != NULL && right->trust == NULL && left->trust != NULL);
    bool by_port = left->source->when.ports.present && right->source->when.ports.present;
    return left->source->verdict == VERDICT_ALLOW && right->source->verdict == VERDICT_ALLOW && loses && !by_port &&
           share_a_scheme(left, right) && has_only_hosts(left) && has_only_hosts(right);
}

static bool contradicts(const struct policy_rule *left, const struct policy_rule *right)
{
    return left->source->verdict == VERDICT_REROUTE && right->source->verdict == VERDICT_REROUTE &&
           has_only_hosts(left) && has_only_hosts(right) && !same_inference(left, right);
}

/* Rules that share a pattern are members of one set. */
static void check_answers(const struct policy *policy, const struct host_set *set, struct diags *diags)
{
    for (uint32_t i = 0; i < set->count; i++)
        for (uint32_t j = 0; j < i; j++) {
            const struct policy_rule *rule = &policy->rules[set->members[i].rule];
            const struct policy_rule *other = &policy->rules[set->members[j].rule];
            bool both = set->members[i].role == ROLE_WHEN && set->members[j].role == ROLE_WHEN;
            if (both && rule != other && trusts_otherwise(rule, other))
                diag_error(
                    diags, rule->source->mark, "rules '%s' and '%s' name the same host, but trust others there",
                    other->source->id.text.data, rule->source->id.text.data);
            if (both && rule != other && inspects_otherwise(rule, other))
                diag_error(
                    diags, rule->source->mark,
                    "rules '%s' and '%s' name the same host, but one of them alone would look into it: write "
                    "`inspect`, "
                    "and whom to trust, into one rule",
                    other->source->id.text.data, rule->source->id.text.data);
            if (both && rule != other && contradicts(rule, other))
                diag_error(
                    diags, rule->source->mark, "rules '%s' and '%s' name the same host, but different `inference`",
                    other->source->id.text.data, rule->source->id.text.data);
        }
}

/* --- questions for names ---------------------------------------------------------------------------------------------
 */

static bool is_server(const struct setting_socket *socket, const struct host *server, uint16_t port)
{
    bool is_any =
        address_class(&socket->address) == ADDRESS_UNSPECIFIED && address_class(&server->address) == ADDRESS_LOOPBACK;
    return socket->port == port && (is_any || address_equal(&socket->address, &server->address));
}

/* A resolver that asks itself never answers. */
static void check_dns(const struct settings *settings, const struct setting_socket *socket, struct diags *diags)
{
    struct text rest = settings->resolve.servers;
    struct text server;
    while (text_split(&rest, ',', &server)) {
        struct host host;
        uint16_t port;
        if (!authority_parse(server, 0, &host, &port) || !is_server(socket, &host, port))
            continue;
        diag_error(diags, socket->mark, "listen.dns is also in resolve.servers: the gate would ask itself");
        diag_note(diags, "resolve.servers names the resolver of the pod or the cluster; clients ask listen.dns");
        return;
    }
}

void policy_check_rules(const struct policy *policy, struct diags *diags)
{
    for (size_t i = 0; i < policy->rule_count; i++)
        check_openable(policy, &policy->rules[i], diags);
    for (uint32_t i = 0; i < policy->hosts.set_count; i++)
        check_answers(policy, &policy->hosts.sets[i], diags);
    check_answers(policy, &policy->hosts.any, diags);
    check_answers(policy, &policy->hosts.llm, diags);
    check_answers(policy, &policy->hosts.web, diags);
    for (size_t i = 0; i < policy->settings->listen.dns.count; i++)
        check_dns(policy->settings, &policy->settings->listen.dns.items[i].socket, diags);
}

/* --- what the authority must be able to speak for --------------------------------------------------------------------
 */

struct names {
    const struct policy *policy;
    struct host_pattern *items;
    size_t capacity;
    size_t count;
};

static void add_name(struct names *names, const struct host_pattern *pattern)
{
    if (names->count < names->capacity)
        names->items[names->count] = *pattern;
    names->count++;
}

static void add_catalogue(struct names *names)
{
    const struct llm_catalogue *catalogue = names->policy->catalogue;
    for (size_t i = 0; i < llm_catalogue_count(catalogue); i++) {
        const struct llm_entry *entry = llm_catalogue_at(catalogue, i);
        if (entry->kind == LLM_KIND_API || entry->kind == LLM_KIND_SHARED)
            add_name(names, &entry->pattern);
    }
}

static void take_name(void *context, const struct setting_pattern *pattern)
{
    struct names *names = context;
    if (patterns_is_llm(pattern->group))
        add_catalogue(names);
    else if (pattern->group.length == 0)
        add_name(names, &pattern->pattern);
}

size_t policy_issuer_names(const struct policy *policy, struct host_pattern *items, size_t capacity)
{
    const struct settings_tls *tls = &policy->settings->tls;
    struct names names = {policy, items, capacity, 0};
    if (tls->certificate.length == 0)
        return 0;
    if (tls->names.present)
        policy_patterns_walk(policy->settings, &tls->names, take_name, &names);
    else
        add_catalogue(&names);
    return names.count;
}
