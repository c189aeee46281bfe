/* SPDX-License-Identifier: Apache-2.0 */
/* One request to a peer and its answer: name, connection, TLS, request, reply, under one deadline. */
#include <stdio.h>

#include "exeat/base/memory.h"
#include "web_internal.h"

enum { REQUEST_SIZE = 8192, REPLY_HEAD_MAX = 16384, INFLIGHT_MAX = REPLY_HEAD_MAX + INFLIGHT_BLOCK };

/* How far the answer was read. */
enum reading { READING_HEAD, READING_BODY, READING_DONE, READING_FAILED };

struct web_call {
    const struct web_peer *peer;
    web_answered on_answer;
    void *context;
    struct timer *deadline;        /* owned */
    struct resolve *resolve;       /* owned while it runs */
    struct connecting *connecting; /* owned while it runs */
    struct upstream *upstream;     /* owned once connected */
    struct inflight out;
    struct inflight in;
    struct text method; /* GET or POST: literals */
    enum reading reading;
    uint16_t status; /* once the head was read */
    struct http_body body;
    struct buffer content;
};

static void call_free(struct web_call *call)
{
    resolve_cancel(call->resolve);
    connecting_cancel(call->connecting);
    upstream_free(call->upstream);
    timer_free(call->deadline);
    inflight_clear(call->peer->loop, &call->out);
    inflight_clear(call->peer->loop, &call->in);
    buffer_clear(&call->content);
    base_free(call);
}

void web_call_cancel(struct web_call *call)
{
    if (call != NULL)
        call_free(call);
}

static void end(struct web_call *call, uint16_t status, struct text body, const char *error)
{
    char kept[300];
    struct buffer copy = {0};
    web_answered on_answer = call->on_answer;
    void *context = call->context;
    text_store(text_from(error), kept, sizeof(kept));
    buffer_append(&copy, body);
    call_free(call);
    on_answer(context, status, buffer_text(&copy), kept);
    buffer_clear(&copy);
}

static void on_deadline(void *context)
{
    struct web_call *call = context;
    if (call->connecting != NULL)
        connecting_expire(call->connecting);
    else
        end(call, 0, TEXT(""), "it did not answer in time");
}

/* --- the reply -----------------------------------------------------------------------------------------------------
 */

static const struct http_limits limits = {.head = REPLY_HEAD_MAX, .fields = 100};

/* An interim reply (RFC 9110 15.2) says nothing; 101 would be a last one. */
static bool is_interim(uint16_t status)
{
    return status < 200 && status != 101;
}

static enum reading read_head(struct web_call *call)
{
    struct http_head head;
    struct fault fault;
    size_t used = 0;
    do {
        inflight_consume(call->peer->loop, &call->in, used);
        switch (http_reply_parse(inflight_text(&call->in), &limits, call->method, &head, &used, &fault)) {
        case PARSE_NEED_MORE:
            return READING_HEAD;
        case PARSE_BAD:
            return READING_FAILED;
        case PARSE_DONE:
            break;
        }
    } while (is_interim(head.message.status));
    call->status = head.message.status;
    http_body_begin(&call->body, &head, &limits);
    inflight_consume(call->peer->loop, &call->in, used);
    return http_body_is_done(&call->body) ? READING_DONE : READING_BODY;
}

static enum reading read_body(struct web_call *call, bool ended)
{
    for (;;) {
        struct text piece;
        size_t used = 0;
        enum parse parse = http_body_read(&call->body, inflight_text(&call->in), &piece, &used);
        buffer_append(&call->content, piece);
        inflight_consume(call->peer->loop, &call->in, used);
        if (parse == PARSE_BAD || call->content.length > call->peer->answer)
            return READING_FAILED;
        if (parse == PARSE_DONE)
            return READING_DONE;
        if (used == 0)
            return ended && http_body_end(&call->body) ? READING_DONE : READING_BODY;
    }
}

