/* SPDX-License-Identifier: Apache-2.0 */
/* finish: the outcome is recorded; the connection goes on with its next request, or ends so that the client can read
 * the last reply (RFC 9112 9.6: stop sending, read what still comes, then close). */
#include "session_internal.h"

static enum progress linger(struct session *session)
{
    struct loop *loop = session->worker->options.loop;
    if (channel_finish(session->client) == IO_AGAIN)
        return STEP_WAIT;
    inflight_clear(loop, &session->in);
    while (!session->client_ended) {
        enum io result = inflight_read(loop, &session->in, session->client, INFLIGHT_BLOCK, NULL);
        inflight_clear(loop, &session->in);
        if (result == IO_AGAIN)
            return STEP_WAIT;
        if (result != IO_OK)
            break;
    }
    session_close(session, REASON_NONE);
    return STEP_WAIT;
}

enum progress step_finish(struct session *session)
{
    enum io result = session_flush(session);
    if (result == IO_AGAIN)
        return STEP_WAIT;
    if (result != IO_OK) {
        session_close(session, REASON_CLIENT_GONE);
        return STEP_WAIT;
    }
    if (session->exchange != NULL)
        account_complete(session, REASON_NONE);
    exchange_free(session);
    if (!session->keeps_alive || session->worker->draining)
        return linger(session);
    session_enter(session, SESSION_READ_HEAD);
    return STEP_NEXT;
}
