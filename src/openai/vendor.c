/* SPDX-License-Identifier: Apache-2.0 */
/* OpenAI's row. */
#include "openai_internal.h"
#include "openai_read.h"

/* Clients that pace themselves by these fields (seen: a Magento module that sleeps or fails without them). */
const struct field openai_pace[OPENAI_PACE_FIELDS] = {
    {TEXT_INIT("X-Ratelimit-Limit-Requests"), TEXT_INIT("10000")},
    {TEXT_INIT("X-Ratelimit-Remaining-Requests"), TEXT_INIT("10000")},
    {TEXT_INIT("X-Ratelimit-Reset-Requests"), TEXT_INIT("1s")},
    {TEXT_INIT("X-Ratelimit-Limit-Tokens"), TEXT_INIT("10000000")},
    {TEXT_INIT("X-Ratelimit-Remaining-Tokens"), TEXT_INIT("10000000")},
    {TEXT_INIT("X-Ratelimit-Reset-Tokens"), TEXT_INIT("1s")},
};

/* ".../deployments/NAME/...": the model that is meant when the body names none. */
struct text openai_deployment_of(struct text path)
{
    struct text segment;
    bool next = false;
    while (text_split(&path, '/', &segment)) {
        if (next)
            return segment;
        next = text_equal(segment, TEXT("deployments"));
    }
    return TEXT("");
}

const struct models_words openai_models = {
    .head = TEXT_INIT("{\"object\":\"list\",\"data\":["),
    .one = TEXT_INIT("{\"id\":\"%\",\"object\":\"model\",\"created\":0,\"owned_by\":\"local\"}"),
    .tail = TEXT_INIT("]}"),
};

const struct vendor openai_vendor = {
    .read_call = openai_read_call,
    .model_of_path = openai_deployment_of,
    .type_of = vendor_json_or_events,
    .passes = true,
    .write_answer = openai_write_answer,
    .begin_stream = openai_begin_stream,
    .write_event = openai_write_event,
    .end_stream = openai_end_stream,
    .write_error_event = openai_write_error_event,
    .write_waiting = vendor_comment,
    .models = &openai_models,
    .write_refusal = openai_write_refusal,
    .write_context_full = openai_write_context_full,
    .fields = openai_pace,
    .field_count = OPENAI_PACE_FIELDS,
};
