/* SPDX-License-Identifier: Apache-2.0 */
/* read_body: hold the whole body of a call that is answered here, so that its model is on record with the decision, and
 * of a request whose rule looks into it, so that nothing has left when it is refused. */
#include "exchange_internal.h"
#include "exeat/net/room.h"

static enum reason hold(struct exchange *exchange, struct http_piece *piece)
{
    enum reason reason = REASON_NONE;
    if (exchange->call == NULL)
        reason = looked_hold(exchange, piece->content);
    else if (!inference_hold(exchange->call, piece->content, exchange->worker->limits.body_held))
        reason = REASON_BODY_TOO_LARGE;
    http_piece_drop(piece);
    return reason;
}

/* Before any of it is asked for: bombs need no unpacking to be refused (RFC 9110 15.5.16). */
static enum reason refuse_call_by_head(struct exchange *exchange)
{
    const struct message_head *head = exchange->ask.head;
    if (head->content == CONTENT_OF_LENGTH && head->length > exchange->worker->limits.body_held)
        return REASON_BODY_TOO_LARGE;
    if (!message_head_is_encoded(head))
        return REASON_NONE;
    account_say(&exchange->account, FLAW_NONE, "send it as plain JSON, without Content-Encoding");
    return REASON_BODY_ENCODED;
}

/* Once, before the first of the body is taken. */
static enum reason begin(struct exchange *exchange)
{
    if (inference_answers(&exchange->decision)) {
        if (exchange->call == NULL)
            exchange_begin_call(exchange);
        return refuse_call_by_head(exchange);
    }
    if (exchange->looked != NULL)
        return REASON_NONE;
    looked_begin(exchange);
    return looked_head(exchange);
}

/* A call is looked into before anything is read of it: what is replaced, nobody behind knows. */
static enum reason look_at_call(struct exchange *exchange)
{
    if (!exchange_looks(exchange))
        return REASON_NONE;
    looked_begin(exchange);
    enum reason reason = looked_call(exchange);
    exchange->call->about.inspected = exchange_inspected(exchange);
    return reason;
}

static struct text held_of(const struct exchange *exchange)
{
    return exchange->call != NULL ? buffer_text(&exchange->call->body) : looked_held(exchange->looked);
}

static enum progress finish_body(struct exchange *exchange)
{
    enum reason reason = broker_body(exchange->policy, exchange->ask.head, held_of(exchange), &exchange->account);
    if (reason == REASON_NONE) /* before it is changed */
        reason = keys_canary_in_body(exchange, held_of(exchange));
    if (reason == REASON_NONE)
        reason = exchange->call != NULL ? look_at_call(exchange) : looked_body(exchange);
    if (reason == REASON_NONE)
        reason = keys_in_body(exchange, held_of(exchange));
    if (reason == REASON_NONE && exchange->call != NULL)
        reason = inference_read(exchange->call);
    if (reason != REASON_NONE)
        return exchange_refuse(exchange, reason);
    exchange_enter(exchange, EXCHANGE_COMMIT);
    return STEP_NEXT;
}

static enum io read_more(struct exchange *exchange)
{
    http_side_continue(&exchange->client);
    if (exchange_send_client(exchange) == IO_BROKEN)
        return IO_BROKEN;
    return exchange_read_client(exchange);
}

static bool has_enough(const struct exchange *exchange)
{
    return exchange->looked != NULL && looked_has_enough(exchange->looked);
}

/* REASON_NONE: all that is here was taken. */
static enum reason take_body(struct exchange *exchange)
{
    struct http_piece piece;
    while (!has_enough(exchange)) {
        switch (exchange->client.role->take_content(&exchange->client, &piece)) {
        case HTTP_NEEDS_MORE:
        case HTTP_WHOLE:
            return REASON_NONE;
        case HTTP_BAD:
            account_say(&exchange->account, FLAW_NONE, http_side_wrong(&exchange->client));
            return REASON_MALFORMED_BODY;
        case HTTP_TAKEN:
            break;
        }
        if (!room_has_memory(exchange->worker->loop, exchange->worker->limits.memory)) {
            exchange->counted.refused.retry_s = 1;
            return REASON_MEMORY;
        }
        enum reason reason = hold(exchange, &piece);
        if (reason != REASON_NONE)
            return reason;
    }
    return REASON_NONE;
}

enum progress step_read_body(struct exchange *exchange)
{
    enum reason reason = begin(exchange);
    while (reason == REASON_NONE) {
        reason = take_body(exchange);
        if (reason != REASON_NONE || has_enough(exchange) || http_side_is_whole(&exchange->client))
            break;
        enum io result = read_more(exchange);
        if (result == IO_AGAIN)
            return STEP_WAIT;
        if (result == IO_FULL) { /* all that could be taken was */
            account_say(&exchange->account, FLAW_NONE, "a line of it does not end");
            return exchange_refuse(exchange, REASON_MALFORMED_BODY);
        }
        if (result != IO_OK)
            return exchange_finish(exchange, EXCHANGE_FORSAKEN, REASON_CLIENT_GONE);
    }
    return reason != REASON_NONE ? exchange_refuse(exchange, reason) : finish_body(exchange);
}
