/* SPDX-License-Identifier: Apache-2.0 */
/* The witness over HTTP/1.1, plain or TLS: connections are kept alive, requests answered one after the other. */
#include <unistd.h>

#include "anchor_internal.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"
#include "exeat/wire.h"

enum { VISITORS_MAX = 4096, HEAD_MAX = 8192, BODY_MAX = AUDIT_NOTE_MAX + 8192, VISIT_MS = 30000 };

struct witness_server {
    struct witness_server_options options;
    struct listener *listener; /* owned */
    struct list visitors;      /* struct visitor */
    size_t visitor_count;
    uint64_t over_limit;
};
struct visitor {
    struct list_node node;
    struct witness_server *server;
    struct stream *stream;         /* owned */
    struct tls_session *handshake; /* owned while it runs */
    struct timer *deadline;        /* owned; of a handshake, a request or the silence before one */
    struct window in;
    struct window out;
    struct buffer body; /* of the request that is being read */
    bool ends;          /* close when `out` is written */
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
    buffer_clear(&visitor->body);
    base_free(visitor);
}

static void on_deadline(void *context)
{
    visitor_free(context);
}

/* --- pages ---------------------------------------------------------------------------------------------------------
 */

/* A token is compared by its digest, with every one that is known. */
static bool has_token(const struct witness_server *server, const struct http_head *head)
{
    const struct http_field *field = http_field_find(head, TEXT("Authorization"));
    struct text scheme = TEXT("Bearer ");
    struct digest given;
    bool good = false;
    if (field == NULL || field->value.length <= scheme.length ||
        !text_equal_nocase(text_part(field->value, 0, scheme.length), scheme))
        return false;
    digest_sha256(bytes_of_text(text_after(field->value, scheme.length)), &given);
    for (size_t i = 0; i < server->options.token_count; i++)
        good = digest_equal(&given, &server->options.tokens[i]) || good;
    return good;
}

static void answer_with(struct witness_answer *answer, uint16_t status, const char *text)
{
    *answer = (struct witness_answer){.status = status, .type = "text/plain; charset=utf-8"};
    buffer_append_string(&answer->body, text);
}

static void answer_add_checkpoint(struct visitor *visitor, const struct http_head *head, struct witness_answer *answer)
{
    (void)head;
    witness_add_checkpoint(visitor->server->options.witness, buffer_text(&visitor->body), answer);
}

static void answer_enrol(struct visitor *visitor, const struct http_head *head, struct witness_answer *answer)
{
    if (has_token(visitor->server, head)) {
        witness_enrol(visitor->server->options.witness, buffer_text(&visitor->body), answer);
        return;
    }
    witness_note_bad_token(visitor->server->options.witness);
    answer_with(answer, 401, "enrolment wants 'Authorization: Bearer TOKEN' with one of this witness's tokens\n");
}

static void answer_checkpoint(struct visitor *visitor, const struct http_head *head, struct witness_answer *answer)
{
    witness_last(visitor->server->options.witness, text_after(head->target.path, sizeof("/checkpoint/") - 1), answer);
}

static void answer_live(struct visitor *visitor, const struct http_head *head, struct witness_answer *answer)
{
    (void)visitor, (void)head;
    answer_with(answer, 200, "live\n");
}

static void answer_metrics(struct visitor *visitor, const struct http_head *head, struct witness_answer *answer)
{
    (void)head;
    *answer = (struct witness_answer){.status = 200, .type = "text/plain; version=0.0.4; charset=utf-8"};
    witness_metrics_write(visitor->server->options.witness, &answer->body);
}

static const struct page {
    struct text path;
    bool is_prefix;
    bool posts;
    void (*answer)(struct visitor *visitor, const struct http_head *head, struct witness_answer *answer);
} pages[] = {
    {TEXT_INIT("/add-checkpoint"), false, true, answer_add_checkpoint},
    {TEXT_INIT("/enrol"), false, true, answer_enrol},
    {TEXT_INIT("/checkpoint/"), true, false, answer_checkpoint},
    {TEXT_INIT("/metrics"), false, false, answer_metrics},
    {TEXT_INIT("/livez"), false, false, answer_live},
};

