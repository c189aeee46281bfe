/* SPDX-License-Identifier: Apache-2.0 */
/* finish: the outcome is recorded; the connection goes on with its next request, or ends so that the client can read
 * the last reply. */
#include "session_internal.h"

enum progress step_finish(struct session *session)
{
    struct http_connection *client = &session->entrance.http;
    enum io result = session_write(session);
    if (result == IO_AGAIN)
        return STEP_WAIT;
    if (result != IO_OK)
        return session_forsaken(session);
    exchange_free(session->exchange, REASON_NONE);
    session->exchange = NULL;
    if (client->persists && !session->worker->is_draining && !session_is_outdated(session)) {
        session_enter(session, SESSION_SERVE);
        return STEP_NEXT;
    }
    switch (http_connection_linger(client)) {
    case IO_OK:
        return STEP_YIELD;
    case IO_AGAIN:
        return STEP_WAIT;
    case IO_FULL:
    case IO_END:
    case IO_BROKEN:
        break;
    }
    session_close(session, REASON_NONE);
    return STEP_WAIT;
}
