/* SPDX-License-Identifier: Apache-2.0 */
/* dial: connect to whichever judged address answers first, with TLS where we speak for the client. */
#include "exchange_internal.h"
#include "exeat/base/log.h"

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
        if (way_out_inference(exchange) == NULL) /* an endpoint's failures are told in endpoint.c */
            log_info(
                "dial_failed", log_text("host", host_text(to.host)), log_number("port", to.port),
                log_string("reason", reason_row(reason)->code), log_string("detail", detail));
    }
    exchange_go_on(exchange);
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
    return exchange_finish(exchange, EXCHANGE_CONNECTED, REASON_NONE);
}

static void dial(struct exchange *exchange)
{
    struct way_out *way = &exchange->way;
    struct destination to = way_out_destination(exchange);
    bool is_tunnel = exchange->ask.is_connect; /* the client's own TLS goes through */
    struct route_way route_way = {
        .scheme = is_tunnel ? SCHEME_HTTP : to.scheme,
        .host = to.host,
        .to = way->candidates,
        .count = way->candidate_count,
        .trust = exchange->decision.trust,
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
