/* SPDX-License-Identifier: Apache-2.0 */
/* The connections of a small server, plain or TLS: one request after the other, each under one deadline. */
#include <unistd.h>

#include "exeat/base/memory.h"
#include "web_internal.h"

enum { HEAD_MAX = 8192, LINGER_MS = 2000 };
static const struct http_limits limits = {.head = HEAD_MAX, .fields = 100};
static const char too_large[] = "the request is larger than any that is sent here\n";

/* Where a visit is. */
enum visit {
    VISIT_HANDSHAKE, /* of TLS */
    VISIT_HEAD,      /* a request's head is read, or silence before it */
    VISIT_BODY,      /* its body */
    VISIT_LAST,      /* the last answer is written */
    VISIT_LINGER     /* it was: what still comes is thrown away, so that the peer can read the answer */
};

struct web_server {
    struct web_server_options options;
    struct http_worker http;
    struct listener *listener; /* owned */
    struct list visitors;      /* struct visitor */
    size_t visitor_count;
};
/* A request whose body is read. */
struct asked {
    const struct web_page *page;
    struct buffer body;
    struct message_head head; /* its texts are the side's */
};
struct visitor {
    struct list_node node;
    struct web_server *server;
    struct channel *channel;          /* owned */
    struct tls_connection *handshake; /* owned while it runs */
    struct timer *deadline;           /* owned; of a handshake, a request or the silence before one */
    enum visit state;
    struct http_connection http;
    struct http_side side; /* of the request that is read */
    struct asked *asked;   /* owned; of VISIT_BODY */
};

static void forget_request(struct visitor *visitor)
{
    http_side_forget_head(&visitor->side);
    if (visitor->asked != NULL)
        buffer_clear(&visitor->asked->body);
    base_free(visitor->asked);
    visitor->asked = NULL;
}

static void visitor_free(struct visitor *visitor)
{
    list_remove(&visitor->node);
    visitor->server->visitor_count--;
    forget_request(visitor);
    http_connection_clear(&visitor->http);
    tls_connection_free(visitor->handshake);
    channel_free(visitor->channel);
    timer_free(visitor->deadline);
    base_free(visitor);
}

/* --- answers -------------------------------------------------------------------------------------------------------
 */

static void begin_request(struct visitor *visitor)
{
    visitor->state = VISIT_HEAD;
    http_server_begin(&visitor->side, &visitor->http, &limits);
}

/* A silent visitor holds nothing of its last request. */
static void put_answer(struct visitor *visitor, bool is_head, struct web_answer *answer)
{
    struct http_connection *http = &visitor->http;
    http->persists = http->persists && visitor->server->options.keeps_alive && http_side_is_whole(&visitor->side);
    web_answer_put(&visitor->side, answer, is_head);
    buffer_clear(&answer->body);
    forget_request(visitor);
    if (http->persists)
        begin_request(visitor);
    else
        visitor->state = VISIT_LAST;
    timer_start(visitor->deadline, visitor->server->options.visit_ms);
}

/* What comes behind such a request cannot be told from it: the connection ends. */
static void refuse(struct visitor *visitor, uint16_t status, const char *text)
{
    struct web_answer answer;
    visitor->http.persists = false;
    web_answer_text(&answer, status, text);
    put_answer(visitor, false, &answer);
}

static void refuse_malformed(struct visitor *visitor)
{
    refuse(visitor, 400, "the request is malformed\n");
}

static void refuse_head(struct visitor *visitor, enum reason reason)
{
    if (reason == REASON_HEAD_TOO_LARGE || reason == REASON_TARGET_TOO_LONG)
        refuse(visitor, reason_row(reason)->status, too_large);
    else
        refuse_malformed(visitor);
}

static bool is_head(const struct message_head *head)
{
    return text_equal(head->method, TEXT("HEAD"));
}

static void
answer_request(struct visitor *visitor, const struct web_page *page, const struct message_head *head, struct text body)
{
    struct web_answer answer = {0};
    struct web_visit visit = {head, text_after(head->target.path, page->path.length), body};
    page->answer(visitor->server->options.context, &visit, &answer);
    put_answer(visitor, is_head(head), &answer);
}

/* --- requests ------------------------------------------------------------------------------------------------------
 */

static void take_request(struct visitor *visitor, const struct message_head *head)
{
    struct web_answer answer;
    const struct web_page *page = web_find_page(&visitor->server->options, head, &answer);
    if (page == NULL) {
        put_answer(visitor, is_head(head), &answer);
    } else if (http_side_is_whole(&visitor->side)) {
        answer_request(visitor, page, head, TEXT(""));
    } else {
        visitor->asked = base_alloc(sizeof(*visitor->asked));
        *visitor->asked = (struct asked){.page = page, .head = *head};
        visitor->state = VISIT_BODY;
    }
}

/* False: more must be read first; so below. */
static bool take_head(struct visitor *visitor)
{
    struct message_head head;
    struct fault fault;
    message_head_reset(&head);
    switch (visitor->side.role->take_head(&visitor->side, &head, &fault)) {
    case HTTP_NEEDS_MORE:
        return false;
    case HTTP_BAD:
        refuse_head(visitor, fault.reason);
        return true;
    case HTTP_TAKEN:
    case HTTP_WHOLE:
        break;
    }
    take_request(visitor, &head);
    return true;
}

