/* SPDX-License-Identifier: Apache-2.0 */
/* read_head: wait for a whole request head, of the connection or of what is inside an opened one. */
#include "exchange_internal.h"

static enum progress take_head(struct exchange *exchange)
{
    if (exchange->worker->is_draining)
        exchange->entrance->http.persists = false;
    enum reason reason = ask_from_head(exchange);
    if (reason != REASON_NONE)
        return exchange_refuse(exchange, reason);
    exchange_enter(exchange, EXCHANGE_JUDGE);
    return STEP_NEXT;
}

enum progress exchange_refuse_head(struct exchange *exchange, const struct fault *fault)
{
    struct text bytes = http_side_abandon_head(&exchange->client);
    http_head_reset(exchange->ask.parsed);
    ask_glimpse(exchange, bytes);
    account_say(&exchange->account, fault->flaw, fault->detail.text);
    return exchange_refuse(exchange, fault->reason);
}

static enum progress parse_head(struct exchange *exchange)
{
    struct fault fault;
    switch (exchange->client.role->take_head(&exchange->client, exchange->ask.parsed, &fault)) {
    case HTTP_TAKEN:
        return take_head(exchange);
    case HTTP_BAD:
        return exchange_refuse_head(exchange, &fault);
    case HTTP_WHOLE:
    case HTTP_NEEDS_MORE:
        break;
    }
    return STEP_WAIT;
}

static const struct fault half_a_head = {
    .reason = REASON_MALFORMED_HEAD, .detail.text = "the connection ended within the head"};

/* The greatest head there may be has room: what fills it and is none yet will never be one. */
static const struct fault no_end = {.reason = REASON_HEAD_TOO_LARGE, .detail.text = "the head does not end"};

enum progress step_read_head(struct exchange *exchange)
{
    for (;;) {
        if (parse_head(exchange) == STEP_NEXT)
            return STEP_NEXT;
        switch (exchange_read_client(exchange)) {
        case IO_OK:
            break;
        case IO_AGAIN:
            return STEP_WAIT;
        case IO_FULL:
            return exchange_refuse_head(exchange, &no_end);
        case IO_END:
            return exchange_refuse_head(exchange, &half_a_head);
        case IO_BROKEN:
            return exchange_finish(exchange, EXCHANGE_FORSAKEN, REASON_CLIENT_GONE);
        }
    }
}
