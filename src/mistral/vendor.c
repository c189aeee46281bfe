/* SPDX-License-Identifier: Apache-2.0 */
/* Mistral's row. */
#include "mistral_read.h"
#include "mistral_write.h"

const struct vendor mistral_vendor = {
    .read_call = mistral_read_call,
    .model_of_path = vendor_model_before_colon,
    .type_of = vendor_json_or_events,
    .write_answer = mistral_write_answer,
    .begin_stream = mistral_begin_stream,
    .write_event = mistral_write_event,
    .end_stream = mistral_end_stream,
    .write_error_event = mistral_write_error_event,
    .write_waiting = vendor_comment,
    .models = &mistral_models,
    .write_refusal = mistral_write_refusal,
    .write_context_full = mistral_write_context_full,
};
