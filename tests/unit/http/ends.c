/* SPDX-License-Identifier: Apache-2.0 */
/* A connection over a scripted peer, and one exchange's side of it. */
#include "ends.h"

static const struct http_limits limits = {.head = 4096, .fields = 20};

static void ignore(void *context)
{
    (void)context;
}

void ends_begin(struct ends *ends)
{
    fake_begin();
    int descriptor = fake_client();
    *ends = (struct ends){.worker.loop = fake.loop, .peer = fake_of(descriptor)};
    http_connection_begin(&ends->connection, &ends->worker, channel_new(fake.loop, descriptor, ignore, NULL));
}

void ends_end(struct ends *ends)
{
    if (ends->side.role != NULL)
        http_side_forget_head(&ends->side);
    http_connection_clear(&ends->connection);
    channel_free(ends->connection.channel);
    http_worker_clear(&ends->worker);
    fake_end();
}

void ends_serve(struct ends *ends)
{
    http_server_begin(&ends->side, &ends->connection, &limits);
}

void ends_ask(struct ends *ends, const char *method)
{
    struct message_head head;
    message_head_reset(&head);
    head.method = text_from(method);
    head.target.path = TEXT("/");
    http_client_begin(&ends->side, &ends->connection, &limits, head.method);
    ends->side.role->put_head(&ends->side, &(struct http_message){.head = &head, .authority = TEXT("a.example")});
    ends->side.role->end(&ends->side);
}

enum http_taken ends_hear(struct ends *ends, const char *bytes)
{
    fake_send(ends->peer, bytes);
    while (http_side_read(&ends->side) == IO_OK)
        continue;
    message_head_reset(&ends->head);
    return ends->side.role->take_head(&ends->side, &ends->head, &ends->fault);
}

struct text ends_take(struct ends *ends, struct buffer *content)
{
    struct http_piece piece;
    buffer_empty(content);
    while (ends->side.role->take_content(&ends->side, &piece) == HTTP_TAKEN) {
        buffer_append(content, piece.content);
        http_piece_drop(&piece);
    }
    return buffer_text(content);
}

void ends_answer(struct ends *ends, enum content content, uint64_t length, const char *body)
{
    struct http_side *side = &ends->side;
    struct http_piece piece = {.content = text_from(body)};
    uint64_t put = 0;
    side->role->put_head(side, &(struct http_message){.status = 200, .content = content, .length = length});
    side->role->put_content(side, &piece);
    side->role->end(side);
    while (http_side_send(side, &put) == IO_AGAIN)
        fake_run();
}
