/* SPDX-License-Identifier: Apache-2.0 */
/* The request on its way to an upstream: its head written anew, its content at the pace of the slower side. */
#include <stdio.h>
#include <string.h>

#include "exchange_internal.h"
#include "exeat/base/memory.h"

enum { HOPS_SIZE = 24, ADDED_MAX = 3 + BROKER_ADDED, DROPPED_MAX = 16 + BROKER_DROPPED };

/* RFC 9110 7.6.2: of TRACE and OPTIONS; that it is above zero was seen before. */
static size_t count_hops(const struct message_head *head, char digits[HOPS_SIZE], struct field *field)
{
    uint64_t left;
    if (!http_max_forwards(head, &left))
        return 0;
    (void)snprintf(digits, HOPS_SIZE, "%llu", (unsigned long long)(left - 1));
    *field = (struct field){TEXT("Max-Forwards"), text_from(digits)};
    return 1;
}

/* What was looked into goes on as it was, or in other words. */
static void
write_looked(struct exchange *exchange, struct http_message *message, struct field *added, struct text *dropped)
{
    if (exchange->looked == NULL)
        return;
    message->drop_count +=
        looked_dropped(exchange, dropped + message->drop_count, DROPPED_MAX - BROKER_DROPPED - message->drop_count);
    if (looked_wants_answer(exchange))
        added[message->add_count++] = (struct field){TEXT("Accept-Encoding"), TEXT("identity")};
    looked_frame(exchange, message);
}

static void put_request(struct exchange *exchange, const struct upstream *upstream)
{
    struct text dropped[DROPPED_MAX];
    char digits[HOPS_SIZE];
    struct buffer value = {0};
    struct field added[ADDED_MAX];
    const struct message_head *head = exchange->ask.head;
    struct http_side *side = &exchange->flow->side;
    struct buffer *authority = &exchange->worker->authority;
    buffer_empty(authority);
    authority_append(authority, &upstream->target.host, upstream->target.port, scheme_port(upstream->target.scheme));
    struct http_message message = {
        .head = head,
        .content = head->content,
        .length = head->length,
        .authority = buffer_text(authority),
        .via = text_from(exchange->worker->options.via),
        .upgrades = http_asks_for_websocket(head),
        .is_absolute = way_out_is_absolute(exchange),
        .add = added,
        .add_count = count_hops(head, digits, &added[0]),
        .drop = dropped,
    };
    dropped[0] = TEXT("Max-Forwards");
    message.drop_count = message.add_count;
    write_looked(exchange, &message, added, dropped);
    bool has_secret = way_out_proxy_credentials(exchange, &added[message.add_count]) > 0;
    message.add_count += has_secret ? 1 : 0;
    has_secret =
        broker_write(exchange->brokered, &message, added, dropped, looked_wants_answer(exchange), &value) || has_secret;
    side->role->put_head(side, &message);
    if (has_secret) /* a proxy's credentials, or the rule's */
        http_side_forget_put(side);
    buffer_forget(&value);
    if (exchange->looked != NULL)
        looked_put_body(exchange);
    upstream_note(exchange->way.upstream, head);
    if (upstream->is_old)
        http_side_continue(&exchange->client); /* HTTP/1.0 knows no expectations (RFC 9110 10.1.1) */
}

static void note_upstream(struct exchange *exchange, const struct upstream *upstream)
{
    struct account *account = &exchange->account;
    account->address = upstream->target.to.address;
    account->has_peer_key = upstream->has_peer_key;
    memcpy(account->peer_key, upstream->peer_key, sizeof(account->peer_key));
    account->done = exchange->decision.plan;
    account_unsay(account);
}

static void write_call(struct exchange *exchange)
{
    struct field proxy;
    bool has_credentials = way_out_proxy_credentials(exchange, &proxy) > 0;
    inference_write(
        exchange->call, exchange->way.turn.place, &exchange->flow->side, has_credentials ? &proxy : NULL,
        way_out_is_absolute(exchange));
}