static void take_piece(struct visitor *visitor, struct http_piece *piece)
{
    struct buffer *body = &visitor->asked->body;
    bool fits = piece->content.length <= visitor->server->options.body - body->length;
    if (fits)
        buffer_append(body, piece->content);
    http_piece_drop(piece);
    if (!fits)
        refuse(visitor, 413, too_large);
}

static bool take_body(struct visitor *visitor)
{
    struct http_piece piece;
    switch (visitor->side.role->take_content(&visitor->side, &piece)) {
    case HTTP_NEEDS_MORE:
        http_side_continue(&visitor->side);
        return false;
    case HTTP_BAD:
        refuse_malformed(visitor);
        return true;
    case HTTP_TAKEN:
        take_piece(visitor, &piece);
        return true;
    case HTTP_WHOLE:
        break;
    }
    struct asked *asked = visitor->asked;
    answer_request(visitor, asked->page, &asked->head, buffer_text(&asked->body));
    return true;
}

static bool take_input(struct visitor *visitor)
{
    switch (visitor->state) {
    case VISIT_HEAD:
        return take_head(visitor);
    case VISIT_BODY:
        return take_body(visitor);
    case VISIT_HANDSHAKE:
    case VISIT_LAST:
    case VISIT_LINGER:
        break;
    }
    return false;
}

/* --- one connection ------------------------------------------------------------------------------------------------
 */

/* False: the visitor is gone, or its output waits. A peer that reads slowly is asked for nothing more meanwhile. */
static bool write_out(struct visitor *visitor)
{
    uint64_t put = 0;
    enum io io = http_connection_write(&visitor->http, &put);
    if (io == IO_BROKEN)
        visitor_free(visitor);
    return io == IO_OK;
}

/* Who sends for ever is not read for ever. */
static void linger(struct visitor *visitor)
{
    if (visitor->state == VISIT_LAST)
        timer_start(visitor->deadline, LINGER_MS);
    visitor->state = VISIT_LINGER;
    if (http_connection_linger(&visitor->http) != IO_AGAIN)
        visitor_free(visitor);
}

static void on_ready(void *context)
{
    struct visitor *visitor = context;
    while (write_out(visitor)) {
        if (visitor->state == VISIT_LAST || visitor->state == VISIT_LINGER) {
            linger(visitor);
            return;
        }
        if (take_input(visitor) || inflight_length(&visitor->http.out) > 0)
            continue;
        switch (http_connection_read(&visitor->http)) {
        case IO_OK:
            break;
        case IO_AGAIN:
            return;
        case IO_FULL: /* what could be taken was, and the rest will never be whole */
        case IO_END:
        case IO_BROKEN:
            visitor_free(visitor);
            return;
        }
    }
}

static void on_handshake(void *context)
{
    struct visitor *visitor = context;
    switch (tls_connection_handshake(visitor->handshake)) {
    case TLS_AGAIN:
        return;
    case TLS_FAILED:
        visitor_free(visitor);
        return;
    case TLS_DONE:
        break;
    }
    tls_connection_install(visitor->handshake);
    visitor->handshake = NULL;
    begin_request(visitor);
    channel_set_handler(visitor->channel, on_ready, visitor);
    on_ready(visitor);
}

/* Who has begun a request and does not end it is told so (RFC 9110 15.5.9); who is silent, or does not read, is not. */
static void on_deadline(void *context)
{
    struct visitor *visitor = context;
    bool asks =
        visitor->state == VISIT_BODY || (visitor->state == VISIT_HEAD && inflight_length(&visitor->http.in) > 0);
    if (!asks || inflight_length(&visitor->http.out) > 0) {
        visitor_free(visitor);
        return;
    }
    refuse(visitor, 408, "the request did not come in time\n");
    on_ready(visitor);
}

/* --- the server ----------------------------------------------------------------------------------------------------
 */

static bool on_accept(void *context, int descriptor, const struct address *peer, uint16_t port)
{
    (void)peer, (void)port;
    struct web_server *server = context;
    const struct web_server_options *options = &server->options;
    if (server->visitor_count >= options->visitors) {
        close(descriptor);
        return false;
    }
    struct visitor *visitor = base_zalloc(sizeof(*visitor));
    visitor->server = server;
    visitor->channel = channel_new(options->loop, descriptor, on_ready, visitor);
    http_connection_begin(&visitor->http, &server->http, visitor->channel);
    begin_request(visitor);
    visitor->deadline = timer_new(options->loop, on_deadline, visitor);
    timer_start(visitor->deadline, options->visit_ms);
    list_append(&server->visitors, &visitor->node);
    server->visitor_count++;
    if (options->tls != NULL) {
        visitor->state = VISIT_HANDSHAKE;
        visitor->handshake = tls_identity_accept(options->tls, visitor->channel);
        channel_set_handler(visitor->channel, on_handshake, visitor);
    }
    return true;
}

struct web_server *web_server_new(const struct web_server_options *options)
{
    struct web_server *server = base_zalloc(sizeof(*server));
    server->options = *options;
    server->http.loop = options->loop;
    list_init(&server->visitors);
    server->listener = listener_new(options->loop, options->descriptor, on_accept, server);
    return server;
}

void web_server_free(struct web_server *server)
{
    if (server == NULL)
        return;
    struct list_node *node;
    while ((node = list_first(&server->visitors)) != NULL)
        visitor_free(list_owner(node, struct visitor, node));
    listener_free(server->listener);
    http_worker_clear(&server->http);
    base_free(server);
}
