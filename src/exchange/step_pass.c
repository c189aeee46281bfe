/* SPDX-License-Identifier: Apache-2.0 */
/* pass: request up, reply down, both at once; neither side is read faster than the other takes it. */
#include "exchange_internal.h"
#include "exeat/base/log.h"

/* --- the end of it --------------------------------------------------------------------------------------------------
 */

/* A pooled connection that ends before a byte of its reply was closed, most likely, before the request came. */
static bool may_send_again(const struct exchange *exchange)
{
    const struct flow *flow = exchange->flow;
    return exchange->way.upstream->reused && flow->state == REPLY_HEAD && !http_side_has_input(&flow->side) &&
           way_out_may_repeat(exchange);
}

static void log_broken(const struct exchange *exchange)
{
    struct destination to = way_out_destination(exchange);
    if (way_out_inference(exchange) != NULL)
        return; /* an endpoint's failures are told by inference */
    log_info(
        "reply_broken", log_text("host", host_text(to.host)), log_number("port", to.port),
        log_string("error", proxy_error(REASON_UPSTREAM_BROKEN, exchange->account.flaw)),
        log_text("detail", text_from(exchange->account.detail)), log_string("request", exchange->account.id_text));
}

/* The connection is good for more if both messages are over, and nothing came behind them. */
static void give_back(struct exchange *exchange)
{
    bool is_over = exchange->flow->state == REPLY_DONE && up_is_sent(exchange);
    if (!is_over || !http_side_may_persist(&exchange->flow->side))
        return;
    route_give(exchange->worker->options.route, exchange->way.upstream, exchange->entrance->user);
    exchange->way.upstream = NULL;
}

enum progress pass_finish(struct exchange *exchange)
{
    if (!up_is_sent(exchange))
        http_side_make_last(&exchange->client);
    give_back(exchange);
    engine_turn_leave(&exchange->way.turn);
    return exchange_finish(exchange, EXCHANGE_ANSWERED, REASON_NONE);
}

static void upstream_broke(struct exchange *exchange)
{
    if (reply_end_told(exchange)) {
        (void)pass_finish(exchange);
        return;
    }
    if (may_send_again(exchange)) {
        way_out_drop(exchange);
        flow_forget(exchange);
        exchange->way.fresh_only = true;
        way_out_set_out(exchange);
        return;
    }
    log_broken(exchange);
    if (exchange_is_told(exchange)) {
        (void)exchange_cut(exchange, REASON_UPSTREAM_BROKEN);
        return;
    }
    if (!http_side_is_whole(&exchange->client))
        http_side_make_last(&exchange->client);
    (void)way_out_failed(exchange, REASON_UPSTREAM_BROKEN);
}

/* Nothing of a reply has left for the client, and nobody else is asked. */
static void proxy_refused(struct exchange *exchange)
{
    struct destination to = way_out_destination(exchange);
    if (way_out_inference(exchange) == NULL)
        log_info(
            "dial_failed", log_text("host", host_text(to.host)), log_number("port", to.port),
            log_string("reason", reason_row(REASON_UPSTREAM_PROXY)->code),
            log_string("detail", exchange->account.detail));
    if (!http_side_is_whole(&exchange->client))
        http_side_make_last(&exchange->client);
    (void)way_out_failed(exchange, REASON_UPSTREAM_PROXY);
}

/* What came behind the 101 is the tunnel's. */
static void upgrade(struct exchange *exchange)
{
    http_side_pass_rest(&exchange->flow->side, &exchange->client);
    (void)exchange_finish(exchange, EXCHANGE_UPGRADED, REASON_NONE);
}

/* Another endpoint would say as much: the next is not asked. */
static void answer_is_too_large(struct exchange *exchange)
{
    if (exchange_is_told(exchange)) {
        (void)exchange_cut(exchange, REASON_ANSWER_TOO_LARGE);
        return;
    }
    exchange_endpoint_failed(exchange, REASON_ANSWER_TOO_LARGE);
    account_unsay(&exchange->account); /* the reason says it all */
    (void)exchange_fail(exchange, REASON_ANSWER_TOO_LARGE);
}

/* Nor is anybody else asked for what nobody may have. */
static void answer_is_kept_out(struct exchange *exchange)
{
    if (exchange_is_told(exchange))
        (void)exchange_cut(exchange, REASON_INSPECT_ANSWER);
    else
        (void)exchange_fail(exchange, REASON_INSPECT_ANSWER);
}

/* --- down -----------------------------------------------------------------------------------------------------------
 */

/* Nothing can have come from an upstream that was only spoken to since it last had nothing to tell. */
static bool is_too_early(const struct flow *flow)
{
    return flow->state == REPLY_HEAD && !flow->upload_broke && http_side_is_quiet(&flow->side);
}

static void say_where_it_ended(struct exchange *exchange)
{
    const struct flow *flow = exchange->flow;
    if (exchange->account.detail != NULL)
        return;
    if (flow->state == REPLY_HEAD && !http_side_has_input(&flow->side))
        account_say(&exchange->account, FLAW_CLOSED, "the connection ended before a reply");
    else
        account_say(
            &exchange->account, FLAW_PARTIAL,
            flow->state == REPLY_HEAD ? "the connection ended within the reply's head"
                                      : "the connection ended within the reply's body");
}

