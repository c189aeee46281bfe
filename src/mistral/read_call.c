/* SPDX-License-Identifier: Apache-2.0 */
/* The top level of Mistral's calls. Members that only name, sort or speed up (metadata, prediction, ...) stand in no
 * table and are dropped: the answer is the same without them. */
#include "mistral_read.h"

/* --- the choice ----------------------------------------------------------------------------------------------------
 */

static bool take_choice(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    static const struct {
        struct text said;
        struct text meant;
    } words[] = {
        {TEXT_INIT("auto"), TEXT_INIT("auto")},
        {TEXT_INIT("none"), TEXT_INIT("none")},
        {TEXT_INIT("any"), TEXT_INIT("required")},
        {TEXT_INIT("required"), TEXT_INIT("required")},
    };
    struct canon_choice *choice = &((struct canon_tools *)field)->choice;
    (void)row;
    if (json_view_shape(reading->view, value) != JSON_SHAPE_STRING)
        return chat_read_one_choice(reading, value, choice);
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (!json_view_means(reading->view, value, words[i].said))
            continue;
        *choice = (struct canon_choice){.kind = CANON_CHOICE_WORD, .word = words[i].meant};
        return true;
    }
    return reading_is_wrong(reading, "must be auto, none, any, required or one tool");
}

/* --- chat ----------------------------------------------------------------------------------------------------------
 */

#define ITS_PROMPT "asks for a prompt of the vendor's: put your own into a system message"
static const struct member chat_rows[] = {
    MEMBER("model", take_name, canon_call, model),
    {.name = TEXT_INIT("messages"), .read = mistral_take_messages},
    MEMBER("stream", take_flag, canon_call, wish.streams),
    MEMBER("temperature", take_number, canon_call, sampling.temperature),
    MEMBER("top_p", take_number, canon_call, sampling.top_p),
    MEMBER("presence_penalty", take_number, canon_call, sampling.presence_penalty),
    MEMBER("frequency_penalty", take_number, canon_call, sampling.frequency_penalty),
    MEMBER("random_seed", take_number, canon_call, sampling.seed),
    MEMBER("max_tokens", take_number, canon_call, wish.limit),
    MEMBER("n", take_number, canon_call, wish.count),
    MEMBER("stop", take_texts, canon_call, wish.stop),
    MEMBER("response_format", chat_take_format, canon_call, wish.format),
    MEMBER("reasoning_effort", take_word, canon_call, wish.effort),
    MEMBER("tools", chat_take_functions, canon_call, tools),
    MEMBER("tool_choice", take_choice, canon_call, tools),
    MEMBER("parallel_tool_calls", take_flag, canon_call, tools.parallel),
    REFUSED("safe_prompt", ITS_PROMPT),
    REFUSED("prompt_mode", ITS_PROMPT),
    REFUSED("guardrails", "asks for checks of the vendor's: leave it out"),
    REFUSED("documents", "is not passed on to endpoints: put the texts into a message"),
};
TABLE(chat_table, chat_rows, NULL);

static bool read_chat(struct reading *reading, struct canon_call *call)
{
    if (!read_members(reading, 0, &chat_table, call))
        return false;
    call->wish.usage = call->wish.streams;
    return call->message_count > 0 || reading_member_is_wrong(reading, TEXT("messages"), "is missing or empty");
}

/* --- embeddings ----------------------------------------------------------------------------------------------------
 */

static bool take_type(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    (void)field;
    return json_view_means(reading->view, value, TEXT("float")) ||
           reading_may_not(reading, "is not made here: float is");
}

static const struct member embedding_rows[] = {
    MEMBER("model", take_name, canon_call, model),
    MEMBER("input", take_texts, canon_call, input),
    MEMBER("output_dimension", take_number, canon_call, wish.dimensions),
    {.name = TEXT_INIT("output_dtype"), .read = take_type},
    MEMBER("encoding_format", take_word, canon_call, wish.encoding),
};
TABLE(embedding_table, embedding_rows, NULL);

static bool read_embedding(struct reading *reading, struct canon_call *call)
{
    return read_members(reading, 0, &embedding_table, call) &&
           (call->input.form != CANON_ABSENT || reading_member_is_wrong(reading, TEXT("input"), "is missing"));
}

bool mistral_read_call(struct reading *reading, struct canon_call *call)
{
    return call->operation == LLM_EMBEDDINGS ? read_embedding(reading, call) : read_chat(reading, call);
}
