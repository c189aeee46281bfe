/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions against requests, in three values. */
#include "policy_internal.h"

static bool is_in_catalogue(const struct policy *policy, const struct host *host, bool web)
{
    const struct llm_entry *entry = llm_catalogue_find(policy->catalogue, host);
    if (entry == NULL)
        return false;
    return web ? entry->kind == LLM_KIND_WEB : entry->kind == LLM_KIND_API || entry->kind == LLM_KIND_SHARED;
}

static size_t host_matches(const struct policy *policy, const struct compiled_host *compiled, const struct host *host)
{
    enum { EXACT = 1000, ANY = 1 };
    if (compiled->is_llm || compiled->is_llm_web) {
        if (!is_in_catalogue(policy, host, compiled->is_llm_web))
            return 0;
        const struct llm_entry *entry = llm_catalogue_find(policy->catalogue, host);
        return entry->pattern.kind == HOST_PATTERN_EXACT ? EXACT : (size_t)entry->pattern.host.length + ANY;
    }
    if (!host_pattern_matches(&compiled->pattern, host))
        return 0;
    switch (compiled->pattern.kind) {
    case HOST_PATTERN_EXACT:
        return EXACT;
    case HOST_PATTERN_SUFFIX:
        return (size_t)compiled->pattern.host.length + ANY;
    case HOST_PATTERN_ANY:
        return ANY;
    }
    return 0;
}

size_t
hosts_match(const struct policy *policy, const struct compiled_host *hosts, size_t count, const struct host *host)
{
    size_t best = 0;
    for (size_t i = 0; i < count; i++) {
        size_t match = host_matches(policy, &hosts[i], host);
        best = match > best ? match : best;
    }
    return best;
}

bool hosts_name_literally(
    const struct policy *policy, const struct compiled_host *hosts, size_t count, const struct host *host)
{
    for (size_t i = 0; i < count; i++) {
        bool exact = hosts[i].pattern.kind == HOST_PATTERN_EXACT || hosts[i].is_llm;
        if (hosts[i].is_literal && exact && host_matches(policy, &hosts[i], host) > 0)
            return true;
    }
    return false;
}

/* Segment by segment, without recursion: the last `**` seen is where to try again. */
static bool glob_matches(struct text glob, struct text path)
{
    struct text again_glob = {NULL, 0};
    struct text again_path = {NULL, 0};
    struct text want;
    struct text have;
    while (path.data != NULL) {
        struct text rest = glob;
        bool more = text_split(&rest, '/', &want);
        if (more && text_equal(want, TEXT("**"))) {
            again_glob = rest;
            again_path = path;
            glob = rest;
            if (glob.data == NULL)
                return true;
            continue;
        }
        struct text path_rest = path;
        bool has = text_split(&path_rest, '/', &have);
        if (more && has && text_glob(want, have)) {
            glob = rest;
            path = path_rest;
            if (glob.data == NULL && path.data == NULL)
                return true;
            if (glob.data != NULL)
                continue;
        }
        if (again_glob.data == NULL || !text_split(&again_path, '/', &have))
            return false;
        glob = again_glob;
        path = again_path;
    }
    return glob.data == NULL || text_equal(glob, TEXT("**"));
}

bool path_matches(const struct compiled_path *path, struct text subject, bool *limit)
{
    if (path->regex == NULL)
        return glob_matches(path->glob, subject);
    enum pattern_result result = pattern_match(path->regex, subject);
    *limit = *limit || result == PATTERN_LIMIT;
    return result == PATTERN_MATCH;
}

static bool has_text(const struct setting_texts *texts, struct text text)
{
    for (size_t i = 0; i < texts->count; i++)
        if (text_equal(texts->items[i].text, text))
            return true;
    return false;
}

static bool port_fits(const struct settings_conditions *when, const struct request *request, bool is_rule)
{
    if (!when->ports.present)
        return !is_rule || request->port == scheme_port(request->scheme);
    for (size_t i = 0; i < when->ports.count; i++)
        if (request->port >= when->ports.items[i].first && request->port <= when->ports.items[i].last)
            return true;
    return false;
}

/* https is the default of a rule; an `unless` without schemes is about any. */
static bool scheme_fits(const struct settings_conditions *when, const struct request *request, bool is_rule)
{
    if (when->schemes == 0)
        return !is_rule || request->scheme == SCHEME_HTTPS;
    return (when->schemes & scheme_bit(request->scheme)) != 0;
}

static bool range_has(const struct setting_ranges *ranges, const struct address *address)
{
    for (size_t i = 0; i < ranges->count; i++)
        if (address_range_has(&ranges->items[i].range, address))
            return true;
    return false;
}

static bool host_fits(
    const struct policy *policy, const struct compiled_conditions *conditions, const struct request *request,
    bool is_rule)
{
    const struct settings_conditions *when = conditions->source;
    if (when->hosts.present)
        return hosts_match(policy, conditions->hosts, conditions->host_count, &request->host) > 0;
    if (request->host.kind == HOST_ADDRESS && when->addresses.present)
        return range_has(&when->addresses, &request->host.address);
    return !is_rule;
}

static enum known inside_holds(const struct compiled_conditions *conditions, const struct request *request)
{
    const struct settings_conditions *when = conditions->source;
    if (!when->methods.present && !when->paths.present)
        return KNOWN_YES;
    if (!request->inside_known)
        return KNOWN_MAYBE;
    if (when->methods.present && !has_text(&when->methods, request->method))
        return KNOWN_NO;
    bool limit = false;
    for (size_t i = 0; i < conditions->path_count; i++)
        if (path_matches(&conditions->paths[i], request->path, &limit))
            return KNOWN_YES;
    if (limit)
        return KNOWN_MAYBE; /* nobody knows: the judge denies */
    return when->paths.present ? KNOWN_NO : KNOWN_YES;
}

enum known conditions_hold(
    const struct policy *policy, const struct compiled_conditions *conditions, const struct request *request,
    bool is_rule)
{
    const struct settings_conditions *when = conditions->source;
    if (when->from.present && (request->client.name.length == 0 || !has_text(&when->from, request->client.name)))
        return KNOWN_NO;
    if (!host_fits(policy, conditions, request, is_rule) || !port_fits(when, request, is_rule) ||
        !scheme_fits(when, request, is_rule))
        return KNOWN_NO;
    return inside_holds(conditions, request);
}

static void add_pattern(const struct host_pattern *pattern, struct host_pattern *names, size_t capacity, size_t *count)
{
    if (*count < capacity)
        names[*count] = *pattern;
    (*count)++;
}

size_t policy_authority_names(const struct policy *policy, struct host_pattern *names, size_t capacity)
{
    size_t count = 0;
    for (size_t i = 0; i < policy->speaks_for_count; i++) {
        const struct compiled_host *host = &policy->speaks_for[i];
        for (size_t j = 0; host->is_llm && j < llm_catalogue_count(policy->catalogue); j++) {
            const struct llm_entry *entry = llm_catalogue_at(policy->catalogue, j);
            if (entry->kind == LLM_KIND_API || entry->kind == LLM_KIND_SHARED)
                add_pattern(&entry->pattern, names, capacity, &count);
        }
        if (!host->is_llm && !host->is_llm_web)
            add_pattern(&host->pattern, names, capacity, &count);
    }
    return count;
}