static void leave_by(struct exchange *exchange, enum reply_result result)
{
    switch (result) {
    case REPLY_GOES_ON:
    case REPLY_NEEDS_MORE:
        break;
    case REPLY_IS_WHOLE:
        (void)pass_finish(exchange);
        return;
    case REPLY_UPGRADES:
        upgrade(exchange);
        return;
    case REPLY_WANTS_NEXT:
        give_back(exchange);
        (void)way_out_failed(exchange, REASON_INFERENCE_DOWN);
        return;
    case REPLY_IS_TOO_LARGE:
        answer_is_too_large(exchange);
        return;
    case REPLY_IS_KEPT_OUT:
        answer_is_kept_out(exchange);
        return;
    case REPLY_HAS_NO_ROOM: /* nothing of it has left for the client */
        exchange->counted.refused.retry_s = 1;
        (void)exchange_fail(exchange, REASON_MEMORY);
        return;
    case REPLY_IS_PROXYS:
        proxy_refused(exchange);
        return;
    case REPLY_IS_BROKEN:
        break;
    }
    http_side_drop_input(&exchange->flow->side);
    exchange->way.upstream->reused = false; /* it answered, if badly: asking again would not help */
    upstream_broke(exchange);
}

static enum move read_reply(struct exchange *exchange)
{
    struct flow *flow = exchange->flow;
    enum reply_result end = REPLY_IS_BROKEN;
    if (is_too_early(flow))
        return MOVE_WAITS;
    switch (http_side_read(&flow->side)) {
    case IO_OK:
        exchange_touch(exchange);
        return MOVE_MORE;
    case IO_AGAIN:
        return MOVE_WAITS;
    case IO_FULL: /* all that could be taken was: what is left will never be whole */
        account_say(&exchange->account, FLAW_NONE, "a line of the reply does not end");
        leave_by(exchange, REPLY_IS_BROKEN);
        return MOVE_LEFT;
    case IO_END:
        end = reply_end(exchange);
        break;
    case IO_BROKEN:
        break;
    }
    if (end == REPLY_GOES_ON)
        return MOVE_MORE;
    if (end == REPLY_IS_KEPT_OUT) {
        answer_is_kept_out(exchange);
        return MOVE_LEFT;
    }
    say_where_it_ended(exchange);
    upstream_broke(exchange);
    return MOVE_LEFT;
}

static enum move send_down(struct exchange *exchange)
{
    if (turn_holds_back(exchange))
        return MOVE_MORE;
    switch (exchange_send_client(exchange)) {
    case IO_OK:
        return MOVE_MORE;
    case IO_AGAIN:
        return MOVE_WAITS;
    case IO_FULL:
    case IO_END:
    case IO_BROKEN:
        break;
    }
    (void)exchange_finish(exchange, EXCHANGE_FORSAKEN, REASON_CLIENT_GONE);
    return MOVE_LEFT;
}

/* Head and body leave by one write where they came by one read. */
static enum move take_reply(struct exchange *exchange)
{
    enum move sent;
    enum reply_result result = reply_take(exchange);
    if (result == REPLY_GOES_ON)
        return http_side_is_full(&exchange->client) ? send_down(exchange) : MOVE_MORE;
    if (result == REPLY_NEEDS_MORE) {
        sent = send_down(exchange);
        return sent == MOVE_MORE ? read_reply(exchange) : sent;
    }
    leave_by(exchange, result);
    return MOVE_LEFT;
}

static enum move move_down(struct exchange *exchange)
{
    for (int i = 0; i < TURN; i++) {
        enum move move = take_reply(exchange);
        if (move != MOVE_MORE)
            return move;
    }
    return MOVE_MORE;
}

enum reason pass_stalled_by(struct exchange *exchange)
{
    const struct flow *flow = exchange->flow;
    const struct http_side *client = &exchange->client;
    bool awaits_body = !http_side_is_whole(client) && !http_side_has_output(&flow->side) && !flow->upload_broke;
    if (exchange_is_too_long(exchange))
        return REASON_TOO_LONG;
    if (exchange_is_forsaken(exchange))
        return REASON_CLIENT_GONE;
    if (flow->head_us == 0 && awaits_body && !client->wants_continue)
        return REASON_TIMEOUT_BODY;
    if (flow->head_us != 0)
        account_say(&exchange->account, FLAW_NONE, "the reply's head has begun and does not end: timeouts.head");
    return REASON_UPSTREAM_TIMEOUT;
}

/* Its bytes are used up: nothing more moves. */
static enum progress stop_here(struct exchange *exchange)
{
    http_side_make_last(&exchange->client);
    if (exchange_is_told(exchange))
        return exchange_cut(exchange, REASON_LIMIT_BYTES);
    return exchange_fail(exchange, REASON_LIMIT_BYTES);
}

enum progress step_pass(struct exchange *exchange)
{
    enum move up = up_move(exchange);
    if (up == MOVE_LEFT)
        return STEP_NEXT;
    enum move down = move_down(exchange);
    if (down == MOVE_LEFT)
        return STEP_NEXT;
    if (!exchange_may_move(exchange, exchange->account.bytes_up + exchange->account.bytes_down))
        return stop_here(exchange);
    return up == MOVE_MORE || down == MOVE_MORE ? STEP_YIELD : STEP_WAIT;
}
