/* SPDX-License-Identifier: Apache-2.0 */
/* read_head: wait for a whole request head, of the connection or of what is inside an opened one. */
#include "exchange_internal.h"

static struct ask_place place_of(const struct exchange *exchange)
{
    const struct entrance *entrance = exchange->entrance;
    return (struct ask_place){
        .binding = entrance->binding,
        .turned_port = entrance->turned != NULL ? entrance->turned->port : 0,
        .via = text_from(exchange->worker->options.via),
    };
}

static enum progress take_head(struct exchange *exchange)
{
    if (exchange->worker->is_draining)
        http_side_make_last(&exchange->client);
    struct detail detail;
    const struct ask_place place = place_of(exchange);
    enum reason reason = ask_read(&exchange->ask, &place, &detail);
    if (reason != REASON_NONE) {
        account_say(&exchange->account, FLAW_NONE, detail.text);
        return exchange_refuse(exchange, reason);
    }
    exchange_enter(exchange, EXCHANGE_JUDGE);
    return STEP_NEXT;
}

enum progress exchange_refuse_head(struct exchange *exchange, const struct fault *fault)
{
    const struct ask_place place = place_of(exchange);
    struct text bytes = http_side_abandon_head(&exchange->client);
    message_head_reset(exchange->ask.head);
    ask_glimpse(&exchange->ask, &place, bytes);
    account_say(&exchange->account, fault->flaw, fault->detail.text);
    return exchange_refuse(exchange, fault->reason);
}

static enum progress parse_head(struct exchange *exchange)
{
    struct fault fault;
    switch (exchange->client.role->take_head(&exchange->client, exchange->ask.head, &fault)) {
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
