/* SPDX-License-Identifier: Apache-2.0 */
/* The connections of a small server, plain or TLS: one request after the other, each under one deadline. */
#include <unistd.h>

#include "exeat/base/memory.h"
#include "web_internal.h"

enum {
    HEAD_MAX = 8192,
    LINGER_MS = 2000,
    LINGER_TURNS = 64, /* reads in a row: who sends for ever is not read for ever */
};
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
    struct listener *listener; /* owned */
    struct list visitors;      /* struct visitor */
    size_t visitor_count;
};
struct visitor {
    struct list_node node;
    struct web_server *server;
    struct channel *channel;          /* owned */
    struct tls_connection *handshake; /* owned while it runs */
    struct timer *deadline;           /* owned; of a handshake, a request or the silence before one */
    struct inflight in;
    struct inflight out;
    enum visit state;
    struct web_manner manner;    /* how the request that is read is answered */
    const struct web_page *page; /* its page, and the next three: while its body is read */
    struct buffer head;
    struct http_body framing;
    struct buffer body;
};

static struct loop *loop_of(const struct visitor *visitor)
{
    return visitor->server->options.loop;
}

static void visitor_free(struct visitor *visitor)
{
    struct loop *loop = loop_of(visitor);
    list_remove(&visitor->node);
    visitor->server->visitor_count--;
    tls_connection_free(visitor->handshake);
    channel_free(visitor->channel);
    timer_free(visitor->deadline);
    inflight_clear(loop, &visitor->in);
    inflight_clear(loop, &visitor->out);
    buffer_clear(&visitor->head);
    buffer_clear(&visitor->body);
    base_free(visitor);
}

/* --- answers -------------------------------------------------------------------------------------------------------
 */

/* A silent visitor holds nothing of its last request. */
static void put_answer(struct visitor *visitor, struct web_answer *answer)
{
    struct buffer out = {0};
    web_answer_write(&out, answer, &visitor->manner);
    inflight_append(loop_of(visitor), &visitor->out, buffer_text(&out));
    buffer_clear(&out);
    buffer_clear(&answer->body);
    buffer_clear(&visitor->head);
    buffer_clear(&visitor->body);
    visitor->state = visitor->manner.keep_alive ? VISIT_HEAD : VISIT_LAST;
    visitor->manner = (struct web_manner){0};
    timer_start(visitor->deadline, visitor->server->options.visit_ms);
}

/* What comes behind such a request cannot be told from it: the connection ends. */
static void refuse(struct visitor *visitor, uint16_t status, const char *text)
{
    struct web_answer answer;
    visitor->manner.keep_alive = false;
    web_answer_text(&answer, status, text);
    put_answer(visitor, &answer);
}

static void refuse_malformed(struct visitor *visitor)
{
    refuse(visitor, 400, "the request is malformed\n");
}

static void answer_request(struct visitor *visitor, const struct message_head *head, struct text body)
{
    struct web_answer answer = {0};
    struct web_visit visit = {head, text_after(head->target.path, visitor->page->path.length), body};
    visitor->page->answer(visitor->server->options.context, &visit, &answer);
    put_answer(visitor, &answer);
}

/* --- requests ------------------------------------------------------------------------------------------------------
 */

/* The head is kept as bytes: its slices would not outlive the block. */
static void begin_body(struct visitor *visitor, const struct message_head *head, struct text bytes, bool waits)
{
    buffer_append(&visitor->head, bytes);
    visitor->state = VISIT_BODY;
    if (waits && head->expects_continue) /* RFC 9110 10.1.1 */
        inflight_append(loop_of(visitor), &visitor->out, TEXT("HTTP/1.1 100 Continue\r\n\r\n"));
}

static void take_request(struct visitor *visitor, const struct http_head *head, size_t used)
{
    const struct web_server_options *options = &visitor->server->options;
    struct web_answer answer;
    visitor->manner = (struct web_manner){
        .keep_alive = head->keep_alive && options->keeps_alive,
        .is_old = head->message.version == HTTP_1_0,
        .head_only = text_equal(head->message.method, TEXT("HEAD"))};
    http_body_begin(&visitor->framing, head, &limits);
    bool is_whole = http_body_is_done(&visitor->framing);
    visitor->page = web_find_page(options, &head->message, &answer);
    if (visitor->page == NULL) {
        visitor->manner.keep_alive = visitor->manner.keep_alive && is_whole;
        put_answer(visitor, &answer);
    } else if (is_whole) {
        answer_request(visitor, &head->message, TEXT(""));
    } else {
        begin_body(
            visitor, &head->message, text_part(inflight_text(&visitor->in), 0, used),
            inflight_length(&visitor->in) == used);
    }
}

