/* SPDX-License-Identifier: Apache-2.0 */
/* Who speaks of which host. Patterns that mean the same share one set: all of a group's, all that stand in one rule.
 * Only a pattern that several speak of gets a set of its own, made after all are known. */
#include <stdlib.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "policy_internal.h"

enum { JOINED_MAX = 256 };
static const uint32_t no_set = UINT32_MAX;

/* What a list of patterns means, while it is being gathered. */
struct gathering {
    struct host_member *members; /* owned until it becomes a set */
    uint32_t count;
    bool speaks;
    bool never;
    const struct llm_entry *llm;
};

/* A pattern of which a second one speaks. */
struct overlap {
    uint32_t slot;
    uint32_t set;
};

struct hosts_compile {
    struct policy *policy;
    struct diags *diags;
    struct gathering *groups; /* who uses each group */
    struct gathering any;
    struct gathering llm;
    struct gathering web;
    uint32_t set_capacity;
    struct overlap *overlaps;
    size_t overlap_count;
    size_t overlap_capacity;
};

/* --- gathering ---------------------------------------------------------------------------------------------------- */

static void add_member(struct gathering *gathering, struct host_member member)
{
    gathering->members = base_resize(gathering->members, gathering->count + 1, sizeof(*gathering->members));
    gathering->members[gathering->count++] = member;
}

/* What a user of patterns adds to their meaning. */
static void add_all(struct gathering *to, const struct gathering *from, bool is_literal)
{
    for (uint32_t i = 0; i < from->count; i++) {
        struct host_member member = from->members[i];
        member.is_literal = is_literal;
        add_member(to, member);
    }
    to->speaks = to->speaks || from->speaks;
    to->never = to->never || from->never;
}

static int compare_members(const void *left_member, const void *right_member)
{
    const struct host_member *left = left_member;
    const struct host_member *right = right_member;
    if (left->rule != right->rule)
        return left->rule < right->rule ? -1 : 1;
    return (left->role > right->role) - (left->role < right->role);
}

static void sort_members(struct gathering *gathering)
{
    uint32_t kept = 0;
    if (gathering->count > 1)
        qsort(gathering->members, gathering->count, sizeof(*gathering->members), compare_members);
    for (uint32_t i = 0; i < gathering->count; i++) {
        struct host_member *last = kept == 0 ? NULL : &gathering->members[kept - 1];
        if (last != NULL && compare_members(last, &gathering->members[i]) == 0)
            last->is_literal = last->is_literal || gathering->members[i].is_literal;
        else
            gathering->members[kept++] = gathering->members[i];
    }
    gathering->count = kept;
}

static struct host_set make_set(struct policy *policy, struct gathering *gathering)
{
    sort_members(gathering);
    struct host_member *members = arena_array(&policy->arena, gathering->count, sizeof(*members));
    for (uint32_t i = 0; i < gathering->count; i++)
        members[i] = gathering->members[i];
    struct host_set set = {members, gathering->count, gathering->speaks, gathering->never, gathering->llm};
    base_free(gathering->members);
    *gathering = (struct gathering){0};
    return set;
}

static uint32_t add_set(struct hosts_compile *compile, struct gathering *gathering)
{
    struct policy *policy = compile->policy;
    if (policy->hosts.set_count == compile->set_capacity) {
        compile->set_capacity = compile->set_capacity == 0 ? 64 : compile->set_capacity * 2;
        policy->hosts.sets = base_resize(policy->hosts.sets, compile->set_capacity, sizeof(*policy->hosts.sets));
    }
    policy->hosts.sets[policy->hosts.set_count] = make_set(policy, gathering);
    return policy->hosts.set_count++;
}

/* --- from patterns to slots ------------------------------------------------------------------------------------------
 */

static void add_overlap(struct hosts_compile *compile, const struct host_slot *slot, uint32_t set)
{
    if (compile->overlap_count == compile->overlap_capacity) {
        compile->overlap_capacity = compile->overlap_capacity == 0 ? 64 : compile->overlap_capacity * 2;
        compile->overlaps = base_resize(compile->overlaps, compile->overlap_capacity, sizeof(*compile->overlaps));
    }
    uint32_t index = (uint32_t)(slot - compile->policy->hosts.table.slots);
    compile->overlaps[compile->overlap_count++] = (struct overlap){index, set};
}

static void add_pattern(struct hosts_compile *compile, const struct host_pattern *pattern, uint32_t set)
{
    struct host_slot *slot = host_table_add(&compile->policy->hosts.table, pattern, no_set);
    if (slot->set == no_set)
        slot->set = set;
    else if (slot->set != set)
        add_overlap(compile, slot, set);
}

