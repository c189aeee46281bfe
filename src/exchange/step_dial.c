/* SPDX-License-Identifier: Apache-2.0 */
/* dial: connect to whichever judged address answers first, with TLS where we speak for the client. */
#include "exchange_internal.h"
#include "exeat/base/log.h"
#include "exeat/policy/follow.h"

static void on_connected(void *context, struct upstream *upstream, enum reason reason, const char *detail)
{
    struct exchange *exchange = context;
    struct way_out *way = &exchange->way;
    way->connecting = NULL;
    way->upstream = upstream;
    way->failure = reason;
    if (upstream == NULL) {
        struct destination to = way_out_destination(exchange);
        account_say(&exchange->account, FLAW_NONE, detail);
        if (way_out_inference(exchange) == NULL) /* an endpoint's failures are told by inference_failed */
            log_info(
                "dial_failed", log_text("host", host_text(to.host)), log_number("port", to.port),
                log_string("reason", reason_row(reason)->code), log_string("detail", detail));
    }
    exchange_go_on(exchange);
}

/* The client sees them in its tunnel, and then its library asks for what they name. */
static void look_at_certificates(struct exchange *exchange)
{
    const struct exchange_worker *worker = exchange->worker;
    const struct request *request = &exchange->ask.request;
    struct text rule = policy_follows(&exchange->decision);
    if (way_out_destination(exchange).proxy != NULL) /* what is connected is the proxy */
        return;
    if (rule.length == 0 || worker->options.places == NULL || exchange->decision.scheme != SCHEME_HTTPS ||
        !tls_places_wants(worker->options.places, &request->host, request->port, rule))
        return;
    struct route_way way = {
        .scheme = SCHEME_HTTPS,
        .host = &request->host,
        .to = &exchange->way.upstream->target.to,
        .count = 1,
        .trust = exchange->decision.trust,
        .follows = rule,
    };
    route_look(worker->options.route, &way, worker->limits.connect_ms);
}

static enum progress use(struct exchange *exchange)
{
    struct upstream *upstream = exchange->way.upstream;
    way_out_forget_candidates(&exchange->way);
    if (!exchange->ask.is_connect) {
        up_begin(exchange, upstream);
        exchange_enter(exchange, EXCHANGE_PASS);
        return STEP_NEXT;
    }
    exchange->account.address = upstream->target.to.address;
    look_at_certificates(exchange);
    return exchange_finish(exchange, EXCHANGE_CONNECTED, REASON_NONE);
}

static void dial(struct exchange *exchange)
{
    struct way_out *way = &exchange->way;
    struct destination to = way_out_destination(exchange);
    bool is_tunnel = exchange->ask.is_connect; /* the client's own TLS goes through */
    struct route_way route_way = {
        .scheme = is_tunnel ? SCHEME_HTTP : to.scheme,
        .is_tunnel = is_tunnel,
        .host = to.host,
        .port = to.port,
        .proxy = to.proxy,
        .to = way->candidates,
        .count = way->candidate_count,
        .trust = to.trust,
        .follows = policy_follows(&exchange->decision),
    };
    way->connecting = route_connect(exchange->worker->options.route, &route_way, on_connected, exchange);
}

enum progress step_dial(struct exchange *exchange)
{
    struct way_out *way = &exchange->way;
    if (way->upstream != NULL)
        return use(exchange);
    if (way->connecting != NULL)
        return exchange_watch_client(exchange);
    if (way->failure != REASON_NONE)
        return way_out_failed(exchange, way->failure);
    dial(exchange);
    return STEP_WAIT;
}
