/* SPDX-License-Identifier: Apache-2.0 */
/* Cohere's row. */
#include "cohere_read.h"
#include "cohere_write.h"
#include "exeat/canon/blocks.h"

const struct vendor cohere_vendor = {
    .read_call = cohere_read_call,
    .model_of_path = vendor_no_model,
    .type_of = vendor_json_or_events,
    .write_answer = cohere_write_answer,
    .begin_stream = cohere_begin_stream,
    .write_event = cohere_write_event,
    .end_stream = canon_blocks_free,
    .write_error_event = cohere_write_error_event,
    .write_waiting = vendor_comment,
    .models = &cohere_models,
    .write_refusal = cohere_write_refusal,
    .write_context_full = cohere_write_context_full,
};
