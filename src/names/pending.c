/* SPDX-License-Identifier: Apache-2.0 */
/* What of a TCP connection's questions is not answered yet, and what it is told. */
#include "names_internal.h"

void stream_remember(struct stream *stream, struct asker *asker)
{
    list_append(&stream->askers, &asker->of_stream);
    stream->pending++;
}

void stream_forget(struct stream *stream, struct asker *asker)
{
    list_remove(&asker->of_stream);
    asker->stream = NULL;
    stream->pending--;
    loop_defer(stream->worker->options.loop, &stream->runner);
}

void stream_put(struct stream *stream, struct bytes message)
{
    buffer_append(&stream->out, text_of_bytes(message));
    loop_defer(stream->worker->options.loop, &stream->runner);
}
