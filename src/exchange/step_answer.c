/* SPDX-License-Identifier: Apache-2.0 */
/* answer: responses of the gate's own: refusals, canned answers, model lists, what an endpoint has against a call. */
#include <stdio.h>

#include "exchange_internal.h"
#include "exeat/base/check.h"
#include "exeat/base/clock.h"

/* --- composing ------------------------------------------------------------------------------------------------------
 */

static void write_answer(struct exchange *exchange, uint16_t status, const struct dialect_answer *answer)
{
    struct http_side *client = &exchange->client;
    struct own_fields own;
    own_fields(answer, &own);
    struct http_message message = {
        .status = status,
        .content = CONTENT_OF_LENGTH,
        .length = answer->body.length,
        .add = own.fields,
        .add_count = own.count,
    };
    bool head_only = text_equal(exchange->ask.head->method, TEXT("HEAD"));
    struct http_piece piece = {.content = head_only ? TEXT("") : buffer_text(&answer->body)};
    exchange->account.status = status;
    exchange->account.bytes_down += piece.content.length;
    client->role->put_head(client, &message);
    client->role->put_content(client, &piece);
    client->role->end(client);
}

static void add_field(struct dialect_answer *answer, struct text name, struct text value)
{
    for (size_t i = 0; i < answer->field_count; i++)
        if (text_equal(answer->fields[i].name, name)) { /* we know better */
            answer->fields[i].value = value;
            return;
        }
    if (answer->field_count < DIALECT_FIELDS_MAX)
        answer->fields[answer->field_count++] = (struct field){name, value};
}

static void compose_refusal(struct exchange *exchange)
{
    enum reason reason = exchange->refusal;
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
    char seconds[24];
    if (exchange->counted.retry_s > 0) {
        (void)snprintf(seconds, sizeof(seconds), "%llu", (unsigned long long)exchange->counted.retry_s);
        add_field(&answer, TEXT("Retry-After"), text_from(seconds));
    }
    exchange->account.done = PLAN_REFUSE;
    write_answer(exchange, reason_row(reason)->status, &answer);
    buffer_clear(&status);
    buffer_clear(&answer.body);
}

enum { NAMES_MAX = 256 };

static void compose_models(const struct exchange *exchange, struct dialect_answer *answer)
{
    struct text names[NAMES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < exchange->decision.inference_count; i++)
        count += policy_model_names(
            exchange->policy, exchange->decision.inference[i], names + count, COUNT_OF(names) - count);
    if (count == 0)
        names[count++] = TEXT("default"); /* callers choose from the list; any name is answered */
    dialect_models(exchange->call->request, names, count, &answer->body);
}

/* Nothing where the caller says nothing. */
static struct text accept_language(const struct exchange *exchange)
{
    const struct field *field = http_field_find(exchange->ask.head, TEXT("Accept-Language"));
    return field != NULL ? field->value : TEXT("");
}

/* Canned answers have a text of the configuration; embeddings have no canned answer. */
static bool compose_canned(struct exchange *exchange, struct dialect_answer *answer)
{
    size_t index = exchange->decision.inference[exchange->way.turn.place];
    const struct policy_inference *inference = policy_inference(exchange->policy, index);
    exchange->account.service.inference = inference->name;
    exchange->account.service.model = inference->name;
    const struct dialect_call *call = exchange->call->request;
    struct text text = dialect_canned_text(call, inference->canned, accept_language(exchange));
    return dialect_canned(call, text, text_from(exchange->account.id_text), clock_wall_us() / 1000000, &answer->body);
}

/* What the endpoint answered, with its status, and with the time that it asks for. */
static void compose_objection(struct exchange *exchange)
{
    const struct objection *objection = &exchange->call->objection;
    struct dialect_answer answer = {0};
    dialect_objection(
        exchange->call->request, objection->status, buffer_text(&objection->body), text_from(exchange->account.id_text),
        &answer);
    if (objection->retry_after[0] != '\0')
        add_field(&answer, TEXT("Retry-After"), text_from(objection->retry_after));
    exchange->account.service.inference = objection->endpoint;
    exchange->account.done = PLAN_REROUTE;
    write_answer(exchange, objection->status, &answer);
    buffer_clear(&answer.body);
}

/* False: there is none for this operation. */
static bool compose_answer(struct exchange *exchange)
{
    struct dialect_answer answer = {0};
    const struct dialect_call *call = exchange->call->request;
    bool models = exchange->decision.llm.operation == LLM_MODELS;
    if (!models && !compose_canned(exchange, &answer))
        return false;
    if (models)
        compose_models(exchange, &answer);
    dialect_answer_fields(call, text_from(exchange->account.id_text), !models && dialect_call_streams(call), &answer);
    exchange->account.done = PLAN_ANSWER;
    write_answer(exchange, 200, &answer);
    buffer_clear(&answer.body);
    return true;
}

static void compose(struct exchange *exchange)
{
    if (exchange->call != NULL && exchange->call->objection.is_answer) {
        compose_objection(exchange);
        return;
    }
    if (exchange->refusal == REASON_NONE) {
        ASSERT(exchange->call != NULL); /* what is answered here is a call */
        if (compose_answer(exchange))
            return;
        exchange->refusal = exchange->account.reason = REASON_INFERENCE_DOWN;
    }
    compose_refusal(exchange);
}

/* What was sent ahead of the answer to a CONNECT was meant for the tunnel; what is left of a request that nobody wants
 * must be read away. Else what comes next cannot be told from it. */
static bool may_go_on(struct exchange *exchange)
{
    struct http_connection *client = &exchange->entrance->http;
    bool is_meant_for_us = !exchange->ask.is_connect || inflight_length(&client->in) == 0;
    return client->persists && is_meant_for_us && http_side_drain(&exchange->client);
}

enum progress step_answer(struct exchange *exchange)
{
    if (exchange->ask.is_wish) { /* whoever owns the connection says it in the client's words */
        exchange->account.done = PLAN_REFUSE;
        return exchange_finish(exchange, EXCHANGE_ANSWERED, REASON_NONE);
    }
    if (exchange->account.status == 0) {
        exchange->entrance->http.persists = may_go_on(exchange);
        compose(exchange);
    }
    switch (exchange_send_client(exchange)) {
    case IO_AGAIN:
        return STEP_WAIT;
    case IO_OK:
        return exchange_finish(exchange, EXCHANGE_ANSWERED, REASON_NONE);
    case IO_FULL:
    case IO_END:
    case IO_BROKEN:
        break;
    }
    return exchange_finish(exchange, EXCHANGE_FORSAKEN, REASON_CLIENT_GONE);
}
