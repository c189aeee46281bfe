/* SPDX-License-Identifier: Apache-2.0 */
/* Settings become a policy: groups are expanded, names are looked up, what cannot work is an error with its place. */
#include <stdlib.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "policy_internal.h"

struct compile {
    struct policy *policy;
    struct diags *diags;
};

/* Clients become small numbers, and methods bits. */
static const uint32_t *compile_clients(const struct compile *compile, const struct setting_texts *from)
{
    const struct policy *policy = compile->policy;
    uint32_t *clients = arena_array(&compile->policy->arena, from->count, sizeof(*clients));
    for (size_t i = 0; i < from->count; i++) {
        size_t index = client_index(policy, from->items[i].text);
        ASSERT(index < policy->settings->lists.client_count); /* names are checked with the file */
        clients[i] = (uint32_t)index;
    }
    return clients;
}

static uint64_t compile_method(const struct compile *compile, const struct setting_text *method)
{
    struct policy *policy = compile->policy;
    size_t index = 0;
    while (index < policy->methods.count && !text_equal(policy->methods.names[index], method->text))
        index++;
    if (index == METHODS_MAX) {
        diag_error(compile->diags, method->mark, "more than %d different methods", METHODS_MAX);
        return 0;
    }
    if (index == policy->methods.count)
        policy->methods.names[policy->methods.count++] = method->text;
    return (uint64_t)1 << index;
}

static void compile_conditions(
    const struct compile *compile, const struct settings_conditions *source, uint8_t schemes,
    struct compiled_conditions *compiled)
{
    compiled->source = source;
    compiled->schemes = source->schemes != 0 ? source->schemes : schemes;
    compiled->clients = compile_clients(compile, &source->from);
    for (size_t i = 0; i < source->methods.count; i++)
        compiled->methods |= compile_method(compile, &source->methods.items[i]);
    compiled->paths = arena_array(&compile->policy->arena, source->paths.count, sizeof(*compiled->paths));
    bool good = true;
    for (size_t i = 0; i < source->paths.count; i++)
        good = path_pattern_compile(&source->paths.items[i], &compiled->paths[i], compile->diags) && good;
    ASSERT(good || diags_errors(compile->diags) > 0);
}

static void compile_inference(const struct compile *compile, struct policy_rule *rule)
{
    const struct settings_rule *source = rule->source;
    bool reroutes = source->verdict == VERDICT_REROUTE;
    rule->inference = source->answerers.items;
    rule->inference_count = source->answerers.count;
    if (reroutes && source->inference.count == 0)
        diag_error(compile->diags, source->mark, "a reroute needs `inference`: who answers, in order");
    if (!reroutes && source->inference.present)
        diag_error(compile->diags, source->mark, "`inference` belongs to a reroute");
}

static bool looks_inside(const struct settings_conditions *when)
{
    return when->methods.present || when->paths.present;
}

static void refuse_bare_star(void *context, const struct setting_pattern *pattern)
{
    const struct compile *compile = context;
    if (pattern->group.length == 0 && pattern->pattern.kind == HOST_PATTERN_ANY)
        diag_error(compile->diags, pattern->mark, "the pattern '*' needs explicit `ports` in the rule");
}

static void check_rule(struct compile *compile, const struct settings_rule *rule)
{
    if (!rule->when.hosts.present && !rule->when.addresses.present)
        diag_error(compile->diags, rule->mark, "a rule needs `hosts`, or `addresses` for targets that are addresses");
    bool about_https = rule->when.schemes == 0 || (rule->when.schemes & scheme_bit(SCHEME_HTTPS)) != 0;
    bool looks =
        looks_inside(&rule->when) || looks_inside(&rule->unless) || trust_is_set(&rule->trust) || rule->inspect.is_on;
    if (!rule->when.hosts.present && about_https && looks)
        diag_error(
            compile->diags, rule->mark,
            "a rule without `hosts` cannot look inside TLS: name the hosts, or write schemes: [http]");
    if (!rule->when.ports.present)
        policy_patterns_walk(compile->policy->settings, &rule->when.hosts, refuse_bare_star, compile);
}

/* What a tunnel carries that is no TLS, nobody can judge: only where it goes. */
static void check_tcp(const struct compile *compile, const struct settings_rule *rule)
{
    if ((rule->when.schemes & scheme_bit(SCHEME_TCP)) == 0)
        return;
    if (rule->when.schemes != scheme_bit(SCHEME_TCP))
        diag_error(compile->diags, rule->mark, "`tcp` stands alone in `schemes`; write a second rule for the others");
    if (!rule->when.ports.present)
        diag_error(compile->diags, rule->mark, "a rule for `tcp` needs explicit `ports`");
    if (looks_inside(&rule->when) || looks_inside(&rule->unless) || rule->verdict == VERDICT_REROUTE)
        diag_error(compile->diags, rule->mark, "a rule for `tcp` has no methods or paths, and reroutes nothing");
}

static int compare_ids(const void *left_rule, const void *right_rule)
{
    const struct settings_rule *left = (*(struct policy_rule *const *)left_rule)->source;
    const struct settings_rule *right = (*(struct policy_rule *const *)right_rule)->source;
    int order = text_compare(left->id.text, right->id.text);
    return order != 0 ? order : (left > right) - (left < right);
}

/* The ids give the rules an order that does not depend on where they stand. */
static void rank_rules(const struct compile *compile)
{
    struct policy *policy = compile->policy;
    struct policy_rule **ranked = base_array(policy->rule_count, sizeof(struct policy_rule *));
    for (size_t i = 0; i < policy->rule_count; i++)
        ranked[i] = &policy->rules[i];
    if (policy->rule_count > 1)
        qsort(ranked, policy->rule_count, sizeof(struct policy_rule *), compare_ids);
    for (size_t i = 0; i < policy->rule_count; i++) {
        ranked[i]->rank = (uint32_t)i;
    }
    base_free(ranked);
}

