/* SPDX-License-Identifier: Apache-2.0 */
/* exchange: request up, reply down, both at once; neither side is read faster than the other takes it. */
#include <stdio.h>

#include "exeat/base/log.h"
#include "session_internal.h"

enum { HOPS_SIZE = 24 };
enum { TURN = 64 }; /* pieces moved before others have a turn */

static void on_upstream_ready(void *context)
{
    session_run(context);
}

/* RFC 9110 7.6.2: of TRACE and OPTIONS; that it is above zero was seen before. */
static size_t count_hops(const struct http_head *head, char digits[HOPS_SIZE], struct field *field)
{
    uint64_t left;
    if (!http_max_forwards(&head->message, &left))
        return 0;
    (void)snprintf(digits, HOPS_SIZE, "%llu", (unsigned long long)(left - 1));
    *field = (struct field){TEXT("Max-Forwards"), text_from(digits)};
    return 1;
}

static void write_request(struct session *session, const struct upstream *upstream)
{
    static const struct text counted = TEXT_INIT("Max-Forwards");
    char digits[HOPS_SIZE];
    struct field hops;
    struct exchange *exchange = session->exchange;
    const struct http_head *head = exchange->ask.head;
    struct buffer *authority = &session->worker->authority;
    struct buffer *out = &session->worker->head;
    buffer_empty(authority);
    buffer_empty(out);
    authority_append(authority, &upstream->target.host, upstream->target.to.port, scheme_port(upstream->target.scheme));
    struct http_forward forward = {
        .via = text_from(session->worker->options.via),
        .keep_alive = true,
        .framing = head->framing,
        .content_length = head->message.length,
        .keep_upgrade = http_asks_for_websocket(&head->message),
        .add = &hops,
        .add_count = count_hops(head, digits, &hops),
        .drop = &counted,
    };
    forward.drop_count = forward.add_count;
    http_request_write(out, &head->message, buffer_text(authority), &forward);
    upstream_note(exchange->way.upstream, &head->message);
    inflight_append(session->worker->options.loop, &exchange->flow.up, buffer_text(out));
    if (upstream->is_old)
        session_continue(session); /* HTTP/1.0 knows no expectations (RFC 9110 10.1.1) */
}

void exchange_begin(struct session *session, struct upstream *upstream)
{
    struct exchange *exchange = session->exchange;
    exchange->way.upstream = upstream;
    exchange->way.asked_us = loop_now_us(session->worker->options.loop);
    exchange->account.address = upstream->target.to.address;
    exchange->account.has_peer_key = upstream->has_peer_key;
    for (size_t i = 0; i < sizeof(upstream->peer_key); i++)
        exchange->account.peer_key[i] = upstream->peer_key[i];
    exchange->account.done = exchange->decision.plan;
    exchange->flow.state = REPLY_HEAD;
    exchange->flow.upload_broke = false;
    exchange->flow.interim = 0;
    exchange->flow.head_us = 0;
    account_unsay(&exchange->account);
    channel_set_handler(upstream->channel, on_upstream_ready, session);
    if (way_out_inference(exchange) != NULL)
        inference_write_request(session);
    else
        write_request(session, upstream);
}

/* --- up --------------------------------------------------------------------------------------------------------------
 */

enum move { MOVE_WAITS, MOVE_MORE, MOVE_LEFT }; /* MOVE_LEFT: the session has gone to another state */

/* What was read of the body goes up as it is framed there, as far as there is room. */
static bool pass_body(struct session *session)
{
    struct exchange *exchange = session->exchange;
    struct loop *loop = session->worker->options.loop;
    struct inflight *up = &exchange->flow.up;
    bool in_chunks = exchange->ask.head->framing == FRAMING_CHUNKED;
    while (inflight_length(&session->in) > 0 && inflight_length(up) < INFLIGHT_BLOCK) {
        struct text content = TEXT("");
        size_t used = 0;
        enum parse result = http_body_read(&exchange->ask.body, inflight_text(&session->in), &content, &used);
        if (result == PARSE_BAD)
            return false;
        exchange->ask.wants_continue = false;
        exchange->account.bytes_up += content.length;
        content_pass(loop, &session->in, content, used, up, in_chunks);
        if (in_chunks && result == PARSE_DONE)
            inflight_append(loop, up, HTTP_LAST_CHUNK);
        if (result == PARSE_DONE || used == 0)
            break;
    }
    return true;
}

static enum move fail_upload(struct session *session, enum reason reason)
{
    account_say(&session->exchange->account, FLAW_NONE, session->exchange->ask.body.wrong);
    if (session->exchange->flow.said == REPLY_SAID) {
        session_cut(session, reason);
    } else {
        session->keeps_alive = false;
        (void)session_fail(session, reason);
    }
    return MOVE_LEFT;
}

static enum move read_body(struct session *session)
{
    switch (session_fill(session, INFLIGHT_BLOCK)) {
    case IO_OK:
        return MOVE_MORE;
    case IO_AGAIN:
        return MOVE_WAITS;
    case IO_END:
    case IO_BROKEN:
        break;
    }
    session_close(session, REASON_CLIENT_GONE);
    return MOVE_LEFT;
}

