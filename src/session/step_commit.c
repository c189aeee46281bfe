/* SPDX-License-Identifier: Apache-2.0 */
/* commit: nothing goes on before the decision is on disk. */
#include "session_internal.h"

/* A store that cannot be written refuses everyone; the store's own GAP record tells of it later. */
static enum progress refuse_unrecorded(struct session *session)
{
    session->exchange->account.refusal = REASON_AUDIT_UNAVAILABLE;
    session->keeps_alive = false;
    session_enter(session, SESSION_ANSWER);
    return STEP_NEXT;
}

/* The decision is on its way to the disk and will be there some time; its outcome says that nothing came of it. Where
 * the store has given it up in this moment, there is no record, and no outcome either. */
enum progress session_commit_overdue(struct session *session)
{
    struct exchange *exchange = session->exchange;
    exchange->commit = audit_wait_cancel(&exchange->wait) ? COMMIT_OVERDUE : COMMIT_FAILED;
    if (exchange->commit == COMMIT_FAILED)
        audit_port_forget(session->worker->options.audit);
    exchange->account.reason = REASON_AUDIT_UNAVAILABLE;
    return refuse_unrecorded(session);
}

static bool answers_here(const struct exchange *exchange)
{
    return exchange->account.refusal != REASON_NONE || exchange->decision.plan == PLAN_ANSWER ||
           (exchange->decision.llm.operation == LLM_MODELS && inference_answers(exchange) &&
            !inference_asks_for_models(exchange));
}

enum progress step_commit(struct session *session)
{
    struct exchange *exchange = session->exchange;
    if (exchange->commit == COMMIT_IDLE)
        exchange->commit = account_decide(session);
    switch (exchange->commit) {
    case COMMIT_IDLE:
    case COMMIT_WAITS:
        return session_watch_client(session);
    case COMMIT_FAILED:
    case COMMIT_OVERDUE:
        return refuse_unrecorded(session);
    case COMMIT_DURABLE:
        break;
    }
    if (!answers_here(exchange))
        return way_out_begin(session);
    session_enter(session, SESSION_ANSWER);
    return STEP_NEXT;
}
