/* SPDX-License-Identifier: Apache-2.0 */
/* What an inference endpoint's answer, or the want of one, means: for this call and for the operator; for the calls
 * that come it is the engine's. Its objection to a call (4xx) is kept while another endpoint is asked, and is the
 * answer when none serves. */
#include "exchange_internal.h"
#include "exeat/base/log.h"

/* From the first piece on another time counts. */
void endpoint_spoke(struct exchange *exchange)
{
    struct account_service *service = &exchange->account.service;
    bool is_first = service->first_us == 0;
    service->newest_us = loop_now_us(exchange->worker->loop);
    if (!is_first)
        return;
    service->first_us = service->newest_us;
    if (policy_answerers(&exchange->decision)->between_ms > 0)
        exchange_watch_deadline(exchange);
}

void endpoint_answered(const struct exchange *exchange)
{
    struct engine *engine = exchange->way.turn.engine;
    if (engine_answered(engine, loop_now_us(exchange->worker->loop)))
        log_info("inference_answers", log_text("endpoint", engine_name(engine)));
}

static void log_failure(const struct exchange *exchange, uint16_t code)
{
    struct buffer reason = {0};
    engine_code_append(code, &reason);
    const struct policy_inference *inference = way_out_inference(exchange);
    log_warn(
        "inference_failed", log_text("endpoint", inference->name), log_text("host", host_text(&inference->host)),
        log_text("reason", buffer_text(&reason)), log_text("detail", text_from(exchange->account.detail)),
        log_string("request", exchange->account.id_text));
    buffer_clear(&reason);
}

/* For the caller's 503 and the record: which endpoint, and what it did. */
static void say_failure(struct exchange *exchange, enum reason reason, uint16_t status)
{
    struct detail detail = {0};
    struct text name = way_out_inference(exchange)->name;
    const char *said = exchange->account.detail;
    if (status != 0)
        (void)detail_say(&detail, "%.*s answered %u", TEXT_ARG(text_part(name, 0, 40)), (unsigned)status);
    else
        (void)detail_say(
            &detail, "%.*s: %s", TEXT_ARG(text_part(name, 0, 40)),
            said != NULL && said[0] != '\0' ? said : reason_row(reason)->text);
    account_say(&exchange->account, exchange->account.flaw, detail.text);
}

void endpoint_failed(struct exchange *exchange, enum reason reason)
{
    uint16_t status = exchange->way.endpoint_status;
    struct text asked = text_from(exchange->call->objection.retry_after);
    struct engine_failure failure = engine_failure_of(reason, status, asked);
    say_failure(exchange, reason, status);
    if (engine_failed(exchange->way.turn.engine, &failure, loop_now_us(exchange->worker->loop)))
        log_failure(exchange, failure.code);
    exchange->way.endpoint_status = 0;
}

/* --- objections ------------------------------------------------------------------------------------------------------
 */

void endpoint_objects(struct exchange *exchange, const struct message_head *head)
{
    struct objection *objection = &exchange->call->objection;
    const struct field *wait = http_field_find(head, TEXT("Retry-After"));
    buffer_empty(&objection->body);
    objection->status = head->status;
    objection->endpoint = way_out_inference(exchange)->name;
    text_store(wait == NULL ? TEXT("") : wait->value, objection->retry_after, sizeof(objection->retry_after));
}

/* What another endpoint would say as well; that one lacks a model says nothing about the others. */
static bool is_about_the_call(uint16_t status)
{
    return status == 400 || status == 413 || status == 415 || status == 422;
}

bool endpoint_objection_stands(const struct exchange *exchange)
{
    const struct objection *objection = &exchange->call->objection;
    bool was_the_last = text_equal(objection->endpoint, way_out_inference(exchange)->name);
    return objection->status != 0 && (was_the_last || is_about_the_call(objection->status));
}
