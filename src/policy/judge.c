/* SPDX-License-Identifier: Apache-2.0 */
/* From a request to a decision: the strictest verdict wins, the most specific pattern names it, nothing matched is a
 * deny. The same function judges at CONNECT, inside, and each address, for the gate, for `check` and for `explain`. */
#include "exeat/base/check.h"
#include "policy_internal.h"

struct best {
    const struct policy_rule *rule; /* NULL: none */
    uint16_t specific;
};

/* The best rule of each verdict. */
struct tally {
    struct best sure[VERDICT_ERROR];
    struct best would[VERDICT_ERROR]; /* among the rules that only observe */
    bool maybe[VERDICT_ERROR];        /* one may hold, which only looking inside can tell */
    bool may_observe;                 /* so may one that only observes, and is no allow */
    bool depends_on_address;          /* an allow that may hold is particular about addresses */
    bool path_decides;                /* on a deny or a reroute */
    bool path_is_doubtful;            /* an allow was left out that only a canonical path would have made hold */
    const struct policy_rule *limit;  /* its regular expression gave up, so that nobody knows */
};

/* --- counting rules --------------------------------------------------------------------------------------------------
 */

static bool is_guarded(const struct llm_call *call)
{
    return call->operation != LLM_NONE;
}

/* A wildcard or a list file never opens an LLM; a shared host needs paths, or `llm: unseen`. */
static bool may_allow_llm(const struct judging *judging, uint32_t index)
{
    const struct settings_rule *rule = judging->policy->rules[index].source;
    if (!rule_names_host(judging->view, index))
        return false;
    return !judging->llm.shared || rule->when.paths.present || rule->llm_unseen;
}