static enum move watch(struct session *session)
{
    (void)session_watch_client(session);
    return session->state == SESSION_EXCHANGE ? MOVE_WAITS : MOVE_LEFT;
}

static enum move send_up(struct session *session)
{
    struct exchange *exchange = session->exchange;
    struct loop *loop = session->worker->options.loop;
    uint64_t put = 0;
    enum io result = inflight_write(loop, &exchange->flow.up, exchange->way.upstream->channel, &put);
    if (put > 0)
        session_touch(session);
    if (result == IO_AGAIN)
        return MOVE_WAITS;
    if (result != IO_OK) {
        exchange->flow.upload_broke = true; /* it may have answered before it closed */
        inflight_clear(loop, &exchange->flow.up);
    }
    return MOVE_MORE;
}

static enum move move_up(struct session *session)
{
    struct exchange *exchange = session->exchange;
    for (int i = 0; i < TURN; i++) {
        if (exchange->flow.upload_broke)
            return watch(session);
        bool heard = http_body_is_done(&exchange->ask.body);
        if (!heard && !pass_body(session))
            return fail_upload(session, REASON_MALFORMED_BODY);
        if (send_up(session) == MOVE_WAITS)
            return MOVE_WAITS;
        if (heard)
            return watch(session);
        if (http_body_is_done(&exchange->ask.body) || exchange->flow.upload_broke)
            continue;
        enum move move = read_body(session);
        if (move != MOVE_MORE)
            return move;
    }
    return MOVE_MORE;
}

/* --- down ------------------------------------------------------------------------------------------------------------
 */

/* A pooled connection that ends before a byte of its reply was closed, most likely, before the request came. */
static bool may_send_again(const struct exchange *exchange)
{
    return exchange->way.upstream->reused && exchange->flow.state == REPLY_HEAD &&
           inflight_length(&exchange->flow.down) == 0 && way_out_may_repeat(exchange);
}

static void log_broken(const struct exchange *exchange)
{
    struct destination to = way_out_destination(exchange);
    if (way_out_inference(exchange) != NULL)
        return; /* an endpoint's failures are told in endpoint.c */
    log_info(
        "reply_broken", log_text("host", host_text(to.host)), log_number("port", to.port),
        log_string("error", proxy_error(REASON_UPSTREAM_BROKEN, exchange->account.flaw)),
        log_text("detail", text_from(exchange->account.detail)), log_string("request", exchange->account.id_text));
}

static bool is_sent(const struct exchange *exchange)
{
    const struct flow *flow = &exchange->flow;
    return http_body_is_done(&exchange->ask.body) && inflight_length(&flow->up) == 0 && !flow->upload_broke;
}

/* The connection is good for more if both messages are over, and nothing came behind them. */
static void give_back(struct session *session)
{
    struct exchange *exchange = session->exchange;
    const struct flow *flow = &exchange->flow;
    bool is_over = flow->state == REPLY_DONE && is_sent(exchange) && inflight_length(&flow->down) == 0;
    if (!is_over || !flow->upstream_reusable)
        return;
    route_give(session->worker->options.route, exchange->way.upstream, session->user);
    exchange->way.upstream = NULL;
}

static enum move finish(struct session *session)
{
    session->keeps_alive = session->keeps_alive && is_sent(session->exchange);
    give_back(session);
    session_enter(session, SESSION_FINISH);
    return MOVE_LEFT;
}

static enum move upstream_broke(struct session *session)
{
    struct exchange *exchange = session->exchange;
    if (reply_end_told(session))
        return finish(session);
    if (may_send_again(exchange)) {
        way_out_drop(exchange);
        inflight_clear(session->worker->options.loop, &exchange->flow.up);
        exchange->way.fresh_only = true;
        way_out_set_out(session);
        return MOVE_LEFT;
    }
    log_broken(exchange);
    if (exchange->flow.said == REPLY_SAID) {
        session_cut(session, REASON_UPSTREAM_BROKEN);
    } else {
        bool heard = http_body_is_done(&exchange->ask.body);
        session->keeps_alive = session->keeps_alive && heard;
        (void)way_out_failed(session, REASON_UPSTREAM_BROKEN);
    }
    return MOVE_LEFT;
}

static enum move enter_upgraded_tunnel(struct session *session)
{
    struct exchange *exchange = session->exchange;
    struct channel *upstream = exchange->way.upstream->channel;
    inflight_pass(
        session->worker->options.loop, &exchange->flow.down, inflight_length(&exchange->flow.down), &session->out);
    session->tunnel.up = (struct tunnel_way){.from = session->client, .to = upstream, .inflight = session->in};
    session->tunnel.down = (struct tunnel_way){.from = upstream, .to = session->client, .inflight = session->out};
    session->in = (struct inflight){0};
    session->out = (struct inflight){0};
    session_enter_tunnel(session);
    return MOVE_LEFT;
}

