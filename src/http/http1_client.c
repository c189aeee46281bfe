/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/1 towards an upstream: a request goes, its responses come. */
#include "http_internal.h"

static enum http_taken take_head(struct http_side *side, struct message_head *head, struct fault *fault)
{
    struct http_head parsed = {.message = head};
    struct text input = inflight_text(&side->connection->in);
    if (input.length == 0)
        return HTTP_NEEDS_MORE;
    switch (http_reply_scan(
        input, &side->http1.limits, &side->http1.scan, side->http1.method, &parsed, &side->http1.head_length, fault)) {
    case PARSE_NEED_MORE:
        side->http1.head_length = 0;
        return HTTP_NEEDS_MORE;
    case PARSE_BAD:
        side->http1.head_length = 0;
        return HTTP_BAD;
    case PARSE_DONE:
        break;
    }
    side->http1.scan = (struct http_scan){0};
    side->version = head->version;
    side->connection->persists = parsed.keep_alive && parsed.framing != FRAMING_UNTIL_CLOSE;
    http_body_begin(&side->http1.body, &parsed, &side->http1.limits);
    return HTTP_TAKEN;
}

static enum http_framing frame(enum content content)
{
    switch (content) {
    case CONTENT_NONE:
        return FRAMING_NONE;
    case CONTENT_OF_LENGTH:
        return FRAMING_LENGTH;
    case CONTENT_UNTIL_END:
        break;
    }
    return FRAMING_CHUNKED;
}

static void put_head(struct http_side *side, const struct http_message *message)
{
    side->http1.out = frame(message->content);
    struct http_forward forward = {
        .via = message->via,
        .keep_alive = true,
        .framing = side->http1.out,
        .content_length = message->length,
        .drop = message->drop,
        .drop_count = message->drop_count,
        .add = message->add,
        .add_count = message->add_count,
        .keep_upgrade = message->upgrades,
        .is_absolute = message->is_absolute,
    };
    http_request_write(http1_scratch(side), message->head, message->authority, &forward);
    http1_say_scratch(side);
}

/* The owner of the channel closes it: there is nothing to tell an upstream of HTTP/1. */
static void reset(struct http_side *side)
{
    side->connection->persists = false;
}

static const struct http_role role = {
    .name = "HTTP/1 client",
    .take_head = take_head,
    .take_content = http1_take_content,
    .put_head = put_head,
    .put_content = http1_put_content,
    .end = http1_end,
    .reset = reset,
};

void http1_client_begin(
    struct http_side *side, struct http_connection *connection, const struct http_limits *limits, struct text method)
{
    *side =
        (struct http_side){.role = &role, .connection = connection, .http1.limits = *limits, .http1.method = method};
    http_connection_make_room(connection, limits->head + 1);
}
