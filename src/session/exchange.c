/* SPDX-License-Identifier: Apache-2.0 */
/* An exchange is made when the first byte of a head comes, and freed when its outcome is recorded. */
#include "exeat/base/digest.h"
#include "exeat/base/memory.h"
#include "session_internal.h"

struct exchange *exchange_new(struct session *session)
{
    struct session_worker *worker = session->worker;
    struct exchange *exchange = base_zalloc(sizeof(*exchange));
    exchange->session = session;
    exchange->policy = policy_ref(worker->policy);
    exchange->policy_sequence = worker->policy_sequence;
    exchange->account.started_us = loop_now_us(worker->options.loop);
    random_fill(exchange->account.id.bytes, sizeof(exchange->account.id.bytes));
    request_id_write(&exchange->account.id, exchange->account.id_text);
    return exchange;
}

void exchange_free(struct session *session)
{
    struct exchange *exchange = session->exchange;
    if (exchange == NULL)
        return;
    struct loop *loop = session->worker->options.loop;
    way_out_drop(exchange);
    window_clear(loop, &exchange->ask.head_bytes);
    window_clear(loop, &exchange->flow.up);
    window_clear(loop, &exchange->flow.down);
    buffer_clear(&exchange->ask.path);
    buffer_clear(&exchange->call.body);
    dialect_stream_free(exchange->call.stream);
    dialect_call_free(exchange->call.request);
    policy_unref(exchange->policy);
    base_free(exchange);
    session->exchange = NULL;
}

struct http_limits exchange_limits(const struct session *session)
{
    const struct session_limits *limits = &session->worker->limits;
    return (struct http_limits){.head = limits->head, .fields = limits->fields};
}
