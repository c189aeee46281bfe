/* SPDX-License-Identifier: Apache-2.0 */
/* answer_connect, peek_hello, accept_tls: a CONNECT is answered, the ClientHello must name what was decided on, and
 * then it is passed on unopened, or accepted in the name of the host. */
#include "exeat/base/memory.h"
#include "session_internal.h"

static void on_upstream_ready(void *context)
{
    session_run(context);
}

static enum progress enter_tunnel(struct session *session)
{
    struct exchange *exchange = session->exchange;
    struct channel *upstream = exchange->way.upstream->channel;
    channel_set_handler(upstream, on_upstream_ready, session);
    session->tunnel.up = (struct tunnel_way){.from = session->client, .to = upstream, .inflight = session->in};
    session->tunnel.down = (struct tunnel_way){.from = upstream, .to = session->client};
    session->in = (struct inflight){0};
    exchange->account.done = PLAN_TUNNEL;
    session_enter_tunnel(session);
    return STEP_NEXT;
}

enum progress step_answer_connect(struct session *session)
{
    struct exchange *exchange = session->exchange;
    if (exchange->account.status == 0) {
        exchange->account.status = 200;
        session_say(session, TEXT("HTTP/1.1 200 Connection established\r\n\r\n"));
    }
    enum io result = session_flush(session);
    if (result == IO_AGAIN)
        return STEP_WAIT;
    if (result != IO_OK) {
        session_close(session, REASON_CLIENT_GONE);
        return STEP_WAIT;
    }
    if (exchange->decision.plan == PLAN_TUNNEL && exchange->decision.scheme == SCHEME_TCP)
        return enter_tunnel(session);
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
    const struct decision *decision = &session->exchange->decision;
    if (decision->scheme == SCHEME_HTTP)
        return decision->reason; /* https is refused there, http may come */
    if (hello->has_ech && session->worker->limits.ech_denied)
        return REASON_ECH;
    return check_name(hello, &session->exchange->ask.request.host);
}

/* Which other host the client named, for the record. */
static void say_name(struct session *session, const struct client_hello *hello)
{
    struct detail detail = {0};
    struct host named;
    if (host_parse_sni(hello->server_name, &named))
        (void)detail_say(&detail, "the handshake names %s", named.text);
    else
        (void)detail_say(&detail, "the server name of the handshake is no host name");
    account_say(&session->exchange->account, FLAW_NONE, detail.text);
}

/* The client learns it by a TLS alert: a status would not reach it any more. */
static enum progress refuse_hello(struct session *session, enum reason reason)
{
    struct exchange *exchange = session->exchange;
    uint8_t alert[TLS_ALERT_SIZE];
    bool is_name = reason == REASON_SNI_MISMATCH || reason == REASON_SNI_ABSENT;
    way_out_drop(exchange);
    if (reason != REASON_NOT_TLS) {
        tls_alert_write(is_name ? TLS_ALERT_UNRECOGNIZED_NAME : TLS_ALERT_ACCESS_DENIED, alert);
        session_say(session, (struct text){(const char *)alert, sizeof(alert)});
    }
    exchange->account.reason = reason;
    exchange->account.done = PLAN_REFUSE;
    session->keeps_alive = false;
    session_enter(session, SESSION_FINISH);
    return STEP_NEXT;
}

static void open_for(struct session *session, enum scheme scheme)
{
    const struct request *request = &session->exchange->ask.request;
    session->opened = base_zalloc(sizeof(*session->opened));
    session->opened->scheme = scheme;
    session->opened->host = request->host;
    session->opened->port = request->port;
}

/* HTTP where a TLS handshake was expected: each request is judged as the plain one that it is. Of a tunnel that was
 * decided on, and perhaps connected, the outcome says that it was opened. */
static enum progress open_plain(struct session *session)
{
    struct exchange *exchange = session->exchange;
    way_out_drop(exchange);
    open_for(session, SCHEME_HTTP);
    exchange->account.done = PLAN_OPEN;
    if (exchange->commit != COMMIT_IDLE)
        account_complete(session, REASON_NONE);
    exchange_free(session);
    session_enter(session, SESSION_READ_HEAD);
    return STEP_NEXT;
}

static enum progress take_hello(struct session *session)
{
    switch (http_looks_so(inflight_text(&session->in))) {
    case PARSE_DONE:
        return open_plain(session);
    case PARSE_NEED_MORE:
        return STEP_WAIT;
    case PARSE_BAD:
        break;
    }
    struct buffer scratch = {0};
    struct client_hello hello;
    enum reason reason = REASON_NOT_TLS;
    enum parse result = client_hello_parse(inflight_text(&session->in), &scratch, &hello);
    if (result == PARSE_DONE)
        reason = check_hello(session, &hello);
    if (reason == REASON_SNI_MISMATCH)
        say_name(session, &hello);
    buffer_clear(&scratch);
    if (result == PARSE_NEED_MORE)
        return STEP_WAIT;
    if (reason != REASON_NONE)
        return refuse_hello(session, reason);
    if (session->exchange->decision.plan != PLAN_OPEN)
        return enter_tunnel(session);
    session_enter(session, SESSION_ACCEPT_TLS);
    return STEP_NEXT;
}

enum progress step_peek_hello(struct session *session)
{
    for (;;) {
        if (inflight_length(&session->in) > 0 && take_hello(session) == STEP_NEXT)
            return STEP_NEXT;
        if (inflight_length(&session->in) > CLIENT_HELLO_MAX) /* it was not taken, and no more can be read */
            return refuse_hello(session, REASON_NOT_TLS);
        enum io result = session_fill(session, CLIENT_HELLO_MAX + 1);
        if (result == IO_AGAIN)
            return STEP_WAIT;
        if (result != IO_OK) {
            session_close(session, REASON_CLIENT_GONE);
            return STEP_WAIT;
        }
    }
}

/* --- accept_tls ------------------------------------------------------------------------------------------------------
 */

static bool begin_accept(struct session *session)
{
    open_for(session, SCHEME_HTTPS);
    session->opened->handshake =
        tls_accept(session->worker->options.tls, session->client, &session->opened->host, inflight_text(&session->in));
    inflight_clear(session->worker->options.loop, &session->in);
    return session->opened->handshake != NULL;
}

enum progress step_accept_tls(struct session *session)
{
    if (session->opened == NULL && !begin_accept(session)) {
        session_close(session, REASON_INTERNAL);
        return STEP_WAIT;
    }
    switch (tls_connection_handshake(session->opened->handshake)) {
    case TLS_AGAIN:
        return STEP_WAIT;
    case TLS_FAILED:
        session_close(session, REASON_CLIENT_TLS);
        return STEP_WAIT;
    case TLS_DONE:
        break;
    }
    tls_connection_install(session->opened->handshake);
    session->opened->handshake = NULL;
    exchange_free(session); /* the CONNECT itself is no request: what is inside will be recorded */
    session_enter(session, SESSION_READ_HEAD);
    return STEP_NEXT;
}
