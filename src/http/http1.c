/* SPDX-License-Identifier: Apache-2.0 */
/* Content in HTTP/1, in either role: as it is framed where it comes from, and as it is framed where it goes (RFC 9112 6
 * and 7). */
#include "http_internal.h"

static struct loop *loop_of(const struct http_side *side)
{
    return side->connection->worker->loop;
}

struct buffer *http1_scratch(struct http_side *side)
{
    struct buffer *scratch = &side->connection->worker->scratch;
    buffer_empty(scratch);
    return scratch;
}

void http1_say_scratch(struct http_side *side)
{
    http_connection_say(side->connection, buffer_text(&side->connection->worker->scratch));
}

/* --- heads --- */

void http_side_forget_head(struct http_side *side)
{
    struct loop *loop = loop_of(side);
    inflight_clear(loop, &side->http1.head_bytes);
    inflight_consume(loop, &side->connection->in, side->http1.head_length);
    side->http1.head_length = 0;
}

/* --- content --- */

void http_piece_drop(struct http_piece *piece)
{
    if (piece->from != NULL)
        inflight_consume(piece->from->worker->loop, &piece->from->in, piece->used);
    *piece = (struct http_piece){0};
}

enum http_taken http1_take_content(struct http_side *side, struct http_piece *piece)
{
    struct http_connection *connection = side->connection;
    struct text input = inflight_text(&connection->in);
    *piece = (struct http_piece){.from = connection};
    if (http_body_is_done(&side->http1.body))
        return HTTP_WHOLE;
    if (input.length == 0)
        return HTTP_NEEDS_MORE;
    enum parse parsed = http_body_read(&side->http1.body, input, &piece->content, &piece->used);
    if (parsed == PARSE_BAD)
        return HTTP_BAD;
    side->wants_continue = false;
    return piece->used == 0 && parsed != PARSE_DONE ? HTTP_NEEDS_MORE : HTTP_TAKEN;
}

/* The block itself goes on where that is all there is on both sides. */
static void pass(struct http_piece *piece, struct inflight *to)
{
    struct loop *loop = piece->from->worker->loop;
    struct inflight *from = &piece->from->in;
    size_t before = (size_t)(piece->content.data - inflight_text(from).data);
    inflight_consume(loop, from, before);
    inflight_pass(loop, from, piece->content.length, to);
    piece->used -= before + piece->content.length;
}

void http1_put_content(struct http_side *side, struct http_piece *piece)
{
    struct inflight *out = &side->connection->out;
    char head[HTTP_CHUNK_HEAD_SIZE];
    bool in_chunks = side->http1.out == FRAMING_CHUNKED && piece->content.length > 0;
    if (in_chunks)
        inflight_append(loop_of(side), out, (struct text){head, http_chunk_head(piece->content.length, head)});
    if (piece->content.length > 0 && piece->from != NULL)
        pass(piece, out);
    else
        inflight_append(loop_of(side), out, piece->content);
    if (in_chunks)
        inflight_append(loop_of(side), out, HTTP_CHUNK_END);
    http_piece_drop(piece);
}

void http1_end(struct http_side *side)
{
    if (side->http1.out == FRAMING_CHUNKED)
        http_connection_say(side->connection, HTTP_LAST_CHUNK);
    side->http1.out = FRAMING_NONE;
}

bool http_side_is_whole(const struct http_side *side)
{
    return http_body_is_done(&side->http1.body);
}

bool http_side_ends_whole(const struct http_side *side)
{
    return http_body_end(&side->http1.body);
}

const char *http_side_wrong(const struct http_side *side)
{
    return side->http1.body.wrong;
}

bool http_side_drain(struct http_side *side)
{
    enum { TURNS = 4 };
    struct http_connection *connection = side->connection;
    struct http_piece piece;
    for (int i = 0; i < TURNS && !http_side_is_whole(side); i++) {
        if (inflight_length(&connection->in) == 0 && http_connection_read(connection) != IO_OK)
            break;
        if (side->role->take_content(side, &piece) == HTTP_BAD)
            break;
        http_piece_drop(&piece);
    }
    return http_side_is_whole(side);
}
