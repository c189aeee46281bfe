/* SPDX-License-Identifier: Apache-2.0 */
/* One request to a peer and its answer: name, connection, TLS, request, reply, under one deadline. */
#include <stdio.h>

#include "exeat/base/memory.h"
#include "web_internal.h"

enum { REPLY_HEAD_MAX = 16384 };

/* How far the answer was read. */
enum reading { READING_HEAD, READING_BODY, READING_DONE, READING_FAILED };

struct web_call {
    const struct web_peer *peer;
    web_answered on_answer;
    void (*on_content)(void *context, struct text content); /* NULL: nobody listens */
    void *context;
    struct timer *deadline;        /* owned */
    struct deferred refused;       /* a socket that may not be dialled */
    enum reason why;               /* of that */
    struct resolve *resolve;       /* owned while it runs */
    struct connecting *connecting; /* owned while it runs */
    struct upstream *upstream;     /* owned once connected */
    struct http_worker worker;     /* the call's own: what is written has a token in it */
    struct http_connection http;
    struct http_side side;
    enum reading reading;
    uint16_t status; /* once the head was read */
    struct buffer content;
};

static void call_free(struct web_call *call)
{
    deferred_cancel(&call->refused);
    resolve_cancel(call->resolve);
    connecting_cancel(call->connecting);
    upstream_free(call->upstream);
    timer_free(call->deadline);
    http_connection_clear(&call->http);
    http_worker_clear(&call->worker);
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
    struct message_head head;
    struct fault fault;
    message_head_reset(&head);
    do {
        switch (call->side.role->take_head(&call->side, &head, &fault)) {
        case HTTP_NEEDS_MORE:
            return READING_HEAD;
        case HTTP_BAD:
            return READING_FAILED;
        case HTTP_TAKEN:
        case HTTP_WHOLE:
            break;
        }
        call->status = head.status;
        http_side_forget_head(&call->side);
    } while (is_interim(call->status));
    return READING_BODY;
}