void up_begin(struct exchange *exchange, struct upstream *upstream)
{
    bool is_call = way_out_inference(exchange) != NULL;
    exchange->way.upstream = upstream;
    exchange->way.asked_us = loop_now_us(exchange->worker->loop);
    note_upstream(exchange, upstream);
    flow_begin(exchange, upstream->channel, is_call ? TEXT("POST") : exchange->ask.head->method);
    if (is_call)
        write_call(exchange);
    else
        put_request(exchange, upstream);
}

/* --- content --------------------------------------------------------------------------------------------------------
 */

/* What was read of it goes up as far as there is room. REASON_NONE, or why nothing more of it does. */
static enum reason pass_content(struct exchange *exchange)
{
    struct http_side *from = &exchange->client;
    struct http_side *to = &exchange->flow->side;
    const struct canary_way way = keys_canary_way(exchange);
    struct http_piece piece;
    enum http_taken taken = HTTP_TAKEN;
    while (taken == HTTP_TAKEN && !http_side_is_full(to)) {
        taken = from->role->take_content(from, &piece);
        if (taken != HTTP_TAKEN)
            break;
        if (canary_ends_in(&way, piece.content)) {
            http_piece_drop(&piece);
            http_side_drop_output(to);
            return REASON_CANARY_SEEN;
        }
        exchange->account.bytes_up += piece.content.length;
        to->role->put_content(to, &piece);
        if (http_side_is_whole(from))
            to->role->end(to);
    }
    return taken == HTTP_BAD ? REASON_MALFORMED_BODY : REASON_NONE;
}

static enum move fail_upload(struct exchange *exchange, enum reason reason)
{
    if (reason == REASON_MALFORMED_BODY)
        account_say(&exchange->account, FLAW_NONE, http_side_wrong(&exchange->client));
    http_side_make_last(&exchange->client);
    if (exchange->client.said == HTTP_SAID)
        (void)exchange_cut(exchange, reason);
    else
        (void)exchange_fail(exchange, reason);
    return MOVE_LEFT;
}

static enum move read_content(struct exchange *exchange)
{
    switch (exchange_read_client(exchange)) {
    case IO_OK:
    case IO_FULL: /* there is more to take than went up at once */
        return MOVE_MORE;
    case IO_AGAIN:
        return MOVE_WAITS;
    case IO_END:
    case IO_BROKEN:
        break;
    }
    (void)exchange_finish(exchange, EXCHANGE_FORSAKEN, REASON_CLIENT_GONE);
    return MOVE_LEFT;
}

static enum move watch(struct exchange *exchange)
{
    (void)exchange_watch_client(exchange);
    return exchange->state == EXCHANGE_PASS ? MOVE_WAITS : MOVE_LEFT;
}

static enum move send_up(struct exchange *exchange)
{
    struct flow *flow = exchange->flow;
    uint64_t put = 0;
    enum io result = http_side_send(&flow->side, &put);
    if (put > 0)
        exchange_touch(exchange);
    if (result == IO_AGAIN)
        return MOVE_WAITS;
    if (result != IO_OK) {
        flow->upload_broke = true; /* it may have answered before it closed */
        http_side_drop_output(&flow->side);
    }
    return MOVE_MORE;
}

enum move up_move(struct exchange *exchange)
{
    const struct flow *flow = exchange->flow;
    for (int i = 0; i < TURN; i++) {
        if (flow->upload_broke)
            return watch(exchange);
        bool heard = http_side_is_whole(&exchange->client);
        enum reason wrong = heard ? REASON_NONE : pass_content(exchange);
        if (wrong != REASON_NONE)
            return fail_upload(exchange, wrong);
        if (send_up(exchange) == MOVE_WAITS)
            return MOVE_WAITS;
        if (heard)
            return watch(exchange);
        if (http_side_is_whole(&exchange->client) || flow->upload_broke)
            continue;
        enum move move = read_content(exchange);
        if (move != MOVE_MORE)
            return move;
    }
    return MOVE_MORE;
}

bool up_is_sent(const struct exchange *exchange)
{
    const struct flow *flow = exchange->flow;
    return http_side_is_whole(&exchange->client) && !http_side_has_output(&flow->side) && !flow->upload_broke;
}
