/* SPDX-License-Identifier: Apache-2.0 */
/* look: a connection that was turned to us. What its client says first tells whom it means: the name in its
 * ClientHello, or the Host of plain HTTP. Who names nobody, or says nothing, is judged by the address alone. */
#include "exeat/policy/lapse.h"
#include "session_internal.h"

/* `host` NULL: the client named none, and the address that it meant stands for it. */
static enum progress serve_turned(struct session *session, const struct host *host, const char *detail)
{
    const struct turned *turned = session->entrance.turned;
    struct host meant = host_of_address(&turned->address);
    const struct wish wish = {
        .method = TEXT("CONNECT"), .host = host != NULL ? host : &meant, .port = turned->port, .detail = detail};
    session->exchange = exchange_new_wish(session->worker->exchanges, &session->entrance, &wish);
    session_enter(session, SESSION_SERVE);
    return STEP_NEXT;
}

/* Is there a rule that lets bytes through to the address that it meant, whatever they are (`schemes: [tcp]`)? Then the
 * client need not speak first. */
static bool lets_any_bytes(struct session *session)
{
    struct entrance *entrance = &session->entrance;
    const struct policy *policy = exchange_worker_policy(session->worker->exchanges);
    struct request request = {
        .scheme = SCHEME_HTTPS,
        .host = host_of_address(&entrance->turned->address),
        .port = entrance->turned->port,
        .asked_us = policy_now(policy),
    };
    struct decision decision;
    exchange_ask_owner(session->worker->exchanges, entrance);
    enum identity identity = policy_identify(policy, &entrance->peer, TEXT(""), &request.client);
    if (identity != IDENTITY_KNOWN && identity != IDENTITY_NOBODY)
        return false;
    policy_judge(policy, &request, &decision);
    return decision.plan == PLAN_TUNNEL && decision.scheme == SCHEME_TCP;
}

enum progress look_unnamed(struct session *session)
{
    return serve_turned(session, NULL, "the client said nothing that names a host");
}

static enum progress take_hello(struct session *session, const struct client_hello *hello)
{
    struct host host;
    if (hello->has_server_name && !hello->server_name_bad && host_parse_sni(hello->server_name, &host))
        return serve_turned(session, &host, NULL);
    return serve_turned(
        session, NULL,
        hello->has_server_name ? "the server name of the handshake is no host name, or not one"
                               : "the handshake has no server name");
}

/* STEP_WAIT: it is not to be told yet. */
static enum progress look_at(struct session *session, struct text input)
{
    switch (http_looks_so(input, &session->heard)) {
    case PARSE_DONE:
        session_enter(session, SESSION_SERVE);
        return STEP_NEXT;
    case PARSE_NEED_MORE:
        return STEP_WAIT;
    case PARSE_BAD:
        break;
    }
    struct buffer scratch = {0};
    struct client_hello hello;
    enum progress progress = STEP_WAIT;
    switch (client_hello_parse(input, &session->heard, &scratch, &hello)) {
    case PARSE_DONE:
        progress = take_hello(session, &hello);
        break;
    case PARSE_NEED_MORE:
        break;
    case PARSE_BAD:
        progress = serve_turned(session, NULL, "neither TLS nor HTTP, so that no host is named");
        break;
    }
    buffer_clear(&scratch);
    return progress;
}

enum progress step_look(struct session *session)
{
    struct inflight *in = &session->entrance.http.in;
    if (inflight_length(in) == 0 && lets_any_bytes(session))
        return serve_turned(session, NULL, NULL);
    http_connection_make_room(&session->entrance.http, CLIENT_HELLO_MAX + 1);
    for (;;) {
        if (inflight_length(in) > 0 && look_at(session, inflight_text(in)) == STEP_NEXT)
            return STEP_NEXT;
        if (session_hears_nothing(session))
            return STEP_WAIT;
        switch (session_read(session)) {
        case IO_OK:
            break;
        case IO_AGAIN:
            return STEP_WAIT;
        case IO_FULL:
        case IO_END:
        case IO_BROKEN:
            return look_unnamed(session);
        }
    }
}

/* --- how it is refused -----------------------------------------------------------------------------------------------
 */

enum { TLS_HANDSHAKE_RECORD = 22 };

static bool speaks_tls(const struct session *session)
{
    struct text input = inflight_text(&session->entrance.http.in);
    return input.length > 0 && (uint8_t)input.data[0] == TLS_HANDSHAKE_RECORD;
}

/* By an alert where it speaks TLS; whatever else it speaks, it breaks. */
enum progress look_refuse(struct session *session)
{
    struct http_connection *client = &session->entrance.http;
    uint8_t alert[TLS_ALERT_SIZE];
    bool is_denied = exchange_decision(session->exchange)->plan == PLAN_REFUSE;
    if (!speaks_tls(session)) {
        channel_break(client->channel);
        session_close(session, REASON_NONE);
        return STEP_WAIT;
    }
    tls_alert_write(is_denied ? TLS_ALERT_ACCESS_DENIED : TLS_ALERT_HANDSHAKE_FAILURE, alert);
    http_connection_say(client, (struct text){(const char *)alert, sizeof(alert)});
    client->persists = false;
    session_enter(session, SESSION_FINISH);
    return STEP_NEXT;
}

/* It is connected, or its inside will be judged: what it has said already goes on from here. */
enum progress look_go_on(struct session *session)
{
    const struct decision *decision = exchange_decision(session->exchange);
    if (decision->plan == PLAN_TUNNEL && decision->scheme == SCHEME_TCP)
        return tunnel_begin(session);
    session_enter(session, SESSION_PEEK_HELLO);
    return STEP_NEXT;
}