/* Nothing can have come from an upstream that was only spoken to since it last had nothing to tell. */
static bool is_too_early(const struct flow *flow, const struct channel *upstream)
{
    bool unheard = flow->state == REPLY_HEAD && inflight_length(&flow->down) == 0;
    return unheard && !flow->upload_broke && channel_is_quiet(upstream);
}

static void say_where_it_ended(struct exchange *exchange)
{
    const struct flow *flow = &exchange->flow;
    if (exchange->account.detail != NULL)
        return;
    if (flow->state == REPLY_HEAD && inflight_length(&flow->down) == 0)
        account_say(&exchange->account, FLAW_CLOSED, "the connection ended before a reply");
    else
        account_say(
            &exchange->account, FLAW_PARTIAL,
            flow->state == REPLY_HEAD ? "the connection ended within the reply's head"
                                      : "the connection ended within the reply's body");
}

static enum move read_reply(struct session *session)
{
    struct exchange *exchange = session->exchange;
    struct flow *flow = &exchange->flow;
    struct channel *upstream = exchange->way.upstream->channel;
    if (is_too_early(flow, upstream))
        return MOVE_WAITS;
    size_t limit = flow->state == REPLY_HEAD ? session->worker->limits.head + 1 : INFLIGHT_BLOCK;
    switch (inflight_read(session->worker->options.loop, &flow->down, upstream, limit, NULL)) {
    case IO_OK:
        session_touch(session);
        return MOVE_MORE;
    case IO_AGAIN:
        return MOVE_WAITS;
    case IO_END:
        if (reply_end(session))
            return MOVE_MORE;
        break;
    case IO_BROKEN:
        break;
    }
    say_where_it_ended(exchange);
    return upstream_broke(session);
}

static enum move send_down(struct session *session)
{
    switch (session_flush(session)) {
    case IO_OK:
        return MOVE_MORE;
    case IO_AGAIN:
        return MOVE_WAITS;
    case IO_END:
    case IO_BROKEN:
        break;
    }
    session_close(session, REASON_CLIENT_GONE);
    return MOVE_LEFT;
}

/* Another endpoint would say as much: the next is not asked. */
static enum move answer_is_too_large(struct session *session)
{
    if (session->exchange->flow.said == REPLY_SAID) {
        session_cut(session, REASON_ANSWER_TOO_LARGE);
        return MOVE_LEFT;
    }
    endpoint_failed(session, REASON_ANSWER_TOO_LARGE);
    account_unsay(&session->exchange->account); /* the reason says it all */
    (void)session_fail(session, REASON_ANSWER_TOO_LARGE);
    return MOVE_LEFT;
}

/* Head and body leave by one write where they came by one read. */
static enum move take_reply(struct session *session)
{
    enum move sent;
    switch (reply_take(session)) {
    case REPLY_GOES_ON:
        return inflight_length(&session->out) < INFLIGHT_BLOCK ? MOVE_MORE : send_down(session);
    case REPLY_NEEDS_MORE:
        sent = send_down(session);
        return sent == MOVE_MORE ? read_reply(session) : sent;
    case REPLY_IS_WHOLE:
        return finish(session);
    case REPLY_UPGRADES:
        return enter_upgraded_tunnel(session);
    case REPLY_WANTS_NEXT:
        give_back(session);
        (void)way_out_failed(session, REASON_INFERENCE_DOWN);
        return MOVE_LEFT;
    case REPLY_IS_TOO_LARGE:
        return answer_is_too_large(session);
    case REPLY_IS_BROKEN:
        break;
    }
    inflight_clear(session->worker->options.loop, &session->exchange->flow.down);
    session->exchange->way.upstream->reused = false; /* it answered, if badly: asking again would not help */
    return upstream_broke(session);
}

static enum move move_down(struct session *session)
{
    for (int i = 0; i < TURN; i++) {
        enum move move = take_reply(session);
        if (move != MOVE_MORE)
            return move;
    }
    return MOVE_MORE;
}

enum reason exchange_stalled_by(struct session *session)
{
    struct exchange *exchange = session->exchange;
    const struct flow *flow = &exchange->flow;
    bool awaits_body =
        !http_body_is_done(&exchange->ask.body) && inflight_length(&flow->up) == 0 && !flow->upload_broke;
    if (session_is_forsaken(session))
        return REASON_CLIENT_GONE;
    if (flow->head_us == 0 && awaits_body && !exchange->ask.wants_continue)
        return REASON_TIMEOUT_BODY;
    if (flow->head_us != 0)
        account_say(&exchange->account, FLAW_NONE, "the reply's head has begun and does not end: timeouts.head");
    return REASON_UPSTREAM_TIMEOUT;
}

enum progress step_exchange(struct session *session)
{
    enum move up = move_up(session);
    if (up == MOVE_LEFT)
        return STEP_NEXT;
    enum move down = move_down(session);
    if (down == MOVE_LEFT)
        return STEP_NEXT;
    return up == MOVE_MORE || down == MOVE_MORE ? STEP_YIELD : STEP_WAIT;
}
