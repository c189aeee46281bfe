/* SPDX-License-Identifier: Apache-2.0 */
/* Settings become a policy: groups are expanded, names are looked up, what cannot work is an error with its place. */
#include "exeat/base/memory.h"
#include "policy_internal.h"

struct compile {
    struct policy *policy;
    struct diags *diags;
};

static const struct settings_group *find_group(const struct settings *settings, struct text name)
{
    for (size_t i = 0; i < settings->lists.group_count; i++)
        if (text_equal(settings->lists.groups[i].name.text, name))
            return &settings->lists.groups[i];
    return NULL;
}

static bool is_catalogue_group(struct text name)
{
    return text_equal(name, TEXT("llm")) || text_equal(name, TEXT("llm-web"));
}

static size_t expanded_count(const struct compile *compile, const struct setting_patterns *patterns)
{
    size_t count = 0;
    for (size_t i = 0; i < patterns->count; i++) {
        const struct settings_group *group = find_group(compile->policy->settings, patterns->items[i].group);
        count += group == NULL ? 1 : group->patterns.count;
    }
    return count;
}

static struct compiled_host compile_host(const struct compile *compile, const struct setting_pattern *pattern)
{
    struct compiled_host host = {.pattern = pattern->pattern, .is_literal = !pattern->from_list};
    host.is_llm = text_equal(pattern->group, TEXT("llm"));
    host.is_llm_web = text_equal(pattern->group, TEXT("llm-web"));
    if (pattern->group.length > 0 && !is_catalogue_group(pattern->group))
        diag_error(compile->diags, pattern->mark, "there is no group '%.*s'", TEXT_ARG(pattern->group));
    return host;
}

static void compile_hosts(
    const struct compile *compile, const struct setting_patterns *patterns, struct compiled_host **hosts, size_t *count)
{
    *hosts = arena_array(&compile->policy->arena, expanded_count(compile, patterns), sizeof(**hosts));
    *count = 0;
    for (size_t i = 0; i < patterns->count; i++) {
        const struct setting_pattern *pattern = &patterns->items[i];
        const struct settings_group *group = find_group(compile->policy->settings, pattern->group);
        if (group == NULL || pattern->group.length == 0) {
            (*hosts)[(*count)++] = compile_host(compile, pattern);
            continue;
        }
        for (size_t j = 0; j < group->patterns.count; j++)
            (*hosts)[(*count)++] = compile_host(compile, &group->patterns.items[j]);
    }
}

static void compile_path(const struct compile *compile, const struct setting_text *source, struct compiled_path *path)
{
    if (text_starts_with(source->text, TEXT("/"))) {
        path->glob = source->text;
        return;
    }
    if (!text_starts_with(source->text, TEXT("~"))) {
        diag_error(compile->diags, source->mark, "a path starts with '/', or with '~' for a regular expression");
        return;
    }
    char *error = NULL;
    size_t offset = 0;
    path->regex = pattern_compile(text_after(source->text, 1), &error, &offset);
    if (path->regex == NULL)
        diag_error(compile->diags, source->mark, "not a regular expression: %s (at character %zu)", error, offset + 1);
    base_free(error);
}

static void check_clients(const struct compile *compile, const struct setting_texts *from)
{
    const struct settings_lists *lists = &compile->policy->settings->lists;
    for (size_t i = 0; i < from->count; i++) {
        bool found = false;
        for (size_t j = 0; j < lists->client_count; j++)
            found = found || text_equal(lists->clients[j].name.text, from->items[i].text);
        if (!found)
            diag_error(compile->diags, from->items[i].mark, "there is no client '%.*s'", TEXT_ARG(from->items[i].text));
    }
}

static void compile_conditions(
    const struct compile *compile, const struct settings_conditions *source, struct compiled_conditions *compiled)
{
    compiled->source = source;
    check_clients(compile, &source->from);
    compile_hosts(compile, &source->hosts, &compiled->hosts, &compiled->host_count);
    compiled->paths = arena_array(&compile->policy->arena, source->paths.count, sizeof(*compiled->paths));
    compiled->path_count = source->paths.count;
    for (size_t i = 0; i < source->paths.count; i++)
        compile_path(compile, &source->paths.items[i], &compiled->paths[i]);
}

