/* SPDX-License-Identifier: Apache-2.0 */
/* judge: ask the policy, and choose what has to happen before the decision can be recorded. */
#include "exeat/policy/bypass.h"
#include "session_internal.h"

static struct text credentials_of(const struct exchange *exchange)
{
    const struct field *field = http_field_find(&exchange->ask.head->message, TEXT("Proxy-Authorization"));
    return field == NULL ? TEXT("") : field->value;
}

/* Who asks: inside an opened connection it is who made the connection. */
static bool identify(struct session *session)
{
    struct exchange *exchange = session->exchange;
    struct client *client = &exchange->ask.request.client;
    client->address = session->peer;
    if (session->opened != NULL) {
        client->name = text_from(session->client_name);
        return true;
    }
    return policy_identify(exchange->policy, &session->peer, credentials_of(exchange), &client->name);
}

/* Somebody else on the same connection is another user of what is behind it. */
static void note_user(struct session *session)
{
    struct text name = session->exchange->ask.request.client.name;
    if (text_equal(name, text_from(session->client_name)))
        return;
    text_store(name, session->client_name, CLIENT_NAME_SIZE);
    route_forget_user(session->worker->options.route, session->user);
    session->user = ++session->worker->users;
}

static bool can_open(const struct session *session)
{
    const struct tls_server *tls = session->worker->options.tls;
    return tls != NULL && tls_server_may_speak_for(tls, &session->exchange->ask.request.host);
}

static void say_path(struct exchange *exchange)
{
    struct buffer canonical = {0};
    struct detail detail;
    detail.text[0] = '\0';
    (void)path_canonicalise(exchange->ask.head->message.target.path, &canonical, &detail);
    account_say(&exchange->account, FLAW_NONE, detail.text);
    buffer_clear(&canonical);
}

static enum session_state after_judging(struct session *session)
{
    struct exchange *exchange = session->exchange;
    struct decision *decision = &exchange->decision;
    if (exchange->ask.is_connect && policy_allows_plain(exchange->policy, &exchange->ask.request, decision)) {
        decision->plan = PLAN_OPEN; /* for http alone */
        decision->scheme = SCHEME_HTTP;
        return SESSION_ANSWER_CONNECT;
    }
    if (decision->plan == PLAN_OPEN && !can_open(session)) {
        decision->plan = PLAN_REFUSE;
        if (decision->verdict != VERDICT_DENY) {
            decision->verdict = VERDICT_DENY;
            decision->reason = REASON_NO_RULE;
        }
    }
    if (decision->plan == PLAN_REFUSE) {
        exchange->account.refusal = decision->reason;
        if (decision->reason == REASON_BAD_PATH)
            say_path(exchange);
        return SESSION_COMMIT;
    }
    if (decision->plan == PLAN_OPEN)
        return SESSION_ANSWER_CONNECT;
    if (!inference_answers(exchange))
        return SESSION_COMMIT;
    if (decision->llm.operation != LLM_MODELS)
        return SESSION_READ_BODY;
    exchange->call.request = dialect_call_for_models(&decision->llm);
    return SESSION_COMMIT;
}

enum progress step_judge(struct session *session)
{
    struct exchange *exchange = session->exchange;
    if (!identify(session))
        return session_refuse(session, REASON_CLIENT_UNKNOWN);
    note_user(session);
    policy_judge(exchange->policy, &exchange->ask.request, &exchange->decision);
    if (session->worker->bypass_until_us > loop_now_us(session->worker->options.loop))
        policy_bypass(exchange->policy, &exchange->ask.request, &exchange->decision);
    bool is_unnamed = session->opened == NULL && credentials_of(exchange).length == 0;
    if (is_unnamed && !policy_allows_plain(exchange->policy, &exchange->ask.request, &exchange->decision))
        (void)policy_challenge(exchange->policy, &exchange->ask.request, &exchange->decision);
    session_enter(session, after_judging(session));
    return STEP_NEXT;
}
