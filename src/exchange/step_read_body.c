/* SPDX-License-Identifier: Apache-2.0 */
/* read_body: hold the whole body of a call that is answered here, so that its model is on record with the decision. */
#include "exchange_internal.h"
#include "exeat/net/room.h"

static enum reason hold(struct exchange *exchange, struct http_piece *piece)
{
    bool is_held = inference_hold(exchange->call, piece->content, exchange->worker->limits.body_held);
    http_piece_drop(piece);
    return is_held ? REASON_NONE : REASON_BODY_TOO_LARGE;
}

/* What is packed cannot be looked at, and bombs need no unpacking to be refused (RFC 9110 15.5.16). */
static bool is_encoded(const struct message_head *head)
{
    for (size_t i = 0; i < head->field_count; i++)
        if (text_equal_nocase(head->fields[i].name, TEXT("Content-Encoding")) &&
            !text_equal_nocase(head->fields[i].value, TEXT("identity")))
            return true;
    return false;
}

/* Before any of it is asked for. */
static enum reason refuse_by_head(struct exchange *exchange)
{
    const struct message_head *head = exchange->ask.head;
    if (head->content == CONTENT_OF_LENGTH && head->length > exchange->worker->limits.body_held)
        return REASON_BODY_TOO_LARGE;
    if (!is_encoded(head))
        return REASON_NONE;
    account_say(&exchange->account, FLAW_NONE, "send it as plain JSON, without Content-Encoding");
    return REASON_BODY_ENCODED;
}

static enum progress finish_body(struct exchange *exchange)
{
    enum reason reason = inference_read(exchange->call);
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

/* REASON_NONE: all that is here was taken. */
static enum reason take_body(struct exchange *exchange)
{
    struct http_piece piece;
    for (;;) {
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
}

enum progress step_read_body(struct exchange *exchange)
{
    enum reason reason = refuse_by_head(exchange);
    if (exchange->call == NULL)
        exchange_begin_call(exchange);
    while (reason == REASON_NONE) {
        reason = take_body(exchange);
        if (reason != REASON_NONE || http_side_is_whole(&exchange->client))
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
