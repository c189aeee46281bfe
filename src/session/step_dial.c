/* SPDX-License-Identifier: Apache-2.0 */
/* dial: connect to whichever judged address answers first, with TLS where we speak for the client. */
#include "exeat/base/log.h"
#include "session_internal.h"

static void on_connected(void *context, struct upstream *upstream, enum reason reason, const char *detail)
{
    struct session *session = context;
    struct way_out *way = &session->exchange->way;
    way->connecting = NULL;
    way->upstream = upstream;
    way->failure = reason;
    if (upstream == NULL) {
        struct destination to = way_out_destination(session->exchange);
        account_say(&session->exchange->account, FLAW_NONE, detail);
        if (way_out_inference(session->exchange) == NULL) /* an endpoint's failures are told in endpoint.c */
            log_info(
                "dial_failed", log_text("host", host_text(to.host)), log_number("port", to.port),
                log_string("reason", reason_row(reason)->code), log_string("detail", detail));
    }
    session_run(session);
}

static enum progress use(struct session *session)
{
    struct exchange *exchange = session->exchange;
    struct upstream *upstream = exchange->way.upstream;
    way_out_forget_candidates(&exchange->way);
    if (!exchange->ask.is_connect) {
        exchange_begin(session, upstream);
        session_enter(session, SESSION_EXCHANGE);
        return STEP_NEXT;
    }
    exchange->account.address = upstream->target.to.address;
    session_enter(session, SESSION_ANSWER_CONNECT);
    return STEP_NEXT;
}

static void dial(struct session *session)
{
    struct way_out *way = &session->exchange->way;
    struct destination to = way_out_destination(session->exchange);
    bool is_tunnel = session->exchange->ask.is_connect; /* the client's own TLS goes through */
    struct route_way route_way = {
        .scheme = is_tunnel ? SCHEME_HTTP : to.scheme,
        .host = to.host,
        .to = way->candidates,
        .count = way->candidate_count,
    };
    way->connecting = route_connect(session->worker->options.route, &route_way, on_connected, session);
}

enum progress step_dial(struct session *session)
{
    struct way_out *way = &session->exchange->way;
    if (way->upstream != NULL)
        return use(session);
    if (way->connecting != NULL)
        return session_watch_client(session);
    if (way->failure != REASON_NONE)
        return way_out_failed(session, way->failure);
    dial(session);
    return STEP_WAIT;
}
