/* SPDX-License-Identifier: Apache-2.0 */
/* answer_connect, peek_hello, accept_tls: a CONNECT is answered, the ClientHello must name what was decided on, and
 * then it is passed on unopened, or accepted in the name of the host. */
#include "exeat/base/memory.h"
#include "session_internal.h"

/* The client learns of a tunnel, or of a connection that will be opened, in the same words. */
enum progress connect_answer(struct session *session)
{
    exchange_say_connected(session->exchange);
    session_enter(session, SESSION_ANSWER_CONNECT);
    return STEP_NEXT;
}

enum progress step_answer_connect(struct session *session)
{
    const struct decision *decision = exchange_decision(session->exchange);
    enum io result = session_write(session);
    if (result == IO_AGAIN)
        return STEP_WAIT;
    if (result != IO_OK)
        return session_forsaken(session);
    if (decision->plan == PLAN_TUNNEL && decision->scheme == SCHEME_TCP)
        return tunnel_begin(session);
    session_enter(session, SESSION_PEEK_HELLO);
    return STEP_NEXT;
}

/* --- peek_hello ------------------------------------------------------------------------------------------------------
 */

static enum reason check_name(const struct client_hello *hello, const struct host *decided)
{
    struct host named;
    if (decided->kind == HOST_ADDRESS)
        return hello->has_server_name ? REASON_SNI_MISMATCH : REASON_NONE; /* RFC 6066: no addresses */
    if (hello->server_name_bad)
        return REASON_SNI_MISMATCH;
    if (!hello->has_server_name)
        return REASON_SNI_ABSENT;
    return host_parse_sni(hello->server_name, &named) && host_equal(&named, decided) ? REASON_NONE
                                                                                     : REASON_SNI_MISMATCH;
}

static enum reason check_hello(const struct session *session, const struct client_hello *hello)
{
    const struct decision *decision = exchange_decision(session->exchange);
    if (decision->scheme == SCHEME_HTTP)
        return decision->reason; /* https is refused there, http may come */
    if (hello->has_ech && session->worker->limits.ech_denied)
        return REASON_ECH;
    return check_name(hello, &exchange_request(session->exchange)->host);
}

/* Which other host the client named, for the record. */
static void say_name(const struct client_hello *hello, struct detail *detail)
{
    struct host named;
    if (!hello->server_name_bad && host_parse_sni(hello->server_name, &named))
        (void)detail_say(detail, "the handshake names %s", named.text);
    else
        (void)detail_say(detail, "the server name of the handshake is no host name, or not one");
}

/* The client learns it by a TLS alert: a status would not reach it any more. */
static enum progress refuse_hello(struct session *session, enum reason reason, const struct detail *detail)
{
    struct http_connection *client = &session->entrance.http;
    uint8_t alert[TLS_ALERT_SIZE];
    bool is_name = reason == REASON_SNI_MISMATCH || reason == REASON_SNI_ABSENT;
    if (reason != REASON_NOT_TLS) {
        tls_alert_write(is_name ? TLS_ALERT_UNRECOGNIZED_NAME : TLS_ALERT_ACCESS_DENIED, alert);
        http_connection_say(client, (struct text){(const char *)alert, sizeof(alert)});
    }
    exchange_refuse_inside(session->exchange, reason, detail->text[0] == '\0' ? NULL : detail->text);
    client->persists = false;
    session_enter(session, SESSION_FINISH);
    return STEP_NEXT;
}

static void open_for(struct session *session, enum scheme scheme)
{
    const struct request *request = exchange_request(session->exchange);
    struct opened *opened = base_zalloc(sizeof(*opened));
    opened->binding = (struct binding){.scheme = scheme, .port = request->port, .host = host_shorten(&request->host)};
    session->entrance.binding = &opened->binding;
}

static enum progress serve_inside(struct session *session)
{
    exchange_discard(session->exchange);
    session->exchange = NULL;
    session_enter(session, SESSION_SERVE);
    return STEP_NEXT;
}

/* HTTP where a TLS handshake was expected: each request is judged as the plain one that it is. */
static enum progress open_plain(struct session *session)
{
    open_for(session, SCHEME_HTTP);
    return serve_inside(session);
}

static enum progress take_hello(struct session *session)
{
    struct text input = inflight_text(&session->entrance.http.in);
    switch (http_looks_so(input, &session->heard)) {
    case PARSE_DONE:
        return open_plain(session);
    case PARSE_NEED_MORE:
        return STEP_WAIT;
    case PARSE_BAD:
        break;
    }
    struct buffer scratch = {0};
    struct client_hello hello;
    struct detail detail = {0};
    enum reason reason = REASON_NOT_TLS;
    enum parse result = client_hello_parse(input, &session->heard, &scratch, &hello);
    if (result == PARSE_DONE)
        reason = check_hello(session, &hello);
    if (reason == REASON_SNI_MISMATCH)
        say_name(&hello, &detail);
    buffer_clear(&scratch);
    if (result == PARSE_NEED_MORE)
        return STEP_WAIT;
    if (reason != REASON_NONE)
        return refuse_hello(session, reason, &detail);
    if (exchange_decision(session->exchange)->plan != PLAN_OPEN)
        return tunnel_begin(session);
    session_enter(session, SESSION_ACCEPT_TLS);
    return STEP_NEXT;
}

enum progress step_peek_hello(struct session *session)
{
    static const struct detail nothing = {0};
    struct inflight *in = &session->entrance.http.in;
    http_connection_make_room(&session->entrance.http, CLIENT_HELLO_MAX + 1);
    for (;;) {
        if (inflight_length(in) > 0 && take_hello(session) == STEP_NEXT)
            return STEP_NEXT;
        if (session->state != SESSION_PEEK_HELLO || session_hears_nothing(session))
            return STEP_WAIT;
        enum io result = session_read(session);
        if (result == IO_FULL) /* it was not taken */
            return refuse_hello(session, REASON_NOT_TLS, &nothing);
        if (result == IO_AGAIN)
            return STEP_WAIT;
        if (result != IO_OK)
            return session_forsaken(session);
    }
}

/* --- accept_tls ------------------------------------------------------------------------------------------------------
 */

static bool begin_accept(struct session *session)
{
    struct http_connection *client = &session->entrance.http;
    if (session->worker->options.tls == NULL) /* a reload has taken the authority away */
        return false;
    const struct host *host = &exchange_request(session->exchange)->host;
    open_for(session, SCHEME_HTTPS);
    struct opened *opened = session_opened(session);
    opened->handshake = tls_accept(session->worker->options.tls, client->channel, host, inflight_text(&client->in));
    inflight_clear(session->worker->options.loop, &client->in);
    return opened->handshake != NULL;
}

enum progress step_accept_tls(struct session *session)
{
    if (session->entrance.binding == NULL && !begin_accept(session)) {
        session_close(session, REASON_INTERNAL);
        return STEP_WAIT;
    }
    struct opened *opened = session_opened(session);
    switch (tls_connection_handshake(opened->handshake)) {
    case TLS_AGAIN:
        return STEP_WAIT;
    case TLS_FAILED:
        session_close(session, REASON_CLIENT_TLS);
        return STEP_WAIT;
    case TLS_DONE:
        break;
    }
    tls_connection_install(opened->handshake);
    opened->handshake = NULL;
    return serve_inside(session);
}
