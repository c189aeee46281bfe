/* SPDX-License-Identifier: Apache-2.0 */
/* What upstream says, to the client's side: heads, and content through the filters; what an endpoint says goes
 * through those of its call (inference). */
#include "exchange_internal.h"

/* --- heads ----------------------------------------------------------------------------------------------------------
 */

static void put_head(struct exchange *exchange, const struct message_head *head, bool upgrades)
{
    struct http_message message = {
        .head = head,
        .content = head->content,
        .length = head->length,
        .via = text_from(exchange->worker->options.via),
        .upgrades = upgrades,
    };
    exchange->client.role->put_head(&exchange->client, &message);
}

static enum reply_result switch_protocols(struct exchange *exchange, const struct message_head *head)
{
    bool was_asked = exchange->decision.plan == PLAN_FORWARD && http_asks_for_websocket(exchange->ask.head);
    if (!was_asked || !head->names_websocket) {
        const char *what =
            was_asked ? "101 to another protocol than websocket" : "101 to a request that asked for no WebSocket";
        account_say(&exchange->account, FLAW_UPGRADE, what);
        return REPLY_IS_BROKEN;
    }
    exchange->account.status = head->status;
    put_head(exchange, head, true);
    return REPLY_UPGRADES;
}

/* What comes before the final answer goes on; about a call that was written anew it concerns the gate alone. */
static enum reply_result pass_interim(struct exchange *exchange, const struct message_head *head)
{
    enum { INTERIM_MAX = 1000 };
    if (++exchange->flow->interim > INTERIM_MAX) {
        account_say(&exchange->account, FLAW_SYNTAX, "more than 1000 interim replies before a final one");
        return REPLY_IS_BROKEN;
    }
    exchange->way.upstream->reused = false; /* it has answered: it was not stale */
    if (exchange->decision.plan == PLAN_FORWARD)
        put_head(exchange, head, false);
    return REPLY_GOES_ON;
}

static enum reply_result take_answer(struct exchange *exchange, const struct message_head *head)
{
    const struct engine_turn *turn = &exchange->way.turn;
    enum engine_says says = inference_answered(exchange->call, turn->place, turn->engine, head, &exchange->flow->down);
    return says == ENGINE_FAILS ? REPLY_WANTS_NEXT : REPLY_GOES_ON;
}

/* It is us whom the proxy asks: told as where it does not connect. */
static enum reply_result take_proxys_no(struct exchange *exchange)
{
    const struct proxy *proxy = way_out_destination(exchange).proxy;
    struct buffer address = {0};
    struct detail detail;
    address_append(&address, &exchange->way.upstream->target.to.address);
    (void)detail_say(
        &detail, "proxy %.*s at %.*s: it answered 407: it wants (other) credentials", TEXT_ARG(proxy->name),
        TEXT_ARG(buffer_text(&address)));
    account_say(&exchange->account, FLAW_NONE, detail.text);
    buffer_clear(&address);
    return REPLY_IS_PROXYS;
}

static enum reply_result take_final_head(struct exchange *exchange, const struct message_head *head)
{
    exchange_count_latency(exchange);
    exchange->flow->state = REPLY_BODY;
    upstream_note(exchange->way.upstream, head);
    if (head->status == 407 && way_out_is_absolute(exchange))
        return take_proxys_no(exchange);
    if (exchange->decision.plan == PLAN_REROUTE)
        return take_answer(exchange, head);
    if (looked_wants_answer(exchange) && looked_keeps_out(exchange, head))
        return REPLY_IS_KEPT_OUT;
    if (looked_wants_answer(exchange) && looked_take_answer(exchange, head))
        return REPLY_GOES_ON;
    exchange->account.status = head->status;
    put_head(exchange, head, false);
    return REPLY_GOES_ON;
}

/* A head that has begun has its time as a whole. */
static void watch_head(struct exchange *exchange, bool is_partial)
{
    struct flow *flow = exchange->flow;
    if (is_partial == (flow->head_us != 0))
        return;
    flow->head_us = is_partial ? loop_now_us(exchange->worker->loop) : 0;
    if (is_partial)
        exchange_watch_deadline(exchange);
}

static enum reply_result take_whole_head(struct exchange *exchange, const struct message_head *head)
{
    if (head->status == 101)
        return switch_protocols(exchange, head);
    return head->status < 200 ? pass_interim(exchange, head) : take_final_head(exchange, head);
}

