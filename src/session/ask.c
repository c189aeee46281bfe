/* SPDX-License-Identifier: Apache-2.0 */
/* From a parsed head to the request that the policy judges: one name, one port, one path. What does not agree with
 * itself is refused. */
#include "session_internal.h"

static enum reason refuse(enum reason reason, struct detail *detail, const char *what)
{
    (void)detail_say(detail, "%s", what);
    return reason;
}

/* A Host that is there must be one, be it never used (RFC 9112 3.2). Empty: there was nothing to name. */
static bool host_field_is_sound(const struct http_head *head, struct detail *detail)
{
    struct host host;
    uint16_t port;
    if (!head->message.has_host || head->message.host.length == 0 ||
        authority_read(head->message.host, 80, &host, &port, detail))
        return true;
    struct detail why = *detail;
    return detail_say(detail, "Host: %.100s", why.text);
}

/* CONNECT host:port. A Host field may lack the port (seen: undici) or be absent (seen: PHP), so only names are
 * compared; another name is nothing that any client has a reason to send. */
static enum reason ask_connect(struct session *session, struct detail *detail)
{
    struct ask *ask = &session->exchange->ask;
    struct request *request = &ask->request;
    struct host host;
    uint16_t port;
    ask->is_connect = true;
    request->scheme = SCHEME_HTTPS;
    if (session->opened != NULL)
        return refuse(REASON_METHOD_UNSUPPORTED, detail, "CONNECT within an opened connection");
    if (!authority_read(ask->head->message.target.authority, 0, &request->host, &request->port, detail))
        return REASON_BAD_TARGET;
    if (!host_field_is_sound(ask->head, detail))
        return REASON_BAD_TARGET;
    bool names_another = ask->head->message.host.length > 0 &&
                         authority_parse(ask->head->message.host, 80, &host, &port) &&
                         !host_equal(&host, &request->host);
    return names_another ? refuse(REASON_BAD_TARGET, detail, "Host is another than the target") : REASON_NONE;
}

/* What is asked for there: on record also when the host is refused. */
static void set_inside(struct ask *ask)
{
    ask->request.inside_known = true;
    ask->request.method = ask->head->message.method;
    ask->request.query = ask->head->message.target.query;
    ask->request.path = ask->head->message.target.path;
    ask->request.path_was_canonical = true;
}

static enum reason set_path(struct ask *ask, struct detail *detail)
{
    if (text_equal(ask->head->message.target.path, TEXT("*")) || path_is_plain(ask->head->message.target.path))
        return REASON_NONE;
    struct path_readings readings;
    enum path_result result = path_read(ask->head->message.target.path, &ask->kept, &readings, detail);
    if (result == PATH_BAD)
        return REASON_BAD_PATH;
    ask->request.path = readings.canonical;
    ask->request.path_otherwise = readings.otherwise;
    ask->request.path_was_canonical = result == PATH_CANONICAL;
    return REASON_NONE;
}

static enum reason misdirected(const struct session *session, struct detail *detail, const char *where)
{
    (void)detail_say(
        detail, "%s is not %.60s:%u, for which the connection was opened", where, session->opened->host.text,
        (unsigned)session->opened->port);
    return REASON_MISDIRECTED;
}

static bool is_opened_for(const struct session *session, const struct host *host, uint16_t port)
{
    return host_equal(host, &session->opened->host) && port == session->opened->port;
}

/* Inside an opened connection every request must name the host that was opened. */
static enum reason ask_inside(struct session *session, struct detail *detail)
{
    struct ask *ask = &session->exchange->ask;
    const struct http_head *head = ask->head;
    struct host host;
    uint16_t port;
    ask->request.scheme = session->opened->scheme;
    ask->request.host = session->opened->host;
    ask->request.port = session->opened->port;
    set_inside(ask);
    if (head->message.target.form == TARGET_ABSOLUTE) {
        if (head->message.target.scheme != session->opened->scheme)
            return refuse(REASON_BAD_TARGET, detail, "an http URL within TLS, or an https URL without");
        if (!authority_read(
                head->message.target.authority, scheme_port(head->message.target.scheme), &host, &port, detail))
            return REASON_BAD_TARGET;
        if (!is_opened_for(session, &host, port))
            return misdirected(session, detail, "the target");
    }
    if (head->message.has_host) {
        if (!authority_read(head->message.host, session->opened->port, &host, &port, detail))
            return REASON_BAD_TARGET;
        if (!is_opened_for(session, &host, port))
            return misdirected(session, detail, "Host");
    }
    return set_path(ask, detail);
}

