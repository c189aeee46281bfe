/* SPDX-License-Identifier: Apache-2.0 */
/* The witness over HTTP/1.1, plain or TLS: connections are kept alive, requests answered one after the other. */
#include <time.h>
#include <unistd.h>

#include "anchor_internal.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"
#include "exeat/wire.h"

enum {
    VISITORS_MAX = 4096,
    HEAD_MAX = 8192,
    BODY_MAX = TLOG_NOTE_MAX + 8192,
    VISIT_MS = 30000,
    LINGER_MS = 2000,
    LINGER_TURNS = 64, /* reads in a row: who sends for ever is not read for ever */
};

/* Where a visit is. */
enum visit {
    VISIT_HEAD,  /* a request's head is read, or silence before it */
    VISIT_BODY,  /* its body */
    VISIT_LAST,  /* the last answer is written */
    VISIT_LINGER /* it was: what still comes is thrown away, so that the peer can read the answer (RFC 9112 9.6) */
};

struct witness_server {
    struct witness_server_options options;
    struct listener *listener; /* owned */
    struct list visitors;      /* struct visitor */
    size_t visitor_count;
};
struct visitor {
    struct list_node node;
    struct witness_server *server;
    struct stream *stream;         /* owned */
    struct tls_session *handshake; /* owned while it runs */
    struct timer *deadline;        /* owned; of a handshake, a request or the silence before one */
    struct window in;
    struct window out;
    enum visit state;
    struct buffer head; /* of the request that is being read, once it is whole */
    struct http_body framing;
    struct buffer body;
};

static void visitor_free(struct visitor *visitor)
{
    struct loop *loop = visitor->server->options.loop;
    list_remove(&visitor->node);
    visitor->server->visitor_count--;
    tls_session_free(visitor->handshake);
    stream_free(visitor->stream);
    timer_free(visitor->deadline);
    window_clear(loop, &visitor->in);
    window_clear(loop, &visitor->out);
    buffer_clear(&visitor->head);
    buffer_clear(&visitor->body);
    base_free(visitor);
}

static void on_deadline(void *context)
{
    visitor_free(context);
}

/* --- one connection ------------------------------------------------------------------------------------------------
 */

static struct loop *loop_of(const struct visitor *visitor)
{
    return visitor->server->options.loop;
}

/* RFC 9110 5.6.7 */
static void write_date(char out[32])
{
    struct tm parts;
    time_t now = time(NULL);
    out[0] = '\0';
    if (gmtime_r(&now, &parts) != NULL)
        (void)strftime(out, 32, "%a, %d %b %Y %H:%M:%S GMT", &parts);
}

static void put_answer(struct visitor *visitor, struct witness_answer *answer, bool keep_alive, bool head_only)
{
    struct buffer out = {0};
    char date[32];
    write_date(date);
    struct http_field fields[] = {{TEXT("Date"), text_from(date)}, {TEXT("Content-Type"), text_from(answer->type)}};
    http_answer_write(
        &out, answer->status, fields, COUNT_OF(fields), buffer_text(&answer->body), keep_alive, head_only);
    window_append(loop_of(visitor), &visitor->out, buffer_text(&out));
    buffer_clear(&out);
    buffer_clear(&answer->body);
    buffer_clear(&visitor->head); /* a silent visitor holds none */
    buffer_clear(&visitor->body);
    visitor->state = keep_alive ? VISIT_HEAD : VISIT_LAST;
    timer_start(visitor->deadline, VISIT_MS);
}

static void refuse(struct visitor *visitor, uint16_t status, const char *text)
{
    struct witness_answer answer;
    witness_answer_text(&answer, status, text);
    put_answer(visitor, &answer, false, false);
}

static const char too_large[] = "the request is larger than any that is sent here\n";
static const struct http_limits limits = {.head = HEAD_MAX, .fields = 100};

static enum parse parse_head(struct text input, struct http_head *head, size_t *used)
{
    struct fault fault;
    return http_request_parse(input, &limits, head, used, &fault);
}

/* The head and the body are here; both were read once, from start to end. */
static void answer_request(struct visitor *visitor)
{
    struct http_head head;
    struct witness_answer answer;
    size_t used;
    if (parse_head(buffer_text(&visitor->head), &head, &used) != PARSE_DONE) {
        refuse(visitor, 500, "");
        return;
    }
    struct witness_visit visit = {&visitor->server->options, &head, buffer_text(&visitor->body)};
    witness_answer_page(&visit, &answer);
    put_answer(visitor, &answer, head.keep_alive, text_equal(head.method, TEXT("HEAD")));
}

