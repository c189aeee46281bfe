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
    struct dialect_fields own;
    if (inference_waits(exchange->call)) {
        exchange->account.bytes_down += answer->body.length;
        inference_end_wait(exchange->call, buffer_text(&answer->body), client);
        return;
    }
    dialect_fields_of(answer, clock_wall_us(), &own);
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

static void compose_refusal(struct exchange *exchange)
{
    enum reason reason = exchange->refusal;
    struct dialect_pace pace;
    struct dialect_refusal refusal = {
        .dialect = exchange->ask.is_connect ? DIALECT_NONE : exchange->decision.llm.dialect,
        .provider = exchange->decision.llm.provider,
        .operation = exchange->decision.llm.operation,
        .reason = reason,
        .pace = limit_pace(exchange, &pace) ? &pace : NULL,
        .rule = exchange->decision.rule,
        .id = text_from(exchange->account.id_text),
        .door = exchange->ask.request.client.known.door,
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
    dialect_answer_set(&answer, TEXT("Proxy-Status"), buffer_text(&status));
    if (reason_row(reason)->status == 407)
        dialect_answer_set(&answer, TEXT("Proxy-Authenticate"), TEXT("Basic realm=\"exeat\", charset=\"UTF-8\""));
    char seconds[24];
    if (exchange->counted.refused.retry_s > 0) {
        (void)snprintf(seconds, sizeof(seconds), "%llu", (unsigned long long)exchange->counted.refused.retry_s);
        dialect_answer_set(&answer, TEXT("Retry-After"), text_from(seconds));
    }
    exchange->account.done = PLAN_REFUSE;
    write_answer(exchange, reason_row(reason)->status, &answer);
    buffer_clear(&status);
    buffer_clear(&answer.body);
}

/* Nothing where the caller says nothing. */
static struct text accept_language(const struct exchange *exchange)
{
    const struct field *field = http_field_find(exchange->ask.head, TEXT("Accept-Language"));
    return field != NULL ? field->value : TEXT("");
}

static void compose_objection(struct exchange *exchange)
{
    struct dialect_answer answer = {0};
    inference_object(exchange->call, &answer);
    exchange->account.done = PLAN_REROUTE;
    write_answer(exchange, exchange->call->objection.status, &answer);
    buffer_clear(&answer.body);
}

/* False: there is none for this operation. */
static bool compose_answer(struct exchange *exchange)
{
    struct dialect_answer answer = {0};
    if (!inference_say(exchange->call, exchange->way.turn.place, accept_language(exchange), &answer))
        return false;
    exchange->account.done = PLAN_ANSWER;
    write_answer(exchange, 200, &answer);
    buffer_clear(&answer.body);
    return true;
}

/* False: there is nothing to say to a caller that waits. */
static bool compose(struct exchange *exchange)
{
    if (exchange->call != NULL && exchange->call->objection.is_answer) {
        compose_objection(exchange);
        return true;
    }
    if (exchange->refusal == REASON_NONE) {
        ASSERT(exchange->call != NULL); /* what is answered here is a call */
        if (compose_answer(exchange))
            return true;
        if (inference_waits(exchange->call))
            return false;
        exchange->refusal = exchange->account.reason = REASON_INFERENCE_DOWN;
    }
    compose_refusal(exchange);
    return true;
}

/* What was sent ahead of the answer to a CONNECT was meant for the tunnel; what is left of a request that nobody wants
 * must be read away. Else what comes next cannot be told from it. */
static bool may_go_on(struct exchange *exchange)
{
    struct http_side *client = &exchange->client;
    bool is_meant_for_us = !exchange->ask.is_connect || !http_side_has_input(client);
    return http_side_persists(client) && is_meant_for_us && http_side_drain(client);
}

enum progress step_answer(struct exchange *exchange)
{
    if (exchange->ask.is_wish) { /* whoever owns the connection says it in the client's words */
        exchange->account.done = PLAN_REFUSE;
        return exchange_finish(exchange, EXCHANGE_ANSWERED, REASON_NONE);
    }
    if (exchange->account.status == 0 || inference_waits(exchange->call)) {
        if (!may_go_on(exchange))
            http_side_make_last(&exchange->client);
        if (!compose(exchange))
            return exchange_fail(exchange, REASON_INFERENCE_DOWN);
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
