/* SPDX-License-Identifier: Apache-2.0 */
/* What an endpoint says of itself by what it does: to the account, to the operator, and to its engine, for the calls
 * that come. */
#include "exeat/base/log.h"
#include "inference_internal.h"

void endpoint_spoke(const struct inference_call *call)
{
    struct account_service *service = &call->about.account->service;
    service->newest_us = loop_now_us(call->about.loop);
    if (service->first_us == 0)
        service->first_us = service->newest_us;
}

static void log_failure(const struct inference_call *call, const struct policy_inference *inference, uint16_t code)
{
    struct buffer reason = {0};
    engine_code_append(code, &reason);
    log_warn(
        "inference_failed", log_text("endpoint", inference->name), log_text("host", host_text(&inference->host)),
        log_text("reason", buffer_text(&reason)), log_text("detail", text_from(call->about.account->detail)),
        log_string("request", call->about.account->id_text));
    buffer_clear(&reason);
}

/* For the caller's 503 and the record: which endpoint, and what it did. */
static void say_failure(const struct inference_call *call, struct text name, enum reason reason)
{
    struct detail detail = {0};
    struct account *account = call->about.account;
    const char *said = account->detail;
    if (call->failed_status != 0)
        (void)detail_say(&detail, "%.*s answered %u", TEXT_ARG(text_part(name, 0, 40)), (unsigned)call->failed_status);
    else
        (void)detail_say(
            &detail, "%.*s: %s", TEXT_ARG(text_part(name, 0, 40)),
            said != NULL && said[0] != '\0' ? said : reason_row(reason)->text);
    account_say(account, account->flaw, detail.text);
}

void inference_failed(struct inference_call *call, size_t place, struct engine *engine, enum reason reason)
{
    const struct policy_inference *inference = inference_entry(call, place);
    struct text asked = text_from(call->objection.retry_after);
    struct engine_failure failure = engine_failure_of(reason, call->failed_status, asked);
    say_failure(call, inference->name, reason);
    if (engine_failed(engine, &failure, loop_now_us(call->about.loop)))
        log_failure(call, inference, failure.code);
    call->failed_status = 0;
}