static void answer_page(struct visitor *visitor, const struct http_head *head, struct witness_answer *answer)
{
    for (size_t i = 0; i < COUNT_OF(pages); i++) {
        bool is_it = pages[i].is_prefix ? text_starts_with(head->target.path, pages[i].path)
                                        : text_equal(head->target.path, pages[i].path);
        if (!is_it)
            continue;
        if (text_equal(head->method, pages[i].posts ? TEXT("POST") : TEXT("GET")))
            pages[i].answer(visitor, head, answer);
        else
            answer_with(answer, 405, pages[i].posts ? "POST goes here\n" : "GET goes here\n");
        return;
    }
    answer_with(answer, 404, "a witness has /add-checkpoint, /enrol, /checkpoint/ORIGIN, /metrics and /livez\n");
}

/* --- one connection ------------------------------------------------------------------------------------------------
 */

static void put_answer(struct visitor *visitor, struct witness_answer *answer, bool keep_alive)
{
    struct buffer out = {0};
    struct http_field type = {TEXT("Content-Type"), text_from(answer->type)};
    http_answer_write(&out, answer->status, &type, 1, buffer_text(&answer->body), keep_alive, false);
    window_append(visitor->server->options.loop, &visitor->out, buffer_text(&out));
    buffer_clear(&out);
    buffer_clear(&answer->body);
    buffer_empty(&visitor->body);
    visitor->ends = !keep_alive;
}

static void refuse(struct visitor *visitor, uint16_t status, const char *text)
{
    struct witness_answer answer;
    answer_with(&answer, status, text);
    put_answer(visitor, &answer, false);
}

/* The body as far as it is there; PARSE_DONE: it is whole, and `*used` bytes after the head were it. */
static enum parse read_body(struct visitor *visitor, const struct http_head *head, struct text rest, size_t *used)
{
    static const struct http_limits limits = {.head = HEAD_MAX, .fields = 100};
    struct http_body body;
    enum parse parse = PARSE_NEED_MORE;
    http_body_begin(&body, head, &limits);
    buffer_empty(&visitor->body);
    *used = 0;
    if (http_body_is_done(&body))
        return PARSE_DONE;
    while (parse == PARSE_NEED_MORE && *used < rest.length && visitor->body.length <= BODY_MAX) {
        struct text content;
        size_t taken = 0;
        parse = http_body_read(&body, text_after(rest, *used), &content, &taken);
        buffer_append(&visitor->body, content);
        *used += taken;
        if (parse == PARSE_NEED_MORE && taken == 0)
            break;
    }
    return parse;
}

/* One request from what was read. False: more must be read first. */
static bool take_request(struct visitor *visitor)
{
    struct http_limits limits = {.head = HEAD_MAX, .fields = 100};
    struct http_head head;
    struct text input = window_text(&visitor->in);
    size_t used = 0;
    size_t body_used = 0;
    struct fault fault;
    enum parse parse = http_request_parse(input, &limits, &head, &used, &fault);
    if (parse == PARSE_DONE)
        parse = read_body(visitor, &head, text_after(input, used), &body_used);
    if (parse == PARSE_BAD) {
        refuse(visitor, 400, "the request is malformed\n");
        return true;
    }
    if (parse == PARSE_NEED_MORE) {
        if (visitor->body.length <= BODY_MAX && input.length <= HEAD_MAX + 2 * BODY_MAX)
            return false;
        refuse(visitor, 413, "the request is larger than any that is sent here\n");
        return true;
    }
    struct witness_answer answer;
    answer_page(visitor, &head, &answer);
    put_answer(visitor, &answer, head.keep_alive);
    window_consume(visitor->server->options.loop, &visitor->in, used + body_used);
    timer_start(visitor->deadline, VISIT_MS);
    return true;
}

/* False: the visitor is gone. */
static bool write_out(struct visitor *visitor)
{
    uint64_t put = 0;
    enum io io = window_write(visitor->server->options.loop, &visitor->out, visitor->stream, &put);
    bool is_over = io == IO_BROKEN || (io == IO_OK && visitor->ends);
    if (!is_over)
        return true;
    if (io == IO_OK)
        (void)stream_finish(visitor->stream);
    visitor_free(visitor);
    return false;
}

static void on_ready(void *context)
{
    struct visitor *visitor = context;
    struct loop *loop = visitor->server->options.loop;
    for (;;) {
        if (window_length(&visitor->out) > 0 && !write_out(visitor))
            return;
        if (window_length(&visitor->out) > 0)
            return; /* the peer reads slowly: it is asked for nothing more meanwhile */
        if (window_length(&visitor->in) > 0 && take_request(visitor))
            continue;
        switch (window_read(loop, &visitor->in, visitor->stream, HEAD_MAX + 2 * BODY_MAX + 1, NULL)) {
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
        server->over_limit++;
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
