/* SPDX-License-Identifier: Apache-2.0 */
/* tunnel: bytes go both ways, unseen, until both sides have ended. */
#include "session_internal.h"

static void break_off(struct session *session, enum reason reason)
{
    channel_break(session->client);
    session_close(session, reason);
}

/* What was decided under a policy that has been replaced meanwhile is no exception to on_reload. */
void session_enter_tunnel(struct session *session)
{
    const struct session_worker *worker = session->worker;
    bool is_late = session->exchange->reign != worker->reign;
    exchange_forget_head(session->exchange);
    session_enter(session, SESSION_TUNNEL);
    if (is_late && worker->limits.cut_denied && session_is_denied_now(session))
        break_off(session, REASON_POLICY_CHANGED);
}

enum progress step_tunnel(struct session *session)
{
    struct tunnel *tunnel = &session->tunnel;
    uint64_t before = tunnel->up.bytes + tunnel->down.bytes;
    enum tunnel_result result = tunnel_run(tunnel);
    if (tunnel->up.bytes + tunnel->down.bytes != before)
        session_touch(session);
    switch (result) {
    case TUNNEL_GOES_ON:
        return STEP_WAIT;
    case TUNNEL_AGAIN:
        return STEP_YIELD;
    case TUNNEL_DONE:
        session_close(session, REASON_NONE);
        break;
    case TUNNEL_CLIENT_BROKE:
        session_close(session, REASON_CLIENT_GONE);
        break;
    case TUNNEL_UPSTREAM_BROKE:
        break_off(session, REASON_UPSTREAM_BROKEN);
        break;
    }
    return STEP_WAIT;
}
