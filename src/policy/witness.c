/* SPDX-License-Identifier: Apache-2.0 */
/* Gathers what a policy names. A name below a suffix is stood for by one that no policy spells out. */
#include "witness.h"

#include <stdlib.h>
#include <string.h>

#include "exeat/base/memory.h"
#include "policy_internal.h"

#define ANY_LABEL "any-other-name"

/* Arrays grow by doubling. */
static void *grow(void *items, size_t count, size_t size)
{
    bool is_full = count == 0 || (count & (count - 1)) == 0;
    return is_full ? base_resize(items, count == 0 ? 1 : count * 2, size) : items;
}

static void add_host(struct witnesses *witnesses, const struct host_pattern *pattern)
{
    struct witness_host witness = {.pattern = *pattern};
    struct buffer name = {0};
    buffer_append(&name, pattern->kind == HOST_PATTERN_EXACT ? TEXT("") : TEXT(ANY_LABEL "."));
    buffer_append(&name, pattern->kind == HOST_PATTERN_ANY ? TEXT("example") : host_text(&pattern->host));
    bool good = pattern->kind == HOST_PATTERN_EXACT || host_parse(buffer_text(&name), &witness.host);
    if (pattern->kind == HOST_PATTERN_EXACT)
        witness.host = pattern->host;
    buffer_clear(&name);
    if (!good)
        return; /* no name that long exists */
    witnesses->hosts = grow(witnesses->hosts, witnesses->host_count, sizeof(*witnesses->hosts));
    witnesses->hosts[witnesses->host_count++] = witness;
}

static void take_pattern(void *context, const struct setting_pattern *pattern)
{
    if (pattern->group.length == 0)
        add_host(context, &pattern->pattern);
}

static void add_text(struct text **texts, size_t *count, struct text text)
{
    *texts = grow(*texts, *count, sizeof(**texts));
    (*texts)[(*count)++] = text;
}

static void add_end(struct witnesses *witnesses, enum scheme scheme, uint16_t port)
{
    if (port == 0)
        return;
    witnesses->ends = grow(witnesses->ends, witnesses->end_count, sizeof(*witnesses->ends));
    witnesses->ends[witnesses->end_count++] = (struct witness_end){scheme, port};
}

/* "*" becomes one segment and "**" two, which no policy spells out. */
static void add_path(struct witnesses *witnesses, struct text glob)
{
    struct buffer path = {0};
    for (size_t i = 0; i < glob.length; i++) {
        bool is_double = text_starts_with(text_after(glob, i), TEXT("**"));
        if (glob.data[i] != '*')
            buffer_append_byte(&path, glob.data[i]);
        else
            buffer_append(&path, is_double ? TEXT("any/thing") : TEXT("any"));
        i += is_double ? 1 : 0;
    }
    witnesses->paths = grow(witnesses->paths, witnesses->path_count, sizeof(*witnesses->paths));
    witnesses->paths[witnesses->path_count++] =
        (struct witness_path){arena_text(&witnesses->arena, buffer_text(&path)), glob};
    buffer_clear(&path);
}

/* Any public address will do: a rule that names it by a range of its own is compared by that range too. */
static void add_public(struct witnesses *witnesses)
{
    witnesses->ranges[0].is_public = true;
    witnesses->range_count = address_range_parse(TEXT("1.1.1.1"), &witnesses->ranges[0].range) ? 1 : 0;
}

static void add_range(struct witnesses *witnesses, const struct address_range *range)
{
    size_t i = 0;
    while (i < witnesses->range_count && (!address_equal(&witnesses->ranges[i].range.base, &range->base) ||
                                          witnesses->ranges[i].range.prefix != range->prefix))
        i++;
    if (i < witnesses->range_count)
        return;
    if (i < WITNESS_RANGES_MAX)
        witnesses->ranges[witnesses->range_count++] = (struct witness_range){*range, false};
    else
        witnesses->ranges_left_out++;
}

