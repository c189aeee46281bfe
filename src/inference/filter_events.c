/* SPDX-License-Identifier: Apache-2.0 */
/* An endpoint's events, rewritten one by one. */
#include "inference_internal.h"

static void give(struct inference_call *call, struct buffer *events, struct filters *filters, size_t next)
{
    const struct account_service *service = &call->about.account->service;
    struct dialect_usage usage = {.tokens_in = service->tokens_in, .tokens_out = service->tokens_out};
    dialect_stream_usage(call->stream, &usage); /* also if nobody waits for the end */
    served_note_usage(call, &usage);
    if (!wait_holds(call, buffer_text(events))) {
        if (call->wait.every_us > 0 && events->length > 0)
            wait_speak(call, filters, next);
        (void)filters_give_text(filters, next, buffer_text(events));
    }
    buffer_forget(events);
}

static enum filtered take(void *context, struct filters *filters, size_t next, struct http_piece *piece)
{
    struct inference_call *call = context;
    struct buffer events = {0};
    struct buffer looked = {0};
    struct text content = piece->content;
    recall_note(call, content);
    enum filtered seen = looked_feed(call, &content, &looked);
    enum dialect_progress progress = DIALECT_GOES_ON;
    if (seen == FILTER_GOES_ON)
        progress = dialect_stream_feed(call->stream, content, &events);
    http_piece_drop(piece);
    buffer_forget(&looked);
    if (events.length > 0 && dialect_stream_has_spoken(call->stream))
        endpoint_spoke(call);
    give(call, &events, filters, next);
    switch (progress) {
    case DIALECT_IS_COMPLETE:
        recall_end_stream(call);
        return FILTER_ENDS;
    case DIALECT_TOO_LARGE:
        return FILTER_TOO_LARGE;
    case DIALECT_GOES_ON:
        break;
    }
    return dialect_stream_is_lost(call->stream) ? FILTER_BAD : seen;
}

static enum filtered end(void *context, struct filters *filters, size_t next)
{
    struct inference_call *call = context;
    struct buffer events = {0};
    struct buffer looked = {0};
    enum filtered seen = looked_end(call, &looked);
    enum dialect_progress progress = DIALECT_GOES_ON;
    if (seen == FILTER_GOES_ON && looked.length > 0)
        progress = dialect_stream_feed(call->stream, buffer_text(&looked), &events);
    buffer_forget(&looked);
    bool is_complete = progress == DIALECT_IS_COMPLETE;
    if (seen == FILTER_GOES_ON && progress == DIALECT_GOES_ON)
        is_complete = dialect_stream_end(call->stream, &events);
    give(call, &events, filters, next);
    if (is_complete)
        recall_end_stream(call);
    if (seen != FILTER_GOES_ON)
        return seen;
    if (progress == DIALECT_TOO_LARGE)
        return FILTER_TOO_LARGE;
    return is_complete ? filters_end(filters, next) : FILTER_BAD;
}

const struct filter filter_events = {"events", take, end};
