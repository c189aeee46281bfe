/* SPDX-License-Identifier: Apache-2.0 */
/* How an endpoint's answer begins and breaks off: what its status means, and which filter its content passes. */
#include "exeat/base/clock.h"
#include "exeat/base/log.h"
#include "inference_internal.h"

static void
begin_events(struct inference_call *call, size_t place, const struct message_head *head, struct filters *down)
{
    struct dialect_fields own;
    struct dialect_answer answer = {0};
    call->stream = dialect_stream_new(call->request, call->about.answer_held);
    looked_begin_events(call);
    recall_begin(call, place);
    filters_add(down, &filter_events, call);
    if (call->wait.every_us > 0)
        return; /* the head is put when it is time */
    dialect_answer_fields(call->request, inference_id(call), true, &answer);
    served_tell(call, &answer);
    dialect_fields_of(&answer, clock_wall_us(), &own);
    struct http_message message = {
        .status = head->status, .content = CONTENT_UNTIL_END, .add = own.fields, .add_count = own.count};
    call->about.account->status = head->status;
    down->to->role->put_head(down->to, &message);
}

static bool is_stream(const struct inference_call *call, const struct message_head *head)
{
    const struct field *type = http_field_find(head, TEXT("Content-Type"));
    return head->status == 200 && type != NULL && dialect_call_may_stream(call->request, type->value);
}

/* A number of seconds, or a date as HTTP has it (RFC 9110 5.6.7, IMF-fixdate): nothing else goes on. */
static bool is_retry_after(struct text value)
{
    static const struct text date = TEXT_INIT("Aaa, 00 Aaa 0000 00:00:00 GMT");
    uint64_t seconds;
    if (text_to_number(value, UINT32_MAX, &seconds))
        return true;
    bool is_date = value.length == date.length;
    for (size_t i = 0; is_date && i < date.length; i++) {
        char one = value.data[i];
        if (date.data[i] == '0')
            is_date = one >= '0' && one <= '9';
        else if (date.data[i] == 'A' || date.data[i] == 'a')
            is_date = (one >= 'A' && one <= 'Z') || (one >= 'a' && one <= 'z');
        else
            is_date = one == date.data[i];
    }
    return is_date;
}

static void keep_objection(struct inference_call *call, size_t place, const struct message_head *head)
{
    struct objection *objection = &call->objection;
    const struct field *wait = http_field_find(head, TEXT("Retry-After"));
    buffer_empty(&objection->body);
    objection->status = head->status;
    objection->place = place;
    bool has_wait = wait != NULL && is_retry_after(wait->value);
    text_store(has_wait ? wait->value : TEXT(""), objection->retry_after, sizeof(objection->retry_after));
}

enum engine_says inference_answered(
    struct inference_call *call, size_t place, struct engine *engine, const struct message_head *head,
    struct filters *down)
{
    enum engine_says says = engine_weigh(head->status);
    switch (says) {
    case ENGINE_SERVES:
        if (engine_answered(engine, loop_now_us(call->about.loop)))
            log_info("inference_answers", log_text("endpoint", engine_name(engine)));
        break;
    case ENGINE_OBJECTS:
        call->failed_status = head->status;
        keep_objection(call, place, head);
        break;
    case ENGINE_FAILS:
        call->failed_status = head->status;
        return says;
    }
    if (is_stream(call, head)) {
        begin_events(call, place, head, down);
        return says;
    }
    recall_begin(call, place);
    filters_add(down, &filter_hold, call);
    call->held_status = head->status;
    return says;
}

void inference_take_back(struct inference_call *call)
{
    struct account_service *service = &call->about.account->service;
    service->first_us = 0; /* the tokens were used all the same */
    service->known.finish = TEXT("");
    buffer_empty(&call->body);
    buffer_empty(&call->wait.frames);
    recall_forget(call);
    inspect_stream_free(call->looked);
    call->looked = NULL;
    dialect_stream_free(call->stream);
    call->stream = NULL;
}

bool inference_is_silent(const struct inference_call *call)
{
    return call->stream != NULL && !dialect_stream_has_spoken(call->stream);
}

bool inference_has_told(const struct inference_call *call)
{
    return call->stream != NULL && dialect_stream_has_told(call->stream);
}

void inference_break_off(struct inference_call *call, enum reason reason, struct http_side *client)
{
    struct buffer event = {0};
    const struct objection *objection = &call->objection;
    if (call->stream == NULL && !inference_waits(call))
        return;
    if (objection->is_answer) {
        served_by_endpoint(call, objection->place);
        dialect_objection_event(
            call->request, objection->status, buffer_text(&objection->body), inference_id(call), &event);
    } else {
        dialect_error_event(call->request, call->stream, reason, inference_id(call), &event);
    }
    struct http_piece piece = {.content = buffer_text(&event)};
    client->role->put_content(client, &piece);
    buffer_clear(&event);
}
