/* SPDX-License-Identifier: Apache-2.0 */
/* What a side of an exchange is to whoever has the exchange, whatever its connection speaks. */
#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "http_internal.h"

/* Nobody sets another version yet. */
static void assert_http1(const struct http_connection *connection)
{
    ASSERT(connection->speaks == HTTP_1_0 || connection->speaks == HTTP_1_1);
}

void http_server_begin(struct http_side *side, struct http_connection *connection, const struct http_limits *limits)
{
    assert_http1(connection);
    http1_server_begin(side, connection, limits);
}

void http_client_begin(
    struct http_side *side, struct http_connection *connection, const struct http_limits *limits, struct text method)
{
    assert_http1(connection);
    http1_client_begin(side, connection, limits, method);
}

/* --- may another follow? ---------------------------------------------------------------------------------------------
 */

bool http_side_persists(const struct http_side *side)
{
    return side->connection->persists;
}

void http_side_make_last(struct http_side *side)
{
    side->connection->persists = false;
}

bool http_side_may_persist(const struct http_side *side)
{
    return side->connection->persists && http_side_is_whole(side) && !http_side_has_input(side);
}

/* --- its bytes -------------------------------------------------------------------------------------------------------
 */

enum io http_side_read(struct http_side *side)
{
    return http_connection_read(side->connection);
}

enum io http_side_watch(struct http_side *side)
{
    return http_connection_watch(side->connection);
}

bool http_side_has_ended(const struct http_side *side)
{
    return side->connection->has_ended;
}

bool http_side_has_input(const struct http_side *side)
{
    return inflight_length(&side->connection->in) > 0;
}

bool http_side_is_quiet(const struct http_side *side)
{
    return !http_side_has_input(side) && channel_is_quiet(side->connection->channel);
}

void http_side_drop_input(struct http_side *side)
{
    inflight_clear(side->connection->worker->loop, &side->connection->in);
}

bool http_side_has_output(const struct http_side *side)
{
    return inflight_length(&side->connection->out) > 0;
}

bool http_side_is_full(const struct http_side *side)
{
    return inflight_is_full(&side->connection->out);
}

void http_side_drop_output(struct http_side *side)
{
    inflight_clear(side->connection->worker->loop, &side->connection->out);
}

void http_side_pass_rest(struct http_side *from, struct http_side *to)
{
    struct inflight *rest = &from->connection->in;
    inflight_pass(from->connection->worker->loop, rest, inflight_length(rest), &to->connection->out);
}

void http_side_forget_put(struct http_side *side)
{
    struct buffer *scratch = &side->connection->worker->scratch;
    base_forget(scratch->data, scratch->capacity);
    inflight_hide(&side->connection->out);
}

enum io http_side_send(struct http_side *side, uint64_t *put)
{
    if (side->said == HTTP_IN_HAND)
        side->said = HTTP_SAID;
    return http_connection_write(side->connection, put);
}
