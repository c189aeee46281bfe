/* SPDX-License-Identifier: Apache-2.0 */
/* Questions by TCP (RFC 7766): several at once, answered as they are ready. A connection that is quiet holds no buffer,
 * and one that makes no way for ten seconds is closed. */
#include <unistd.h>

#include "exeat/base/memory.h"
#include "names_internal.h"

enum { IDLE_MS = 10000, PENDING_MAX = 16, OUT_MAX = 65536 + 2, READ_SIZE = 2048 };

static void stream_free(struct stream *stream)
{
    struct list_node *node;
    while ((node = list_first(&stream->askers)) != NULL)
        stream_forget(stream, list_owner(node, struct asker, of_stream));
    list_remove(&stream->node);
    stream->worker->stats.connections--;
    deferred_cancel(&stream->runner);
    channel_free(stream->channel);
    timer_free(stream->deadline);
    buffer_clear(&stream->in);
    buffer_clear(&stream->out);
    base_free(stream);
}

/* --- running ---
 */

static enum io write_out(struct stream *stream)
{
    enum io result = IO_OK;
    while (stream->out.length > 0 && result == IO_OK) {
        struct iovec part = {stream->out.data, stream->out.length};
        size_t put = 0;
        result = channel_write(stream->channel, &part, 1, &put);
        buffer_consume(&stream->out, put);
        if (put > 0)
            timer_start(stream->deadline, IDLE_MS);
    }
    if (stream->out.length == 0)
        buffer_clear(&stream->out);
    return result;
}

/* The question at the front of what was read. False: it is not there as a whole, or is none. */
static bool take_message(struct stream *stream, struct bytes *message)
{
    struct bytes in = bytes_of_text(buffer_text(&stream->in));
    if (in.length < 2 || in.length - 2 < bytes_get_u16(in.data))
        return false;
    *message = (struct bytes){in.data + 2, bytes_get_u16(in.data)};
    return true;
}

static bool has_room(const struct stream *stream)
{
    return stream->pending < PENDING_MAX && stream->out.length < OUT_MAX;
}

static void take_messages(struct stream *stream)
{
    struct bytes message;
    while (has_room(stream) && take_message(stream, &message)) {
        struct asker asker = {
            .stream = stream, .peer = {.address = stream->peer, .port = stream->port}, .owner = stream->owner};
        asker_take(stream->worker, &asker, message);
        buffer_consume(&stream->in, 2 + message.length);
        timer_start(stream->deadline, IDLE_MS);
    }
    if (stream->in.length == 0)
        buffer_clear(&stream->in);
}

/* Longer than any question is: nobody who means well. */
static bool is_too_long(const struct stream *stream)
{
    struct bytes in = bytes_of_text(buffer_text(&stream->in));
    return in.length >= 2 && bytes_get_u16(in.data) > DATAGRAM_MAX;
}

static enum io read_in(struct stream *stream)
{
    char bytes[READ_SIZE];
    size_t got = 0;
    enum io result = channel_read(stream->channel, bytes, sizeof(bytes), &got);
    buffer_append(&stream->in, (struct text){bytes, got});
    return result;
}

/* False: it is over. */
static bool run(struct stream *stream)
{
    enum io result = IO_OK;
    if (write_out(stream) == IO_BROKEN)
        return false;
    while (stream->state == STREAM_OPEN && result == IO_OK) {
        take_messages(stream);
        if (is_too_long(stream))
            return false;
        if (!has_room(stream))
            break;
        result = read_in(stream);
        if (result == IO_END)
            stream->state = STREAM_ENDING;
    }
    take_messages(stream);
    if (result == IO_BROKEN || write_out(stream) == IO_BROKEN)
        return false;
    return stream->state == STREAM_OPEN || stream->pending > 0 || stream->out.length > 0;
}

static void run_or_end(struct stream *stream)
{
    if (!run(stream))
        stream_free(stream);
}

static void on_ready(void *context)
{
    run_or_end(context);
}

static void on_deferred(struct deferred *deferred)
{
    run_or_end(list_owner(deferred, struct stream, runner));
}

static void on_deadline(void *context)
{
    stream_free(context);
}

bool stream_start(void *context, int descriptor, const struct address *peer, uint16_t port)
{
    const struct names_socket *socket = context;
    struct names_worker *worker = socket->worker;
    if (worker->stats.connections == STREAMS) {
        close(descriptor);
        return false;
    }
    struct stream *stream = base_zalloc(sizeof(*stream));
    stream->worker = worker;
    stream->peer = *peer;
    stream->port = port;
    stream->owner = who_connected(socket, descriptor);
    stream->runner.run = on_deferred;
    list_init(&stream->askers);
    list_append(&worker->streams, &stream->node);
    worker->stats.connections++;
    stream->deadline = timer_new(worker->options.loop, on_deadline, stream);
    timer_start(stream->deadline, IDLE_MS);
    stream->channel = channel_new(worker->options.loop, descriptor, on_ready, stream);
    return true;
}

void streams_end(struct names_worker *worker)
{
    struct list_node *node;
    while ((node = list_first(&worker->streams)) != NULL)
        stream_free(list_owner(node, struct stream, node));
}
