/* SPDX-License-Identifier: Apache-2.0 */
/* tunnel: bytes go both ways, unseen, until both sides have ended. */
#include "exeat/base/memory.h"
#include "session_internal.h"

static void on_upstream_ready(void *context)
{
    session_run(context);
}

static void break_off(struct session *session, enum reason reason)
{
    channel_break(session->entrance.http.channel);
    session_close(session, reason);
}

/* A break takes back what has not arrived. If there is some, its acknowledgement is an event. */
static enum progress break_off_once_delivered(struct session *session, enum reason reason)
{
    if (channel_is_delivered(session->entrance.http.channel))
        break_off(session, reason);
    return STEP_WAIT;
}

/* What was decided under a policy that has been replaced meanwhile is no exception to on_reload. */
static bool is_cut_by_reload(const struct session *session)
{
    return session->worker->limits.cut_denied && exchange_is_outdated(session->exchange) &&
           exchange_is_denied_now(session->exchange);
}

enum progress tunnel_begin(struct session *session)
{
    struct http_connection *client = &session->entrance.http;
    struct channel *upstream = exchange_tunnel(session->exchange);
    channel_set_handler(upstream, on_upstream_ready, session);
    struct loop *loop = session->worker->options.loop;
    struct tunnel *tunnel = base_alloc(sizeof(*tunnel));
    *tunnel = (struct tunnel){
        loop, tunnel_way(client->channel, upstream), tunnel_way(upstream, client->channel), TUNNEL_RUNS};
    inflight_pass(loop, &client->in, inflight_length(&client->in), &tunnel->up.inflight);
    inflight_pass(loop, &client->out, inflight_length(&client->out), &tunnel->down.inflight);
    session->tunnel = tunnel;
    session_enter(session, SESSION_TUNNEL);
    if (!is_cut_by_reload(session))
        return STEP_NEXT;
    break_off(session, REASON_POLICY_CHANGED);
    return STEP_WAIT;
}

static bool is_too_long(const struct session *session)
{
    const struct exchange_limits *limits = exchange_worker_limits(session->worker->exchanges);
    return loop_now_us(session->worker->options.loop) >= session->entered_us + limits->longest_ms * 1000;
}

/* What upstream has said and the client has not taken. */
static bool holds_some(const struct tunnel *tunnel)
{
    return inflight_length(&tunnel->down.inflight) > 0 || tunnel->down.pipe != NULL;
}

/* What is cut must not look like an end, and what upstream cut is not the client's silence. */
enum progress tunnel_overdue(struct session *session)
{
    if (session->tunnel->stage == TUNNEL_RUNS_OUT)
        break_off(session, REASON_UPSTREAM_BROKEN);
    else if (is_too_long(session))
        break_off(session, REASON_TOO_LONG);
    else if (holds_some(session->tunnel))
        break_off(session, REASON_IDLE);
    else
        session_close(session, REASON_IDLE);
    return STEP_WAIT;
}

enum progress step_tunnel(struct session *session)
{
    struct tunnel *tunnel = session->tunnel;
    uint64_t before = tunnel->up.bytes + tunnel->down.bytes;
    enum tunnel_result result = tunnel_run(tunnel);
    if (tunnel->up.bytes + tunnel->down.bytes != before)
        session_touch(session);
    if (!exchange_may_move(session->exchange, tunnel->up.bytes + tunnel->down.bytes)) {
        break_off(session, REASON_LIMIT_BYTES);
        return STEP_WAIT;
    }
    switch (result) {
    case TUNNEL_GOES_ON:
        return STEP_WAIT;
    case TUNNEL_AGAIN:
        return STEP_YIELD;
    case TUNNEL_DONE:
        session_close(session, REASON_NONE);
        break;
    case TUNNEL_CLIENT_BROKE:
        return session_forsaken(session);
    case TUNNEL_UPSTREAM_BROKE:
        return break_off_once_delivered(session, REASON_UPSTREAM_BROKEN);
    case TUNNEL_UPSTREAM_LEFT:
        return break_off_once_delivered(session, REASON_NONE);
    }
    return STEP_WAIT;
}
