/* SPDX-License-Identifier: Apache-2.0 */
/* The table of steps: what runs in a state, what may follow, and how long nothing may move. docs/life-of-a-request.md
 * tells the same in words, and a lint compares the two. */
#include "exeat/base/check.h"
#include "session_internal.h"

#define TO(state) (1u << SESSION_##state)
#define LIMIT(member) (offsetof(struct session_limits, member) + 1)

static void go_on(struct session *session, enum progress progress)
{
    if (progress == STEP_NEXT)
        session_run(session);
}

static const struct fault too_slow = {.reason = REASON_TIMEOUT_HEAD, .detail.text = "longer than timeouts.head"};

static void on_head_deadline(struct session *session)
{
    if (session->exchange == NULL)
        session_close(session, REASON_IDLE);
    else
        go_on(session, session_refuse_head(session, &too_slow));
}

static void on_body_deadline(struct session *session)
{
    go_on(session, session_refuse(session, REASON_TIMEOUT_BODY));
}

static void on_commit_deadline(struct session *session)
{
    go_on(session, session_commit_overdue(session));
}

static void on_resolve_deadline(struct session *session)
{
    go_on(session, session_resolve_overdue(session));
}

/* Whoever connects tells it, as any other failure. */
static void on_dial_deadline(struct session *session)
{
    connecting_expire(session->exchange->way.connecting);
}

static void on_exchange_deadline(struct session *session)
{
    enum reason reason = exchange_stalled_by(session);
    if (reply_end_told(session)) {
        session_enter(session, SESSION_FINISH);
        session_run(session);
    } else if (session->exchange->flow.said == REPLY_SAID || reason == REASON_CLIENT_GONE) {
        session_cut(session, reason == REASON_CLIENT_GONE ? reason : REASON_IDLE);
    } else if (reason == REASON_TIMEOUT_BODY) {
        go_on(session, session_fail(session, reason));
    } else {
        go_on(session, way_out_failed(session, reason));
    }
}

static void on_idle_deadline(struct session *session)
{
    session_close(session, REASON_IDLE);
}

static const struct step steps[] = {
    [SESSION_START] = {"start", step_start, TO(READ_HEAD), 0, NULL},
    [SESSION_READ_HEAD] =
        {"read_head", step_read_head, TO(JUDGE) | TO(COMMIT) | TO(CLOSED), LIMIT(head_ms), on_head_deadline},
    [SESSION_JUDGE] = {"judge", step_judge, TO(COMMIT) | TO(READ_BODY) | TO(ANSWER_CONNECT), 0, NULL},
    [SESSION_READ_BODY] = {"read_body", step_read_body, TO(COMMIT) | TO(CLOSED), LIMIT(stream_ms), on_body_deadline},
    [SESSION_COMMIT] =
        {"commit", step_commit, TO(RESOLVE) | TO(ANSWER) | TO(CLOSED), LIMIT(head_ms), on_commit_deadline},
    [SESSION_RESOLVE] =
        {"resolve", step_resolve, TO(DIAL) | TO(EXCHANGE) | TO(RESOLVE) | TO(ANSWER) | TO(CLOSED), LIMIT(connect_ms),
         on_resolve_deadline},
    [SESSION_DIAL] =
        {"dial", step_dial, TO(EXCHANGE) | TO(ANSWER_CONNECT) | TO(RESOLVE) | TO(ANSWER) | TO(CLOSED),
         LIMIT(connect_ms), on_dial_deadline},
    [SESSION_ANSWER_CONNECT] =
        {"answer_connect", step_answer_connect, TO(PEEK_HELLO) | TO(TUNNEL) | TO(CLOSED), LIMIT(head_ms),
         on_idle_deadline},
    [SESSION_PEEK_HELLO] =
        {"peek_hello", step_peek_hello, TO(ACCEPT_TLS) | TO(READ_HEAD) | TO(TUNNEL) | TO(FINISH) | TO(CLOSED),
         LIMIT(head_ms), on_idle_deadline},
    [SESSION_ACCEPT_TLS] =
        {"accept_tls", step_accept_tls, TO(READ_HEAD) | TO(CLOSED), LIMIT(head_ms), on_idle_deadline},
    [SESSION_EXCHANGE] =
        {"exchange", step_exchange, TO(FINISH) | TO(TUNNEL) | TO(ANSWER) | TO(RESOLVE) | TO(CLOSED), LIMIT(stream_ms),
         on_exchange_deadline},
    [SESSION_TUNNEL] = {"tunnel", step_tunnel, TO(CLOSED), LIMIT(stream_ms), on_idle_deadline},
    [SESSION_ANSWER] = {"answer", step_answer, TO(FINISH) | TO(CLOSED), LIMIT(stream_ms), on_idle_deadline},
    [SESSION_FINISH] = {"finish", step_finish, TO(READ_HEAD) | TO(CLOSED), LIMIT(head_ms), on_idle_deadline},
    [SESSION_CLOSED] = {"closed", step_closed, 0, 0, NULL},
};
_Static_assert(COUNT_OF(steps) == SESSION_STATE_COUNT, "every state has a step");

const struct step *session_step(enum session_state state)
{
    ASSERT(state < SESSION_STATE_COUNT);
    return &steps[state];
}