static enum reading read_body(struct web_call *call, bool ended)
{
    for (;;) {
        struct http_piece piece;
        switch (call->side.role->take_content(&call->side, &piece)) {
        case HTTP_WHOLE:
            return READING_DONE;
        case HTTP_BAD:
            return READING_FAILED;
        case HTTP_NEEDS_MORE:
            return ended && http_side_ends_whole(&call->side) ? READING_DONE : READING_BODY;
        case HTTP_TAKEN:
            break;
        }
        if (piece.content.length > call->peer->answer - call->content.length) {
            http_piece_drop(&piece);
            return READING_FAILED;
        }
        buffer_append(&call->content, piece.content);
        if (call->on_content != NULL)
            call->on_content(call->context, piece.content);
        http_piece_drop(&piece);
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
    uint64_t put = 0;
    enum io io = http_connection_write(&call->http, &put);
    while (io == IO_OK || io == IO_AGAIN) {
        io = http_connection_read(&call->http);
        if (io == IO_AGAIN)
            return;
        if (io == IO_FULL) { /* what could be taken was, and the rest will never be whole */
            end(call, 0, TEXT(""), "its answer is malformed or too long");
            return;
        }
        if (io != IO_BROKEN && try_reply(call, io == IO_END))
            return;
    }
    end(call, 0, TEXT(""), "it broke the connection");
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
    call->http.channel = upstream->channel;
    channel_set_handler(upstream->channel, on_ready, call);
    on_ready(call);
}

static void connect_to(struct web_call *call, const struct judged_address *to, size_t count)
{
    const struct web_peer *peer = call->peer;
    const struct route_way way = {
        .scheme = peer->scheme,
        .host = peer->host,
        .port = peer->port,
        .to = to,
        .count = count,
        .trust = peer->trust,
    };
    call->connecting = route_connect(peer->route, &way, on_connected, call);
}

static enum reason judge(const struct web_peer *peer, const struct address *address, struct judged_address *judged)
{
    if (peer->may_dial != NULL)
        return peer->may_dial(peer->judge, peer, address, judged);
    *judged = (struct judged_address){.is_socket = true};
    if (address != NULL)
        *judged = (struct judged_address){.address = *address, .port = peer->port};
    return REASON_NONE;
}

/* Straight to what may be dialled; where nothing may, the first of them says why. */
static void set_out_to(struct web_call *call, const struct address *addresses, size_t count)
{
    struct judged_address to[RESOLVE_MAX];
    enum reason first = REASON_NONE;
    size_t good = 0;
    for (size_t i = 0; i < count; i++) {
        enum reason why = judge(call->peer, &addresses[i], &to[good]);
        good += why == REASON_NONE;
        first = first == REASON_NONE ? why : first;
    }
    if (good > 0)
        connect_to(call, to, good);
    else
        end(call, 0, TEXT(""), reason_row(first)->text);
}

static void on_resolved(void *context, const struct resolved *resolved)
{
    struct web_call *call = context;
    call->resolve = NULL;
    if (resolved->result != RESOLVE_OK) {
        char why[200];
        snprintf(why, sizeof(why), "its name could not be resolved: %s", resolved->detail);
        end(call, 0, TEXT(""), why);
        return;
    }
    set_out_to(call, resolved->addresses, resolved->count);
}

/* The answer never comes from within web_call_start. */
static void on_refused(struct deferred *deferred)
{
    struct web_call *call = list_owner(deferred, struct web_call, refused);
    end(call, 0, TEXT(""), reason_row(call->why)->text);
}

/* A Unix socket has no name to ask for. */
static void set_out(struct web_call *call)
{
    const struct web_peer *peer = call->peer;
    struct judged_address socket;
    if (peer->host->kind != HOST_SOCKET) {
        call->resolve = resolve_start(peer->resolver, peer->host, on_resolved, call);
        return;
    }
    call->why = judge(peer, NULL, &socket);
    if (call->why == REASON_NONE)
        connect_to(call, &socket, 1);
    else
        loop_defer(peer->loop, &call->refused);
}

/* A field value, to be forgotten. */
static void write_bearer(struct buffer *out, const struct secret *bearer)
{
    struct text shown = secret_show(bearer);
    buffer_reserve(out, TEXT("Bearer ").length + shown.length); /* so that it is not moved with the token in it */
    BUFFER_APPEND_ALL(out, TEXT("Bearer "), shown);
}

static void
put_request(struct web_call *call, const struct web_request *request, struct text authority, struct text path)
{
    struct message_head head;
    struct buffer shown = {0};
    struct field add[5] = {{TEXT("Connection"), TEXT("close")}};
    struct http_message message = {
        .head = &head, .authority = authority, .length = request->body.length, .add = add, .add_count = 1};
    struct http_piece body = {.content = request->body};
    message_head_reset(&head);
    head.method = request->method;
    head.target.path = path; /* and the query, if it has one */
    if (request->body.length > 0) {
        message.content = CONTENT_OF_LENGTH;
        add[message.add_count++] =
            (struct field){TEXT("Content-Type"), request->type.length > 0 ? request->type : TEXT("text/plain")};
    }
    if (request->accept.length > 0)
        add[message.add_count++] = (struct field){TEXT("Accept"), request->accept};
    if (request->also.name.length > 0)
        add[message.add_count++] = request->also;
    if (request->bearer != NULL) {
        write_bearer(&shown, request->bearer);
        add[message.add_count++] = (struct field){TEXT("Authorization"), buffer_text(&shown)};
    }
    call->side.role->put_head(&call->side, &message);
    call->side.role->put_content(&call->side, &body);
    call->side.role->end(&call->side);
    buffer_forget(&shown);
    http_side_forget_put(&call->side);
}

static void write_request(struct web_call *call, const struct web_request *request)
{
    const struct web_peer *peer = call->peer;
    struct buffer authority = {0};
    struct buffer path = {0};
    authority_append(&authority, peer->host, peer->port, peer->scheme == SCHEME_HTTPS ? 443 : 80);
    BUFFER_APPEND_ALL(&path, peer->prefix, request->path);
    put_request(call, request, buffer_text(&authority), buffer_text(&path));
    buffer_clear(&authority);
    buffer_clear(&path);
}

struct web_call *
web_call_start(const struct web_peer *peer, const struct web_request *request, web_answered on_answer, void *context)
{
    struct web_call *call = base_zalloc(sizeof(*call));
    call->peer = peer;
    call->on_answer = on_answer;
    call->on_content = request->on_content;
    call->context = context;
    call->refused.run = on_refused;
    call->worker.loop = peer->loop;
    http_connection_begin(&call->http, &call->worker, NULL); /* its channel comes when it is connected */
    http_client_begin(&call->side, &call->http, &limits, request->method);
    write_request(call, request);
    call->deadline = timer_new(peer->loop, on_deadline, call);
    timer_start(call->deadline, peer->timeout_ms);
    set_out(call);
    return call;
}
