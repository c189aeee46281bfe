/* SPDX-License-Identifier: Apache-2.0 */
/* Ollama's row. */
#include "ollama_read.h"
#include "ollama_write.h"

const struct vendor ollama_vendor = {
    .read_call = ollama_read_call,
    .model_of_path = vendor_no_model,
    .type_of = ollama_type_of,
    .write_answer = ollama_write_answer,
    .begin_stream = ollama_begin_stream,
    .write_event = ollama_write_event,
    .end_stream = ollama_end_stream,
    .write_error_event = ollama_write_error_event,
    .one_of_models = ollama_one_of_models,
    .write_models = ollama_write_models,
    .write_refusal = ollama_write_refusal,
    .write_context_full = ollama_write_context_full,
};