static void take_if_better(struct best *best, const struct policy_rule *rule, uint16_t specific)
{
    bool better = best->rule == NULL || specific > best->specific ||
                  (specific == best->specific && rule->rank < best->rule->rank);
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

/* Could an allow that is left out lead to other addresses than the one that wins? */
static void note_addresses(struct tally *tally, const struct policy_rule *rule, enum known known)
{
    const struct settings_rule *source = rule->source;
    bool particular = source->when.addresses.present || source->unless.addresses.present;
    if (source->verdict == VERDICT_ALLOW && known != KNOWN_NO && particular)
        tally->depends_on_address = true;
}

static void count_rule(struct judging *judging, struct tally *tally, uint32_t index, uint16_t specific)
{
    const struct policy_rule *rule = &judging->policy->rules[index];
    enum known known = rule_holds(judging, index);
    bool is_allow = rule->source->verdict == VERDICT_ALLOW;
    bool is_named = !is_allow || (judging->view->llm != NULL && may_allow_llm(judging, index));
    known = look_at_path(judging, tally, rule, known, is_named);
    note_addresses(tally, rule, known);
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
    for (size_t i = 0; i < policy->hostless_count; i++) {
        bool denies = policy->rules[policy->hostless[i]].source->verdict == VERDICT_DENY;
        if (!is_name || (denies && judging->address != NULL))
            count_rule(judging, tally, policy->hostless[i], 0);
    }
}

static void count_rules(struct judging *judging, struct tally *tally)
{
    const struct host_view *view = judging->view;
    for (size_t i = 0; i < view->count; i++) {
        const struct host_set *set = view->sets[i];
        for (uint32_t j = 0; j < set->count; j++)
            if (set->members[j].role == ROLE_WHEN && !was_counted(view, i, set->members[j].rule))
                count_rule(judging, tally, set->members[j].rule, view->specific[i]);
    }
    if (judging->policy->hostless_count > 0)
        count_hostless(judging, tally);
}

/* --- deciding --------------------------------------------------------------------------------------------------------
 */

static void say(struct decision *decision, enum verdict verdict, enum plan plan, enum reason reason)
{
    decision->verdict = verdict;
    decision->plan = plan;
    decision->reason = reason;
}

static void name_rule(struct decision *decision, const struct policy_rule *rule)
{
    decision->winner = rule;
    decision->rule = rule->source->id.text;
}

static bool can_answer(const struct llm_call *call)
{
    switch (call->operation) {
    case LLM_CHAT:
    case LLM_COMPLETIONS:
    case LLM_EMBEDDINGS:
    case LLM_MODELS:
    case LLM_RESPONSES:
        return true;
    case LLM_NONE:
    case LLM_OTHER:
    case LLM_UNKNOWN:
        return false;
    }
    return false;
}

static void decide_reroute(const struct judging *judging, const struct policy_rule *rule, struct decision *decision)
{
    bool canned = judging->policy->inference[rule->inference[0]].is_canned;
    decision->inference = rule->inference;
    decision->inference_count = rule->inference_count;
    say(decision, VERDICT_REROUTE, canned ? PLAN_ANSWER : PLAN_REROUTE, REASON_RULE);
    if (judging->inside == INSIDE_UNKNOWN)
        return; /* what is inside will tell */
    if (judging->inside == INSIDE_UNKNOWABLE)
        say(decision, VERDICT_DENY, PLAN_REFUSE, REASON_RULE); /* nobody could answer in the host's name */
    /* Canned text has no vectors, and made-up ones would spoil an index. */
    else if (!can_answer(&judging->llm) || (canned && judging->llm.operation == LLM_EMBEDDINGS))
        say(decision, VERDICT_DENY, PLAN_REFUSE, REASON_LLM_OPERATION);
}

/* What holds for certain. */
static void decide(const struct judging *judging, const struct tally *tally, struct decision *decision)
{
    if (tally->sure[VERDICT_DENY].rule != NULL) {
        name_rule(decision, tally->sure[VERDICT_DENY].rule);
        say(decision, VERDICT_DENY, PLAN_REFUSE, REASON_RULE);
    } else if (tally->sure[VERDICT_REROUTE].rule != NULL) {
        name_rule(decision, tally->sure[VERDICT_REROUTE].rule);
        decide_reroute(judging, decision->winner, decision);
    } else if (tally->sure[VERDICT_ALLOW].rule != NULL) {
        name_rule(decision, tally->sure[VERDICT_ALLOW].rule);
        say(decision, VERDICT_ALLOW, judging->inside == INSIDE_KNOWN ? PLAN_FORWARD : PLAN_TUNNEL, REASON_RULE);
    } else {
        say(decision, VERDICT_DENY, PLAN_REFUSE, is_guarded(&judging->llm) ? REASON_LLM_GUARD : REASON_NO_RULE);
    }
}

/* May a deny or a reroute hold, which must see what it judges? */
static bool may_be_stricter(const struct tally *tally)
{
    return tally->sure[VERDICT_DENY].rule != NULL || tally->sure[VERDICT_REROUTE].rule != NULL ||
           tally->maybe[VERDICT_DENY] || tally->maybe[VERDICT_REROUTE];
}

/* Would looking inside change anything? A deny that holds already stands; an allow stands if nothing stricter can come
 * and no other allow can lead elsewhere. */
static bool must_look_inside(const struct tally *tally)
{
    if (tally->sure[VERDICT_DENY].rule != NULL)
        return false;
    if (may_be_stricter(tally) || tally->may_observe || tally->would[VERDICT_REROUTE].rule != NULL)
        return true;
    return tally->maybe[VERDICT_ALLOW] && (tally->sure[VERDICT_ALLOW].rule == NULL || tally->depends_on_address);
}

/* A rule for tcp lets any bytes out, so it is not asked where others may want to look at them. */
static bool decide_tcp(struct judging *judging, const struct tally *tally, struct decision *decision)
{
    struct tally tcp = {0};
    if (!judging->policy->has_tcp || is_guarded(&judging->llm) || may_be_stricter(tally))
        return false;
    judging->scheme = SCHEME_TCP;
    count_rules(judging, &tcp);
    judging->scheme = SCHEME_HTTPS;
    const struct policy_rule *deny = tcp.sure[VERDICT_DENY].rule;
    bool nobody_allows = tally->sure[VERDICT_ALLOW].rule == NULL && !tally->maybe[VERDICT_ALLOW];
    if (deny != NULL && nobody_allows) {
        name_rule(decision, deny);
        decision->reason = REASON_RULE;
    }
    if (deny != NULL || tcp.sure[VERDICT_ALLOW].rule == NULL)
        return false;
    name_rule(decision, tcp.sure[VERDICT_ALLOW].rule);
    say(decision, VERDICT_ALLOW, PLAN_TUNNEL, REASON_RULE);
    decision->scheme = SCHEME_TCP;
    return true;
}

/* Rules that only observe change the record, never the plan. */
static void note_observed(const struct tally *tally, struct decision *decision)
{
    const struct best *would = &tally->would[VERDICT_DENY];
    if (would->rule == NULL && decision->verdict == VERDICT_ALLOW)
        would = &tally->would[VERDICT_REROUTE];
    if (would->rule == NULL || decision->verdict == VERDICT_DENY)
        return;
    name_rule(decision, would->rule);
    decision->verdict = would->rule->source->verdict;
    decision->reason = REASON_OBSERVED;
    decision->observed = true;
}

/* In a file that observes, what rules refuse or reroute goes on. */
static void observe(const struct judging *judging, struct decision *decision)
{
    bool ruled = decision->winner != NULL || decision->reason == REASON_BAD_PATH ||
                 decision->reason == REASON_NO_RULE || decision->reason == REASON_LLM_GUARD;
    if (!judging->policy->settings->observe || !ruled || decision->verdict == VERDICT_ALLOW)
        return;
    decision->observed = true;
    decision->plan = judging->inside == INSIDE_KNOWN ? PLAN_FORWARD : PLAN_TUNNEL;
    decision->reason = REASON_OBSERVED;
}

static void judge_at_connect(struct judging *judging, struct tally *tally, struct decision *decision)
{
    bool may_open = judging->inside == INSIDE_UNKNOWN;
    decide(judging, tally, decision);
    if (!decide_tcp(judging, tally, decision) && may_open && must_look_inside(tally)) {
        decision->plan = PLAN_OPEN;
        return;
    }
    note_observed(tally, decision);
    observe(judging, decision);
    if (may_open && decision->plan == PLAN_REFUSE && is_guarded(&judging->llm))
        decision->plan = PLAN_OPEN; /* the denial is said inside, in the caller's dialect */
}

/* What is refused by a rule anyway keeps that rule's reason. */
static bool is_bad_path(const struct tally *tally, const struct decision *decision)
{
    if (decision->verdict == VERDICT_DENY)
        return tally->path_is_doubtful && decision->winner == NULL;
    return tally->path_decides;
}

static void judge_inside(struct judging *judging, struct tally *tally, struct decision *decision)
{
    decide(judging, tally, decision);
    if (is_bad_path(tally, decision)) {
        say(decision, VERDICT_DENY, PLAN_REFUSE, REASON_BAD_PATH);
        observe(judging, decision);
    } else if (tally->limit != NULL && tally->sure[VERDICT_DENY].rule == NULL) {
        name_rule(decision, tally->limit);
        say(decision, VERDICT_DENY, PLAN_REFUSE, REASON_PATTERN_LIMIT);
    } else {
        note_observed(tally, decision);
        observe(judging, decision);
    }
}

/* --- the beginning of a judgement ------------------------------------------------------------------------------------
 */

static uint64_t method_bit(const struct policy *policy, const struct request *request)
{
    for (size_t i = 0; i < policy->method_count; i++)
        if (text_equal(policy->methods[i], request->method))
            return (uint64_t)1 << i;
    return 0;
}

static size_t client_index(const struct policy *policy, struct text name)
{
    const struct settings_lists *lists = &policy->settings->lists;
    size_t i = 0;
    while (i < lists->client_count && (name.length == 0 || !text_equal(lists->clients[i].name.text, name)))
        i++;
    return i;
}

static enum inside inside_of(const struct request *request, const struct host_view *view)
{
    if (request->inside_known)
        return INSIDE_KNOWN;
    if (request->scheme == SCHEME_HTTP)
        return INSIDE_UNKNOWN; /* within a CONNECT: it can always be read */
    return view->speaks && !view->never ? INSIDE_UNKNOWN : INSIDE_UNKNOWABLE;
}

static void
begin(const struct policy *policy, const struct request *request, struct host_view *view, struct judging *judging)
{
    hosts_view(policy, &request->host, view);
    *judging = (struct judging){
        .policy = policy,
        .request = request,
        .view = view,
        .scheme = request->scheme,
        .inside = inside_of(request, view),
        .client = client_index(policy, request->client.name),
        .method = request->inside_known ? method_bit(policy, request) : 0,
        .address = request->host.kind == HOST_ADDRESS ? &request->host.address : NULL,
    };
    llm_classify_entry(view->llm, request, &judging->llm);
}

void policy_judge_traced(
    const struct policy *policy, const struct request *request, struct decision *decision, struct policy_trace *trace)
{
    struct host_view view;
    struct judging judging;
    struct tally tally = {0};
    begin(policy, request, &view, &judging);
    judging.trace = trace;
    *decision = (struct decision){.rule = TEXT(""), .scheme = request->scheme, .llm = judging.llm};
    count_rules(&judging, &tally);
    if (request->inside_known)
        judge_inside(&judging, &tally, decision);
    else
        judge_at_connect(&judging, &tally, decision);
    ASSERT(decision->plan != 0);
}

void policy_judge(const struct policy *policy, const struct request *request, struct decision *decision)
{
    policy_judge_traced(policy, request, decision, NULL);
}

bool policy_refuses(const struct policy *policy, const struct request *request)
{
    struct host_view view;
    struct judging judging;
    struct tally tally = {0};
    struct decision decision = {.rule = TEXT(""), .scheme = request->scheme};
    begin(policy, request, &view, &judging);
    count_rules(&judging, &tally);
    decide(&judging, &tally, &decision);
    if (!request->inside_known && (decide_tcp(&judging, &tally, &decision) || must_look_inside(&tally)))
        return false;
    return decision.verdict == VERDICT_DENY || (request->inside_known && is_bad_path(&tally, &decision));
}

/* The rules once more, for one address of the host. */
static void count_for_address(
    const struct policy *policy, const struct request *request, const struct decision *decision,
    const struct address *address, struct tally *tally)
{
    struct host_view view;
    struct judging judging;
    *tally = (struct tally){0};
    begin(policy, request, &view, &judging);
    judging.address = address;
    if (judging.inside == INSIDE_UNKNOWN)
        judging.inside = INSIDE_UNKNOWABLE; /* it was not opened */
    count_rules(&judging, tally);
    if (decision->scheme == SCHEME_TCP) {
        tally->sure[VERDICT_ALLOW] = (struct best){NULL, 0};
        judging.scheme = SCHEME_TCP;
        count_rules(&judging, tally);
    }
}

bool policy_lets_reach(
    const struct policy *policy, const struct request *request, const struct decision *decision,
    const struct address *address)
{
    struct tally tally;
    count_for_address(policy, request, decision, address, &tally);
    bool observe = policy->settings->observe || decision->reason == REASON_BYPASSED;
    if (tally.sure[VERDICT_DENY].rule != NULL && !observe)
        return false;
    bool is_public = address_class(address) == ADDRESS_PUBLIC && !address_is_metadata(address);
    return tally.sure[VERDICT_ALLOW].rule != NULL || (observe && is_public);
}

struct text policy_who_denies(
    const struct policy *policy, const struct request *request, const struct decision *decision,
    const struct address *address)
{
    struct tally tally;
    count_for_address(policy, request, decision, address, &tally);
    const struct policy_rule *rule = tally.sure[VERDICT_DENY].rule;
    return rule == NULL ? TEXT("") : rule->source->id.text;
}