/* False: more must be read first; so below. */
static bool take_head(struct visitor *visitor)
{
    struct http_head head;
    struct fault fault;
    size_t used = 0;
    switch (http_request_parse(inflight_text(&visitor->in), &limits, &head, &used, &fault)) {
    case PARSE_NEED_MORE:
        return false;
    case PARSE_BAD:
        if (fault.reason == REASON_HEAD_TOO_LARGE || fault.reason == REASON_TARGET_TOO_LONG)
            refuse(visitor, reason_row(fault.reason)->status, too_large);
        else
            refuse_malformed(visitor);
        return true;
    case PARSE_DONE:
        break;
    }
    take_request(visitor, &head, used);
    inflight_consume(loop_of(visitor), &visitor->in, used);
    return true;
}

/* The head was whole when it came, and is read once more for what it says. */
static void answer_with_body(struct visitor *visitor)
{
    struct http_head head;
    struct fault fault;
    size_t used;
    if (http_request_parse(buffer_text(&visitor->head), &limits, &head, &used, &fault) == PARSE_DONE)
        answer_request(visitor, &head.message, buffer_text(&visitor->body));
    else
        refuse_malformed(visitor);
}

static bool take_body(struct visitor *visitor)
{
    struct text content;
    size_t used = 0;
    enum parse parse = http_body_read(&visitor->framing, inflight_text(&visitor->in), &content, &used);
    buffer_append(&visitor->body, content);
    inflight_consume(loop_of(visitor), &visitor->in, used);
    if (visitor->body.length > visitor->server->options.body)
        refuse(visitor, 413, too_large);
    else if (parse == PARSE_BAD)
        refuse_malformed(visitor);
    else if (parse == PARSE_DONE)
        answer_with_body(visitor);
    else
        return used > 0;
    return true;
}

static bool take_input(struct visitor *visitor)
{
    if (inflight_length(&visitor->in) == 0)
        return false;
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
    inflight_clear(loop_of(visitor), &visitor->in);
    return false;
}

/* --- one connection ------------------------------------------------------------------------------------------------
 */

/* False: the visitor is gone, or its output waits. */
static bool write_out(struct visitor *visitor)
{
    uint64_t put = 0;
    if (inflight_length(&visitor->out) > 0) {
        enum io io = inflight_write(loop_of(visitor), &visitor->out, visitor->channel, &put);
        if (io == IO_BROKEN)
            visitor_free(visitor);
        if (io != IO_OK)
            return false; /* a peer that reads slowly is asked for nothing more meanwhile */
    }
    if (visitor->state != VISIT_LAST)
        return true;
    if (channel_finish(visitor->channel) == IO_AGAIN)
        return false;
    visitor->state = VISIT_LINGER;
    timer_start(visitor->deadline, LINGER_MS);
    return true;
}

static void on_ready(void *context)
{
    struct visitor *visitor = context;
    for (unsigned turns = 0;; turns++) {
        if (!write_out(visitor))
            return;
        if (take_input(visitor))
            continue;
        if (visitor->state == VISIT_LINGER && turns > LINGER_TURNS) {
            visitor_free(visitor);
            return;
        }
        switch (inflight_read(loop_of(visitor), &visitor->in, visitor->channel, HEAD_MAX + INFLIGHT_BLOCK, NULL)) {
        case IO_OK:
            break;
        case IO_AGAIN:
            return;
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
    visitor->state = VISIT_HEAD;
    channel_set_handler(visitor->channel, on_ready, visitor);
    on_ready(visitor);
}

/* Who has begun a request and does not end it is told so (RFC 9110 15.5.9); who is silent, or does not read, is not. */
static void on_deadline(void *context)
{
    struct visitor *visitor = context;
    bool asks = visitor->state == VISIT_BODY || (visitor->state == VISIT_HEAD && inflight_length(&visitor->in) > 0);
    if (!asks || inflight_length(&visitor->out) > 0) {
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
    visitor->state = options->tls == NULL ? VISIT_HEAD : VISIT_HANDSHAKE;
    visitor->channel = channel_new(options->loop, descriptor, on_ready, visitor);
    visitor->deadline = timer_new(options->loop, on_deadline, visitor);
    timer_start(visitor->deadline, options->visit_ms);
    list_append(&server->visitors, &visitor->node);
    server->visitor_count++;
    if (options->tls != NULL) {
        visitor->handshake = tls_identity_accept(options->tls, visitor->channel);
        channel_set_handler(visitor->channel, on_handshake, visitor);
    }
    return true;
}

struct web_server *web_server_new(const struct web_server_options *options)
{
    struct web_server *server = base_zalloc(sizeof(*server));
    server->options = *options;
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
    base_free(server);
}
