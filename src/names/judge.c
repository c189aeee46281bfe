/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a question: the policy's word, and what is particular to names: those that are nobody's but this
 * machine's, those that only a search list made, and those that come in numbers that no shop needs. */
#include <string.h>
#include <unistd.h>

#include "exeat/base/check.h"
#include "exeat/policy/canary.h"
#include "exeat/policy/credential.h"
#include "exeat/policy/lapse.h"
#include "names_internal.h"

enum { BYTES_A_NAME = 16, HERE_SECONDS = 60 };

/* --- what is known here ---
 */

static bool is_localhost(const struct host *host)
{
    struct text text = host_text(host);
    return text_equal(text, TEXT("localhost")) || text_ends_with(text, TEXT(".localhost"));
}

/* RFC 6761 section 6.3. Of another type there is nothing. */
static void answer_localhost(uint16_t type, struct dns_answer *answer)
{
    static const struct address v4 = {{127, 0, 0, 1}, 4};
    static const struct address v6 = {{[15] = 1}, 16};
    if (type == DNS_A)
        dns_answer_add_address(answer, &v4, HERE_SECONDS);
    else if (type == DNS_AAAA)
        dns_answer_add_address(answer, &v6, HERE_SECONDS);
}

static bool own_name(const struct address *address, struct host *name)
{
    char text[HOST_TEXT_SIZE];
    if (address_class(address) == ADDRESS_LOOPBACK)
        return host_parse(TEXT("localhost"), name);
    if (!policy_is_of_this_machine(address) || gethostname(text, sizeof(text)) != 0)
        return false;
    text[sizeof(text) - 1] = '\0';
    return host_parse(text_from(text), name) && name->kind == HOST_NAME;
}

bool answer_here(const struct name_question *question, struct dns_answer *answer)
{
    struct address address;
    struct host name;
    struct dns_name wire;
    *answer = (struct dns_answer){.soa = DNS_RECORDS_MAX};
    if (is_localhost(&question->host)) {
        answer_localhost(question->type, answer);
        return true;
    }
    if (question->type != DNS_PTR || !dns_name_address(&question->host, &address) || !own_name(&address, &name))
        return false;
    dns_name_of_host(&name, &wire);
    dns_answer_add_name(answer, DNS_PTR, &wire, HERE_SECONDS);
    return true;
}

static bool is_known_here(const struct name_question *question)
{
    struct dns_answer answer;
    bool is_known = answer_here(question, &answer);
    dns_answer_clear(&answer);
    return is_known;
}

/* --- search lists ---
 */

static bool may_be_asked(const struct standing *standing, struct text name)
{
    struct name_question question = standing->question;
    struct name_verdict verdict;
    if (!host_parse(name, &question.host) || question.host.kind != HOST_NAME)
        return false;
    if (is_localhost(&question.host))
        return true;
    policy_judge_name(standing->policy, &question, false, &verdict);
    return verdict.decision.plan != PLAN_REFUSE;
}

static bool may_be_asked_in(const struct standing *standing, struct text bare, const struct host *suffix)
{
    char text[2 * HOST_TEXT_SIZE];
    size_t length = bare.length + 1 + suffix->length;
    memcpy(text, bare.data, bare.length);
    text[bare.length] = '.';
    memcpy(text + bare.length + 1, suffix->text, suffix->length);
    return length < HOST_TEXT_SIZE && may_be_asked(standing, (struct text){text, length});
}

/* What a resolver tries on its way to a name that may be asked for: as written, or with another suffix of the list. */
static bool leads_somewhere(const struct standing *standing, struct text bare)
{
    const struct names_limits *limits = &standing->worker->limits;
    if (may_be_asked(standing, bare))
        return true;
    for (size_t i = 0; i < limits->search_count; i++)
        if (may_be_asked_in(standing, bare, &limits->search[i]))
            return true;
    return false;
}

static bool is_made_by_search(const struct standing *standing)
{
    const struct names_limits *limits = &standing->worker->limits;
    struct text name = host_text(&standing->question.host);
    for (size_t i = 0; i < limits->search_count; i++) {
        struct text suffix = host_text(&limits->search[i]);
        size_t bare = name.length > suffix.length + 1 ? name.length - suffix.length - 1 : 0;
        if (bare > 0 && name.data[bare] == '.' && text_ends_with(name, suffix) &&
            leads_somewhere(standing, text_part(name, 0, bare)))
            return true;
    }
    return false;
}

