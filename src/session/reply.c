/* SPDX-License-Identifier: Apache-2.0 */
/* From upstream's bytes to the client's: the head is written anew, a body goes on as it is, or event by event, or is
 * held and rewritten as a whole. */
#include "exeat/base/check.h"
#include "session_internal.h"

/* --- heads -----------------------------------------------------------------------------------------------------------
 */

/* A body whose length is unknown is chunked for who knows chunks, and ended by closing for who does not. */
static enum http_framing framing_for_client(struct session *session, enum http_framing framing)
{
    if (framing == FRAMING_NONE || framing == FRAMING_LENGTH)
        return framing;
    if (session->exchange->ask.head->minor >= 1)
        return FRAMING_CHUNKED;
    session->keeps_alive = false;
    return FRAMING_UNTIL_CLOSE;
}

static void say_head(struct session *session, const struct http_head *head, const struct http_forward *forward)
{
    struct buffer *out = &session->worker->head;
    buffer_empty(out);
    http_reply_write(out, head, forward);
    session_say(session, buffer_text(out));
}

/* From here on `out` holds a reply, which can be taken back until some of it is flushed. */
static void begin_reply(struct session *session, uint16_t status)
{
    struct exchange *exchange = session->exchange;
    exchange->flow.said = REPLY_IN_HAND;
    exchange->flow.said_at = window_length(&session->out);
    exchange->account.status = status;
}

static void write_head(struct session *session, const struct http_head *head, const struct http_forward *forward)
{
    begin_reply(session, head->status);
    say_head(session, head, forward);
}

void reply_take_back(struct session *session)
{
    struct exchange *exchange = session->exchange;
    struct loop *loop = session->worker->options.loop;
    struct window kept = {0};
    ASSERT(exchange->flow.said != REPLY_SAID);
    if (exchange->flow.said == REPLY_IN_HAND) {
        window_append(loop, &kept, text_part(window_text(&session->out), 0, exchange->flow.said_at));
        window_clear(loop, &session->out);
        session->out = kept;
    }
    exchange->flow.said = REPLY_UNSAID;
    exchange->flow.mode = REPLY_AS_IS;
    exchange->account.status = 0;
    exchange->account.bytes_down = 0;
    dialect_stream_free(exchange->call.stream);
    exchange->call.stream = NULL;
}

/* The answer to HEAD, and a 304, say a length that no body follows. */
static size_t length_field(const struct http_head *head, struct http_field *field)
{
    const struct http_field *length = http_field_find(head, TEXT("Content-Length"));
    if (head->framing != FRAMING_NONE || length == NULL || head->status == 204)
        return 0;
    *field = *length;
    return 1;
}

static void begin_as_is(struct session *session, const struct http_head *head)
{
    struct flow *flow = &session->exchange->flow;
    struct http_field length;
    flow->mode = REPLY_AS_IS;
    flow->framing = framing_for_client(session, head->framing);
    struct http_forward forward = {
        .via = text_from(session->worker->options.via),
        .keep_alive = session->keeps_alive,
        .says_keep_alive = session->keeps_alive && session->exchange->ask.head->minor == 0,
        .framing = flow->framing,
        .content_length = head->content_length,
        .add = &length,
        .add_count = length_field(head, &length),
    };
    write_head(session, head, &forward);
}

static void begin_events(struct session *session, const struct http_head *head)
{
    struct exchange *exchange = session->exchange;
    struct own_fields own;
    struct dialect_answer answer = {0};
    dialect_answer_fields(&answer, text_from(exchange->account.id_text), true);
    exchange->flow.mode = REPLY_EVENTS;
    exchange->flow.framing = framing_for_client(session, FRAMING_CHUNKED);
    own_fields(session, &answer, &own);
    exchange->call.stream = dialect_stream_new(exchange->call.request, session->worker->limits.answer_held);
    struct http_head ours = {.status = head->status, .phrase = text_from(http_status_phrase(head->status)), .minor = 1};
    struct http_forward forward = {
        .keep_alive = session->keeps_alive,
        .framing = exchange->flow.framing,
        .add = own.fields,
        .add_count = own.count,
    };
    write_head(session, &ours, &forward);
}

static bool is_event_stream(const struct http_head *head)
{
    static const struct text type = TEXT_INIT("text/event-stream");
    const struct http_field *field = http_field_find(head, TEXT("Content-Type"));
    return head->status == 200 && field != NULL && text_equal_nocase(text_part(field->value, 0, type.length), type);
}

