/* SPDX-License-Identifier: Apache-2.0 */
/* Replies of the gate's own: refusals, canned answers, model lists; and how a reply is cut when it cannot go on. */
#include "exeat/base/clock.h"
#include "session_internal.h"

/* --- saying no ------------------------------------------------------------------------------------------------------
 */

/* Before the policy was asked, or in spite of what it said: the request itself is wrong, or too slow. */
static void decide_against(struct decision *decision, enum reason reason)
{
    bool is_policy = reason == REASON_LLM_OPERATION || reason == REASON_LOOP || reason == REASON_CLIENT_UNKNOWN;
    decision->verdict = is_policy ? VERDICT_DENY : VERDICT_ERROR;
    decision->plan = PLAN_REFUSE;
    decision->reason = reason;
}

enum progress session_refuse(struct session *session, enum reason reason)
{
    struct exchange *exchange = session->exchange;
    decide_against(&exchange->decision, reason);
    exchange->account.refusal = reason;
    session_enter(session, SESSION_COMMIT);
    return STEP_NEXT;
}

enum progress session_fail(struct session *session, enum reason reason)
{
    struct exchange *exchange = session->exchange;
    way_out_drop(exchange);
    reply_take_back(session);
    exchange->account.refusal = reason;
    exchange->account.reason = reason;
    session_enter(session, SESSION_ANSWER);
    return STEP_NEXT;
}

/* Where the client cannot be told by a status any more: the dialect's error event if there is one, then a break that
 * no client can take for an end. */
void session_cut(struct session *session, enum reason reason)
{
    struct exchange *exchange = session->exchange;
    if (way_out_inference(exchange) != NULL && reason != REASON_CLIENT_GONE)
        endpoint_failed(session, reason);
    if (exchange->flow.mode == REPLY_EVENTS && exchange->flow.said == REPLY_SAID) {
        struct buffer event = {0};
        dialect_error_event(exchange->call.request, reason, text_from(exchange->account.id_text), &event);
        content_say(session, buffer_text(&event), exchange->flow.framing);
        buffer_clear(&event);
        (void)session_flush(session);
    }
    channel_break(session->client);
    session_close(session, reason);
}

/* --- composing ------------------------------------------------------------------------------------------------------
 */

void own_fields(const struct session *session, const struct dialect_answer *answer, struct own_fields *own)
{
    own->count = 0;
    clock_write_http(clock_wall_us(), own->date);
    own->fields[own->count++] = (struct field){TEXT("Date"), text_from(own->date)};
    for (size_t i = 0; i < answer->field_count; i++)
        own->fields[own->count++] = (struct field){answer->fields[i].name, answer->fields[i].value};
    if (session->keeps_alive && session->exchange->ask.head->message.version == HTTP_1_0)
        own->fields[own->count++] = (struct field){TEXT("Connection"), TEXT("keep-alive")};
}

static void write_answer(struct session *session, uint16_t status, const struct dialect_answer *answer)
{
    struct own_fields own;
    struct buffer out = {0};
    bool head_only = text_equal(session->exchange->ask.head->message.method, TEXT("HEAD"));
    own_fields(session, answer, &own);
    http_answer_write(&out, status, own.fields, own.count, buffer_text(&answer->body), session->keeps_alive, head_only);
    session_say(session, buffer_text(&out));
    session->exchange->account.status = status;
    session->exchange->account.bytes_down += head_only ? 0 : answer->body.length;
    buffer_clear(&out);
}

static void add_field(struct dialect_answer *answer, struct text name, struct text value)
{
    if (answer->field_count < DIALECT_FIELDS_MAX)
        answer->fields[answer->field_count++] = (struct field){name, value};
}

static void compose_refusal(struct session *session)
{
    struct exchange *exchange = session->exchange;
    enum reason reason = exchange->account.refusal;
    struct dialect_refusal refusal = {
        .dialect = exchange->ask.is_connect ? DIALECT_NONE : exchange->decision.llm.dialect,
        .reason = reason,
        .rule = exchange->decision.rule,
        .id = text_from(exchange->account.id_text),
        .host = host_text(&exchange->ask.request.host),
        .port = exchange->ask.request.port,
        .detail = text_from(exchange->account.detail),
        .hint = policy_deny_hint(exchange->policy),
    };
    struct dialect_answer answer = {0};
    struct buffer status = {0};
    dialect_refuse(&refusal, &answer);
    BUFFER_APPEND_ALL(
        &status, TEXT("exeat; error="), text_from(proxy_error(reason, exchange->account.flaw)), TEXT("; details=\""),
        text_from(reason_row(reason)->code), TEXT("\""));
    add_field(&answer, TEXT("Proxy-Status"), buffer_text(&status));
    if (reason_row(reason)->status == 407)
        add_field(&answer, TEXT("Proxy-Authenticate"), TEXT("Basic realm=\"exeat\", charset=\"UTF-8\""));
    exchange->account.done = PLAN_REFUSE;
    write_answer(session, reason_row(reason)->status, &answer);
    buffer_clear(&status);
    buffer_clear(&answer.body);
}

