/* SPDX-License-Identifier: Apache-2.0 */
/* Each form of a target (RFC 9112 3.2) in its place: CONNECT, inside an opened connection, plain HTTP. */
#include "exeat/ask.h"

static enum reason refuse(enum reason reason, struct detail *detail, const char *what)
{
    (void)detail_say(detail, "%s", what);
    return reason;
}

/* A Host that is there must be one, be it never used (RFC 9112 3.2). Empty: there was nothing to name. */
static bool host_field_is_sound(const struct message_head *head, struct detail *detail)
{
    struct host host;
    uint16_t port;
    if (!head->has_host || head->host.length == 0 || authority_read(head->host, 80, &host, &port, detail))
        return true;
    struct detail why = *detail;
    return detail_say(detail, "Host: %.100s", why.text);
}

/* CONNECT host:port. A Host field may lack the port (seen: undici) or be absent (seen: PHP); another name or port is
 * nothing that any client has a reason to send. */
static enum reason ask_connect(struct ask *ask, const struct ask_place *place, struct detail *detail)
{
    struct request *request = &ask->request;
    struct host host;
    uint16_t port;
    ask->is_connect = true;
    request->scheme = SCHEME_HTTPS;
    if (place->binding != NULL)
        return refuse(REASON_METHOD_UNSUPPORTED, detail, "CONNECT within an opened connection");
    if (place->turned_port != 0)
        return refuse(REASON_METHOD_UNSUPPORTED, detail, "CONNECT on a connection that was meant for another");
    if (!authority_read(ask->head->target.authority, 0, &request->host, &request->port, detail))
        return REASON_BAD_TARGET;
    if (text_equal(ask->head->host, ask->head->target.authority)) /* nearly always */
        return REASON_NONE;
    if (!host_field_is_sound(ask->head, detail))
        return REASON_BAD_TARGET;
    bool names_another = ask->head->host.length > 0 && authority_parse(ask->head->host, request->port, &host, &port) &&
                         (!host_equal(&host, &request->host) || port != request->port);
    return names_another ? refuse(REASON_BAD_TARGET, detail, "Host is another than the target") : REASON_NONE;
}

/* What is asked for there: on record also when the host is refused. */
static void set_inside(struct ask *ask)
{
    ask->request.inside_known = true;
    ask->request.method = ask->head->method;
    ask->request.query = ask->head->target.query;
    ask->request.path = ask->head->target.path;
    ask->request.path_was_canonical = true;
}

static enum reason set_path(struct ask *ask, struct detail *detail)
{
    if (text_equal(ask->head->target.path, TEXT("*")) || path_is_plain(ask->head->target.path))
        return REASON_NONE;
    struct path_readings readings;
    enum path_result result = path_read(ask->head->target.path, &ask->kept, &readings, detail);
    if (result == PATH_BAD)
        return REASON_BAD_PATH;
    ask->request.path = readings.canonical;
    ask->request.path_otherwise = readings.otherwise;
    ask->request.path_was_canonical = result == PATH_CANONICAL;
    return REASON_NONE;
}

static enum reason misdirected(const struct ask_place *place, struct detail *detail, const char *where)
{
    (void)detail_say(
        detail, "%s is not %.60s:%u, for which the connection was opened", where, place->binding->host->text,
        (unsigned)place->binding->port);
    return REASON_MISDIRECTED;
}

static bool is_opened_for(const struct ask_place *place, const struct host *host, uint16_t port)
{
    return host_brief_is(place->binding->host, host) && port == place->binding->port;
}

/* Inside an opened connection every request must name the host that was opened. */
static enum reason ask_inside(struct ask *ask, const struct ask_place *place, struct detail *detail)
{
    const struct message_head *head = ask->head;
    struct host host;
    uint16_t port;
    ask->request.scheme = place->binding->scheme;
    host_restore(place->binding->host, &ask->request.host);
    ask->request.port = place->binding->port;
    set_inside(ask);
    if (head->target.form == TARGET_ABSOLUTE) {
        if (head->target.scheme != place->binding->scheme)
            return refuse(REASON_BAD_TARGET, detail, "an http URL within TLS, or an https URL without");
        if (!authority_read(head->target.authority, scheme_port(head->target.scheme), &host, &port, detail))
            return REASON_BAD_TARGET;
        if (!is_opened_for(place, &host, port))
            return misdirected(place, detail, "the target");
    }
    if (head->has_host) {
        if (text_equal(head->host, host_brief_text(place->binding->host)) && place->binding->host->kind == HOST_NAME)
            return set_path(ask, detail);
        if (!authority_read(head->host, place->binding->port, &host, &port, detail))
            return REASON_BAD_TARGET;
        if (!is_opened_for(place, &host, port))
            return misdirected(place, detail, "Host");
    }
    return set_path(ask, detail);
}

