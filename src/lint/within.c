/* SPDX-License-Identifier: Apache-2.0 */
/* Is one set of conditions within another? */
#include "lint_internal.h"

static bool has_text(const struct setting_texts *texts, struct text text)
{
    for (size_t i = 0; i < texts->count; i++)
        if (text_equal(texts->items[i].text, text))
            return true;
    return false;
}

static bool texts_within(const struct setting_texts *inner, const struct setting_texts *outer)
{
    if (!outer->present)
        return true;
    if (!inner->present)
        return false;
    for (size_t i = 0; i < inner->count; i++)
        if (!has_text(outer, inner->items[i].text))
            return false;
    return true;
}

/* --- hosts --- */

/* The patterns of a group of the file; NULL: it is one of the catalogue's, or none. */
static const struct setting_patterns *group_of(const struct settings_lists *lists, struct text name)
{
    for (size_t i = 0; i < lists->group_count; i++)
        if (text_equal(lists->groups[i].name.text, name))
            return &lists->groups[i].patterns;
    return NULL;
}

static bool pattern_has(const struct host_pattern *outer, const struct host_pattern *inner)
{
    switch (inner->kind) {
    case HOST_PATTERN_EXACT:
        return host_pattern_matches(outer, &inner->host);
    case HOST_PATTERN_SUFFIX: /* what is below it is below the same name, or one above */
        return outer->kind != HOST_PATTERN_EXACT &&
               (host_equal(&outer->host, &inner->host) || host_pattern_matches(outer, &inner->host));
    case HOST_PATTERN_ANY:
        return outer->kind == HOST_PATTERN_ANY;
    }
    return false;
}

static bool
has_pattern(const struct settings_lists *lists, const struct setting_patterns *outer, const struct host_pattern *inner)
{
    for (size_t i = 0; i < outer->count; i++) {
        const struct setting_pattern *item = &outer->items[i];
        const struct setting_patterns *group = item->group.length > 0 ? group_of(lists, item->group) : NULL;
        for (size_t j = 0; group != NULL && j < group->count; j++)
            if (group->items[j].group.length == 0 && pattern_has(&group->items[j].pattern, inner))
                return true;
        if (item->group.length == 0 && pattern_has(&item->pattern, inner))
            return true;
    }
    return false;
}

static bool has_group(const struct setting_patterns *outer, struct text name)
{
    for (size_t i = 0; i < outer->count; i++)
        if (text_equal(outer->items[i].group, name))
            return true;
    return false;
}

static bool item_within(
    const struct settings_lists *lists, const struct setting_pattern *item, const struct setting_patterns *outer)
{
    if (item->group.length == 0)
        return has_pattern(lists, outer, &item->pattern);
    const struct setting_patterns *group = group_of(lists, item->group);
    bool within = group != NULL;
    for (size_t i = 0; within && i < group->count; i++)
        within = group->items[i].group.length == 0 && has_pattern(lists, outer, &group->items[i].pattern);
    return within || has_group(outer, item->group);
}

bool hosts_within(
    const struct settings_lists *lists, const struct setting_patterns *inner, const struct setting_patterns *outer)
{
    if (!outer->present)
        return true;
    for (size_t i = 0; i < inner->count; i++)
        if (!item_within(lists, &inner->items[i], outer))
            return false;
    return inner->count > 0;
}

/* --- the rest --- */

static bool port_within(uint16_t first, uint16_t last, const struct setting_ports *outer)
{
    for (size_t i = 0; i < outer->count; i++)
        if (first >= outer->items[i].first && last <= outer->items[i].last)
            return true;
    return false;
}

/* The schemes of a rule are [https] when it has none; an `unless` without is about any. */
static unsigned schemes_of(const struct settings_conditions *when)
{
    return when->schemes == 0 ? scheme_bit(SCHEME_HTTPS) : when->schemes;
}

static bool is_default_port(uint16_t port, unsigned schemes)
{
    return (port == scheme_port(SCHEME_HTTP) && (schemes & scheme_bit(SCHEME_HTTP)) != 0) ||
           (port == scheme_port(SCHEME_HTTPS) && (schemes & scheme_bit(SCHEME_HTTPS)) != 0);
}

static bool ports_within(const struct settings_conditions *inner, const struct settings_conditions *outer, bool is_rule)
{
    if (!outer->ports.present) {
        bool within = !is_rule || !inner->ports.present;
        for (size_t i = 0; !within && i < inner->ports.count; i++)
            if (inner->ports.items[i].first != inner->ports.items[i].last ||
                !is_default_port(inner->ports.items[i].first, schemes_of(outer)))
                return false;
        return true;
    }
    for (size_t i = 0; i < inner->ports.count; i++)
        if (!port_within(inner->ports.items[i].first, inner->ports.items[i].last, &outer->ports))
            return false;
    for (enum scheme scheme = SCHEME_HTTP; !inner->ports.present && scheme <= SCHEME_HTTPS; scheme++)
        if ((schemes_of(inner) & scheme_bit(scheme)) != 0 &&
            !port_within(scheme_port(scheme), scheme_port(scheme), &outer->ports))
            return false;
    return true;
}

static bool range_within(const struct address_range *inner, const struct address_range *outer)
{
    return inner->prefix >= outer->prefix && address_range_has(outer, &inner->base);
}

/* A deny or `unless` without addresses is about any, an allow or reroute without about public ones. */
static bool addresses_within(const struct setting_ranges *inner, const struct setting_ranges *outer, bool means_any)
{
    if (!outer->present)
        return means_any || !inner->present;
    if (!inner->present)
        return false;
    for (size_t i = 0; i < inner->count; i++) {
        bool within = false;
        for (size_t j = 0; j < outer->count; j++)
            within = within || range_within(&inner->items[i].range, &outer->items[j].range);
        if (!within)
            return false;
    }
    return true;
}

bool who_and_what_within(
    const struct settings_conditions *inner, const struct settings_conditions *outer, bool means_any)
{
    return texts_within(&inner->from, &outer->from) && texts_within(&inner->methods, &outer->methods) &&
           texts_within(&inner->paths, &outer->paths) &&
           addresses_within(&inner->addresses, &outer->addresses, means_any);
}

bool conditions_within(
    const struct settings_conditions *inner, const struct settings_conditions *outer, bool is_rule, bool means_any)
{
    unsigned outer_schemes = !is_rule && outer->schemes == 0 ? ~0u : schemes_of(outer);
    return who_and_what_within(inner, outer, means_any) && (schemes_of(inner) & ~outer_schemes) == 0 &&
           ports_within(inner, outer, is_rule);
}
