/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/1 towards a client: its request comes, a response goes. */
#include "exeat/base/check.h"
#include "http_internal.h"

/* --- the request --- */

/* Parsed bytes leave `in` with their block, so that the head's slices stay where they are; what follows, content most
 * often, moves on, and is no head that must be held as a whole. */
static void keep_head_bytes(struct http_side *side, size_t used)
{
    struct http_connection *connection = side->connection;
    struct inflight rest = inflight_within(INFLIGHT_BLOCK);
    inflight_append(connection->worker->loop, &rest, text_after(inflight_text(&connection->in), used));
    side->http1.head_bytes = connection->in;
    connection->in = rest;
}

struct text http_side_abandon_head(struct http_side *side)
{
    side->connection->persists = false;
    keep_head_bytes(side, inflight_length(&side->connection->in));
    return inflight_text(&side->http1.head_bytes);
}

static enum http_taken take_head(struct http_side *side, struct message_head *head, struct fault *fault)
{
    struct http_head parsed = {.message = head};
    size_t used = 0;
    struct text input = inflight_text(&side->connection->in);
    switch (http_request_scan(input, &side->http1.limits, &side->http1.scan, &parsed, &used, fault)) {
    case PARSE_NEED_MORE:
        return HTTP_NEEDS_MORE;
    case PARSE_BAD:
        return HTTP_BAD;
    case PARSE_DONE:
        break;
    }
    keep_head_bytes(side, used);
    side->connection->persists = parsed.keep_alive;
    side->version = head->version;
    side->wants_continue = head->expects_continue;
    http_body_begin(&side->http1.body, &parsed, &side->http1.limits);
    return HTTP_TAKEN;
}

/* --- the response --- */

/* Interim responses go on, known or not (RFC 9110 15.2), but to clients of HTTP/1.0. */
static void put_interim(struct http_side *side, const struct http_message *message)
{
    if (side->version == HTTP_1_0)
        return;
    if (message->head->status == 100)
        side->wants_continue = false;
    struct http_forward forward = {.via = message->via, .keep_alive = true};
    http_reply_write(http1_scratch(side), message->head, &forward);
    http1_say_scratch(side);
}

/* As the client can take it: content of unknown length is chunked for who knows chunks, and ended by closing for who
 * does not. */
static enum http_framing frame(struct http_side *side, enum content content)
{
    switch (content) {
    case CONTENT_NONE:
        return FRAMING_NONE;
    case CONTENT_OF_LENGTH:
        return FRAMING_LENGTH;
    case CONTENT_UNTIL_END:
        break;
    }
    if (side->version >= HTTP_1_1)
        return FRAMING_CHUNKED;
    side->connection->persists = false;
    return FRAMING_UNTIL_CLOSE;
}

/* A client that waited for a 100 and gets a final response may send its content or leave it out: what its next bytes
 * are cannot be told, so they are not read as a request (RFC 9110 10.1.1). */
static void settle_expectation(struct http_side *side)
{
    if (side->wants_continue && !http_side_is_whole(side))
        side->connection->persists = false;
}

/* The answer to HEAD, and a 304, say a length that no content follows. */
static const struct field *bare_length(const struct message_head *head)
{
    if (head->content != CONTENT_NONE || head->status < 200 || head->status == 204 ||
        head->places[FIELD_CONTENT_LENGTH].count == 0)
        return NULL;
    return http_field_find(head, TEXT("Content-Length"));
}

static void put_forwarded(struct http_side *side, const struct http_message *message, struct http_forward *forward)
{
    const struct field *length = bare_length(message->head);
    if (length != NULL) {
        forward->add = length;
        forward->add_count = 1;
    }
    http_reply_write(http1_scratch(side), message->head, forward);
}

static void put_head(struct http_side *side, const struct http_message *message)
{
    struct http_connection *connection = side->connection;
    if (message->head != NULL && message->head->status < 200 && !message->upgrades) {
        put_interim(side, message);
        return;
    }
    settle_expectation(side);
    side->said = HTTP_IN_HAND;
    side->http1.said_at = inflight_length(&connection->out);
    side->http1.out = frame(side, message->content);
    struct http_forward forward = {
        .via = message->via,
        .keep_alive = connection->persists,
        .says_keep_alive = connection->persists && side->version == HTTP_1_0,
        .framing = side->http1.out,
        .content_length = message->length,
        .drop = message->drop,
        .drop_count = message->drop_count,
        .add = message->add,
        .add_count = message->add_count,
        .keep_upgrade = message->upgrades,
    };
    if (message->head != NULL)
        put_forwarded(side, message, &forward);
    else
        http_own_head_write(http1_scratch(side), message->status, &forward);
    http1_say_scratch(side);
}

static void reset(struct http_side *side)
{
    channel_break(side->connection->channel);
}

static const struct http_role role = {
    .name = "HTTP/1 server",
    .take_head = take_head,
    .take_content = http1_take_content,
    .put_head = put_head,
    .put_content = http1_put_content,
    .end = http1_end,
    .reset = reset,
};

void http1_server_begin(struct http_side *side, struct http_connection *connection, const struct http_limits *limits)
{
    *side = (struct http_side){.role = &role, .connection = connection, .http1.limits = *limits};
    http_connection_make_room(connection, limits->head + 1 + HTTP_EMPTY_LINES_MAX); /* empty lines may come before */
}

void http_side_take_back(struct http_side *side)
{
    struct inflight *out = &side->connection->out;
    struct inflight kept = inflight_within(out->limit);
    ASSERT(side->said != HTTP_SAID);
    if (side->said == HTTP_IN_HAND) {
        inflight_append(side->connection->worker->loop, &kept, text_part(inflight_text(out), 0, side->http1.said_at));
        inflight_clear(side->connection->worker->loop, out);
        *out = kept;
    }
    side->said = HTTP_UNSAID;
}

void http_side_continue(struct http_side *side)
{
    if (side->wants_continue)
        http_connection_say(side->connection, TEXT("HTTP/1.1 100 Continue\r\n\r\n"));
    side->wants_continue = false;
}

void http_side_say_connected(struct http_side *side)
{
    http_connection_say(side->connection, TEXT("HTTP/1.1 200 Connection established\r\n\r\n"));
}
