/* SPDX-License-Identifier: Apache-2.0 */
/* From a request to a decision: the strictest verdict wins, the most specific pattern names it, nothing matched is a
 * deny. The same function judges at CONNECT, inside, and each address, for the gate, for `check` and for `explain`. */
#include "judge.h"
#include "exeat/base/check.h"

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
    case LLM_COUNT_TOKENS:
    case LLM_RERANK:
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
    else if (!can_answer(&judging->llm) || (canned && !llm_can_be_canned(judging->llm.operation)))
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
        decision->inspection = decision->winner->inspection;
        decision->keys_pass = decision->winner->source->keys_pass;
        decide_reroute(judging, decision->winner, decision);
    } else if (tally->sure[VERDICT_ALLOW].rule != NULL) {
        name_rule(decision, tally->sure[VERDICT_ALLOW].rule);
        say(decision, VERDICT_ALLOW, judging->inside == INSIDE_KNOWN ? PLAN_FORWARD : PLAN_TUNNEL, REASON_RULE);
        decision->inspection = decision->winner->inspection;
        decision->keys_pass = decision->winner->source->keys_pass;
        if (decision->winner->trust != NULL)
            decision->trust = decision->winner->trust->id;
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
    if (may_be_stricter(tally) || tally->is_particular || tally->may_observe ||
        tally->would[VERDICT_REROUTE].rule != NULL)
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
    for (size_t i = 0; i < policy->methods.count; i++)
        if (text_equal(policy->methods.names[i], request->method))
            return (uint64_t)1 << i;
    return 0;
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
    budgets_name(&judging, decision);
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

bool policy_may_reach(const struct policy *policy, const struct request *request, const struct address *address)
{
    struct host_view view;
    struct judging judging;
    struct tally tally = {0};
    begin(policy, request, &view, &judging);
    judging.address = address;
    count_rules(&judging, &tally);
    if (policy->has_tcp && tally.sure[VERDICT_DENY].rule == NULL && !is_guarded(&judging.llm)) {
        judging.scheme = SCHEME_TCP;
        count_rules(&judging, &tally);
    }
    bool is_let_out = tally.sure[VERDICT_ALLOW].rule != NULL || tally.maybe[VERDICT_ALLOW];
    return is_let_out && tally.sure[VERDICT_DENY].rule == NULL;
}

bool policy_rule_may_hold(
    const struct policy *policy, const struct request *request, enum scheme scheme, const struct policy_rule *rule)
{
    struct host_view view;
    struct judging judging;
    begin(policy, request, &view, &judging);
    judging.scheme = scheme;
    return rule_holds(&judging, (uint32_t)(rule - policy->rules)) != KNOWN_NO;
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
    if (decision->reason == REASON_FOLLOWED)
        return rule_has_address(decision->winner, address);
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
