/* SPDX-License-Identifier: Apache-2.0 */
/* The table of steps: what runs in a state, what may follow, and how long it may take. docs/life-of-a-request.md tells
 * the same in words, and a lint compares the two. */
#include "exchange_internal.h"

#define TO(state) (1u << EXCHANGE_##state)

static void on_head_deadline(struct exchange *exchange)
{
    static const struct fault too_slow = {.reason = REASON_TIMEOUT_HEAD, .detail.text = "longer than timeouts.head"};
    (void)exchange_refuse_head(exchange, &too_slow);
}

static void on_body_deadline(struct exchange *exchange)
{
    (void)exchange_refuse(exchange, REASON_TIMEOUT_BODY);
}

static void on_commit_deadline(struct exchange *exchange)
{
    (void)commit_overdue(exchange);
}

static void on_queue_deadline(struct exchange *exchange)
{
    (void)turn_overdue(exchange);
}

static void on_resolve_deadline(struct exchange *exchange)
{
    (void)resolve_overdue(exchange);
}

/* Whoever connects tells it, as any other failure. */
static void on_dial_deadline(struct exchange *exchange)
{
    connecting_expire(exchange->way.connecting);
}

static void on_pass_deadline(struct exchange *exchange)
{
    enum reason reason = pass_stalled_by(exchange);
    if (reply_end_told(exchange))
        (void)pass_finish(exchange);
    else if (exchange_is_told(exchange) || reason == REASON_CLIENT_GONE)
        (void)exchange_cut(exchange, reason == REASON_CLIENT_GONE || reason == REASON_TOO_LONG ? reason : REASON_IDLE);
    else if (reason == REASON_TIMEOUT_BODY || reason == REASON_TOO_LONG)
        (void)exchange_fail(exchange, reason);
    else
        (void)way_out_failed(exchange, reason);
}

static void on_answer_deadline(struct exchange *exchange)
{
    (void)exchange_finish(exchange, EXCHANGE_FORSAKEN, exchange_is_too_long(exchange) ? REASON_TOO_LONG : REASON_IDLE);
}

static const struct exchange_step steps[] = {
    [EXCHANGE_READ_HEAD] =
        {"read_head", step_read_head, TO(JUDGE) | TO(COMMIT) | TO(DONE), WITHIN_HEAD, on_head_deadline},
    [EXCHANGE_JUDGE] = {"judge", step_judge, TO(COMMIT) | TO(READ_BODY) | TO(DONE), WITHIN_NONE, NULL},
    [EXCHANGE_READ_BODY] = {"read_body", step_read_body, TO(COMMIT) | TO(DONE), WITHIN_STREAM, on_body_deadline},
    [EXCHANGE_COMMIT] =
        {"commit", step_commit, TO(QUEUE) | TO(RESOLVE) | TO(ANSWER) | TO(DONE), WITHIN_HEAD, on_commit_deadline},
    [EXCHANGE_QUEUE] = {"queue", step_queue, TO(RESOLVE) | TO(ANSWER) | TO(DONE), WITHIN_QUEUE, on_queue_deadline},
    [EXCHANGE_RESOLVE] =
        {"resolve", step_resolve, TO(QUEUE) | TO(DIAL) | TO(PASS) | TO(RESOLVE) | TO(ANSWER) | TO(DONE), WITHIN_CONNECT,
         on_resolve_deadline},
    [EXCHANGE_DIAL] =
        {"dial", step_dial, TO(QUEUE) | TO(PASS) | TO(RESOLVE) | TO(ANSWER) | TO(DONE), WITHIN_CONNECT,
         on_dial_deadline},
    [EXCHANGE_PASS] =
        {"pass", step_pass, TO(QUEUE) | TO(ANSWER) | TO(RESOLVE) | TO(DONE), WITHIN_STREAM, on_pass_deadline},
    [EXCHANGE_ANSWER] = {"answer", step_answer, TO(DONE), WITHIN_STREAM, on_answer_deadline},
    [EXCHANGE_DONE] = {"done", step_done, 0, WITHIN_NONE, NULL},
};
_Static_assert(COUNT_OF(steps) == EXCHANGE_STATE_COUNT, "every state has a step");

const struct exchange_step *exchange_steps(void)
{
    return steps;
}
