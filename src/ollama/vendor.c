/* SPDX-License-Identifier: Apache-2.0 */
/* Ollama's rows: of who calls as its clients do, and of who is called as it is. */
#include "ollama_read.h"
#include "ollama_server.h"
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
    .write_waiting = ollama_write_waiting,
    .one_of_models = ollama_one_of_models,
    .write_models = ollama_write_models,
    .write_refusal = ollama_write_refusal,
    .write_context_full = ollama_write_context_full,
};

const struct server ollama_server = {
    .name = TEXT_INIT("ollama"),
    .lacks = NEED(NEEDS_SEVERAL_ANSWERS) | NEED(NEEDS_OLD_LOGPROBS) | NEED(NEEDS_LOGIT_BIAS) | NEED(NEEDS_ECHO) |
             NEED(NEEDS_TOKENS_IN) | NEED(NEEDS_SEVERAL_PROMPTS) | NEED(NEEDS_AUDIO) | NEED(NEEDS_FILES) |
             NEED(NEEDS_CUSTOM_TOOLS) | NEED(NEEDS_OLD_FUNCTIONS) | NEED(NEEDS_FORCED_CALL) |
             NEED(NEEDS_OBJECT_ARGUMENTS),
    .framing = FRAMED_AS_LINES,
    .path = ollama_path,
    .write_call = ollama_write_call,
    .read_answer = ollama_read_answer,
    .tell = ollama_tell,
};