/* --- numbers ---
 */

/* Where any name will do, the zone is taken to be its last two labels. */
static struct text suffix_of(const struct standing *standing)
{
    struct text name = host_text(&standing->question.host);
    size_t fixed = standing->verdict.fixed;
    size_t start = name.length;
    if (fixed > 0)
        return text_after(name, name.length - fixed);
    for (int labels = 0; start > 0; start--)
        if (name.data[start - 1] == '.' && ++labels == 2)
            break;
    return text_after(name, start);
}

/* A name counts once for each 16 bytes that the caller was free to choose: labels that carry something are long. */
static bool is_too_many(struct standing *standing)
{
    const struct name_question *question = &standing->question;
    struct names_worker *worker = standing->worker;
    struct text suffix = suffix_of(standing);
    size_t chosen = question->host.length - suffix.length;
    if (chosen == 0)
        return false;
    return !names_budget_take(
        worker->options.budget, &question->client, suffix, host_text(&question->host), 1 + chosen / BYTES_A_NAME,
        worker->limits.names, standing->account.started_us);
}

/* --- judging ---
 */

static void refuse(struct standing *standing, enum dns_code code, enum reason reason)
{
    struct decision *decision = &standing->verdict.decision;
    decision->verdict = VERDICT_DENY;
    decision->plan = PLAN_REFUSE;
    decision->reason = reason;
    decision->observed = false;
    standing->code = code;
}

static void judge_refused(struct standing *standing)
{
    struct decision *decision = &standing->verdict.decision;
    standing->code = DNS_REFUSED;
    if (decision->reason == REASON_DNS_TYPE)
        account_say(&standing->account, FLAW_NONE, "the rule opens the name; other types need `dns` there");
    else if (is_made_by_search(standing))
        refuse(standing, DNS_NXDOMAIN, REASON_DNS_SEARCH);
}

static void judge_allowed(struct standing *standing)
{
    const struct names_limits *limits = &standing->worker->limits;
    struct name_verdict *verdict = &standing->verdict;
    if (is_too_many(standing)) {
        struct detail detail;
        (void)detail_say(&detail, "more names under one suffix than limits.names (%zu) in a minute", limits->names);
        account_say(&standing->account, FLAW_NONE, detail.text);
        refuse(standing, DNS_REFUSED, REASON_DNS_LIMIT);
    } else if (verdict->is_rerouted && limits->rerouted.length > 0) {
        verdict->decision.plan = PLAN_ANSWER;
    }
}

/* Whoever asks tells the name to somebody: the placeholder of a credential is no part of one. */
static void look_for_placeholder(struct standing *standing)
{
    const struct credential *credential = policy_credential_in_host(standing->policy, &standing->question.host);
    struct detail detail = {0};
    if (credential == NULL)
        return;
    (void)detail_say(&detail, "the placeholder of '%.*s' stands in: name", TEXT_ARG(credential->name));
    account_say(&standing->account, FLAW_NONE, detail.text);
    refuse(standing, DNS_REFUSED, REASON_CREDENTIAL_MISPLACED);
}

void judge_question(struct standing *standing)
{
    struct names_worker *worker = standing->worker;
    bool is_bypassed = worker->bypass_until_us > standing->account.started_us;
    if (is_known_here(&standing->question)) {
        standing->verdict.decision =
            (struct decision){.verdict = VERDICT_ALLOW, .plan = PLAN_ANSWER, .reason = REASON_DNS_HERE};
        return;
    }
    standing->question.asked_us = policy_now(standing->policy);
    policy_judge_name(standing->policy, &standing->question, is_bypassed, &standing->verdict);
    if (policy_canary_in(standing->policy, host_text(&standing->question.host)) != NULL &&
        policy_refuses_canary(standing->policy, &standing->verdict.decision)) {
        standing->code = DNS_REFUSED;
        return;
    }
    if (standing->verdict.decision.plan == PLAN_REFUSE)
        judge_refused(standing);
    else
        judge_allowed(standing);
    look_for_placeholder(standing);
}
