/* SPDX-License-Identifier: Apache-2.0 */
/* Bedrock's row. It has no list of models at the host where it is called. */
#include "bedrock_read.h"
#include "bedrock_write.h"
#include "exeat/canon/blocks.h"

static struct text type_of(const struct canon_call *call, bool streams)
{
    (void)call;
    return streams ? TEXT("application/vnd.amazon.eventstream") : TEXT("application/json");
}

static const struct hosting hosting = {bedrock_words_of, bedrock_take_path, bedrock_frame};
const struct vendor bedrock_vendor = {
    .read_call = bedrock_read_call,
    .model_of_path = vendor_no_model,
    .type_of = type_of,
    .write_answer = bedrock_write_answer,
    .begin_stream = bedrock_begin_stream,
    .write_event = bedrock_write_event,
    .end_stream = canon_blocks_free,
    .write_error_event = bedrock_write_error_event,
    .write_refusal = bedrock_write_refusal,
    .write_context_full = bedrock_write_context_full,
    .id_field = TEXT_INIT("X-Amzn-Requestid"),
    .blame_field = TEXT_INIT("X-Amzn-Errortype"),
    .blame_words =
        {
            [BLAME_POLICY] = TEXT_INIT("AccessDeniedException"),
            [BLAME_CALLER] = TEXT_INIT("ValidationException"),
            [BLAME_PACE] = TEXT_INIT("ThrottlingException"),
            [BLAME_NOBODY] = TEXT_INIT("ServiceUnavailableException"),
        },
    .hosting = &hosting,
};
