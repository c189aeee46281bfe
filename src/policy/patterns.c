/* SPDX-License-Identifier: Apache-2.0 */
/* The patterns of a rule as the operator wrote them: its own, those of its groups, those of their list files. */
#include "policy_internal.h"

bool patterns_is_llm(struct text group)
{
    return text_equal(group, TEXT("llm"));
}

bool patterns_is_web(struct text group)
{
    return text_equal(group, TEXT("llm-web"));
}

const struct settings_group *patterns_find_group(const struct settings *settings, struct text name)
{
    for (size_t i = 0; name.length > 0 && i < settings->lists.group_count; i++)
        if (text_equal(settings->lists.groups[i].name.text, name))
            return &settings->lists.groups[i];
    return NULL;
}

static void walk_list(const struct setting_list *list, pattern_taker take, void *context)
{
    struct setting_pattern pattern = {0};
    struct setting_list_place place = setting_list_start(list);
    while (setting_list_next(&place, &pattern))
        take(context, &pattern);
}

static void walk_group(const struct settings_group *group, pattern_taker take, void *context)
{
    for (size_t i = 0; i < group->patterns.count; i++)
        take(context, &group->patterns.items[i]);
    for (size_t i = 0; i < group->patterns.list_count; i++)
        walk_list(&group->patterns.lists[i], take, context);
}

void policy_patterns_walk(
    const struct settings *settings, const struct setting_patterns *patterns, pattern_taker take, void *context)
{
    for (size_t i = 0; i < patterns->count; i++) {
        const struct settings_group *group = patterns_find_group(settings, patterns->items[i].group);
        if (group == NULL)
            take(context, &patterns->items[i]);
        else
            walk_group(group, take, context);
    }
}
