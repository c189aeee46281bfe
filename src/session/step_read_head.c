/* SPDX-License-Identifier: Apache-2.0 */
/* read_head: wait for a whole request head, of the connection or of what is inside an opened one. */
#include "session_internal.h"

/* Parsed bytes leave `in` with their block, so that the head's slices stay where they are; what follows moves on. */
static void keep_head_bytes(struct session *session, size_t used)
{
    struct loop *loop = session->worker->options.loop;
    struct inflight rest = {0};
    inflight_append(loop, &rest, text_after(inflight_text(&session->in), used));
    session->exchange->ask.head_bytes = session->in;
    session->in = rest;
}

static enum progress take_head(struct session *session, size_t used)
{
    struct ask *ask = &session->exchange->ask;
    struct http_limits limits = exchange_limits(session);
    keep_head_bytes(session, used);
    session->keeps_alive = ask->head->keep_alive && !session->worker->draining;
    ask->wants_continue = ask->head->message.expects_continue;
    http_body_begin(&ask->body, ask->head, &limits);
    enum reason reason = ask_from_head(session);
    if (reason != REASON_NONE)
        return session_refuse(session, reason);
    session_enter(session, SESSION_JUDGE);
    return STEP_NEXT;
}

static void begin_exchange(struct session *session)
{
    if (session->exchange != NULL)
        return;
    session->exchange = exchange_new(session);
    if (session->opened != NULL)
        session->opened->is_used = true;
    session_watch_deadline(session);
}

enum progress session_refuse_head(struct session *session, const struct fault *fault)
{
    struct exchange *exchange = session->exchange;
    session->keeps_alive = false;
    http_head_reset(exchange->ask.head);
    keep_head_bytes(session, inflight_length(&session->in));
    ask_glimpse(session, inflight_text(&exchange->ask.head_bytes));
    account_say(&exchange->account, fault->flaw, fault->detail.text);
    return session_refuse(session, fault->reason);
}

static enum progress parse_head(struct session *session)
{
    struct text input = inflight_text(&session->in);
    begin_exchange(session);
    struct http_limits limits = exchange_limits(session);
    size_t used = 0;
    struct fault fault;
    switch (http_request_parse(input, &limits, session->exchange->ask.head, &used, &fault)) {
    case PARSE_DONE:
        return take_head(session, used);
    case PARSE_BAD:
        return session_refuse_head(session, &fault);
    case PARSE_NEED_MORE:
        break;
    }
    return STEP_WAIT;
}

static const struct fault half_a_head = {
    .reason = REASON_MALFORMED_HEAD, .detail.text = "the connection ended within the head"};

/* A head of the greatest length may stand behind empty lines. What then is no head will never be one: no event would
 * come for what cannot be read any more. */
static size_t head_room(const struct session *session)
{
    return session->worker->limits.head + 1 + HTTP_EMPTY_LINES_MAX;
}

enum progress step_read_head(struct session *session)
{
    for (;;) {
        bool begun = inflight_length(&session->in) > 0;
        if (begun && parse_head(session) == STEP_NEXT)
            return STEP_NEXT;
        if (!begun && channel_is_quiet(session->client))
            return STEP_WAIT;
        enum io result = session_fill(session, head_room(session));
        if (result == IO_AGAIN)
            return STEP_WAIT;
        if (result == IO_OK)
            continue;
        if (result == IO_END && session->exchange != NULL)
            return session_refuse_head(session, &half_a_head);
        session_close(session, result == IO_END ? REASON_NONE : REASON_CLIENT_GONE);
        return STEP_WAIT;
    }
}
