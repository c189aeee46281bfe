/* SPDX-License-Identifier: Apache-2.0 */
/* An endpoint that is asked for responses in place of chat. It has no words for sequences to stop at; a seed, penalties
 * and what else only chat knows are not told. */
#include "dialect_internal.h"
#include "exeat/compatible.h"

static struct text limit_of(const struct canon_call *call)
{
    if (call->operation == LLM_COUNT_TOKENS)
        return TEXT("16"); /* the least that may be asked for */
    return call->wish.limit.data != NULL ? call->wish.limit : call->wish.old_limit;
}

static void write_call(const struct canon_call *call, const struct canon_endpoint *endpoint, struct buffer *out)
{
    struct canon_call response = *call;
    response.operation = LLM_RESPONSES;
    response.wish.limit = limit_of(call);
    response.sampling = (struct canon_sampling){
        .temperature = call->sampling.temperature,
        .top_p = call->sampling.top_p,
    };
    compatible_write_call(&response, endpoint, out);
}

static struct text path_of(const struct canon_call *call)
{
    bool is_asked = call->operation == LLM_CHAT || call->operation == LLM_COUNT_TOKENS;
    return is_asked ? TEXT("/v1/responses") : TEXT("");
}

const struct server responses_server = {
    .name = TEXT_INIT("responses"),
    .lacks = NEED(NEEDS_SEVERAL_ANSWERS) | NEED(NEEDS_LOGPROBS) | NEED(NEEDS_LOGIT_BIAS) | NEED(NEEDS_STOP) |
             NEED(NEEDS_OLD_FUNCTIONS),
    .framing = FRAMED_AS_EVENTS,
    .path = path_of,
    .write_call = write_call,
    .read_answer = compatible_read_response,
    .tell = compatible_tell_response,
};
