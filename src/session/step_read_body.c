/* SPDX-License-Identifier: Apache-2.0 */
/* read_body: hold the whole body of a call that is answered here, so that its model is on record with the decision. */
#include "session_internal.h"

static enum reason take_body(struct session *session)
{
    struct exchange *exchange = session->exchange;
    struct text content;
    size_t used = 0;
    if (http_body_read(&exchange->ask.body, inflight_text(&session->in), &content, &used) == PARSE_BAD) {
        account_say(&exchange->account, FLAW_NONE, exchange->ask.body.wrong);
        return REASON_MALFORMED_BODY;
    }
    if (exchange->call.body.length + content.length > session->worker->limits.body_held)
        return REASON_BODY_TOO_LARGE;
    buffer_append(&exchange->call.body, content);
    inflight_consume(session->worker->options.loop, &session->in, used);
    return REASON_NONE;
}

/* What is packed cannot be looked at, and bombs need no unpacking to be refused (RFC 9110 15.5.16). */
static bool is_encoded(const struct http_head *head)
{
    for (size_t i = 0; i < head->message.field_count; i++)
        if (text_equal_nocase(head->message.fields[i].name, TEXT("Content-Encoding")) &&
            !text_equal_nocase(head->message.fields[i].value, TEXT("identity")))
            return true;
    return false;
}

/* Before any of it is asked for. */
static enum reason refuse_by_head(struct session *session)
{
    const struct http_head *head = session->exchange->ask.head;
    if (head->framing == FRAMING_LENGTH && head->message.length > session->worker->limits.body_held)
        return REASON_BODY_TOO_LARGE;
    if (!is_encoded(head))
        return REASON_NONE;
    account_say(&session->exchange->account, FLAW_NONE, "send it as plain JSON, without Content-Encoding");
    return REASON_BODY_ENCODED;
}

static enum progress finish_body(struct session *session)
{
    enum reason reason = inference_read_call(session->exchange);
    if (reason != REASON_NONE)
        return session_refuse(session, reason);
    session_enter(session, SESSION_COMMIT);
    return STEP_NEXT;
}

static enum io read_more(struct session *session)
{
    session_continue(session);
    if (session_flush(session) == IO_BROKEN)
        return IO_BROKEN;
    return session_fill(session, INFLIGHT_BLOCK);
}

enum progress step_read_body(struct session *session)
{
    struct ask *ask = &session->exchange->ask;
    enum reason wrong = refuse_by_head(session);
    if (wrong != REASON_NONE)
        return session_refuse(session, wrong);
    while (!http_body_is_done(&ask->body)) {
        size_t before = inflight_length(&session->in);
        enum reason reason = before > 0 ? take_body(session) : REASON_NONE;
        if (reason != REASON_NONE)
            return session_refuse(session, reason);
        if (inflight_length(&session->in) < before)
            continue;
        enum io result = read_more(session);
        if (result == IO_AGAIN)
            return STEP_WAIT;
        if (result != IO_OK) {
            session_close(session, REASON_CLIENT_GONE);
            return STEP_WAIT;
        }
    }
    return finish_body(session);
}
