/* SPDX-License-Identifier: Apache-2.0 */
/* An endpoint's answer, held as a whole and rewritten; its objection to the call is kept while another is asked. */
#include "inference_internal.h"

static enum filtered take(void *context, struct filters *filters, size_t next, struct http_piece *piece)
{
    (void)filters, (void)next;
    struct inference_call *call = context;
    bool is_held = inference_hold(call, piece->content, call->about.answer_held);
    if (is_held)
        endpoint_spoke(call);
    http_piece_drop(piece);
    return is_held ? FILTER_GOES_ON : FILTER_TOO_LARGE;
}

static enum filtered say(struct inference_call *call, struct text body, struct filters *filters, size_t next)
{
    struct dialect_answer answer = {0};
    struct dialect_fields own;
    dialect_answer_fields(call->request, inference_id(call), false, &answer);
    served_tell(call, &answer);
    dialect_fields_of(&answer, clock_wall_us(), &own);
    struct http_message message = {
        .status = call->held_status,
        .content = CONTENT_OF_LENGTH,
        .length = body.length,
        .add = own.fields,
        .add_count = own.count,
    };
    call->about.account->status = message.status;
    filters->to->role->put_head(filters->to, &message);
    (void)filters_give_text(filters, next, body);
    return filters_end(filters, next);
}

static void keep_objection(struct inference_call *call)
{
    buffer_clear(&call->objection.body); /* what another endpoint had against it */
    call->objection.body = call->body;
    call->body = (struct buffer){0};
}

/* What is kept out was answered all the same, and took its tokens. */
static void count_alone(struct inference_call *call)
{
    struct buffer unused = {0};
    struct dialect_usage usage = {0};
    if (dialect_reply_rewrite(call->request, buffer_text(&call->body), &unused, &usage))
        served_note_usage(call, &usage);
    buffer_clear(&unused);
}

static enum filtered end(void *context, struct filters *filters, size_t next)
{
    struct inference_call *call = context;
    struct buffer body = {0};
    struct dialect_usage usage = {0};
    if (engine_weigh(call->held_status) == ENGINE_OBJECTS) {
        keep_objection(call);
        return FILTER_GOES_ON;
    }
    bool is_late = inference_waits(call);
    struct text answer = buffer_text(&call->body);
    struct buffer looked = {0};
    enum filtered result = looked_whole(call, &answer, &looked);
    if (result != FILTER_GOES_ON) {
        count_alone(call);
        buffer_forget(&looked);
        return result;
    }
    result = FILTER_BAD;
    bool is_good = !is_late && dialect_reply_rewrite(call->request, answer, &body, &usage);
    if (is_good && call->held_status == 200)
        recall_whole(call, buffer_text(&call->body)); /* as the endpoint said it, without anybody's values */
    buffer_forget(&looked);
    buffer_clear(&call->body);
    served_note_usage(call, &usage);
    if (is_good)
        result = say(call, buffer_text(&body), filters, next);
    else
        account_say(
            call->about.account, FLAW_NONE,
            is_late ? "the answer is no stream, and the caller's has begun" : "the answer is no JSON object");
    buffer_forget(&body);
    return result;
}

const struct filter filter_hold = {"hold", take, end};