static enum reply_result begin_call(struct session *session, const struct http_head *head)
{
    struct exchange *exchange = session->exchange;
    switch (endpoint_weigh(head->status)) {
    case ENDPOINT_SERVES:
        endpoint_answered(session);
        break;
    case ENDPOINT_OBJECTS:
        exchange->way.endpoint_status = head->status;
        endpoint_objects(exchange, head);
        break;
    case ENDPOINT_FAILS:
        exchange->way.endpoint_status = head->status;
        return REPLY_WANTS_NEXT;
    }
    if (dialect_call_streams(exchange->call.request) && is_event_stream(head)) {
        begin_events(session, head);
        return REPLY_GOES_ON;
    }
    exchange->flow.mode = REPLY_HELD;
    exchange->flow.held_status = head->status;
    return REPLY_GOES_ON;
}

static enum reply_result switch_protocols(struct session *session, const struct http_head *head)
{
    struct exchange *exchange = session->exchange;
    bool was_asked = exchange->decision.plan == PLAN_FORWARD && http_asks_for_websocket(exchange->ask.head);
    if (!was_asked || !head->names_websocket) {
        const char *what =
            was_asked ? "101 to another protocol than websocket" : "101 to a request that asked for no WebSocket";
        account_say(&exchange->account, FLAW_UPGRADE, what);
        return REPLY_IS_BROKEN;
    }
    struct http_forward forward = {
        .via = text_from(session->worker->options.via), .framing = FRAMING_NONE, .keep_upgrade = true};
    write_head(session, head, &forward);
    return REPLY_UPGRADES;
}

/* What comes before the final answer goes on, known or not (RFC 9110 15.2), but to clients of HTTP/1.0; about a call
 * that was written anew it concerns the gate alone. */
static enum reply_result pass_interim(struct session *session, const struct http_head *head)
{
    enum { INTERIM_MAX = 1000 };
    struct exchange *exchange = session->exchange;
    if (++exchange->flow.interim > INTERIM_MAX) {
        account_say(&exchange->account, FLAW_SYNTAX, "more than 1000 interim replies before a final one");
        return REPLY_IS_BROKEN;
    }
    exchange->way.upstream->reused = false; /* it has answered: it was not stale */
    if (exchange->decision.plan != PLAN_FORWARD || exchange->ask.head->minor == 0)
        return REPLY_GOES_ON;
    if (head->status == 100)
        exchange->ask.wants_continue = false;
    struct http_forward forward = {.via = text_from(session->worker->options.via), .keep_alive = true};
    say_head(session, head, &forward);
    return REPLY_GOES_ON;
}

/* A client that waited for a 100 and gets a final answer may send its body or leave it out: what its next bytes are
 * cannot be told, so they are not read as a request (RFC 9110 10.1.1). */
static void settle_expectation(struct session *session)
{
    const struct ask *ask = &session->exchange->ask;
    if (ask->wants_continue && !http_body_is_done(&ask->body))
        session->keeps_alive = false;
}

static enum reply_result take_final_head(struct session *session, const struct http_head *head)
{
    struct flow *flow = &session->exchange->flow;
    struct http_limits limits = exchange_limits(session);
    account_latency(session);
    http_body_begin(&flow->body, head, &limits);
    flow->state = REPLY_BODY;
    upstream_note(session->exchange->way.upstream, head);
    flow->upstream_reusable = head->keep_alive && head->framing != FRAMING_UNTIL_CLOSE;
    if (session->exchange->decision.plan == PLAN_REROUTE)
        return begin_call(session, head);
    settle_expectation(session);
    begin_as_is(session, head);
    return REPLY_GOES_ON;
}

/* A head that has begun has its time as a whole. */
static void watch_head(struct session *session, bool is_partial)
{
    struct flow *flow = &session->exchange->flow;
    if (is_partial == (flow->head_us != 0))
        return;
    flow->head_us = is_partial ? loop_now_us(session->worker->options.loop) : 0;
    if (is_partial)
        session_watch_deadline(session);
}

static enum reply_result take_head(struct session *session)
{
    struct exchange *exchange = session->exchange;
    struct loop *loop = session->worker->options.loop;
    struct http_limits limits = exchange_limits(session);
    struct http_head head;
    size_t used = 0;
    struct text input = window_text(&exchange->flow.down);
    if (input.length == 0)
        return REPLY_NEEDS_MORE;
    struct text method = way_out_inference(exchange) != NULL ? TEXT("POST") : exchange->ask.head->method;
    struct fault fault;
    enum parse result = http_reply_parse(input, &limits, method, &head, &used, &fault);
    if (result == PARSE_BAD)
        account_say(&exchange->account, fault.flaw, fault.detail.text);
    watch_head(session, result == PARSE_NEED_MORE);
    if (result != PARSE_DONE)
        return result == PARSE_BAD ? REPLY_IS_BROKEN : REPLY_NEEDS_MORE;
    enum reply_result taken;
    if (head.status == 101)
        taken = switch_protocols(session, &head);
    else if (head.status < 200)
        taken = pass_interim(session, &head);
    else
        taken = take_final_head(session, &head);
    window_consume(loop, &exchange->flow.down, used);
    return taken;
}

/* --- bodies ----------------------------------------------------------------------------------------------------------
 */

