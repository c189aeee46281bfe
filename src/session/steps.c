/* SPDX-License-Identifier: Apache-2.0 */
/* The table of steps: what runs in a state, what may follow, and how long nothing may move. docs/life-of-a-request.md
 * tells the same in words, and a lint compares the two. */
#include "session_internal.h"

#define TO(state) (1u << SESSION_##state)

static const struct session_step steps[] = {
    [SESSION_START] = {"start", step_start, TO(GREET) | TO(LOOK) | TO(SOCKS_OFFER) | TO(SERVE), DEADLINE_NONE, NULL},
    [SESSION_GREET] = {"greet", step_greet, TO(SOCKS_OFFER) | TO(SERVE) | TO(CLOSED), DEADLINE_HEAD, NULL},
    [SESSION_LOOK] = {"look", step_look, TO(SERVE) | TO(CLOSED), DEADLINE_HEAD, look_unnamed},
    [SESSION_SOCKS_OFFER] =
        {"socks_offer", step_socks_offer, TO(SOCKS_USER) | TO(SOCKS_REQUEST) | TO(SERVE) | TO(CLOSED), DEADLINE_HEAD,
         socks_overdue},
    [SESSION_SOCKS_USER] =
        {"socks_user", step_socks_user, TO(SOCKS_REQUEST) | TO(SERVE) | TO(CLOSED), DEADLINE_HEAD, socks_overdue},
    [SESSION_SOCKS_REQUEST] =
        {"socks_request", step_socks_request, TO(SERVE) | TO(CLOSED), DEADLINE_HEAD, socks_overdue},
    [SESSION_SERVE] =
        {"serve", step_serve, TO(ANSWER_CONNECT) | TO(PEEK_HELLO) | TO(TUNNEL) | TO(FINISH) | TO(CLOSED),
         DEADLINE_SERVE, NULL},
    [SESSION_ANSWER_CONNECT] =
        {"answer_connect", step_answer_connect, TO(PEEK_HELLO) | TO(TUNNEL) | TO(CLOSED), DEADLINE_HEAD, NULL},
    [SESSION_PEEK_HELLO] =
        {"peek_hello", step_peek_hello, TO(ACCEPT_TLS) | TO(SERVE) | TO(TUNNEL) | TO(FINISH) | TO(CLOSED),
         DEADLINE_HEAD, NULL},
    [SESSION_ACCEPT_TLS] = {"accept_tls", step_accept_tls, TO(SERVE) | TO(CLOSED), DEADLINE_HEAD, NULL},
    [SESSION_TUNNEL] = {"tunnel", step_tunnel, TO(CLOSED), DEADLINE_STREAM, tunnel_overdue},
    [SESSION_FINISH] = {"finish", step_finish, TO(SERVE) | TO(CLOSED), DEADLINE_LAST_WORDS, NULL},
    [SESSION_CLOSED] = {"closed", step_closed, 0, DEADLINE_NONE, NULL},
};
_Static_assert(COUNT_OF(steps) == SESSION_STATE_COUNT, "every state has a step");

const struct session_step *session_steps(void)
{
    return steps;
}
