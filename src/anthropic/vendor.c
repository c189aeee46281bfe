/* SPDX-License-Identifier: Apache-2.0 */
/* Anthropic's rows: of who calls as its clients do, and of who is called as it is. */
#include "anthropic_read.h"
#include "anthropic_server.h"
#include "anthropic_write.h"
#include "exeat/canon/blocks.h"

const struct vendor anthropic_vendor = {
    .read_call = anthropic_read_call,
    .model_of_path = vendor_model_before_colon,
    .type_of = vendor_json_or_events,
    .write_answer = anthropic_write_answer,
    .begin_stream = anthropic_begin_stream,
    .write_event = anthropic_write_event,
    .end_stream = canon_blocks_free,
    .write_error_event = anthropic_write_error_event,
    .write_waiting = anthropic_write_waiting,
    .write_models = anthropic_write_models,
    .write_refusal = anthropic_write_refusal,
    .write_context_full = anthropic_write_context_full,
    .id_field = TEXT_INIT("Request-Id"),
};

const struct server anthropic_server = {
    .name = TEXT_INIT("anthropic"),
    .lacks = NEED(NEEDS_SEVERAL_ANSWERS) | NEED(NEEDS_LOGPROBS) | NEED(NEEDS_LOGIT_BIAS) | NEED(NEEDS_AUDIO) |
             NEED(NEEDS_CUSTOM_TOOLS) | NEED(NEEDS_OLD_FUNCTIONS) | NEED(NEEDS_OBJECT_ARGUMENTS) |
             NEED(NEEDS_SYSTEM_ALONE),
    .framing = FRAMED_AS_EVENTS,
    .field = {TEXT_INIT("Anthropic-Version"), TEXT_INIT("2023-06-01")},
    .path = anthropic_path,
    .write_call = anthropic_write_call,
    .read_answer = anthropic_read_answer,
    .tell = anthropic_tell,
};