enum { NAMES_MAX = 256 };

static struct text last_segment(struct text path)
{
    size_t at = path.length;
    while (at > 0 && path.data[at - 1] != '/')
        at--;
    return text_after(path, at);
}

static void compose_models(const struct exchange *exchange, struct dialect_answer *answer)
{
    struct text names[NAMES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < exchange->decision.inference_count; i++)
        count += policy_model_names(
            exchange->policy, exchange->decision.inference[i], names + count, COUNT_OF(names) - count);
    if (count == 0)
        names[count++] = TEXT("default"); /* callers choose from the list; any name is answered */
    struct text one = last_segment(exchange->ask.request.path);
    if (text_equal(one, TEXT("models")))
        one = TEXT("");
    dialect_models(exchange->call.request, names, count, one, &answer->body);
}

/* Canned answers have a text of the configuration; embeddings have no canned answer. */
static bool compose_canned(struct exchange *exchange, struct dialect_answer *answer)
{
    size_t index = exchange->decision.inference[exchange->way.inference_next];
    const struct policy_inference *inference = policy_inference(exchange->policy, index);
    exchange->account.inference = inference->name;
    exchange->call.served_model = inference->name;
    return dialect_canned(
        exchange->call.request, inference->text, text_from(exchange->account.id_text), clock_wall_us() / 1000000,
        &answer->body);
}

/* What the endpoint answered, with its status, and with the time that it asks for. */
static void compose_objection(struct session *session)
{
    struct exchange *exchange = session->exchange;
    const struct objection *objection = &exchange->call.objection;
    struct dialect_answer answer = {0};
    dialect_objection(
        exchange->call.request, objection->status, buffer_text(&objection->body), text_from(exchange->account.id_text),
        &answer);
    if (objection->retry_after[0] != '\0')
        add_field(&answer, TEXT("Retry-After"), text_from(objection->retry_after));
    exchange->account.inference = objection->endpoint;
    exchange->account.done = PLAN_REROUTE;
    write_answer(session, objection->status, &answer);
    buffer_clear(&answer.body);
}

static void compose(struct session *session)
{
    struct exchange *exchange = session->exchange;
    struct dialect_answer answer = {0};
    if (exchange->call.objection.is_answer) {
        compose_objection(session);
        return;
    }
    bool models = exchange->decision.llm.operation == LLM_MODELS;
    if (exchange->account.refusal == REASON_NONE && !models && !compose_canned(exchange, &answer))
        exchange->account.refusal = exchange->account.reason = REASON_INFERENCE_DOWN;
    if (exchange->account.refusal != REASON_NONE) {
        compose_refusal(session);
    } else {
        if (models)
            compose_models(exchange, &answer);
        bool streams = !models && dialect_call_streams(exchange->call.request);
        dialect_answer_fields(exchange->call.request, text_from(exchange->account.id_text), streams, &answer);
        exchange->account.done = PLAN_ANSWER;
        write_answer(session, 200, &answer);
    }
    buffer_clear(&answer.body);
}

/* Drops what is there of a body that nobody wants. False: there is more to come, so the connection cannot go on. */
static bool drop_body(struct session *session)
{
    struct http_body *body = &session->exchange->ask.body;
    enum { DROP_MAX = 4 };
    for (int i = 0; i < DROP_MAX && !http_body_is_done(body); i++) {
        struct text content;
        size_t used = 0;
        if (inflight_length(&session->in) == 0 && session_fill(session, INFLIGHT_BLOCK) != IO_OK)
            break;
        if (http_body_read(body, inflight_text(&session->in), &content, &used) == PARSE_BAD)
            break;
        inflight_consume(session->worker->options.loop, &session->in, used);
    }
    return http_body_is_done(body);
}

enum progress step_answer(struct session *session)
{
    struct exchange *exchange = session->exchange;
    if (exchange->account.status == 0) {
        /* What was sent ahead of the answer to a CONNECT was meant for the tunnel. */
        bool is_meant_for_us = !exchange->ask.is_connect || inflight_length(&session->in) == 0;
        session->keeps_alive = session->keeps_alive && is_meant_for_us && drop_body(session);
        compose(session);
    }
    switch (session_flush(session)) {
    case IO_AGAIN:
        return STEP_WAIT;
    case IO_OK:
        session_enter(session, SESSION_FINISH);
        return STEP_NEXT;
    case IO_END:
    case IO_BROKEN:
        break;
    }
    session_close(session, REASON_CLIENT_GONE);
    return STEP_WAIT;
}
