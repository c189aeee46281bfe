/* SPDX-License-Identifier: Apache-2.0 */
/* judge: ask the policy, and choose what has to happen before the decision can be recorded. */
#include "exchange_internal.h"
#include "exeat/base/memory.h"
#include "exeat/llm.h"
#include "exeat/policy/bypass.h"
#include "exeat/policy/follow.h"
#include "exeat/policy/lapse.h"

const struct text credentials_name = TEXT_INIT("Proxy-Authorization");

static struct text credentials_of(const struct exchange *exchange)
{
    bool may_have = exchange->ask.head->places[FIELD_HOP].count > 0; /* else no name need be compared */
    const struct field *field = may_have ? http_field_find(exchange->ask.head, credentials_name) : NULL;
    return field == NULL ? TEXT("") : field->value;
}

/* Of two nobody knows which is meant. */
static bool has_one_credential(const struct exchange *exchange)
{
    const struct message_head *head = exchange->ask.head;
    size_t count = 0;
    for (size_t i = 0; i < head->field_count; i++)
        count += text_equal_nocase(head->fields[i].name, credentials_name) ? 1 : 0;
    return count <= 1;
}

/* Who asks: inside an opened connection that is known. */
static enum reason identify(struct exchange *exchange)
{
    struct client *client = &exchange->ask.request.client;
    struct entrance *entrance = exchange->entrance;
    struct text credentials = credentials_of(exchange);
    if (entrance->binding != NULL)
        return REASON_NONE;
    owner_ask(exchange->worker, exchange->policy, entrance);
    enum identity identity = policy_identify(exchange->policy, &entrance->peer, credentials, client);
    switch (identity) {
    case IDENTITY_KNOWN:
    case IDENTITY_NOBODY:
        break;
    case IDENTITY_WRONG:
        return REASON_CLIENT_UNKNOWN;
    case IDENTITY_REFUSED:
        return REASON_CLIENT_NOBODY;
    }
    bool is_doubtful = credentials.length > 0 && !has_one_credential(exchange);
    return is_doubtful ? REASON_CLIENT_UNKNOWN : REASON_NONE;
}

/* Somebody else on the same connection is another user of what is behind it. */
static void note_user(struct exchange *exchange)
{
    struct text name = exchange->ask.request.client.name;
    exchange->entrance->known = exchange->ask.request.client.known;
    if (text_equal(name, entrance_client(exchange->entrance)))
        return;
    base_free(exchange->entrance->client_name);
    exchange->entrance->client_name = name.length == 0 ? NULL : text_copy(name);
    route_forget_user(exchange->worker->options.route, exchange->entrance->user);
    exchange->entrance->user = exchange_new_user(exchange->worker);
}

static bool can_open(const struct exchange *exchange)
{
    const struct tls_server *tls = exchange->worker->options.tls;
    return tls != NULL && tls_server_may_speak_for(tls, &exchange->ask.request.host);
}

static void say_path(struct exchange *exchange)
{
    struct buffer canonical = {0};
    struct detail detail = {0};
    (void)path_canonicalise(exchange->ask.head->target.path, &canonical, &detail);
    account_say(&exchange->account, FLAW_NONE, detail.text);
    buffer_clear(&canonical);
}

static enum exchange_state after_judging(struct exchange *exchange)
{
    struct decision *decision = &exchange->decision;
    if (exchange->ask.is_wish && exchange->entrance->turned != NULL && decision->plan == PLAN_REFUSE &&
        can_open(exchange))
        decision->plan = PLAN_OPEN; /* each request inside is refused in words */
    if (exchange->ask.is_connect && exchange->entrance->turned == NULL &&
        policy_allows_plain(exchange->policy, &exchange->ask.request, decision)) {
        decision->plan = PLAN_OPEN; /* for http alone */
        decision->scheme = SCHEME_HTTP;
        return EXCHANGE_DONE;
    }
    if (decision->plan == PLAN_OPEN && !can_open(exchange)) {
        decision->plan = PLAN_REFUSE;
        if (decision->verdict != VERDICT_DENY)
            decision->reason = REASON_NO_RULE;
        decision->verdict = VERDICT_DENY;
    }
    if (decision->plan == PLAN_REFUSE) {
        exchange->refusal = decision->reason;
        if (decision->reason == REASON_BAD_PATH)
            say_path(exchange);
        if (decision->reason == REASON_LLM_OPERATION)
            account_say(&exchange->account, FLAW_NONE, llm_refused(&exchange->ask.request));
        return EXCHANGE_COMMIT;
    }
    if (decision->plan == PLAN_OPEN)
        return EXCHANGE_DONE;
    if (!inference_answers(decision))
        return decision->plan == PLAN_FORWARD && exchange_looks(exchange) ? EXCHANGE_READ_BODY : EXCHANGE_COMMIT;
    if (decision->llm.operation != LLM_MODELS)
        return EXCHANGE_READ_BODY;
    exchange_begin_call(exchange);
    inference_read_models(exchange->call);
    return EXCHANGE_COMMIT;
}

/* No rule lets it out; does a certificate name it, of a host that one lets out? */
static void follow(struct exchange *exchange)
{
    const struct request *request = &exchange->ask.request;
    char rule[TLS_PLACES_RULE_SIZE];
    struct tls_places_request wanted = {request->method, &request->host, request->port, request->path, request->query};
    if (exchange->worker->options.places == NULL || exchange->decision.reason != REASON_NO_RULE ||
        request->scheme != SCHEME_HTTP || !request->inside_known)
        return;
    if (tls_places_have(exchange->worker->options.places, &wanted, rule))
        policy_follow(exchange->policy, request, text_from(rule), &exchange->decision);
}

static enum reason look_for_placeholders(struct exchange *exchange)
{
    enum reason reason = broker_judge_host(exchange->policy, &exchange->ask.request.host, &exchange->account);
    if (reason != REASON_NONE || !exchange->ask.request.inside_known)
        return reason;
    return broker_judge(
        exchange->policy, &exchange->decision, exchange->ask.head, &exchange->account, &exchange->brokered);
}

enum progress step_judge(struct exchange *exchange)
{
    enum reason unknown = identify(exchange);
    if (unknown != REASON_NONE)
        return exchange_refuse(exchange, unknown);
    note_user(exchange);
    exchange->ask.request.asked_us = policy_now(exchange->policy);
    policy_judge(exchange->policy, &exchange->ask.request, &exchange->decision);
    follow(exchange);
    if (exchange->worker->bypass_until_us > loop_now_us(exchange->worker->loop))
        policy_bypass(exchange->policy, &exchange->ask.request, &exchange->decision);
    bool is_unnamed = exchange->entrance->binding == NULL && exchange->entrance->turned == NULL &&
                      credentials_of(exchange).length == 0; /* who meant another is no client of a proxy */
    if (is_unnamed && !policy_allows_plain(exchange->policy, &exchange->ask.request, &exchange->decision))
        (void)policy_challenge(exchange->policy, &exchange->ask.request, &exchange->decision);
    enum reason reason = look_for_placeholders(exchange);
    if (reason != REASON_NONE)
        return exchange_refuse(exchange, reason);
    enum exchange_state next = keys_refuse(exchange) ? EXCHANGE_COMMIT : after_judging(exchange);
    if (next == EXCHANGE_DONE)
        return exchange_finish(exchange, EXCHANGE_OPENS, REASON_NONE);
    enum progress progress = STEP_NEXT;
    if (limit_enter(exchange, &progress))
        exchange_enter(exchange, next);
    return progress;
}
