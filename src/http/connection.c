/* SPDX-License-Identifier: Apache-2.0 */
/* A connection's bytes: read, written, watched while somebody else is waited for, and ended in order. */
#include "exeat/base/check.h"
#include "http_internal.h"

void http_worker_clear(struct http_worker *worker)
{
    buffer_clear(&worker->scratch);
}

void http_connection_begin(struct http_connection *connection, struct http_worker *worker, struct channel *channel)
{
    *connection = (struct http_connection){
        .worker = worker,
        .channel = channel,
        .in = inflight_within(INFLIGHT_BLOCK),
        .out = inflight_within(INFLIGHT_BLOCK),
        .speaks = HTTP_1_1,
    };
}

void http_connection_make_room(struct http_connection *connection, size_t whole)
{
    ASSERT(whole <= UINT32_MAX);
    connection->in.limit = whole > INFLIGHT_BLOCK ? (uint32_t)whole : INFLIGHT_BLOCK;
}

void http_connection_clear(struct http_connection *connection)
{
    inflight_clear(connection->worker->loop, &connection->in);
    inflight_clear(connection->worker->loop, &connection->out);
}

enum io http_connection_read(struct http_connection *connection)
{
    if (inflight_is_full(&connection->in))
        return IO_FULL;
    if (connection->has_ended)
        return IO_END;
    enum io result = inflight_read(connection->worker->loop, &connection->in, connection->channel, NULL);
    connection->has_ended = result == IO_END;
    return result;
}

enum io http_connection_write(struct http_connection *connection, uint64_t *put)
{
    return inflight_write(connection->worker->loop, &connection->out, connection->channel, put);
}

void http_connection_say(struct http_connection *connection, struct text bytes)
{
    inflight_append(connection->worker->loop, &connection->out, bytes);
}

/* After its end a peer has nothing more to say, but its socket may tell of a reset. */
static enum io look_beyond_end(struct http_connection *connection)
{
    char byte;
    size_t got;
    enum io result = channel_receive(connection->channel, &byte, sizeof(byte), &got);
    return result == IO_BROKEN ? IO_BROKEN : IO_AGAIN;
}

enum io http_connection_watch(struct http_connection *connection)
{
    if (channel_is_quiet(connection->channel))
        return IO_AGAIN;
    return connection->has_ended ? look_beyond_end(connection) : http_connection_read(connection);
}

enum io http_connection_linger(struct http_connection *connection)
{
    enum { TURNS = 64 };
    struct loop *loop = connection->worker->loop;
    if (channel_finish(connection->channel) == IO_AGAIN)
        return IO_AGAIN;
    inflight_clear(loop, &connection->in);
    for (int i = 0; i < TURNS && !connection->has_ended; i++) {
        enum io result = inflight_read(loop, &connection->in, connection->channel, NULL);
        inflight_clear(loop, &connection->in);
        if (result != IO_OK)
            return result;
    }
    return connection->has_ended ? IO_END : IO_OK;
}
