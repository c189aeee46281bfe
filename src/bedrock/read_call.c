/* SPDX-License-Identifier: Apache-2.0 */
/* The top level of Converse and CountTokens. Members that only name, sort or count for the vendor (requestMetadata,
 * performanceConfig, serviceTier, ...) stand in no table and are dropped. Model and framing stand in the path. */
#include "bedrock_read.h"

static const struct member inference_rows[] = {
    MEMBER("maxTokens", take_number, canon_call, wish.limit),
    MEMBER("temperature", take_number, canon_call, sampling.temperature),
    MEMBER("topP", take_number, canon_call, sampling.top_p),
    MEMBER("stopSequences", take_texts, canon_call, wish.stop),
};
TABLE(inference_table, inference_rows, NULL);

/* What models of their makers take beside; how much is thought is the endpoint's own matter. */
static const struct member more_rows[] = {
    MEMBER("top_k", take_number, canon_call, sampling.top_k),
    MEMBER("topK", take_number, canon_call, sampling.top_k),
    MEMBER("seed", take_number, canon_call, sampling.seed),
    MEMBER("reasoning_effort", take_word, canon_call, wish.effort),
};
TABLE(more_table, more_rows, NULL);

static const struct member output_rows[] = {
    MEMBER("textFormat", bedrock_take_format, canon_call, wish.format),
    MEMBER("effort", take_word, canon_call, wish.effort),
};
TABLE(output_table, output_rows, NULL);

static const struct member converse_rows[] = {
    {.name = TEXT_INIT("messages"), .read = bedrock_take_messages},
    {.name = TEXT_INIT("system"), .read = bedrock_take_system},
    INNER("inferenceConfig", &inference_table),
    {.name = TEXT_INIT("toolConfig"), .read = bedrock_take_tools},
    INNER("additionalModelRequestFields", &more_table),
    INNER("outputConfig", &output_table),
    REFUSED("guardrailConfig", "names a guardrail that only the vendor has: leave it out"),
    REFUSED("promptVariables", "is of a prompt that only the vendor keeps: send the messages themselves"),
};
TABLE(converse_table, converse_rows, NULL);

static bool read_converse(struct reading *reading, uint32_t value, struct canon_call *call)
{
    if (!read_members(reading, value, &converse_table, call))
        return false;
    return call->has_messages || reading_member_is_wrong(reading, TEXT("messages"), "is missing");
}

static bool take_converse(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    return read_converse(reading, value, field);
}

static const struct member input_rows[] = {
    {.name = TEXT_INIT("converse"), .read = take_converse},
    REFUSED("invokeModel", "is a body within a body: send it as converse"),
};
TABLE(input_table, input_rows, NULL);
static const struct member count_rows[] = {INNER("input", &input_table)};
TABLE(count_table, count_rows, NULL);

static bool read_count(struct reading *reading, struct canon_call *call)
{
    if (!read_members(reading, 0, &count_table, call))
        return false;
    return call->has_messages || reading_member_is_wrong(reading, TEXT("input"), "has no converse");
}

bool bedrock_read_call(struct reading *reading, struct canon_call *call)
{
    enum bedrock_body body = bedrock_body_of(call);
    if (!bedrock_take_path(reading, call))
        return false;
    switch (body) {
    case BODY_CONVERSE:
        return read_converse(reading, 0, call);
    case BODY_COUNT:
        return read_count(reading, call);
    case BODY_TITAN:
    case BODY_TITAN_VECTORS:
    case BODY_LLAMA:
    case BODY_MISTRAL:
        return bedrock_read_invoke(reading, body, call);
    case BODY_OTHERS:
        break;
    }
    reading->reason = REASON_LLM_OPERATION;
    return detail_say(
        reading->detail, "InvokeModel of a model whose words are not known here: call Converse, or use a model of "
                         "Anthropic's, Llama's, Mistral's or Titan's");
}