/* True when the call has ended. */
static bool try_reply(struct web_call *call, bool ended)
{
    if (call->reading == READING_HEAD)
        call->reading = read_head(call);
    if (call->reading == READING_BODY)
        call->reading = read_body(call, ended);
    if (call->reading == READING_DONE)
        end(call, call->status, buffer_text(&call->content), "");
    else if (call->reading == READING_FAILED)
        end(call, 0, TEXT(""), "its answer is malformed or too long");
    else if (ended)
        end(call, 0, TEXT(""), "it closed the connection before it had answered");
    else
        return false;
    return true;
}

static void on_ready(void *context)
{
    struct web_call *call = context;
    struct loop *loop = call->peer->loop;
    uint64_t put = 0;
    if (inflight_length(&call->out) > 0 &&
        inflight_write(loop, &call->out, call->upstream->channel, &put) == IO_BROKEN) {
        end(call, 0, TEXT(""), "it broke the connection");
        return;
    }
    for (;;) {
        enum io io = inflight_read(loop, &call->in, call->upstream->channel, INFLIGHT_MAX, NULL);
        if (io == IO_AGAIN)
            return;
        if (io == IO_BROKEN) {
            end(call, 0, TEXT(""), "it broke the connection");
            return;
        }
        if (try_reply(call, io == IO_END))
            return;
    }
}

/* --- the way there -------------------------------------------------------------------------------------------------
 */

static void on_connected(void *context, struct upstream *upstream, enum reason reason, const char *detail)
{
    struct web_call *call = context;
    call->connecting = NULL;
    if (upstream == NULL) {
        char why[300];
        snprintf(why, sizeof(why), "%s: %s", reason_row(reason)->text, detail);
        end(call, 0, TEXT(""), why);
        return;
    }
    call->upstream = upstream;
    channel_set_handler(upstream->channel, on_ready, call);
    on_ready(call);
}

static void on_resolved(void *context, const struct resolved *resolved)
{
    struct web_call *call = context;
    const struct web_peer *peer = call->peer;
    struct judged_address to[RESOLVE_MAX];
    call->resolve = NULL;
    if (resolved->result != RESOLVE_OK) {
        char why[200];
        snprintf(why, sizeof(why), "its name could not be resolved: %s", resolved->detail);
        end(call, 0, TEXT(""), why);
        return;
    }
    for (size_t i = 0; i < resolved->count; i++)
        to[i] = (struct judged_address){resolved->addresses[i], peer->port};
    struct route_way way = {.scheme = peer->scheme, .host = peer->host, .to = to, .count = resolved->count};
    call->connecting = route_connect(peer->route, &way, on_connected, call);
}

static void write_request(struct web_call *call, const struct web_request *request)
{
    const struct web_peer *peer = call->peer;
    struct buffer out = {0};
    buffer_reserve(&out, REQUEST_SIZE + request->body.length); /* so that it is not moved with the token in it */
    buffer_append(&out, request->method);
    buffer_printf(&out, " %.*s%.*s HTTP/1.1\r\nHost: ", TEXT_ARG(peer->prefix), TEXT_ARG(request->path));
    authority_append(&out, peer->host, peer->port, peer->scheme == SCHEME_HTTPS ? 443 : 80);
    if (request->bearer != NULL)
        BUFFER_APPEND_ALL(&out, TEXT("\r\nAuthorization: Bearer "), secret_show(request->bearer));
    if (request->body.length > 0)
        buffer_printf(&out, "\r\nContent-Type: text/plain\r\nContent-Length: %zu", request->body.length);
    buffer_append(&out, TEXT("\r\nConnection: close\r\n\r\n"));
    buffer_append(&out, request->body);
    inflight_append(peer->loop, &call->out, buffer_text(&out));
    base_forget(out.data, out.capacity);
    buffer_clear(&out);
}

struct web_call *
web_call_start(const struct web_peer *peer, const struct web_request *request, web_answered on_answer, void *context)
{
    struct web_call *call = base_zalloc(sizeof(*call));
    call->peer = peer;
    call->on_answer = on_answer;
    call->context = context;
    call->method = request->method;
    write_request(call, request);
    call->deadline = timer_new(peer->loop, on_deadline, call);
    timer_start(call->deadline, peer->timeout_ms);
    call->resolve = resolve_start(peer->resolver, peer->host, on_resolved, call);
    return call;
}