/* False: more must be read first. */
static bool take_head(struct visitor *visitor)
{
    struct http_head head;
    struct text input = window_text(&visitor->in);
    size_t used = 0;
    switch (parse_head(input, &head, &used)) {
    case PARSE_NEED_MORE:
        return false;
    case PARSE_BAD:
        refuse(visitor, 400, "the request is malformed\n");
        return true;
    case PARSE_DONE:
        break;
    }
    buffer_append(&visitor->head, text_part(input, 0, used));
    http_body_begin(&visitor->framing, &head, &limits);
    bool is_large = head.framing == FRAMING_LENGTH && head.content_length > BODY_MAX;
    window_consume(loop_of(visitor), &visitor->in, used);
    visitor->state = VISIT_BODY;
    if (is_large)
        refuse(visitor, 413, too_large);
    else if (http_body_is_done(&visitor->framing))
        answer_request(visitor);
    return true;
}

static bool take_body(struct visitor *visitor)
{
    struct text content;
    size_t used = 0;
    enum parse parse = http_body_read(&visitor->framing, window_text(&visitor->in), &content, &used);
    buffer_append(&visitor->body, content);
    window_consume(loop_of(visitor), &visitor->in, used);
    if (visitor->body.length > BODY_MAX)
        refuse(visitor, 413, too_large);
    else if (parse == PARSE_BAD)
        refuse(visitor, 400, "the request is malformed\n");
    else if (parse == PARSE_DONE)
        answer_request(visitor);
    else
        return used > 0;
    return true;
}

/* One step with what was read. False: more must be read first. */
static bool take_input(struct visitor *visitor)
{
    if (window_length(&visitor->in) == 0)
        return false;
    switch (visitor->state) {
    case VISIT_HEAD:
        return take_head(visitor);
    case VISIT_BODY:
        return take_body(visitor);
    case VISIT_LAST:
    case VISIT_LINGER:
        break;
    }
    window_clear(loop_of(visitor), &visitor->in);
    return false;
}

/* False: the visitor is gone, or its output waits. */
static bool write_out(struct visitor *visitor)
{
    uint64_t put = 0;
    if (window_length(&visitor->out) > 0) {
        enum io io = window_write(loop_of(visitor), &visitor->out, visitor->stream, &put);
        if (io == IO_BROKEN)
            visitor_free(visitor);
        if (io != IO_OK)
            return false; /* a peer that reads slowly is asked for nothing more meanwhile */
    }
    if (visitor->state != VISIT_LAST)
        return true;
    if (stream_finish(visitor->stream) == IO_AGAIN)
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
        switch (window_read(loop_of(visitor), &visitor->in, visitor->stream, HEAD_MAX + WINDOW_BLOCK, NULL)) {
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
    switch (tls_session_handshake(visitor->handshake)) {
    case TLS_AGAIN:
        return;
    case TLS_FAILED:
        visitor_free(visitor);
        return;
    case TLS_DONE:
        break;
    }
    tls_session_install(visitor->handshake);
    visitor->handshake = NULL;
    stream_set_handler(visitor->stream, on_ready, visitor);
    on_ready(visitor);
}

static bool on_accept(void *context, int descriptor, const struct address *peer, uint16_t port)
{
    (void)peer, (void)port;
    struct witness_server *server = context;
    if (server->visitor_count >= VISITORS_MAX) {
        close(descriptor);
        return false;
    }
    struct visitor *visitor = base_zalloc(sizeof(*visitor));
    visitor->server = server;
    visitor->stream = stream_new(server->options.loop, descriptor, on_ready, visitor);
    visitor->deadline = timer_new(server->options.loop, on_deadline, visitor);
    timer_start(visitor->deadline, VISIT_MS);
    list_append(&server->visitors, &visitor->node);
    server->visitor_count++;
    if (server->options.tls == NULL)
        return true;
    visitor->handshake = tls_identity_accept(server->options.tls, visitor->stream);
    stream_set_handler(visitor->stream, on_handshake, visitor);
    return true;
}

struct witness_server *witness_server_new(const struct witness_server_options *options)
{
    struct witness_server *server = base_zalloc(sizeof(*server));
    server->options = *options;
    list_init(&server->visitors);
    server->listener = listener_new(options->loop, options->descriptor, on_accept, server);
    return server;
}

void witness_server_free(struct witness_server *server)
{
    if (server == NULL)
        return;
    struct list_node *node;
    while ((node = list_first(&server->visitors)) != NULL)
        visitor_free(list_owner(node, struct visitor, node));
    listener_free(server->listener);
    base_free(server);
}