static void
add_conditions(struct witnesses *witnesses, const struct settings *settings, const struct settings_conditions *when)
{
    patterns_walk(settings, &when->hosts, take_pattern, witnesses);
    for (size_t i = 0; i < when->ports.count; i++)
        for (enum scheme scheme = SCHEME_HTTP; scheme <= SCHEME_HTTPS; scheme++) {
            add_end(witnesses, scheme, when->ports.items[i].first);
            add_end(witnesses, scheme, when->ports.items[i].last);
        }
    for (size_t i = 0; i < when->methods.count; i++)
        add_text(&witnesses->methods, &witnesses->method_count, when->methods.items[i].text);
    for (size_t i = 0; i < when->paths.count; i++) {
        if (text_starts_with(when->paths.items[i].text, TEXT("/")))
            add_path(witnesses, when->paths.items[i].text);
        else
            witnesses->has_regex = true;
    }
    for (size_t i = 0; i < when->addresses.count; i++)
        add_range(witnesses, &when->addresses.items[i].range);
    for (size_t i = 0; i < when->from.count; i++)
        add_text(&witnesses->clients, &witnesses->client_count, when->from.items[i].text);
}

static void add_catalogue(struct witnesses *witnesses, const struct llm_catalogue *catalogue)
{
    for (size_t i = 0; i < llm_catalogue_count(catalogue); i++) {
        const struct llm_entry *entry = llm_catalogue_at(catalogue, i);
        add_host(witnesses, &entry->pattern);
        struct text rest = entry->paths;
        struct text glob;
        while (text_split(&rest, ',', &glob))
            if (text_starts_with(glob, TEXT("/")))
                add_path(witnesses, glob);
    }
}

void witnesses_add_policy(struct witnesses *witnesses, const struct policy *policy)
{
    static const struct host_pattern any = {.kind = HOST_PATTERN_ANY};
    const struct settings *settings = policy_settings(policy);
    add_text(&witnesses->clients, &witnesses->client_count, TEXT(""));
    add_end(witnesses, SCHEME_HTTP, 80);
    add_end(witnesses, SCHEME_HTTPS, 443);
    add_text(&witnesses->methods, &witnesses->method_count, TEXT("GET"));
    add_text(&witnesses->methods, &witnesses->method_count, TEXT("POST"));
    add_path(witnesses, TEXT("/"));
    add_path(witnesses, TEXT("/v1/chat/completions"));
    add_host(witnesses, &any);
    if (witnesses->range_count == 0)
        add_public(witnesses);
    for (size_t i = 0; i < settings->lists.rule_count; i++) {
        add_conditions(witnesses, settings, &settings->lists.rules[i].when);
        add_conditions(witnesses, settings, &settings->lists.rules[i].unless);
    }
    add_catalogue(witnesses, policy_catalogue(policy));
}

/* --- each once -------------------------------------------------------------------------------------------------------
 */

static int compare_hosts(const void *left, const void *right)
{
    const struct host *one = &((const struct witness_host *)left)->host;
    const struct host *other = &((const struct witness_host *)right)->host;
    return text_compare(host_text(one), host_text(other));
}

static int compare_texts(const void *left, const void *right)
{
    return text_compare(*(const struct text *)left, *(const struct text *)right);
}

static int compare_ends(const void *left, const void *right)
{
    const struct witness_end *one = left;
    const struct witness_end *other = right;
    int scheme = (int)other->scheme - (int)one->scheme; /* https first */
    return scheme != 0 ? scheme : (int)one->port - (int)other->port;
}

static int compare_paths(const void *left, const void *right)
{
    return text_compare(((const struct witness_path *)left)->path, ((const struct witness_path *)right)->path);
}

static size_t unique(void *items, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    char *bytes = items;
    size_t kept = 0;
    if (count > 0)
        qsort(items, count, size, compare);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && compare(bytes + (kept - 1) * size, bytes + i * size) == 0)
            continue;
        memmove(bytes + kept * size, bytes + i * size, size);
        kept++;
    }
    return kept;
}

void witnesses_sort(struct witnesses *witnesses)
{
    witnesses->host_count = unique(witnesses->hosts, witnesses->host_count, sizeof(*witnesses->hosts), compare_hosts);
    witnesses->client_count = unique(witnesses->clients, witnesses->client_count, sizeof(struct text), compare_texts);
    witnesses->method_count = unique(witnesses->methods, witnesses->method_count, sizeof(struct text), compare_texts);
    witnesses->end_count = unique(witnesses->ends, witnesses->end_count, sizeof(*witnesses->ends), compare_ends);
    witnesses->path_count = unique(witnesses->paths, witnesses->path_count, sizeof(*witnesses->paths), compare_paths);
}

void witnesses_clear(struct witnesses *witnesses)
{
    base_free(witnesses->hosts);
    base_free(witnesses->clients);
    base_free(witnesses->ends);
    base_free(witnesses->methods);
    base_free(witnesses->paths);
    arena_clear(&witnesses->arena);
    *witnesses = (struct witnesses){0};
}
