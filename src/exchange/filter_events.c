/* SPDX-License-Identifier: Apache-2.0 */
/* An endpoint's events, rewritten one by one. */
#include "exchange_internal.h"

static void give(struct exchange *exchange, struct buffer *events, size_t place)
{
    struct account_service *service = &exchange->account.service;
    struct dialect_usage usage = {service->tokens_in, service->tokens_out};
    dialect_stream_usage(exchange->call->stream, &usage); /* also if nobody waits for the end */
    service->tokens_in = usage.tokens_in;
    service->tokens_out = usage.tokens_out;
    (void)filters_give_text(exchange, buffer_text(events), place + 1);
    buffer_clear(events);
}

static enum filtered take(struct exchange *exchange, struct http_piece *piece, size_t place)
{
    struct buffer events = {0};
    enum dialect_progress progress = dialect_stream_feed(exchange->call->stream, piece->content, &events);
    http_piece_drop(piece);
    if (events.length > 0 && dialect_stream_has_spoken(exchange->call->stream))
        endpoint_spoke(exchange);
    give(exchange, &events, place);
    switch (progress) {
    case DIALECT_IS_COMPLETE:
        return FILTER_ENDS;
    case DIALECT_TOO_LARGE:
        return FILTER_TOO_LARGE;
    case DIALECT_GOES_ON:
        break;
    }
    return FILTER_GOES_ON;
}

static enum filtered end(struct exchange *exchange, size_t place)
{
    struct buffer events = {0};
    bool is_complete = dialect_stream_end(exchange->call->stream, &events);
    give(exchange, &events, place);
    return is_complete ? filters_end(exchange, place + 1) : FILTER_BAD;
}

const struct filter filter_events = {"events", take, end};