static void pass_as_is(struct session *session, struct text content, size_t used)
{
    struct exchange *exchange = session->exchange;
    bool in_chunks = exchange->flow.framing == FRAMING_CHUNKED;
    content_pass(session->worker->options.loop, &exchange->flow.down, content, used, &session->out, in_chunks);
    exchange->account.bytes_down += content.length;
}

static enum reply_result hold(struct session *session, struct text content)
{
    struct exchange *exchange = session->exchange;
    if (exchange->call.body.length + content.length > session->worker->limits.answer_held)
        return REPLY_IS_TOO_LARGE;
    buffer_append(&exchange->call.body, content);
    return REPLY_GOES_ON;
}

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

static void finish_reply(struct session *session)
{
    struct flow *flow = &session->exchange->flow;
    if (flow->mode != REPLY_HELD && flow->framing == FRAMING_CHUNKED)
        session_say(session, HTTP_LAST_CHUNK);
    flow->state = REPLY_DONE;
}

/* The client has the whole stream, whatever upstream still means to say. Its connection is good for more if that was
 * its end and is here already. */
static void finish_stream(struct session *session)
{
    struct flow *flow = &session->exchange->flow;
    struct text content;
    size_t used = 1;
    while (!http_body_is_done(&flow->body) && used > 0 && window_length(&flow->down) > 0) {
        used = 0;
        if (http_body_read(&flow->body, window_text(&flow->down), &content, &used) == PARSE_BAD)
            break;
        window_consume(session->worker->options.loop, &flow->down, used);
    }
    flow->upstream_reusable = flow->upstream_reusable && http_body_is_done(&flow->body);
    finish_reply(session);
}

static enum reply_result take_events(struct session *session, struct text content, size_t used)
{
    enum dialect_progress progress = rewrite_events(session, content);
    window_consume(session->worker->options.loop, &session->exchange->flow.down, used);
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

/* Uses up what was read: `content` lies in the first `used` bytes from upstream. */
static enum reply_result take_content(struct session *session, struct text content, size_t used)
{
    struct flow *flow = &session->exchange->flow;
    enum reply_result result = REPLY_GOES_ON;
    switch (flow->mode) {
    case REPLY_AS_IS:
        pass_as_is(session, content, used);
        break;
    case REPLY_HELD:
        result = hold(session, content);
        window_consume(session->worker->options.loop, &flow->down, used);
        break;
    case REPLY_EVENTS:
        return take_events(session, content, used);
    }
    return result;
}

static void say_held(struct session *session, struct text body)
{
    struct exchange *exchange = session->exchange;
    struct dialect_answer answer = {0};
    struct own_fields own;
    struct buffer head = {0};
    dialect_answer_fields(&answer, text_from(exchange->account.id_text), false);
    own_fields(session, &answer, &own);
    http_answer_write(&head, exchange->flow.held_status, own.fields, own.count, body, session->keeps_alive, true);
    begin_reply(session, exchange->flow.held_status);
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

static bool end_events(struct session *session)
{
    struct buffer events = {0};
    bool is_complete = dialect_stream_end(session->exchange->call.stream, &events);
    say_events(session, &events);
    return is_complete;
}

static bool end_body(struct session *session)
{
    enum reply_mode mode = session->exchange->flow.mode;
    if (mode == REPLY_HELD && !end_held(session))
        return false;
    if (mode == REPLY_EVENTS && !end_events(session))
        return false;
    finish_reply(session);
    return true;
}

static enum reply_result take_body(struct session *session)
{
    struct flow *flow = &session->exchange->flow;
    struct text content = TEXT("");
    size_t used = 0;
    if (http_body_is_done(&flow->body))
        return end_body(session) ? REPLY_GOES_ON : REPLY_IS_BROKEN;
    struct text input = window_text(&flow->down);
    if (input.length == 0)
        return REPLY_NEEDS_MORE;
    enum parse parsed = http_body_read(&flow->body, input, &content, &used);
    if (parsed == PARSE_BAD) {
        account_say(&session->exchange->account, FLAW_CODING, flow->body.wrong);
        return REPLY_IS_BROKEN;
    }
    enum reply_result result = take_content(session, content, used);
    return result == REPLY_GOES_ON && used == 0 && parsed != PARSE_DONE ? REPLY_NEEDS_MORE : result;
}

enum reply_result reply_take(struct session *session)
{
    switch (session->exchange->flow.state) {
    case REPLY_HEAD:
        return take_head(session);
    case REPLY_BODY:
        return take_body(session);
    case REPLY_DONE:
        break;
    }
    bool is_objection = session->exchange->way.endpoint_status != 0;
    return is_objection ? REPLY_WANTS_NEXT : REPLY_IS_WHOLE;
}

bool reply_end(struct session *session)
{
    struct flow *flow = &session->exchange->flow;
    return flow->state == REPLY_BODY && http_body_end(&flow->body) && end_body(session);
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