static void compile_inference(const struct compile *compile, struct policy_rule *rule)
{
    const struct settings_lists *lists = &compile->policy->settings->lists;
    const struct setting_texts *names = &rule->source->inference;
    rule->inference = arena_array(&compile->policy->arena, names->count, sizeof(*rule->inference));
    for (size_t i = 0; i < names->count; i++) {
        size_t index = 0;
        while (index < lists->inference_count && !text_equal(lists->inference[index].name.text, names->items[i].text))
            index++;
        if (index == lists->inference_count)
            diag_error(
                compile->diags, names->items[i].mark, "there is no inference '%.*s'", TEXT_ARG(names->items[i].text));
        else
            rule->inference[rule->inference_count++] = index;
    }
    bool reroutes = rule->source->verdict == VERDICT_REROUTE;
    if (reroutes && names->count == 0)
        diag_error(compile->diags, rule->source->mark, "a reroute needs `inference`: who answers, in order");
    if (!reroutes && names->present)
        diag_error(compile->diags, rule->source->mark, "`inference` belongs to a reroute");
}

static void check_rule(const struct compile *compile, const struct policy_rule *rule)
{
    const struct settings_conditions *when = &rule->source->when;
    if (!when->hosts.present && !when->addresses.present)
        diag_error(
            compile->diags, rule->source->mark, "a rule needs `hosts`, or `addresses` for targets that are addresses");
    for (size_t i = 0; i < rule->when.host_count; i++)
        if (rule->when.hosts[i].pattern.kind == HOST_PATTERN_ANY && !rule->when.hosts[i].is_llm &&
            !rule->when.hosts[i].is_llm_web && !when->ports.present)
            diag_error(compile->diags, rule->source->mark, "the pattern '*' needs explicit `ports`");
}

static bool looks_inside(const struct settings_conditions *when)
{
    return when->methods.present || when->paths.present;
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

static void check_ids(const struct compile *compile)
{
    const struct settings_lists *lists = &compile->policy->settings->lists;
    for (size_t i = 0; i < lists->rule_count; i++)
        for (size_t j = 0; j < i; j++)
            if (text_equal(lists->rules[i].id.text, lists->rules[j].id.text))
                diag_error(
                    compile->diags, lists->rules[i].id.mark, "the rule id '%.*s' is taken (line %d)",
                    TEXT_ARG(lists->rules[i].id.text), lists->rules[j].id.mark.line);
}

static void compile_rules(const struct compile *compile)
{
    struct policy *policy = compile->policy;
    policy->rule_count = policy->settings->lists.rule_count;
    policy->rules = arena_array(&policy->arena, policy->rule_count, sizeof(*policy->rules));
    for (size_t i = 0; i < policy->rule_count; i++) {
        struct policy_rule *rule = &policy->rules[i];
        rule->source = &policy->settings->lists.rules[i];
        rule->needs_inside = rule->source->when.methods.present || rule->source->when.paths.present ||
                             rule->source->unless.methods.present || rule->source->unless.paths.present;
        compile_conditions(compile, &rule->source->when, &rule->when);
        compile_conditions(compile, &rule->source->unless, &rule->unless);
        compile_inference(compile, rule);
        check_rule(compile, rule);
        check_tcp(compile, rule->source);
    }
    check_ids(compile);
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

/* Without `names` the authority speaks for the catalogue's hosts; without an authority, for none. */
static void compile_tls(const struct compile *compile)
{
    struct policy *policy = compile->policy;
    const struct settings_tls *tls = &policy->settings->tls;
    compile_hosts(compile, &tls->never, &policy->never, &policy->never_count);
    if (tls->certificate.length == 0)
        return;
    if (tls->names.present) {
        compile_hosts(compile, &tls->names, &policy->speaks_for, &policy->speaks_for_count);
        return;
    }
    policy->speaks_for = arena_alloc(&policy->arena, sizeof(*policy->speaks_for));
    policy->speaks_for->is_llm = true;
    policy->speaks_for_count = 1;
}

static void free_paths(const struct compiled_conditions *conditions)
{
    for (size_t i = 0; i < conditions->path_count; i++)
        pattern_free(conditions->paths[i].regex);
}

static void policy_free(struct policy *policy)
{
    for (size_t i = 0; i < policy->rule_count; i++) {
        free_paths(&policy->rules[i].when);
        free_paths(&policy->rules[i].unless);
    }
    inference_clear(policy);
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
    compile_rules(&compile);
    compile_tls(&compile);
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

const struct settings *policy_settings(const struct policy *policy)
{
    return policy->settings;
}

const struct llm_catalogue *policy_catalogue(const struct policy *policy)
{
    return policy->catalogue;
}