/* Patterns that all mean the same. `users` is what they mean; it is used up. */
static void
add_patterns(struct hosts_compile *compile, const struct setting_pattern *items, size_t count, struct gathering *users)
{
    struct gathering meaning = {0};
    add_all(&meaning, users, true);
    uint32_t set = add_set(compile, &meaning);
    for (size_t i = 0; i < count; i++) {
        const struct setting_pattern *item = &items[i];
        struct gathering *group = NULL;
        if (patterns_is_llm(item->group) || patterns_is_web(item->group))
            group = patterns_is_llm(item->group) ? &compile->llm : &compile->web;
        else if (item->group.length == 0 && item->pattern.kind == HOST_PATTERN_ANY)
            group = &compile->any;
        if (group != NULL)
            add_all(group, users, true);
        else if (item->group.length == 0)
            add_pattern(compile, &item->pattern, set);
    }
}

static void
add_list(struct hosts_compile *compile, const struct setting_list *list, uint32_t set, struct gathering *users)
{
    struct setting_pattern pattern = {0};
    struct setting_list_place place = setting_list_start(list);
    while (setting_list_next(&place, &pattern)) {
        if (pattern.pattern.kind == HOST_PATTERN_ANY)
            add_all(&compile->any, users, false);
        else
            add_pattern(compile, &pattern.pattern, set);
    }
}

/* --- who uses what ---------------------------------------------------------------------------------------------------
 */

static void use_group(struct hosts_compile *compile, const struct setting_pattern *item, const struct gathering *user)
{
    const struct settings *settings = compile->policy->settings;
    const struct settings_group *group = patterns_find_group(settings, item->group);
    if (group != NULL)
        add_all(&compile->groups[group - settings->lists.groups], user, true);
    else
        ASSERT(patterns_is_llm(item->group) || patterns_is_web(item->group));
}

static void use_patterns(struct hosts_compile *compile, const struct setting_patterns *patterns, struct gathering user)
{
    for (size_t i = 0; i < patterns->count; i++)
        if (patterns->items[i].group.length > 0)
            use_group(compile, &patterns->items[i], &user);
    if (patterns->count > 0)
        add_patterns(compile, patterns->items, patterns->count, &user);
}

static void use_rule(struct hosts_compile *compile, uint32_t index)
{
    const struct settings_rule *rule = compile->policy->rules[index].source;
    struct host_member when = {.rule = index, .role = ROLE_WHEN};
    struct host_member unless = {.rule = index, .role = ROLE_UNLESS};
    use_patterns(compile, &rule->when.hosts, (struct gathering){.members = &when, .count = 1});
    use_patterns(compile, &rule->unless.hosts, (struct gathering){.members = &unless, .count = 1});
}

static void refuse_nesting(const struct hosts_compile *compile, const struct setting_patterns *patterns)
{
    for (size_t i = 0; i < patterns->count; i++) {
        struct text group = patterns->items[i].group;
        if (group.length > 0 && !patterns_is_llm(group) && !patterns_is_web(group))
            diag_error(
                compile->diags, patterns->items[i].mark, "a group holds patterns, @llm and @llm-web, no other group");
    }
}

static void add_groups(struct hosts_compile *compile)
{
    const struct settings_lists *lists = &compile->policy->settings->lists;
    for (size_t i = 0; i < lists->group_count; i++) {
        const struct setting_patterns *patterns = &lists->groups[i].patterns;
        struct gathering *users = &compile->groups[i];
        refuse_nesting(compile, patterns);
        add_patterns(compile, patterns->items, patterns->count, users);
        struct gathering meaning = {0};
        add_all(&meaning, users, false);
        uint32_t set = add_set(compile, &meaning);
        for (size_t j = 0; j < patterns->list_count; j++)
            add_list(compile, &patterns->lists[j], set, users);
        base_free(users->members);
    }
}

static void add_catalogue(struct hosts_compile *compile)
{
    const struct llm_catalogue *catalogue = compile->policy->catalogue;
    for (size_t i = 0; i < llm_catalogue_count(catalogue); i++) {
        const struct llm_entry *entry = llm_catalogue_at(catalogue, i);
        struct gathering meaning = {.llm = entry};
        add_pattern(compile, &entry->pattern, add_set(compile, &meaning));
    }
}

/* Without `names` the authority speaks for the catalogue's hosts; without an authority, for none. */
static void use_tls(struct hosts_compile *compile)
{
    const struct settings_tls *tls = &compile->policy->settings->tls;
    use_patterns(compile, &tls->never, (struct gathering){.never = true});
    if (tls->certificate.length > 0)
        use_patterns(compile, &tls->names, (struct gathering){.speaks = true});
    compile->llm.speaks = compile->llm.speaks || (tls->certificate.length > 0 && !tls->names.present);
}

/* --- patterns of which several speak ---------------------------------------------------------------------------------
 */

