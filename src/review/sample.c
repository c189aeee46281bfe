/* SPDX-License-Identifier: Apache-2.0 */
/* Gathers what a policy names. A name below a suffix is stood for by one that no policy spells out. */
#include "sample.h"

#include <stdlib.h>
#include <string.h>

#include "exeat/base/memory.h"
#include "exeat/policy/trace.h"

#define ANY_LABEL "any-other-name"

/* Arrays grow by doubling. */
static void *grow(void *items, size_t count, size_t size)
{
    bool is_full = count == 0 || (count & (count - 1)) == 0;
    return is_full ? base_resize(items, count == 0 ? 1 : count * 2, size) : items;
}

static void add_host(struct samples *samples, const struct host_pattern *pattern)
{
    struct sample_host sample = {.pattern = *pattern};
    struct buffer name = {0};
    buffer_append(&name, pattern->kind == HOST_PATTERN_EXACT ? TEXT("") : TEXT(ANY_LABEL "."));
    buffer_append(&name, pattern->kind == HOST_PATTERN_ANY ? TEXT("example") : host_text(&pattern->host));
    bool good = pattern->kind == HOST_PATTERN_EXACT || host_parse(buffer_text(&name), &sample.host);
    if (pattern->kind == HOST_PATTERN_EXACT)
        sample.host = pattern->host;
    buffer_clear(&name);
    if (!good)
        return; /* no name that long exists */
    samples->hosts = grow(samples->hosts, samples->host_count, sizeof(*samples->hosts));
    samples->hosts[samples->host_count++] = sample;
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

static void add_end(struct samples *samples, enum scheme scheme, uint16_t port)
{
    if (port == 0)
        return;
    samples->ends = grow(samples->ends, samples->end_count, sizeof(*samples->ends));
    samples->ends[samples->end_count++] = (struct sample_end){scheme, port};
}

/* "*" becomes one segment and "**" two, which no policy spells out. */
static void add_path(struct samples *samples, struct text glob)
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
    samples->paths = grow(samples->paths, samples->path_count, sizeof(*samples->paths));
    samples->paths[samples->path_count++] = (struct sample_path){arena_text(&samples->arena, buffer_text(&path)), glob};
    buffer_clear(&path);
}

/* Any public address will do: a rule that names it by a range of its own is compared by that range too. */
static void add_public(struct samples *samples)
{
    samples->ranges[0].is_public = true;
    samples->range_count = address_range_parse(TEXT("1.1.1.1"), &samples->ranges[0].range) ? 1 : 0;
}

static void add_range(struct samples *samples, const struct address_range *range)
{
    size_t i = 0;
    while (i < samples->range_count && (!address_equal(&samples->ranges[i].range.base, &range->base) ||
                                        samples->ranges[i].range.prefix != range->prefix))
        i++;
    if (i < samples->range_count)
        return;
    if (i < SAMPLE_RANGES_MAX)
        samples->ranges[samples->range_count++] = (struct sample_range){*range, false};
    else
        samples->ranges_left_out++;
}

static void
add_conditions(struct samples *samples, const struct settings *settings, const struct settings_conditions *when)
{
    policy_patterns_walk(settings, &when->hosts, take_pattern, samples);
    for (size_t i = 0; i < when->ports.count; i++)
        for (enum scheme scheme = SCHEME_HTTP; scheme <= SCHEME_HTTPS; scheme++) {
            add_end(samples, scheme, when->ports.items[i].first);
            add_end(samples, scheme, when->ports.items[i].last);
        }
    for (size_t i = 0; i < when->methods.count; i++)
        add_text(&samples->methods, &samples->method_count, when->methods.items[i].text);
    for (size_t i = 0; i < when->paths.count; i++) {
        if (text_starts_with(when->paths.items[i].text, TEXT("/")))
            add_path(samples, when->paths.items[i].text);
        else
            samples->has_regex = true;
    }
    for (size_t i = 0; i < when->addresses.count; i++)
        add_range(samples, &when->addresses.items[i].range);
    for (size_t i = 0; i < when->from.count; i++)
        add_text(&samples->clients, &samples->client_count, when->from.items[i].text);
}

static void add_catalogue(struct samples *samples, const struct llm_catalogue *catalogue)
{
    for (size_t i = 0; i < llm_catalogue_count(catalogue); i++) {
        const struct llm_entry *entry = llm_catalogue_at(catalogue, i);
        add_host(samples, &entry->pattern);
        struct text rest = entry->paths;
        struct text glob;
        while (text_split(&rest, ',', &glob))
            if (text_starts_with(glob, TEXT("/")))
                add_path(samples, glob);
    }
}

void samples_add_policy(struct samples *samples, const struct policy *policy)
{
    static const struct host_pattern any = {.kind = HOST_PATTERN_ANY};
    const struct settings *settings = policy_settings(policy);
    add_text(&samples->clients, &samples->client_count, TEXT(""));
    add_end(samples, SCHEME_HTTP, 80);
    add_end(samples, SCHEME_HTTPS, 443);
    add_text(&samples->methods, &samples->method_count, TEXT("GET"));
    add_text(&samples->methods, &samples->method_count, TEXT("POST"));
    add_path(samples, TEXT("/"));
    add_path(samples, TEXT("/v1/chat/completions"));
    add_host(samples, &any);
    if (samples->range_count == 0)
        add_public(samples);
    for (size_t i = 0; i < settings->lists.rule_count; i++) {
        add_conditions(samples, settings, &settings->lists.rules[i].when);
        add_conditions(samples, settings, &settings->lists.rules[i].unless);
    }
    add_catalogue(samples, policy_catalogue(policy));
}

/* --- each once -------------------------------------------------------------------------------------------------------
 */

static int compare_hosts(const void *left, const void *right)
{
    const struct host *one = &((const struct sample_host *)left)->host;
    const struct host *other = &((const struct sample_host *)right)->host;
    return text_compare(host_text(one), host_text(other));
}

static int compare_texts(const void *left, const void *right)
{
    return text_compare(*(const struct text *)left, *(const struct text *)right);
}

static int compare_ends(const void *left, const void *right)
{
    const struct sample_end *one = left;
    const struct sample_end *other = right;
    int scheme = (int)other->scheme - (int)one->scheme; /* https first */
    return scheme != 0 ? scheme : (int)one->port - (int)other->port;
}

static int compare_paths(const void *left, const void *right)
{
    return text_compare(((const struct sample_path *)left)->path, ((const struct sample_path *)right)->path);
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

void samples_sort(struct samples *samples)
{
    samples->host_count = unique(samples->hosts, samples->host_count, sizeof(*samples->hosts), compare_hosts);
    samples->client_count = unique(samples->clients, samples->client_count, sizeof(struct text), compare_texts);
    samples->method_count = unique(samples->methods, samples->method_count, sizeof(struct text), compare_texts);
    samples->end_count = unique(samples->ends, samples->end_count, sizeof(*samples->ends), compare_ends);
    samples->path_count = unique(samples->paths, samples->path_count, sizeof(*samples->paths), compare_paths);
}

void samples_clear(struct samples *samples)
{
    base_free(samples->hosts);
    base_free(samples->clients);
    base_free(samples->ends);
    base_free(samples->methods);
    base_free(samples->paths);
    arena_clear(&samples->arena);
    *samples = (struct samples){0};
}
