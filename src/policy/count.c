/* SPDX-License-Identifier: Apache-2.0 */
/* The rules that have a host, asked one by one: which hold, which may hold, and which is the best of each verdict. */
#include "judge.h"

/* A wildcard or a list file never opens an LLM; a shared host needs paths, or `llm: unseen`. */
static bool may_allow_llm(const struct judging *judging, uint32_t index)
{
    const struct settings_rule *rule = judging->policy->rules[index].source;
    if (!rule_names_host(judging->view, index))
        return false;
    return !judging->llm.shared || rule->when.paths.present || rule->llm_unseen;
}

/* Of two that name the host alike the one counts that is particular: whom to trust, what is in it or put into it. */
static int particulars(const struct policy_rule *rule)
{
    return (rule->trust != NULL ? 1 : 0) + (rule->inspection != NULL ? 1 : 0) + (rule->credential != NULL ? 1 : 0);
}

static void take_if_better(struct best *best, const struct policy_rule *rule, uint16_t specific)
{
    bool better = best->rule == NULL || specific > best->specific;
    if (!better && specific == best->specific) {
        int more = particulars(rule) - particulars(best->rule);
        better = more == 0 ? rule->rank < best->rule->rank : more > 0;
    }
    if (better)
        *best = (struct best){rule, specific};
}

static void take_known(
    const struct judging *judging, struct tally *tally, const struct policy_rule *rule, enum known known,
    uint16_t specific)
{
    enum verdict verdict = rule->source->verdict;
    switch (known) {
    case KNOWN_NO:
        return;
    case KNOWN_INSIDE:
        if (judging->inside == INSIDE_UNKNOWN && rule->observes)
            tally->may_observe = true;
        else if (judging->inside == INSIDE_UNKNOWN)
            tally->maybe[verdict] = true;
        else if (!rule->observes && (tally->limit == NULL || rule->rank < tally->limit->rank))
            tally->limit = rule;
        return;
    case KNOWN_ADDRESS:
        if (verdict == VERDICT_DENY)
            return; /* it drops addresses, when there are any */
        break;
    case KNOWN_YES:
        break;
    }
    take_if_better(rule->observes ? &tally->would[verdict] : &tally->sure[verdict], rule, specific);
}

/* Of a host with other uses, only looking inside tells whether it is a call; what is none may pass. */
static void take_guarded(struct judging *judging, struct tally *tally, enum known known)
{
    bool may_be_harmless = judging->llm.shared && judging->inside == INSIDE_UNKNOWN;
    judging->last.guarded = true;
    if (known != KNOWN_NO && may_be_harmless)
        tally->maybe[VERDICT_ALLOW] = true;
}

/* Does the path decide whether the rule holds? Of a host with other uses, it also tells what is a call. */
static bool
depends_on_path(const struct judging *judging, const struct policy_rule *rule, enum known known, bool is_named)
{
    bool by_use = judging->llm.shared && !is_named && known != KNOWN_NO;
    return judging->inside == INSIDE_KNOWN && !rule->observes && (judging->by_path || by_use);
}

/* A path that servers may read in two ways makes no allow hold; a deny or reroute that it decides on refuses. */
static enum known look_at_path(
    const struct judging *judging, struct tally *tally, const struct policy_rule *rule, enum known known, bool is_named)
{
    if (judging->request->path_was_canonical || !depends_on_path(judging, rule, known, is_named))
        return known;
    if (rule->source->verdict != VERDICT_ALLOW) {
        tally->path_decides = true;
        return known;
    }
    bool counts = is_named || !is_guarded(&judging->llm);
    tally->path_is_doubtful = tally->path_is_doubtful || (known != KNOWN_NO && counts);
    return KNOWN_NO;
}

/* Could an allow that is left out lead to other addresses than the one that wins, or trust others? */
static void note_particulars(struct tally *tally, const struct policy_rule *rule, enum known known)
{
    const struct settings_rule *source = rule->source;
    bool particular = source->when.addresses.present || source->unless.addresses.present;
    if (source->verdict == VERDICT_ALLOW && known != KNOWN_NO && particular)
        tally->depends_on_address = true;
    if (known != KNOWN_NO && particulars(rule) > 0)
        tally->is_particular = true;
}

static void count_rule(struct judging *judging, struct tally *tally, uint32_t index, uint16_t specific)
{
    const struct policy_rule *rule = &judging->policy->rules[index];
    enum known known = rule_holds(judging, index);
    bool is_allow = rule->source->verdict == VERDICT_ALLOW;
    bool is_named = !is_allow || (judging->view->llm != NULL && may_allow_llm(judging, index));
    known = look_at_path(judging, tally, rule, known, is_named);
    note_particulars(tally, rule, known);
    if (is_guarded(&judging->llm) && !is_named)
        take_guarded(judging, tally, known);
    else
        take_known(judging, tally, rule, known, specific);
    if (judging->trace != NULL) {
        judging->last.specific = specific;
        trace_add(judging->trace, &judging->last);
    }
}

static bool was_counted(const struct host_view *view, size_t before, uint32_t rule)
{
    for (size_t i = 0; i < before; i++)
        if (host_set_find(view->sets[i], rule, ROLE_WHEN) != NULL)
            return true;
    return false;
}

/* Rules without hosts are about targets that are addresses; a deny among them also about where names lead. */
static void count_hostless(struct judging *judging, struct tally *tally)
{
    const struct policy *policy = judging->policy;
    bool is_name = judging->request->host.kind == HOST_NAME;
    for (size_t i = 0; i < policy->hostless.count; i++) {
        bool denies = policy->rules[policy->hostless.items[i]].source->verdict == VERDICT_DENY;
        if (!is_name || (denies && judging->address != NULL))
            count_rule(judging, tally, policy->hostless.items[i], 0);
    }
}

void count_rules(struct judging *judging, struct tally *tally)
{
    const struct host_view *view = judging->view;
    for (size_t i = 0; i < view->count; i++) {
        const struct host_set *set = view->sets[i];
        for (uint32_t j = 0; j < set->count; j++)
            if (set->members[j].role == ROLE_WHEN && !was_counted(view, i, set->members[j].rule))
                count_rule(judging, tally, set->members[j].rule, view->specific[i]);
    }
    if (judging->policy->hostless.count > 0)
        count_hostless(judging, tally);
}
