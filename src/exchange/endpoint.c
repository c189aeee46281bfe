/* SPDX-License-Identifier: Apache-2.0 */
/* What an inference endpoint's answer, or the want of one, means: for this call, for those that come, for the operator.
 * 1. What says something about the endpoint makes it rest: it cannot be reached, does not answer in time, is
 *    overloaded. What says something about the call does not: the next caller's may well be answered.
 * 2. Its objection to the call (4xx) is kept while another endpoint is asked, and is the answer when none serves. */
#include "exchange_internal.h"
#include "exeat/base/log.h"

enum { REST_MS = 5000, REST_MOST_MS = 300000 };

static struct route_endpoint present_endpoint(const struct exchange *exchange)
{
    const struct policy_inference *inference = way_out_inference(exchange);
    return (struct route_endpoint){inference->name, &inference->host, inference->port};
}

bool endpoint_is_well(const struct exchange *exchange)
{
    struct route_endpoint endpoint = present_endpoint(exchange);
    return route_is_well(exchange->worker->options.route, &endpoint);
}

/* Its own credentials are the operator's matter: a caller could make nothing of 401 and 403. */
enum endpoint_says endpoint_weigh(uint16_t status)
{
    if (status >= 200 && status < 300)
        return ENDPOINT_SERVES;
    bool is_objection = status >= 400 && status < 500 && status != 401 && status != 403 && status != 407;
    return is_objection ? ENDPOINT_OBJECTS : ENDPOINT_FAILS;
}

void endpoint_answered(const struct exchange *exchange)
{
    struct route_endpoint endpoint = present_endpoint(exchange);
    if (route_answered(exchange->worker->options.route, &endpoint))
        log_info("inference_answers", log_text("endpoint", endpoint.name));
}

/* Seconds alone: a date (RFC 9110 10.2.3) is passed on to the caller, and no server of models was seen to send one. */
static uint64_t asked_rest_ms(const struct exchange *exchange)
{
    uint64_t seconds;
    if (!text_to_number(text_from(exchange->call->objection.retry_after), UINT32_MAX, &seconds))
        return REST_MS;
    return seconds * 1000 < REST_MOST_MS ? seconds * 1000 : REST_MOST_MS;
}

static uint64_t rest_for(const struct exchange *exchange, uint16_t code)
{
    switch (code) {
    case REASON_DNS_FAILED:
    case REASON_DNS_TIMEOUT:
    case REASON_CONNECT_FAILED:
    case REASON_CONNECT_TIMEOUT:
    case REASON_UPSTREAM_TLS:
    case REASON_UPSTREAM_PIN:
    case REASON_UPSTREAM_REVOKED:
    case REASON_UPSTREAM_TIMEOUT:
    case 502:
    case 503:
    case 504:
        return REST_MS;
    case 429:
        return asked_rest_ms(exchange);
    default:
        return 0;
    }
}

static void append_code(struct buffer *out, uint16_t code)
{
    if (code < REASON_COUNT)
        buffer_append_string(out, code == 0 ? "other" : reason_row((enum reason)code)->code);
    else
        buffer_printf(out, "status_%u", (unsigned)code);
}

static void log_failure(const struct exchange *exchange, uint16_t code)
{
    struct buffer reason = {0};
    append_code(&reason, code);
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
    struct route_endpoint endpoint = present_endpoint(exchange);
    uint16_t status = exchange->way.endpoint_status;
    uint16_t code = status != 0 ? status : (uint16_t)reason;
    struct route_failure failure = {
        .code = code,
        .rest_ms = rest_for(exchange, code),
        .is_down = status == 0 ? reason != REASON_ANSWER_TOO_LARGE : endpoint_weigh(status) == ENDPOINT_FAILS,
    };
    say_failure(exchange, reason, status);
    if (route_failed(exchange->worker->options.route, &endpoint, &failure))
        log_failure(exchange, code);
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
