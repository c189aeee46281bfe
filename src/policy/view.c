/* SPDX-License-Identifier: Apache-2.0 */
/* What the table knows of one host: asked once for each decision. */
#include <stdlib.h>

#include "policy_internal.h"

static void add_set(struct host_view *view, const struct host_set *set, uint16_t specific, bool names_it)
{
    view->speaks = view->speaks || set->speaks;
    view->never = view->never || set->never;
    if (set->count == 0)
        return;
    view->sets[view->count] = set;
    view->specific[view->count] = specific;
    view->names_it[view->count++] = names_it;
}

/* The most specific entry of the catalogue says what the host is, and so whether @llm or @llm-web has it. */
static void
add_entry(const struct policy *policy, struct host_view *view, const struct llm_entry *entry, uint16_t specific)
{
    view->llm = entry;
    if (entry->kind == LLM_KIND_API || entry->kind == LLM_KIND_SHARED)
        add_set(view, &policy->hosts.llm, specific, true);
    else if (entry->kind == LLM_KIND_WEB)
        add_set(view, &policy->hosts.web, specific, false);
}

void hosts_view(const struct policy *policy, const struct host *host, struct host_view *view)
{
    struct host_hit hits[HOST_HITS_MAX];
    size_t found = host_table_find(&policy->hosts.table, host, hits);
    view->count = 0;
    view->llm = NULL;
    view->speaks = false;
    view->never = false;
    for (size_t i = 0; i < found; i++) {
        const struct host_set *set = &policy->hosts.sets[hits[i].set];
        add_set(view, set, hits[i].specific, hits[i].is_exact);
        if (view->llm == NULL && set->llm != NULL)
            add_entry(policy, view, set->llm, hits[i].specific);
    }
    if (host->kind == HOST_NAME)
        add_set(view, &policy->hosts.any, SPECIFIC_ANY, false);
}

const struct host_member *host_set_find(const struct host_set *set, uint32_t rule, enum host_role role)
{
    uint32_t first = 0;
    uint32_t after = set->count;
    while (first < after) {
        uint32_t middle = first + (after - first) / 2;
        const struct host_member *member = &set->members[middle];
        if (member->rule == rule && member->role == role)
            return member;
        if (member->rule < rule || (member->rule == rule && member->role < role))
            first = middle + 1;
        else
            after = middle;
    }
    return NULL;
}

/* --- all hosts of a pattern at once ----------------------------------------------------------------------------------
 */

static void cover_by(const struct host_set *set, struct host_cover *cover)
{
    cover->speaks = cover->speaks || set->speaks;
    cover->never = cover->never || set->never;
}

/* "*.a.b" is covered by "*.a.b", "*.b" and "*", not by "a.b". */
static void cover_suffix(const struct policy *policy, const struct host *suffix, struct host_cover *cover)
{
    struct host_hit hits[HOST_HITS_MAX];
    size_t found = host_table_find(&policy->hosts.table, suffix, hits);
    const struct host_slot *own = host_table_get(&policy->hosts.table, HOST_PATTERN_SUFFIX, host_text(suffix));
    if (own != NULL)
        cover_by(&policy->hosts.sets[own->set], cover);
    for (size_t i = 0; i < found; i++)
        if (!hits[i].is_exact)
            cover_by(&policy->hosts.sets[hits[i].set], cover);
    cover_by(&policy->hosts.any, cover);
}

struct host_cover hosts_cover(const struct policy *policy, const struct setting_pattern *pattern)
{
    struct host_cover cover = {false, false};
    struct host_view view;
    if (pattern->group.length > 0) {
        cover_by(patterns_is_llm(pattern->group) ? &policy->hosts.llm : &policy->hosts.web, &cover);
        return cover;
    }
    switch (pattern->pattern.kind) {
    case HOST_PATTERN_EXACT:
        hosts_view(policy, &pattern->pattern.host, &view);
        return (struct host_cover){view.speaks, view.never};
    case HOST_PATTERN_SUFFIX:
        cover_suffix(policy, &pattern->pattern.host, &cover);
        break;
    case HOST_PATTERN_ANY:
        cover_by(&policy->hosts.any, &cover);
        break;
    }
    return cover;
}
