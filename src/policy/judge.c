/* SPDX-License-Identifier: Apache-2.0 */
/* From a request to a decision: the strictest verdict wins, the most specific pattern names it, nothing matched is a
 * deny. */
#include "exeat/base/check.h"
#include "policy_internal.h"

/* The best rule of each verdict, for what certainly and what possibly holds. */
struct tally {
    const struct policy_rule *sure[VERDICT_ERROR];
    size_t specific[VERDICT_ERROR];
    bool maybe[VERDICT_ERROR];
    bool judges_paths;
};

static enum known rule_holds(const struct policy *policy, const struct policy_rule *rule, const struct request *request)
{
    enum known when = conditions_hold(policy, &rule->when, request, true);
    if (when == KNOWN_NO || !rule->source->has_unless)
        return when;
    enum known unless = conditions_hold(policy, &rule->unless, request, false);
    if (unless == KNOWN_YES)
        return KNOWN_NO;
    return unless == KNOWN_MAYBE ? KNOWN_MAYBE : when;
}

static bool is_guarded(const struct llm_call *call)
{
    return call->operation != LLM_NONE;
}

/* A wildcard or a list file never opens an LLM; a shared host needs paths, or `llm: unseen`. */
static bool may_allow_llm(
    const struct policy *policy, const struct policy_rule *rule, const struct request *request,
    const struct llm_call *call)
{
    if (rule->source->llm_unseen)
        return true;
    bool named = hosts_name_literally(policy, rule->when.hosts, rule->when.host_count, &request->host);
    return named && (!call->shared || rule->source->when.paths.present);
}

/* A host with other uses too: whether it is a call is known inside only, and what is none may pass. */
static bool may_be_harmless(const struct llm_call *call)
{
    return call->shared && call->operation == LLM_UNKNOWN;
}

static void count_rule(
    const struct policy *policy, const struct policy_rule *rule, const struct request *request,
    const struct llm_call *call, struct tally *tally)
{
    enum verdict verdict = rule->source->verdict;
    enum known known = rule_holds(policy, rule, request);
    if (verdict == VERDICT_ALLOW && is_guarded(call) && !may_allow_llm(policy, rule, request, call)) {
        tally->maybe[verdict] = tally->maybe[verdict] || (known != KNOWN_NO && may_be_harmless(call));
        return;
    }
    tally->judges_paths = tally->judges_paths || (known != KNOWN_NO && rule->when.source->paths.present);
    if (known == KNOWN_MAYBE)
        tally->maybe[verdict] = true;
    if (known != KNOWN_YES)
        return;
    size_t specific = hosts_match(policy, rule->when.hosts, rule->when.host_count, &request->host);
    if (tally->sure[verdict] == NULL || specific > tally->specific[verdict]) {
        tally->sure[verdict] = rule;
        tally->specific[verdict] = specific;
    }
}

static bool may_open(const struct policy *policy, const struct host *host)
{
    return hosts_match(policy, policy->speaks_for, policy->speaks_for_count, host) > 0 &&
           hosts_match(policy, policy->never, policy->never_count, host) == 0;
}

static void say(struct decision *decision, enum verdict verdict, enum plan plan, enum reason reason)
{
    decision->verdict = verdict;
    decision->plan = plan;
    decision->reason = reason;
}

