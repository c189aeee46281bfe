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

static void drop_head(struct exchange *exchange)
{
    struct session_worker *worker = exchange->session->worker;
    pool_give(&worker->heads, exchange->ask.head);
    exchange->ask.head = NULL;
    inflight_clear(worker->options.loop, &exchange->ask.head_bytes);
}

static struct text keep(struct buffer *kept, struct text text)
{
    buffer_append(kept, text);
    return text_part(buffer_text(kept), kept->length - text.length, text.length);
}

/* A tunnel outlives the bytes of its head, and may be judged anew: what it was judged by becomes a copy of its own. */
static void keep_request(struct ask *ask)
{
    struct request *request = &ask->request;
    struct buffer kept = {0};
    if (!request->inside_known)
        return;
    buffer_reserve(
        &kept, request->method.length + request->path.length + request->path_otherwise.length + request->query.length);
    request->method = keep(&kept, request->method);
    request->path = keep(&kept, request->path);
    request->path_otherwise = keep(&kept, request->path_otherwise);
    request->query = keep(&kept, request->query);
    buffer_clear(&ask->kept);
    ask->kept = kept;
}

void exchange_forget_head(struct exchange *exchange)
{
    keep_request(&exchange->ask);
    drop_head(exchange);
}

void exchange_free(struct session *session)
{
    struct exchange *exchange = session->exchange;
    if (exchange == NULL)
        return;
    struct loop *loop = session->worker->options.loop;
    way_out_drop(exchange);
    drop_head(exchange);
    buffer_clear(&exchange->ask.kept);
    inflight_clear(loop, &exchange->flow.up);
    inflight_clear(loop, &exchange->flow.down);
    buffer_clear(&exchange->call.body);
    buffer_clear(&exchange->call.objection.body);
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
