/* SPDX-License-Identifier: Apache-2.0 */
/* resolve: from the recorded decision to addresses that the policy has judged. A pooled connection needs no name, but
 * its address is judged like any other. */
#include "exeat/base/log.h"
#include "exeat/base/memory.h"
#include "session_internal.h"

static bool accepts_pooled(void *context, const struct address *address, uint16_t port)
{
    const struct session *session = context;
    struct judged_address judged;
    enum reason why;
    return way_out_judge(session->exchange, address, port, &judged, &why);
}

static struct upstream *take_pooled(struct session *session)
{
    const struct exchange *exchange = session->exchange;
    struct destination to = way_out_destination(exchange);
    if (exchange->ask.is_connect || exchange->way.fresh_only)
        return NULL;
    struct route_wish wish = {
        .scheme = to.scheme,
        .host = to.host,
        .port = to.port,
        .user = session->user,
        .may_repeat = way_out_may_repeat(exchange),
    };
    return route_take(session->worker->options.route, &wish, accepts_pooled, session);
}

/* None may be connected to: the first of them says why. */
static enum progress refuse_address(struct session *session, const struct address *address, enum reason why)
{
    struct exchange *exchange = session->exchange;
    struct destination to = way_out_destination(exchange);
    struct detail detail = {0};
    policy_explain_address(exchange->policy, &exchange->ask.request, &exchange->decision, address, why, &detail);
    if (way_out_inference(exchange) != NULL)
        (void)detail_say(&detail, "the endpoint's address may not be connected to");
    account_say(&exchange->account, FLAW_NONE, detail.text);
    log_info(
        "address_refused", log_text("host", host_text(to.host)), log_number("port", to.port),
        log_string("reason", reason_row(why)->code), log_string("detail", detail.text),
        log_string("request", exchange->account.id_text));
    return way_out_failed(session, why);
}

static enum progress judge_answers(struct session *session, const struct address *addresses, size_t count)
{
    struct exchange *exchange = session->exchange;
    struct way_out *way = &exchange->way;
    enum reason why = REASON_ADDRESS;
    enum reason first = REASON_ADDRESS;
    uint16_t port = way_out_destination(exchange).port;
    way_out_forget_candidates(way);
    way->candidates = base_array(count, sizeof(*way->candidates));
    for (size_t i = 0; i < count; i++) {
        if (way_out_judge(exchange, &addresses[i], port, &way->candidates[way->candidate_count], &why))
            way->candidate_count++;
        else if (i == 0)
            first = why;
    }
    if (way->candidate_count == 0)
        return refuse_address(session, &addresses[0], first);
    session_enter(session, SESSION_DIAL);
    return STEP_NEXT;
}

static enum progress cannot_resolve(struct session *session, enum reason why, const char *detail)
{
    struct account *account = &session->exchange->account;
    session->worker->stats.lookups_failed++;
    account_say(account, FLAW_NONE, detail);
    if (way_out_inference(session->exchange) == NULL) /* an endpoint's failures are told in endpoint.c */
        log_info(
            "resolve_failed", log_text("host", host_text(way_out_destination(session->exchange).host)),
            log_string("reason", reason_row(why)->code), log_string("detail", detail),
            log_string("request", account->id_text));
    return way_out_failed(session, why);
}

enum progress session_resolve_overdue(struct session *session)
{
    struct way_out *way = &session->exchange->way;
    resolve_cancel(way->resolving);
    way->resolving = NULL;
    return cannot_resolve(session, REASON_DNS_TIMEOUT, "no answer within timeouts.connect");
}

static void on_resolved(void *context, const struct resolved *resolved)
{
    struct session *session = context;
    session->exchange->way.resolving = NULL;
    session->worker->stats.lookups[resolved->source]++;
    enum reason why = resolved->result == RESOLVE_TIMED_OUT ? REASON_DNS_TIMEOUT : REASON_DNS_FAILED;
    enum progress progress;
    if (resolved->result == RESOLVE_OK)
        progress = judge_answers(session, resolved->addresses, resolved->count);
    else
        progress = cannot_resolve(session, why, resolved->detail);
    if (progress == STEP_NEXT)
        session_run(session);
}

enum progress step_resolve(struct session *session)
{
    struct exchange *exchange = session->exchange;
    if (exchange->way.resolving != NULL)
        return session_watch_client(session);
    struct upstream *pooled = take_pooled(session);
    if (pooled != NULL) {
        exchange_begin(session, pooled);
        session_enter(session, SESSION_EXCHANGE);
        return STEP_NEXT;
    }
    const struct host *host = way_out_destination(exchange).host;
    exchange->way.resolving = resolve_start(session->worker->options.resolver, host, on_resolved, session);
    return STEP_WAIT;
}