/* Plain HTTP: absolute-form, whose host counts whatever Host says (RFC 9112 3.2.2), or origin-form with Host (seen: PHP
 * streams without request_fulluri). */
static enum reason ask_plain(struct session *session, struct detail *detail)
{
    struct ask *ask = &session->exchange->ask;
    const struct http_head *head = ask->head;
    bool is_absolute = head->message.target.form == TARGET_ABSOLUTE;
    ask->request.scheme = is_absolute ? head->message.target.scheme : SCHEME_HTTP;
    set_inside(ask);
    struct text authority = is_absolute ? head->message.target.authority : head->message.host;
    uint16_t port = scheme_port(ask->request.scheme);
    if (!authority_read(authority, port, &ask->request.host, &ask->request.port, detail))
        return REASON_BAD_TARGET;
    if (ask->request.scheme != SCHEME_HTTP)
        return refuse(REASON_BAD_TARGET, detail, "an https or wss URL: use CONNECT, and TLS inside it");
    if (is_absolute && !text_equal(head->message.host, authority) && !host_field_is_sound(head, detail))
        return REASON_BAD_TARGET;
    return set_path(ask, detail);
}

void ask_glimpse(struct session *session, struct text input)
{
    struct ask *ask = &session->exchange->ask;
    struct request *request = &ask->request;
    struct http_glimpse glimpse;
    http_request_glimpse(input, &glimpse);
    bool is_connect = text_equal(glimpse.method, TEXT("CONNECT"));
    ask->head->message.method = request->method = glimpse.method;
    ask->head->message.target.path = glimpse.path;
    request->query = glimpse.query;
    request->inside_known = glimpse.path.length > 0; /* nothing judges it any more */
    request->scheme = session->opened != NULL ? session->opened->scheme : glimpse.scheme;
    uint16_t port = is_connect ? 0 : scheme_port(request->scheme != 0 ? request->scheme : SCHEME_HTTP);
    if (!authority_parse(glimpse.authority, port, &request->host, &request->port))
        request->host = (struct host){0};
    if (session->opened != NULL) {
        request->host = session->opened->host;
        request->port = session->opened->port;
    }
}

static enum reason look(struct session *session, struct detail *detail)
{
    if (session->exchange->ask.head->message.target.form == TARGET_AUTHORITY)
        return ask_connect(session, detail);
    return session->opened != NULL ? ask_inside(session, detail) : ask_plain(session, detail);
}

/* At zero the gate is the last recipient, and has nothing to tell. */
static enum reason look_at_hops(const struct http_head *head, struct detail *detail)
{
    uint64_t left;
    if (!http_max_forwards(&head->message, &left) || left > 0)
        return REASON_NONE;
    return refuse(
        REASON_METHOD_UNSUPPORTED, detail, "Max-Forwards is 0: it ends at this gate, which answers no such request");
}

enum reason ask_from_head(struct session *session)
{
    struct exchange *exchange = session->exchange;
    struct detail detail;
    detail.text[0] = '\0';
    enum reason reason = look(session, &detail);
    if (reason == REASON_NONE && http_via_has(&exchange->ask.head->message, text_from(session->worker->options.via)))
        reason = refuse(REASON_LOOP, &detail, "its Via names this gate");
    if (reason == REASON_NONE)
        reason = look_at_hops(exchange->ask.head, &detail);
    if (reason != REASON_NONE)
        account_say(&exchange->account, FLAW_NONE, detail.text);
    return reason;
}
