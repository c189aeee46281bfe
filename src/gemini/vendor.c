/* SPDX-License-Identifier: Apache-2.0 */
/* Gemini's row. */
#include "gemini_read.h"
#include "gemini_write.h"

const struct vendor gemini_vendor = {
    .read_call = gemini_read_call,
    .model_of_path = gemini_model_of_path,
    .type_of = gemini_type_of,
    .write_answer = gemini_write_answer,
    .begin_stream = gemini_begin_stream,
    .write_event = gemini_write_event,
    .end_stream = gemini_end_stream,
    .write_error_event = gemini_write_error_event,
    .write_waiting = gemini_write_waiting,
    .write_models = gemini_write_models,
    .write_refusal = gemini_write_refusal,
    .write_context_full = gemini_write_context_full,
};