static void compile_rule(struct compile *compile, struct policy_rule *rule)
{
    static const uint8_t any_scheme = 0xff;
    const struct settings_rule *source = rule->source;
    rule->needs_inside = looks_inside(&source->when) || looks_inside(&source->unless);
    rule->observes = source->observe && source->verdict != VERDICT_ALLOW;
    compile_conditions(compile, &source->when, scheme_bit(SCHEME_HTTPS), &rule->when);
    compile_conditions(compile, &source->unless, any_scheme, &rule->unless);
    compile_inference(compile, rule);
    trust_compile(compile->policy, rule, compile->diags);
    inspection_compile_of(compile->policy, rule, compile->diags);
    credentials_compile_of(compile->policy, rule, compile->diags);
    check_rule(compile, source);
    check_tcp(compile, source);
}

static void compile_rules(struct compile *compile)
{
    struct policy *policy = compile->policy;
    policy->rule_count = policy->settings->lists.rule_count;
    policy->rules = arena_array(&policy->arena, policy->rule_count, sizeof(*policy->rules));
    size_t others = policy->settings->lists.proxy_count + policy->inference_count;
    policy->trusts.items = arena_array(&policy->arena, policy->rule_count + others, sizeof(*policy->trusts.items));
    policy->methods.names = arena_array(&policy->arena, METHODS_MAX, sizeof(*policy->methods.names));
    uint32_t *hostless = arena_array(&policy->arena, policy->rule_count, sizeof(*hostless));
    for (size_t i = 0; i < policy->rule_count; i++) {
        policy->rules[i].source = &policy->settings->lists.rules[i];
        compile_rule(compile, &policy->rules[i]);
        policy->has_tcp = policy->has_tcp || (policy->rules[i].when.schemes & scheme_bit(SCHEME_TCP)) != 0;
        if (!policy->rules[i].source->when.hosts.present)
            hostless[policy->hostless.count++] = (uint32_t)i;
    }
    policy->hostless.items = hostless;
    rank_rules(compile);
}

static void compile_catalogue(const struct compile *compile)
{
    const struct settings_lists *lists = &compile->policy->settings->lists;
    compile->policy->catalogue = llm_catalogue_new();
    for (size_t i = 0; i < lists->llm_count; i++) {
        const struct settings_llm *source = &lists->llm[i];
        struct llm_entry entry = {
            .pattern = source->host.pattern,
            .provider = source->provider,
            .dialect = source->dialect,
            .kind = source->paths.length > 0 ? LLM_KIND_SHARED : LLM_KIND_API,
            .paths = source->paths,
            .source = TEXT("the configuration"),
        };
        if (source->host.group.length > 0 || entry.pattern.kind == HOST_PATTERN_ANY)
            diag_error(compile->diags, source->host.mark, "an llm entry names one host, or all below one");
        else
            llm_catalogue_add(compile->policy->catalogue, &entry);
    }
}

static void free_paths(const struct compiled_conditions *conditions)
{
    for (size_t i = 0; conditions->source != NULL && i < conditions->source->paths.count; i++)
        path_pattern_clear(&conditions->paths[i]);
}

static void policy_free(struct policy *policy)
{
    for (size_t i = 0; i < policy->rule_count; i++) {
        free_paths(&policy->rules[i].when);
        free_paths(&policy->rules[i].unless);
        inspection_free(policy->rules[i].inspection);
    }
    inference_clear(policy);
    client_table_clear(&policy->clients);
    proxies_clear(policy);
    credentials_clear(&policy->credentials);
    hosts_clear(policy);
    canary_set_free(policy->canaries);
    llm_catalogue_free(policy->catalogue);
    settings_free(policy->settings);
    arena_clear(&policy->arena);
    base_free(policy);
}

struct policy *policy_compile(struct settings *settings, struct diags *diags)
{
    size_t errors_before = diags_errors(diags);
    struct policy *policy = base_zalloc(sizeof(*policy));
    struct compile compile = {policy, diags};
    policy->references = 1;
    policy->settings = settings;
    compile_catalogue(&compile);
    inference_compile(policy, diags);
    clients_compile(policy, diags);
    inspection_check_detectors(&settings->lists, diags);
    credentials_load(&settings->credentials, &policy->credentials, diags);
    compile_rules(&compile);
    budgets_compile(policy, diags);
    lapses_compile(policy);
    canaries_compile(policy, diags);
    proxies_compile(policy, diags);
    inference_compile_trust(policy);
    hosts_compile(policy, diags);
    if (diags_errors(diags) == errors_before)
        policy_check_rules(policy, diags);
    if (diags_errors(diags) == errors_before)
        return policy;
    policy->settings = NULL;
    policy_free(policy);
    return NULL;
}

struct policy *policy_ref(struct policy *policy)
{
    policy->references++;
    return policy;
}

void policy_unref(struct policy *policy)
{
    if (policy != NULL && --policy->references == 0)
        policy_free(policy);
}

bool policy_is_shared(const struct policy *policy)
{
    return policy->references > 1;
}

const struct settings *policy_settings(const struct policy *policy)
{
    return policy->settings;
}

struct text policy_deny_hint(const struct policy *policy)
{
    return policy->settings->deny_hint;
}

const struct llm_catalogue *policy_catalogue(const struct policy *policy)
{
    return policy->catalogue;
}
