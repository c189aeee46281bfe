/* SPDX-License-Identifier: Apache-2.0 */
/* Content on its way from one side to the other. */
#include "session_internal.h"

void content_pass(
    struct loop *loop, struct inflight *from, struct text content, size_t used, struct inflight *to, bool in_chunks)
{
    char head[HTTP_CHUNK_HEAD_SIZE];
    if (content.length == 0) {
        inflight_consume(loop, from, used);
        return;
    }
    size_t before = (size_t)(content.data - inflight_text(from).data);
    inflight_consume(loop, from, before);
    if (in_chunks)
        inflight_append(loop, to, (struct text){head, http_chunk_head(content.length, head)});
    inflight_pass(loop, from, content.length, to);
    if (in_chunks)
        inflight_append(loop, to, HTTP_CHUNK_END);
    inflight_consume(loop, from, used - before - content.length);
}

void content_say(struct session *session, struct text content, enum http_framing framing)
{
    char head[HTTP_CHUNK_HEAD_SIZE];
    if (content.length == 0)
        return;
    if (framing == FRAMING_CHUNKED)
        session_say(session, (struct text){head, http_chunk_head(content.length, head)});
    session_say(session, content);
    if (framing == FRAMING_CHUNKED)
        session_say(session, HTTP_CHUNK_END);
}
