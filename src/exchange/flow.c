/* SPDX-License-Identifier: Apache-2.0 */
/* What is on its way between an exchange and its upstream, held while it is. */
#include "exchange_internal.h"

static void on_upstream_ready(void *context)
{
    exchange_go_on(context);
}

void flow_forget(struct exchange *exchange)
{
    if (exchange->flow == NULL)
        return;
    http_connection_clear(&exchange->flow->connection);
    pool_give(&exchange->worker->flows, exchange->flow);
    exchange->flow = NULL;
}

void flow_begin(struct exchange *exchange, struct channel *channel, struct text method)
{
    struct exchange_worker *worker = exchange->worker;
    flow_forget(exchange);
    exchange->flow = pool_take(&worker->flows);
    *exchange->flow = (struct flow){.down = {.to = &exchange->client, .passed = &exchange->account.bytes_down}};
    http_connection_begin(&exchange->flow->connection, worker->options.http, channel);
    http_client_begin(&exchange->flow->side, &exchange->flow->connection, &worker->limits.http, method);
    channel_set_handler(channel, on_upstream_ready, exchange);
}
