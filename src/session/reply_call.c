/* SPDX-License-Identifier: Apache-2.0 */
/* What an endpoint answers to a rerouted call: event by event, or held and rewritten as a whole. */
#include "reply.h"

/* --- the head --------------------------------------------------------------------------------------------------------
 */

static void begin_events(struct session *session, const struct http_head *head)
{
    struct exchange *exchange = session->exchange;
    struct own_fields own;
    struct dialect_answer answer = {0};
    dialect_answer_fields(exchange->call.request, text_from(exchange->account.id_text), true, &answer);
    exchange->flow.mode = REPLY_EVENTS;
    exchange->flow.framing = reply_framing(session, FRAMING_CHUNKED);
    own_fields(session, &answer, &own);
    exchange->call.stream = dialect_stream_new(exchange->call.request, session->worker->limits.answer_held);
    struct http_head ours = {
        .message = {
            .status = head->message.status,
            .phrase = text_from(http_status_phrase(head->message.status)),
            .version = HTTP_1_1}};
    struct http_forward forward = {
        .keep_alive = session->keeps_alive,
        .framing = exchange->flow.framing,
        .add = own.fields,
        .add_count = own.count,
    };
    reply_write_head(session, &ours, &forward);
}

static bool is_event_stream(const struct http_head *head)
{
    static const struct text type = TEXT_INIT("text/event-stream");
    const struct field *field = http_field_find(&head->message, TEXT("Content-Type"));
    return head->message.status == 200 && field != NULL &&
           text_equal_nocase(text_part(field->value, 0, type.length), type);
}

enum reply_result reply_call_begin(struct session *session, const struct http_head *head)
{
    struct exchange *exchange = session->exchange;
    switch (endpoint_weigh(head->message.status)) {
    case ENDPOINT_SERVES:
        endpoint_answered(session);
        break;
    case ENDPOINT_OBJECTS:
        exchange->way.endpoint_status = head->message.status;
        endpoint_objects(exchange, head);
        break;
    case ENDPOINT_FAILS:
        exchange->way.endpoint_status = head->message.status;
        return REPLY_WANTS_NEXT;
    }
    if (dialect_call_streams(exchange->call.request) && is_event_stream(head)) {
        begin_events(session, head);
        return REPLY_GOES_ON;
    }
    exchange->flow.mode = REPLY_HELD;
    exchange->flow.held_status = head->message.status;
    return REPLY_GOES_ON;
}

/* --- events ----------------------------------------------------------------------------------------------------------
 */

static void say_content(struct session *session, struct text content)
{
    content_say(session, content, session->exchange->flow.framing);
    session->exchange->account.bytes_down += content.length;
}

static void say_events(struct session *session, struct buffer *events)
{
    struct call *call = &session->exchange->call;
    dialect_stream_usage(call->stream, &call->usage); /* also if nobody waits for the end */
    say_content(session, buffer_text(events));
    buffer_clear(events);
}

static enum dialect_progress rewrite_events(struct session *session, struct text content)
{
    struct buffer events = {0};
    enum dialect_progress progress = dialect_stream_feed(session->exchange->call.stream, content, &events);
    say_events(session, &events);
    return progress;
}

/* The client has the whole stream, whatever upstream still means to say. Its connection is good for more if that was
 * its end and is here already. */
static void finish_stream(struct session *session)
{
    struct flow *flow = &session->exchange->flow;
    struct text content;
    size_t used = 1;
    while (!http_body_is_done(&flow->body) && used > 0 && inflight_length(&flow->down) > 0) {
        used = 0;
        if (http_body_read(&flow->body, inflight_text(&flow->down), &content, &used) == PARSE_BAD)
            break;
        inflight_consume(session->worker->options.loop, &flow->down, used);
    }
    flow->upstream_reusable = flow->upstream_reusable && http_body_is_done(&flow->body);
    reply_finish(session);
}

static enum reply_result take_events(struct session *session, struct text content, size_t used)
{
    enum dialect_progress progress = rewrite_events(session, content);
    inflight_consume(session->worker->options.loop, &session->exchange->flow.down, used);
    switch (progress) {
    case DIALECT_IS_COMPLETE:
        finish_stream(session);
        break;
    case DIALECT_TOO_LARGE:
        return REPLY_IS_TOO_LARGE;
    case DIALECT_GOES_ON:
        break;
    }
    return REPLY_GOES_ON;
}

static bool end_events(struct session *session)
{
    struct buffer events = {0};
    bool is_complete = dialect_stream_end(session->exchange->call.stream, &events);
    say_events(session, &events);
    return is_complete;
}

bool reply_end_told(struct session *session)
{
    const struct exchange *exchange = session->exchange;
    bool was_told = exchange->flow.state == REPLY_BODY && exchange->flow.mode == REPLY_EVENTS &&
                    dialect_stream_has_told(exchange->call.stream);
    if (was_told)
        finish_stream(session);
    return was_told;
}

/* --- whole answers ---------------------------------------------------------------------------------------------------
 */

static enum reply_result hold(struct session *session, struct text content)
{
    struct exchange *exchange = session->exchange;
    if (exchange->call.body.length + content.length > session->worker->limits.answer_held)
        return REPLY_IS_TOO_LARGE;
    buffer_append(&exchange->call.body, content);
    return REPLY_GOES_ON;
}

static void say_held(struct session *session, struct text body)
{
    struct exchange *exchange = session->exchange;
    struct dialect_answer answer = {0};
    struct own_fields own;
    struct buffer head = {0};
    dialect_answer_fields(exchange->call.request, text_from(exchange->account.id_text), false, &answer);
    own_fields(session, &answer, &own);
    http_answer_write(&head, exchange->flow.held_status, own.fields, own.count, body, session->keeps_alive, true);
    reply_begin(session, exchange->flow.held_status);
    session_say(session, buffer_text(&head));
    session_say(session, body);
    buffer_clear(&head);
    exchange->account.bytes_down += body.length;
}

static bool end_held(struct session *session)
{
    struct call *call = &session->exchange->call;
    struct buffer body = {0};
    if (endpoint_weigh(session->exchange->flow.held_status) == ENDPOINT_OBJECTS) {
        buffer_clear(&call->objection.body); /* what another endpoint had against it */
        call->objection.body = call->body;
        call->body = (struct buffer){0};
        return true;
    }
    bool good = dialect_reply_rewrite(call->request, buffer_text(&call->body), &body, &call->usage);
    buffer_clear(&call->body);
    if (good)
        say_held(session, buffer_text(&body));
    else
        account_say(&session->exchange->account, FLAW_NONE, "the answer is no JSON object");
    buffer_clear(&body);
    return good;
}

/* --- either ----------------------------------------------------------------------------------------------------------
 */

enum reply_result reply_call_take(struct session *session, struct text content, size_t used)
{
    struct flow *flow = &session->exchange->flow;
    if (flow->mode == REPLY_EVENTS)
        return take_events(session, content, used);
    enum reply_result result = hold(session, content);
    inflight_consume(session->worker->options.loop, &flow->down, used);
    return result;
}

bool reply_call_end(struct session *session)
{
    return session->exchange->flow.mode == REPLY_EVENTS ? end_events(session) : end_held(session);
}
