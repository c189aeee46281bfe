/* SPDX-License-Identifier: Apache-2.0 */
/* From upstream's bytes to the client's: the head is written anew, a body goes on as it is. What an endpoint answers to
 * a rerouted call is read in reply_call.c. */
#include "reply.h"
#include "exeat/base/check.h"

/* --- heads -----------------------------------------------------------------------------------------------------------
 */

enum http_framing reply_framing(struct session *session, enum http_framing framing)
{
    if (framing == FRAMING_NONE || framing == FRAMING_LENGTH)
        return framing;
    if (session->exchange->ask.head->message.version >= HTTP_1_1)
        return FRAMING_CHUNKED;
    session->keeps_alive = false;
    return FRAMING_UNTIL_CLOSE;
}

static void say_head(struct session *session, const struct http_head *head, const struct http_forward *forward)
{
    struct buffer *out = &session->worker->head;
    buffer_empty(out);
    http_reply_write(out, &head->message, forward);
    session_say(session, buffer_text(out));
}

void reply_begin(struct session *session, uint16_t status)
{
    struct exchange *exchange = session->exchange;
    exchange->flow.said = REPLY_IN_HAND;
    exchange->flow.said_at = inflight_length(&session->out);
    exchange->account.status = status;
}

void reply_write_head(struct session *session, const struct http_head *head, const struct http_forward *forward)
{
    reply_begin(session, head->message.status);
    say_head(session, head, forward);
}

void reply_take_back(struct session *session)
{
    struct exchange *exchange = session->exchange;
    struct loop *loop = session->worker->options.loop;
    struct inflight kept = {0};
    ASSERT(exchange->flow.said != REPLY_SAID);
    if (exchange->flow.said == REPLY_IN_HAND) {
        inflight_append(loop, &kept, text_part(inflight_text(&session->out), 0, exchange->flow.said_at));
        inflight_clear(loop, &session->out);
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
static size_t length_field(const struct http_head *head, struct field *field)
{
    const struct field *length = http_field_find(&head->message, TEXT("Content-Length"));
    if (head->framing != FRAMING_NONE || length == NULL || head->message.status == 204)
        return 0;
    *field = *length;
    return 1;
}

static void begin_as_is(struct session *session, const struct http_head *head)
{
    struct flow *flow = &session->exchange->flow;
    struct field length;
    flow->mode = REPLY_AS_IS;
    flow->framing = reply_framing(session, head->framing);
    struct http_forward forward = {
        .via = text_from(session->worker->options.via),
        .keep_alive = session->keeps_alive,
        .says_keep_alive = session->keeps_alive && session->exchange->ask.head->message.version == HTTP_1_0,
        .framing = flow->framing,
        .content_length = head->message.length,
        .add = &length,
        .add_count = length_field(head, &length),
    };
    reply_write_head(session, head, &forward);
}

static enum reply_result switch_protocols(struct session *session, const struct http_head *head)
{
    struct exchange *exchange = session->exchange;
    bool was_asked = exchange->decision.plan == PLAN_FORWARD && http_asks_for_websocket(&exchange->ask.head->message);
    if (!was_asked || !head->message.names_websocket) {
        const char *what =
            was_asked ? "101 to another protocol than websocket" : "101 to a request that asked for no WebSocket";
        account_say(&exchange->account, FLAW_UPGRADE, what);
        return REPLY_IS_BROKEN;
    }
    struct http_forward forward = {
        .via = text_from(session->worker->options.via), .framing = FRAMING_NONE, .keep_upgrade = true};
    reply_write_head(session, head, &forward);
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
    if (exchange->decision.plan != PLAN_FORWARD || exchange->ask.head->message.version == HTTP_1_0)
        return REPLY_GOES_ON;
    if (head->message.status == 100)
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
    upstream_note(session->exchange->way.upstream, &head->message);
    flow->upstream_reusable = head->keep_alive && head->framing != FRAMING_UNTIL_CLOSE;
    if (session->exchange->decision.plan == PLAN_REROUTE)
        return reply_call_begin(session, head);
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
    struct text input = inflight_text(&exchange->flow.down);
    if (input.length == 0)
        return REPLY_NEEDS_MORE;
    struct text method = way_out_inference(exchange) != NULL ? TEXT("POST") : exchange->ask.head->message.method;
    struct fault fault;
    enum parse result = http_reply_parse(input, &limits, method, &head, &used, &fault);
    if (result == PARSE_BAD)
        account_say(&exchange->account, fault.flaw, fault.detail.text);
    watch_head(session, result == PARSE_NEED_MORE);
    if (result != PARSE_DONE)
        return result == PARSE_BAD ? REPLY_IS_BROKEN : REPLY_NEEDS_MORE;
    enum reply_result taken;
    if (head.message.status == 101)
        taken = switch_protocols(session, &head);
    else if (head.message.status < 200)
        taken = pass_interim(session, &head);
    else
        taken = take_final_head(session, &head);
    inflight_consume(loop, &exchange->flow.down, used);
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

void reply_finish(struct session *session)
{
    struct flow *flow = &session->exchange->flow;
    if (flow->mode != REPLY_HELD && flow->framing == FRAMING_CHUNKED)
        session_say(session, HTTP_LAST_CHUNK);
    flow->state = REPLY_DONE;
}

/* Uses up what was read: `content` lies in the first `used` bytes from upstream. */
static enum reply_result take_content(struct session *session, struct text content, size_t used)
{
    if (session->exchange->flow.mode != REPLY_AS_IS)
        return reply_call_take(session, content, used);
    pass_as_is(session, content, used);
    return REPLY_GOES_ON;
}

static bool end_body(struct session *session)
{
    if (session->exchange->flow.mode != REPLY_AS_IS && !reply_call_end(session))
        return false;
    reply_finish(session);
    return true;
}

static enum reply_result take_body(struct session *session)
{
    struct flow *flow = &session->exchange->flow;
    struct text content = TEXT("");
    size_t used = 0;
    if (http_body_is_done(&flow->body))
        return end_body(session) ? REPLY_GOES_ON : REPLY_IS_BROKEN;
    struct text input = inflight_text(&flow->down);
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
