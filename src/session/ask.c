/* SPDX-License-Identifier: Apache-2.0 */
/* From a parsed head to the request that the policy judges: one name, one port, one path. What does not agree with
 * itself is refused. */
#include "session_internal.h"

enum agreement { AGREES, DISAGREES, IS_UNREADABLE };

/* Does the Host field, if there is one, name what is asked for? A missing port is the default of the scheme, or what is
 * asked for where ports are not compared. */
static enum agreement host_field_agrees(const struct ask *ask, uint16_t default_port, bool compare_port)
{
    struct host host;
    uint16_t port;
    if (!ask->head->has_host)
        return AGREES;
    if (!authority_parse(ask->head->host, default_port, &host, &port))
        return IS_UNREADABLE;
    bool agrees = host_equal(&host, &ask->request.host) && (!compare_port || port == ask->request.port);
    return agrees ? AGREES : DISAGREES;
}

/* CONNECT host:port. A Host field may lack the port (seen: undici) or be absent (seen: PHP), so only names are
 * compared. */
static enum reason ask_connect(struct session *session)
{
    struct ask *ask = &session->exchange->ask;
    ask->is_connect = true;
    ask->request.scheme = SCHEME_HTTPS;
    if (session->opened != NULL)
        return REASON_METHOD_UNSUPPORTED;
    if (!authority_parse(ask->head->target.authority, 0, &ask->request.host, &ask->request.port))
        return REASON_BAD_TARGET;
    return host_field_agrees(ask, ask->request.port, false) == AGREES ? REASON_NONE : REASON_BAD_TARGET;
}

static enum reason set_path(struct ask *ask)
{
    ask->request.inside_known = true;
    ask->request.method = ask->head->method;
    ask->request.query = ask->head->target.query;
    if (ask->head->target.form == TARGET_ASTERISK) {
        ask->request.path = TEXT("*");
        ask->request.path_was_canonical = true;
        return REASON_NONE;
    }
    if (path_is_plain(ask->head->target.path)) {
        ask->request.path = ask->head->target.path;
        ask->request.path_was_canonical = true;
        return REASON_NONE;
    }
    enum path_result result = path_canonicalise(ask->head->target.path, &ask->path);
    if (result == PATH_BAD)
        return REASON_BAD_PATH;
    ask->request.path = buffer_text(&ask->path);
    ask->request.path_was_canonical = result == PATH_CANONICAL;
    return REASON_NONE;
}

/* Inside an opened connection every request must name the host that was opened. */
static enum reason ask_inside(struct session *session)
{
    struct ask *ask = &session->exchange->ask;
    ask->request.scheme = SCHEME_HTTPS;
    ask->request.host = session->opened->host;
    ask->request.port = session->opened->port;
    if (ask->head->target.form == TARGET_ABSOLUTE) {
        struct host host;
        uint16_t port;
        if (ask->head->target.scheme != SCHEME_HTTPS ||
            !authority_parse(ask->head->target.authority, 443, &host, &port))
            return REASON_BAD_TARGET;
        if (!host_equal(&host, &ask->request.host) || port != ask->request.port)
            return REASON_MISDIRECTED;
    }
    switch (host_field_agrees(ask, ask->request.port, true)) {
    case IS_UNREADABLE:
        return REASON_BAD_TARGET;
    case DISAGREES:
        return REASON_MISDIRECTED;
    case AGREES:
        break;
    }
    return set_path(ask);
}

/* Plain HTTP: absolute-form, or origin-form with Host (seen: PHP streams without request_fulluri). */
static enum reason ask_plain(struct session *session)
{
    struct ask *ask = &session->exchange->ask;
    ask->request.scheme = SCHEME_HTTP;
    struct text authority = ask->head->target.form == TARGET_ABSOLUTE ? ask->head->target.authority : ask->head->host;
    if (ask->head->target.form == TARGET_ABSOLUTE && ask->head->target.scheme != SCHEME_HTTP)
        return REASON_BAD_TARGET;
    if (!authority_parse(authority, scheme_port(SCHEME_HTTP), &ask->request.host, &ask->request.port))
        return REASON_BAD_TARGET;
    bool says_it_twice = ask->head->target.form == TARGET_ABSOLUTE && !text_equal(ask->head->host, authority);
    if (says_it_twice && host_field_agrees(ask, scheme_port(SCHEME_HTTP), true) != AGREES)
        return REASON_BAD_TARGET;
    return set_path(ask);
}

enum reason ask_from_head(struct session *session)
{
    struct ask *ask = &session->exchange->ask;
    enum reason reason;
    if (ask->head->target.form == TARGET_AUTHORITY)
        reason = ask_connect(session);
    else if (session->opened != NULL)
        reason = ask_inside(session);
    else
        reason = ask_plain(session);
    if (reason == REASON_NONE && http_via_has(ask->head, text_from(session->worker->options.via)))
        reason = REASON_LOOP;
    return reason;
}