static void take_winner(struct decision *decision, const struct policy_rule *rule)
{
    decision->winner = rule;
    decision->rule = rule->source->id.text;
    decision->inference = rule->inference;
    decision->inference_count = rule->inference_count;
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

static void decide_reroute(const struct policy *policy, struct decision *decision)
{
    bool canned = policy->inference[decision->inference[0]].is_canned;
    say(decision, VERDICT_REROUTE, canned ? PLAN_ANSWER : PLAN_REROUTE, REASON_RULE);
    /* Canned text has no vectors, and made-up ones would spoil an index. */
    if (decision->llm.operation == LLM_UNKNOWN)
        return; /* at CONNECT: what is inside will tell */
    if (!can_answer(&decision->llm) || (canned && decision->llm.operation == LLM_EMBEDDINGS))
        say(decision, VERDICT_DENY, PLAN_REFUSE, REASON_LLM_OPERATION);
}

/* Everything is known: one verdict. */
static void decide_known(
    const struct policy *policy, const struct request *request, const struct tally *tally, struct decision *decision)
{
    bool plain = request->scheme == SCHEME_HTTP || request->inside_known;
    if (tally->sure[VERDICT_DENY] != NULL) {
        take_winner(decision, tally->sure[VERDICT_DENY]);
        say(decision, VERDICT_DENY, PLAN_REFUSE, REASON_RULE);
    } else if (tally->sure[VERDICT_REROUTE] != NULL) {
        take_winner(decision, tally->sure[VERDICT_REROUTE]);
        decide_reroute(policy, decision);
    } else if (tally->sure[VERDICT_ALLOW] != NULL) {
        take_winner(decision, tally->sure[VERDICT_ALLOW]);
        say(decision, VERDICT_ALLOW, plain ? PLAN_FORWARD : PLAN_TUNNEL, REASON_RULE);
    } else {
        say(decision, VERDICT_DENY, PLAN_REFUSE, is_guarded(&decision->llm) ? REASON_LLM_GUARD : REASON_NO_RULE);
    }
}

/* Would looking inside change anything? A deny that holds already stands; an allow stands if nothing stricter can come.
 */
static bool must_look_inside(const struct tally *tally)
{
    if (tally->sure[VERDICT_DENY] != NULL)
        return false;
    if (tally->maybe[VERDICT_DENY] || tally->maybe[VERDICT_REROUTE] || tally->sure[VERDICT_REROUTE] != NULL)
        return true;
    return tally->maybe[VERDICT_ALLOW] && tally->sure[VERDICT_ALLOW] == NULL;
}

static void decide_at_connect(
    const struct policy *policy, const struct request *request, const struct tally *tally, struct decision *decision)
{
    bool open = may_open(policy, &request->host);
    decide_known(policy, request, tally, decision);
    if (must_look_inside(tally)) {
        if (open)
            decision->plan = PLAN_OPEN;
        else if (decision->verdict != VERDICT_ALLOW || tally->maybe[VERDICT_DENY] || tally->maybe[VERDICT_REROUTE])
            say(decision, VERDICT_DENY, PLAN_REFUSE,
                decision->reason == REASON_RULE ? REASON_NO_RULE : decision->reason);
    } else if (decision->verdict == VERDICT_DENY && open && is_guarded(&decision->llm)) {
        decision->plan = PLAN_OPEN; /* the denial is said inside, in the caller's dialect */
    }
}

static void observe(const struct policy *policy, const struct request *request, struct decision *decision)
{
    bool observing = policy->settings->observe || (decision->winner != NULL && decision->winner->source->observe);
    bool ruled = decision->winner != NULL || decision->reason == REASON_NO_RULE || decision->reason == REASON_LLM_GUARD;
    if (!observing || !ruled || decision->verdict == VERDICT_ALLOW)
        return;
    decision->observed = true;
    decision->plan = request->inside_known ? PLAN_FORWARD : PLAN_TUNNEL;
    decision->reason = REASON_OBSERVED;
}

static void count_rules(
    const struct policy *policy, const struct request *request, const struct llm_call *call, struct tally *tally)
{
    for (size_t i = 0; i < policy->rule_count; i++)
        count_rule(policy, &policy->rules[i], request, call, tally);
}

/* No rule is about TLS to this host and port: is there one about anything else? */
static void decide_tcp(const struct policy *policy, const struct request *request, struct decision *decision)
{
    struct tally tally = {0};
    struct request tcp = *request;
    tcp.scheme = SCHEME_TCP;
    count_rules(policy, &tcp, &decision->llm, &tally);
    if (tally.sure[VERDICT_DENY] == NULL && tally.sure[VERDICT_ALLOW] == NULL)
        return;
    decision->scheme = SCHEME_TCP;
    decide_known(policy, &tcp, &tally, decision);
}

void policy_judge(const struct policy *policy, const struct request *request, struct decision *decision)
{
    struct tally tally = {0};
    *decision = (struct decision){.rule = TEXT(""), .scheme = request->scheme};
    llm_classify(policy->catalogue, request, &decision->llm);
    count_rules(policy, request, &decision->llm, &tally);
    if (request->inside_known)
        decide_known(policy, request, &tally, decision);
    else
        decide_at_connect(policy, request, &tally, decision);
    if (!request->inside_known && decision->plan == PLAN_REFUSE && decision->reason == REASON_NO_RULE)
        decide_tcp(policy, request, decision);
    bool unknowable = tally.maybe[VERDICT_ALLOW] || tally.maybe[VERDICT_DENY] || tally.maybe[VERDICT_REROUTE];
    bool bad_path = unknowable || (tally.judges_paths && !request->path_was_canonical);
    if (request->inside_known && bad_path)
        say(decision, VERDICT_DENY, PLAN_REFUSE, REASON_BAD_PATH);
    else
        observe(policy, request, decision);
    ASSERT(decision->plan != 0);
}
