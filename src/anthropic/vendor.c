/* SPDX-License-Identifier: Apache-2.0 */
/* Anthropic's row. */
#include "anthropic_read.h"
#include "anthropic_write.h"

const struct vendor anthropic_vendor = {
    .read_call = anthropic_read_call,
    .model_of_path = vendor_model_before_colon,
    .type_of = vendor_json_or_events,
    .write_answer = anthropic_write_answer,
    .begin_stream = anthropic_begin_stream,
    .write_event = anthropic_write_event,
    .end_stream = anthropic_end_stream,
    .write_error_event = anthropic_write_error_event,
    .write_models = anthropic_write_models,
    .write_refusal = anthropic_write_refusal,
    .write_context_full = anthropic_write_context_full,
    .id_field = TEXT_INIT("Request-Id"),
};
