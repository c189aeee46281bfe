/* SPDX-License-Identifier: Apache-2.0 */
/* The top level of Cohere's chat. Members that only sort or count for the vendor (priority, safety_mode,
 * citation_options, ...) stand in no table and are dropped. */
#include "cohere_read.h"

static bool take_choice(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    static const struct {
        struct text said;
        struct text meant;
    } words[] = {{TEXT_INIT("REQUIRED"), TEXT_INIT("required")}, {TEXT_INIT("NONE"), TEXT_INIT("none")}};
    struct canon_choice *choice = &((struct canon_tools *)field)->choice;
    (void)row;
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (!json_view_means(reading->view, value, words[i].said))
            continue;
        *choice = (struct canon_choice){.kind = CANON_CHOICE_WORD, .word = words[i].meant};
        return true;
    }
    return reading_is_wrong(reading, "must be REQUIRED or NONE");
}

/* --- formats -------------------------------------------------------------------------------------------------------
 */

static const struct member json_rows[] = {
    KNOWN("type"),
    MEMBER("json_schema", take_schema, canon_format, schema),
    MEMBER("schema", take_schema, canon_format, schema),
};
TABLE(json_table, json_rows, NULL);
static const struct member plain_rows[] = {KNOWN("type")};
TABLE(plain_table, plain_rows, NULL);
static const struct reading_kind formats[] = {
    {TEXT_INIT("json_object"), &json_table, 0},
    {TEXT_INIT("text"), &plain_table, 0},
};

/* Endpoints want a name for a schema. */
static bool take_format(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_format *format = field;
    (void)row;
    const struct reading_kind *kind = reading_kind_of(
        reading, value, formats, COUNT_OF(formats), NULL, "is no format that is known here: text and json_object are");
    if (kind == NULL || !read_members(reading, value, kind->table, format))
        return false;
    format->kind = kind->word;
    if (format->schema.data != NULL) {
        format->kind = TEXT("json_schema");
        format->name = TEXT("answer");
    }
    return true;
}

/* --- thoughts ------------------------------------------------------------------------------------------------------
 */

/* How much is thought is the endpoint's own matter; whether it is told, the caller's. */
static bool take_thinking(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    uint32_t type = json_view_member(reading->view, value, TEXT("type"));
    bool is_on = json_view_means(reading->view, type, TEXT("enabled"));
    (void)row;
    *(enum canon_answer *)field = is_on ? CANON_YES : CANON_NO;
    return is_on || json_view_means(reading->view, type, TEXT("disabled")) ||
           reading_member_is_wrong(reading, TEXT("type"), "must be enabled or disabled");
}

/* --- chat ----------------------------------------------------------------------------------------------------------
 */

struct said_call {
    struct canon_call call;
    enum canon_answer strict; /* of all tools */
};
static const struct member chat_rows[] = {
    MEMBER("model", take_name, said_call, call.model),
    MEMBER("messages", cohere_take_messages, said_call, call),
    MEMBER("stream", take_flag, said_call, call.wish.streams),
    MEMBER("temperature", take_number, said_call, call.sampling.temperature),
    MEMBER("p", take_number, said_call, call.sampling.top_p),
    MEMBER("k", take_number, said_call, call.sampling.top_k),
    MEMBER("seed", take_number, said_call, call.sampling.seed),
    MEMBER("presence_penalty", take_number, said_call, call.sampling.presence_penalty),
    MEMBER("frequency_penalty", take_number, said_call, call.sampling.frequency_penalty),
    MEMBER("max_tokens", take_number, said_call, call.wish.limit),
    MEMBER("stop_sequences", take_texts, said_call, call.wish.stop),
    MEMBER("response_format", take_format, said_call, call.wish.format),
    MEMBER("thinking", take_thinking, said_call, call.wish.thoughts),
    MEMBER("tools", chat_take_functions, said_call, call.tools),
    MEMBER("tool_choice", take_choice, said_call, call.tools),
    MEMBER("strict_tools", take_flag, said_call, strict),
    REFUSED("documents", "is not passed on to endpoints: put the texts into a message"),
    REFUSED("logprobs", "is not made here: its tokens are the vendor's"),
    REFUSED("raw_prompting", "is not passed on to endpoints: send messages"),
};
TABLE(chat_table, chat_rows, NULL);

static void set_strict(struct reading *reading, enum canon_answer strict, struct canon_tools *tools)
{
    struct canon_tool *copies = arena_array(reading->arena, tools->count, sizeof(*copies));
    for (size_t i = 0; i < tools->count; i++) {
        copies[i] = tools->tools[i];
        copies[i].strict = strict;
    }
    tools->tools = copies;
}

bool cohere_read_call(struct reading *reading, struct canon_call *call)
{
    struct said_call said = {.call = *call};
    if (call->operation == LLM_RERANK)
        return canon_read_ranking(reading, call);
    if (call->operation == LLM_EMBEDDINGS)
        return cohere_read_embed(reading, call);
    if (!read_members(reading, 0, &chat_table, &said))
        return false;
    if (said.call.message_count == 0)
        return reading_member_is_wrong(reading, TEXT("messages"), "is missing or empty");
    if (said.strict != CANON_UNSAID)
        set_strict(reading, said.strict, &said.call.tools);
    *call = said.call;
    call->wish.usage = call->wish.streams;
    return true;
}
