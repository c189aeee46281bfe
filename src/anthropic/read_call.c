/* SPDX-License-Identifier: Apache-2.0 */
/* The top level of Anthropic's calls. Members that only name, sort or count for the vendor (metadata, service_tier,
 * cache_control, ...) stand in no table and are dropped: the answer is the same without them. */
#include "anthropic_read.h"

/* How much is thought is the endpoint's own matter: tokens of one model's thoughts say nothing about another's. */
static bool take_thinking(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    static const struct text kinds[] = {TEXT_INIT("enabled"), TEXT_INIT("disabled"), TEXT_INIT("adaptive")};
    uint32_t type = json_view_member(reading->view, value, TEXT("type"));
    (void)row;
    (void)field;
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (json_view_means(reading->view, type, kinds[i]))
            return true;
    return reading_member_is_wrong(reading, TEXT("type"), "must be enabled, disabled or adaptive");
}

static const struct member output_rows[] = {
    MEMBER("effort", take_word, canon_call, wish.effort),
    MEMBER("format", anthropic_take_format, canon_call, wish.format),
};
TABLE(output_table, output_rows, NULL);

#define ITS_OWN "names what only the vendor keeps or runs: leave it out"
static const struct member call_rows[] = {
    MEMBER("model", take_name, canon_call, model),
    {.name = TEXT_INIT("system"), .read = anthropic_take_system},
    {.name = TEXT_INIT("messages"), .read = anthropic_take_messages},
    MEMBER("max_tokens", take_number, canon_call, wish.limit),
    MEMBER("stop_sequences", take_texts, canon_call, wish.stop),
    MEMBER("stream", take_flag, canon_call, wish.streams),
    MEMBER("temperature", take_number, canon_call, sampling.temperature),
    MEMBER("top_p", take_number, canon_call, sampling.top_p),
    MEMBER("top_k", take_number, canon_call, sampling.top_k),
    MEMBER("tools", anthropic_take_tools, canon_call, tools),
    MEMBER("tool_choice", anthropic_take_choice, canon_call, tools),
    {.name = TEXT_INIT("thinking"), .read = take_thinking},
    INNER("output_config", &output_table),
    MEMBER("output_format", anthropic_take_format, canon_call, wish.format),
    REFUSED("container", ITS_OWN),
    REFUSED("mcp_servers", ITS_OWN),
};
TABLE(call_table, call_rows, NULL);

bool anthropic_read_call(struct reading *reading, struct canon_call *call)
{
    if (!read_members(reading, 0, &call_table, call))
        return false;
    if (!call->has_messages)
        return reading_member_is_wrong(reading, TEXT("messages"), "is missing or empty");
    if (text_ends_with(call->path, TEXT(":streamRawPredict"))) /* at Vertex AI */
        call->wish.streams = CANON_YES;
    call->wish.usage = call->wish.streams;
    return true;
}