static int compare_overlaps(const void *left_overlap, const void *right_overlap)
{
    const struct overlap *left = left_overlap;
    const struct overlap *right = right_overlap;
    if (left->slot != right->slot)
        return left->slot < right->slot ? -1 : 1;
    return (left->set > right->set) - (left->set < right->set);
}

static void join(struct gathering *to, const struct host_set *set)
{
    for (uint32_t i = 0; i < set->count; i++)
        add_member(to, set->members[i]);
    to->speaks = to->speaks || set->speaks;
    to->never = to->never || set->never;
    to->llm = set->llm != NULL ? set->llm : to->llm;
}

/* One joined set, by what it was joined from. */
struct joined {
    uint32_t first; /* the slot's own set */
    size_t from;    /* the overlaps that were added */
    size_t count;
    uint32_t set;
    bool used;
};

static bool is_joined_from(
    const struct hosts_compile *compile, const struct joined *joined, uint32_t first, size_t from, size_t count)
{
    if (!joined->used || joined->first != first || joined->count != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (compile->overlaps[joined->from + i].set != compile->overlaps[from + i].set)
            return false;
    return true;
}

static struct joined *cache_place(
    const struct hosts_compile *compile, struct joined cache[JOINED_MAX], uint32_t first, size_t from, size_t count)
{
    uint32_t hash = first;
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ compile->overlaps[from + i].set) * 2654435761u;
    return &cache[hash >> 16 & (JOINED_MAX - 1)];
}

/* Two lists that share a million names make one new set, not a million. */
static void join_slot(struct hosts_compile *compile, struct joined cache[JOINED_MAX], size_t from, size_t count)
{
    struct policy *policy = compile->policy;
    struct host_slot *slot = &policy->hosts.table.slots[compile->overlaps[from].slot];
    struct joined *joined = cache_place(compile, cache, slot->set, from, count);
    if (!is_joined_from(compile, joined, slot->set, from, count)) {
        struct gathering meaning = {0};
        join(&meaning, &policy->hosts.sets[slot->set]);
        for (size_t i = 0; i < count; i++)
            join(&meaning, &policy->hosts.sets[compile->overlaps[from + i].set]);
        *joined = (struct joined){slot->set, from, count, add_set(compile, &meaning), true};
    }
    slot->set = joined->set;
}

static void join_overlaps(struct hosts_compile *compile)
{
    struct overlap *overlaps = compile->overlaps;
    struct joined *cache = base_array(JOINED_MAX, sizeof(*cache));
    if (compile->overlap_count > 1)
        qsort(overlaps, compile->overlap_count, sizeof(*overlaps), compare_overlaps);
    for (size_t i = 0, count; i < compile->overlap_count; i += count) {
        count = 1;
        while (i + count < compile->overlap_count && overlaps[i + count].slot == overlaps[i].slot)
            count++;
        join_slot(compile, cache, i, count);
    }
    base_free(cache);
}

/* --- all of it -------------------------------------------------------------------------------------------------------
 */

static size_t count_of(const struct setting_patterns *patterns)
{
    size_t count = patterns->count;
    for (size_t i = 0; i < patterns->list_count; i++)
        count += patterns->lists[i].patterns;
    return count;
}

static void make_table(struct policy *policy)
{
    const struct settings_lists *lists = &policy->settings->lists;
    const struct settings_tls *tls = &policy->settings->tls;
    size_t count = llm_catalogue_count(policy->catalogue) + count_of(&tls->names) + count_of(&tls->never);
    for (size_t i = 0; i < lists->rule_count; i++)
        count += count_of(&lists->rules[i].when.hosts) + count_of(&lists->rules[i].unless.hosts);
    for (size_t i = 0; i < lists->group_count; i++)
        count += count_of(&lists->groups[i].patterns);
    host_table_init(&policy->hosts.table, count);
}

void hosts_compile(struct policy *policy, struct diags *diags)
{
    struct hosts_compile compile = {.policy = policy, .diags = diags};
    make_table(policy);
    compile.groups = base_array(policy->settings->lists.group_count, sizeof(*compile.groups));
    for (uint32_t i = 0; i < policy->rule_count; i++)
        use_rule(&compile, i);
    use_tls(&compile);
    add_groups(&compile);
    add_catalogue(&compile);
    join_overlaps(&compile);
    policy->hosts.any = make_set(policy, &compile.any);
    policy->hosts.llm = make_set(policy, &compile.llm);
    policy->hosts.web = make_set(policy, &compile.web);
    base_free(compile.groups);
    base_free(compile.overlaps);
}

void hosts_clear(struct policy *policy)
{
    host_table_clear(&policy->hosts.table);
    base_free(policy->hosts.sets);
}
