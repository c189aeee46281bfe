/* SPDX-License-Identifier: Apache-2.0 */
/* Questions by TCP (RFC 7766): several at once, answered as they are ready. A connection that is quiet holds no buffer,
 * and one that makes no way for ten seconds is closed. */
#include <unistd.h>

#include "exeat/base/memory.h"
#include "exeat/net/room.h"
#include "names_internal.h"

enum { IDLE_MS = 10000, PENDING_MAX = 16, LENGTH_SIZE = 2, OUT_MAX = LENGTH_SIZE + 65535 };

static struct loop *loop_of(const struct dns_connection *connection)
{
    return connection->worker->options.loop;
}

static void dns_connection_free(struct dns_connection *connection)
{
    struct list_node *node;
    while ((node = list_first(&connection->askers)) != NULL)
        dns_connection_forget(connection, list_owner(node, struct asker, of_connection));
    list_remove(&connection->node);
    connection->worker->stats.connections--;
    deferred_cancel(&connection->runner);
    channel_free(connection->channel);
    timer_free(connection->deadline);
    inflight_clear(loop_of(connection), &connection->in);
    inflight_clear(loop_of(connection), &connection->out);
    base_free(connection);
}

/* --- running ---
 */

static enum io write_out(struct dns_connection *connection)
{
    uint64_t put = 0;
    enum io result = inflight_write(loop_of(connection), &connection->out, connection->channel, &put);
    if (put > 0)
        timer_start(connection->deadline, IDLE_MS);
    return result;
}

/* The question at the front of what was read. False: it is not there as a whole, or is none. */
static bool take_message(struct dns_connection *connection, struct bytes *message)
{
    struct bytes in = bytes_of_text(inflight_text(&connection->in));
    if (in.length < LENGTH_SIZE || in.length - LENGTH_SIZE < bytes_get_u16(in.data))
        return false;
    *message = (struct bytes){in.data + LENGTH_SIZE, bytes_get_u16(in.data)};
    return true;
}

static bool has_room(const struct dns_connection *connection)
{
    return connection->pending < PENDING_MAX && !inflight_is_full(&connection->out);
}

static void take_messages(struct dns_connection *connection)
{
    struct bytes message;
    while (has_room(connection) && take_message(connection, &message)) {
        struct asker asker = {
            .connection = connection,
            .peer = {.address = connection->peer, .port = connection->port},
            .owner = connection->owner};
        asker_take(connection->worker, &asker, message);
        inflight_consume(loop_of(connection), &connection->in, LENGTH_SIZE + message.length);
        timer_start(connection->deadline, IDLE_MS);
    }
}

/* Longer than any question is: nobody who means well. */
static bool is_too_long(const struct dns_connection *connection)
{
    struct bytes in = bytes_of_text(inflight_text(&connection->in));
    return in.length >= LENGTH_SIZE && bytes_get_u16(in.data) > DATAGRAM_MAX;
}

/* False: it is over. */
static bool run(struct dns_connection *connection)
{
    enum io result = IO_OK;
    if (write_out(connection) == IO_BROKEN)
        return false;
    while (connection->state == CONNECTION_OPEN && result == IO_OK) {
        take_messages(connection);
        if (is_too_long(connection))
            return false;
        if (!has_room(connection))
            break;
        result = inflight_read(loop_of(connection), &connection->in, connection->channel, NULL);
        if (result == IO_END)
            connection->state = CONNECTION_ENDING;
    }
    take_messages(connection);
    if (result == IO_BROKEN || write_out(connection) == IO_BROKEN)
        return false;
    return connection->state == CONNECTION_OPEN || connection->pending > 0 || inflight_length(&connection->out) > 0;
}

static void run_or_end(struct dns_connection *connection)
{
    if (!run(connection))
        dns_connection_free(connection);
}

static void on_ready(void *context)
{
    run_or_end(context);
}

static void on_deferred(struct deferred *deferred)
{
    run_or_end(list_owner(deferred, struct dns_connection, runner));
}

static void on_deadline(void *context)
{
    dns_connection_free(context);
}

bool dns_connection_start(void *context, int descriptor, const struct address *peer, uint16_t port)
{
    const struct names_socket *socket = context;
    struct names_worker *worker = socket->worker;
    bool has_room = worker->stats.connections < CONNECTIONS &&
                    room_has_descriptor(worker->options.loop, descriptor, ROOM_FOR_CLIENTS);
    if (!has_room) {
        close(descriptor);
        return false;
    }
    struct dns_connection *connection = base_zalloc(sizeof(*connection));
    connection->worker = worker;
    connection->peer = *peer;
    connection->port = port;
    connection->owner = who_connected(socket, descriptor);
    connection->runner.run = on_deferred;
    connection->in = inflight_within(LENGTH_SIZE + DATAGRAM_MAX);
    connection->out = inflight_within(OUT_MAX);
    list_init(&connection->askers);
    list_append(&worker->connections, &connection->node);
    worker->stats.connections++;
    connection->deadline = timer_new(worker->options.loop, on_deadline, connection);
    timer_start(connection->deadline, IDLE_MS);
    connection->channel = channel_new(worker->options.loop, descriptor, on_ready, connection);
    return true;
}

void dns_connections_end(struct names_worker *worker)
{
    struct list_node *node;
    while ((node = list_first(&worker->connections)) != NULL)
        dns_connection_free(list_owner(node, struct dns_connection, node));
}
