/* SPDX-License-Identifier: Apache-2.0 */
/* An exchange is made when the first byte of a head comes, and freed when its outcome is recorded. */
#include "exeat/base/memory.h"
#include "session_internal.h"

struct exchange *exchange_new(struct session *session)
{
    struct session_worker *worker = session->worker;
    struct exchange *exchange = pool_take(&worker->exchanges);
    *exchange = (struct exchange){
        .session = session,
        .reign = reign_hold(worker),
        .ask.head = pool_take(&worker->heads),
        .account.id = session_draw_id(worker),
        .account.started_us = loop_now_us(worker->options.loop),
    };
    exchange->policy = exchange->reign->policy;
    http_head_reset(exchange->ask.head);
    request_id_write(&exchange->account.id, exchange->account.id_text);
    return exchange;
}

void exchange_forget_head(struct exchange *exchange)
{
    struct session_worker *worker = exchange->session->worker;
    pool_give(&worker->heads, exchange->ask.head);
    exchange->ask.head = NULL;
    window_clear(worker->options.loop, &exchange->ask.head_bytes);
    buffer_clear(&exchange->ask.path);
}

void exchange_free(struct session *session)
{
    struct exchange *exchange = session->exchange;
    if (exchange == NULL)
        return;
    struct loop *loop = session->worker->options.loop;
    way_out_drop(exchange);
    exchange_forget_head(exchange);
    window_clear(loop, &exchange->flow.up);
    window_clear(loop, &exchange->flow.down);
    buffer_clear(&exchange->call.body);
    dialect_stream_free(exchange->call.stream);
    dialect_call_free(exchange->call.request);
    account_unsay(&exchange->account);
    reign_release(exchange->reign);
    pool_give(&session->worker->exchanges, exchange);
    session->exchange = NULL;
}

struct http_limits exchange_limits(const struct session *session)
{
    const struct session_limits *limits = &session->worker->limits;
    return (struct http_limits){.head = limits->head, .fields = limits->fields};
}