/* The port that the client connected to is the one that it means, be it named or not. */
static enum reason check_turned(const struct ask *ask, const struct ask_place *place, struct detail *detail)
{
    if (place->turned_port == 0 || ask->request.port == place->turned_port)
        return REASON_NONE;
    (void)detail_say(
        detail, "port %u is named, and the connection was made to port %u", (unsigned)ask->request.port,
        (unsigned)place->turned_port);
    return REASON_MISDIRECTED;
}

static uint16_t default_port(const struct ask_place *place, enum scheme scheme)
{
    return place->turned_port != 0 ? place->turned_port : scheme_port(scheme);
}

/* Plain HTTP: absolute-form, whose host counts whatever Host says (RFC 9112 3.2.2), or origin-form with Host (seen: PHP
 * streams without request_fulluri). */
static enum reason ask_plain(struct ask *ask, const struct ask_place *place, struct detail *detail)
{
    const struct message_head *head = ask->head;
    bool is_absolute = head->target.form == TARGET_ABSOLUTE;
    ask->request.scheme = is_absolute ? head->target.scheme : SCHEME_HTTP;
    set_inside(ask);
    struct text authority = is_absolute ? head->target.authority : head->host;
    uint16_t port = default_port(place, ask->request.scheme);
    if (!authority_read(authority, port, &ask->request.host, &ask->request.port, detail))
        return REASON_BAD_TARGET;
    if (ask->request.scheme != SCHEME_HTTP)
        return refuse(REASON_BAD_TARGET, detail, "an https or wss URL: use CONNECT, and TLS inside it");
    if (is_absolute && !text_equal(head->host, authority) && !host_field_is_sound(head, detail))
        return REASON_BAD_TARGET;
    enum reason reason = check_turned(ask, place, detail);
    return reason != REASON_NONE ? reason : set_path(ask, detail);
}

void ask_glimpse(struct ask *ask, const struct ask_place *place, struct text bytes)
{
    struct request *request = &ask->request;
    struct http_glimpse glimpse;
    http_request_glimpse(bytes, &glimpse);
    bool is_connect = text_equal(glimpse.method, TEXT("CONNECT"));
    ask->head->method = request->method = glimpse.method;
    ask->head->target.path = glimpse.path;
    request->query = glimpse.query;
    request->inside_known = glimpse.path.length > 0; /* nothing judges it any more */
    request->scheme = place->binding != NULL ? place->binding->scheme : glimpse.scheme;
    uint16_t port = is_connect ? 0 : scheme_port(request->scheme != 0 ? request->scheme : SCHEME_HTTP);
    if (!authority_parse(glimpse.authority, port, &request->host, &request->port))
        request->host = (struct host){0};
    if (place->binding != NULL) {
        host_restore(place->binding->host, &request->host);
        request->port = place->binding->port;
    }
}

static enum reason look(struct ask *ask, const struct ask_place *place, struct detail *detail)
{
    if (ask->head->target.form == TARGET_AUTHORITY)
        return ask_connect(ask, place, detail);
    return place->binding != NULL ? ask_inside(ask, place, detail) : ask_plain(ask, place, detail);
}

/* At zero the gate is the last recipient, and has nothing to tell. */
static enum reason look_at_hops(const struct message_head *head, struct detail *detail)
{
    uint64_t left;
    if (!http_max_forwards(head, &left) || left > 0)
        return REASON_NONE;
    return refuse(
        REASON_METHOD_UNSUPPORTED, detail, "Max-Forwards is 0: it ends at this gate, which answers no such request");
}

enum reason ask_read(struct ask *ask, const struct ask_place *place, struct detail *detail)
{
    detail->text[0] = '\0';
    enum reason reason = look(ask, place, detail);
    if (reason == REASON_NONE && http_via_has(ask->head, place->via))
        reason = refuse(REASON_LOOP, detail, "its Via names this gate");
    return reason != REASON_NONE ? reason : look_at_hops(ask->head, detail);
}
