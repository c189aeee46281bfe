/* SPDX-License-Identifier: Apache-2.0 */
/* serve: one exchange after the other; each begins with the first byte of a head. */
#include "exeat/base/memory.h"
#include "session_internal.h"

/* Between requests: IO_OK when one has begun. */
static enum io wait_for_request(struct session *session)
{
    struct http_connection *client = &session->entrance.http;
    enum io result = IO_OK;
    while (result == IO_OK && inflight_length(&client->in) == 0)
        result = session_hears_nothing(session) ? IO_AGAIN : session_read(session);
    return result;
}

static bool is_turned(const struct session *session)
{
    return session->entrance.turned != NULL;
}

static enum progress go_on_after(struct session *session)
{
    struct exchange_end end = exchange_ended(session->exchange);
    switch (end.how) {
    case EXCHANGE_ANSWERED:
        if (exchange_is_wish(session->exchange))
            return is_turned(session) ? look_refuse(session) : socks_refuse(session);
        session_enter(session, SESSION_FINISH);
        return STEP_NEXT;
    case EXCHANGE_CONNECTED:
    case EXCHANGE_OPENS:
        if (exchange_is_wish(session->exchange))
            return is_turned(session) ? look_go_on(session) : socks_go_on(session);
        return connect_answer(session);
    case EXCHANGE_UPGRADED:
        return tunnel_begin(session);
    case EXCHANGE_FORSAKEN:
    case EXCHANGE_CUT:
        break;
    }
    session_close(session, end.reason);
    return STEP_WAIT;
}

enum progress step_serve(struct session *session)
{
    if (session->exchange == NULL) {
        switch (wait_for_request(session)) {
        case IO_OK:
        case IO_FULL:
            break;
        case IO_AGAIN:
            return STEP_WAIT;
        case IO_END:
            session_close(session, REASON_NONE);
            return STEP_WAIT;
        case IO_BROKEN:
            return session_forsaken(session);
        }
        if (session_is_outdated(session)) {
            session_close(session, REASON_NONE);
            return STEP_WAIT;
        }
        session->exchange = exchange_new(session->worker->exchanges, &session->entrance);
        session_watch_deadline(session);
    }
    switch (exchange_run(session->exchange)) {
    case EXCHANGE_WAITS:
        return STEP_WAIT;
    case EXCHANGE_YIELDS:
        return STEP_YIELD;
    case EXCHANGE_ENDED:
        break;
    }
    return go_on_after(session);
}