static enum reply_result take_head(struct exchange *exchange)
{
    struct http_side *side = &exchange->flow->side;
    struct message_head head;
    struct fault fault;
    message_head_reset(&head); /* no answer has a method, a target or an authority */
    if (!http_side_has_input(side))
        return REPLY_NEEDS_MORE;
    enum http_taken taken = side->role->take_head(side, &head, &fault);
    watch_head(exchange, taken == HTTP_NEEDS_MORE);
    if (taken == HTTP_NEEDS_MORE)
        return REPLY_NEEDS_MORE;
    if (taken != HTTP_TAKEN) {
        account_say(&exchange->account, fault.flaw, fault.detail.text);
        return REPLY_IS_BROKEN;
    }
    bool is_seen = broker_take_head(
        exchange->brokered, exchange->ask.head->method, &head, &exchange->account, &exchange->flow->down);
    enum reply_result result = is_seen ? take_whole_head(exchange, &head) : REPLY_IS_BROKEN;
    http_side_forget_head(side);
    return result;
}

/* --- content --------------------------------------------------------------------------------------------------------
 */

/* The client has the whole message, whatever upstream still means to say. Its connection is good for more if that was
 * its end and is here already. */
static void drop_rest(struct exchange *exchange)
{
    struct http_side *side = &exchange->flow->side;
    struct http_piece piece;
    while (side->role->take_content(side, &piece) == HTTP_TAKEN)
        http_piece_drop(&piece);
}

static void finish(struct exchange *exchange)
{
    exchange->client.role->end(&exchange->client);
    exchange->flow->state = REPLY_DONE;
}

static enum reply_result result_of(struct exchange *exchange, enum filtered filtered)
{
    switch (filtered) {
    case FILTER_GOES_ON:
        return REPLY_GOES_ON;
    case FILTER_ENDS:
        drop_rest(exchange);
        finish(exchange);
        return REPLY_GOES_ON;
    case FILTER_TOO_LARGE:
        return REPLY_IS_TOO_LARGE;
    case FILTER_KEPT_OUT:
        return REPLY_IS_KEPT_OUT;
    case FILTER_NO_ROOM:
        return REPLY_HAS_NO_ROOM;
    case FILTER_BAD:
        break;
    }
    return REPLY_IS_BROKEN;
}

static enum reply_result end_content(struct exchange *exchange)
{
    switch (filters_end(&exchange->flow->down, 0)) {
    case FILTER_GOES_ON:
        exchange->flow->state = REPLY_DONE;
        return REPLY_GOES_ON;
    case FILTER_KEPT_OUT:
        return REPLY_IS_KEPT_OUT;
    case FILTER_ENDS:
    case FILTER_TOO_LARGE:
    case FILTER_NO_ROOM:
    case FILTER_BAD:
        break;
    }
    return REPLY_IS_BROKEN;
}

/* From the first content on another time counts. */
static enum reply_result take_of_answer(struct exchange *exchange, struct http_piece *piece)
{
    bool was_silent = exchange->account.service.first_us == 0;
    enum filtered filtered = filters_give(&exchange->flow->down, 0, piece);
    if (was_silent && exchange->account.service.first_us != 0)
        exchange_watch_deadline(exchange);
    return result_of(exchange, filtered);
}

static enum reply_result take_content(struct exchange *exchange)
{
    struct http_side *side = &exchange->flow->side;
    struct http_piece piece;
    switch (side->role->take_content(side, &piece)) {
    case HTTP_NEEDS_MORE:
        return REPLY_NEEDS_MORE;
    case HTTP_WHOLE:
        return end_content(exchange);
    case HTTP_BAD:
        account_say(&exchange->account, FLAW_CODING, http_side_wrong(side));
        return REPLY_IS_BROKEN;
    case HTTP_TAKEN:
        break;
    }
    if (exchange->call != NULL)
        return take_of_answer(exchange, &piece);
    return result_of(exchange, filters_give(&exchange->flow->down, 0, &piece));
}

enum reply_result reply_take(struct exchange *exchange)
{
    switch (exchange->flow->state) {
    case REPLY_HEAD:
        return take_head(exchange);
    case REPLY_BODY:
        return take_content(exchange);
    case REPLY_DONE:
        break;
    }
    bool is_objection = exchange->call != NULL && exchange->call->failed_status != 0;
    return is_objection ? REPLY_WANTS_NEXT : REPLY_IS_WHOLE;
}

enum reply_result reply_end(struct exchange *exchange)
{
    const struct flow *flow = exchange->flow;
    bool is_whole = flow->state == REPLY_BODY && http_side_ends_whole(&flow->side);
    return is_whole ? end_content(exchange) : REPLY_IS_BROKEN;
}

bool reply_end_told(struct exchange *exchange)
{
    const struct flow *flow = exchange->flow;
    bool was_told = flow->state == REPLY_BODY && exchange->call != NULL && inference_has_told(exchange->call);
    if (!was_told)
        return false;
    drop_rest(exchange);
    finish(exchange);
    return true;
}
