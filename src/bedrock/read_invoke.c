/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of InvokeModel for models that are asked in no words of another vendor's API: a prompt as the model itself
 * takes it (Llama, Mistral), or a text (Titan). */
#include "bedrock_read.h"

static bool take_one(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_list *input = field;
    struct canon_entry *entry = arena_alloc(reading->arena, sizeof(*entry));
    *input = (struct canon_list){CANON_ONE, entry, 1};
    return take_text(reading, value, row, &entry->text);
}

static bool take_question(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_call *call = field;
    struct canon_part *part = arena_alloc(reading->arena, sizeof(*part));
    struct canon_message *message = canon_extend(reading->arena, call, 1);
    *part = (struct canon_part){.kind = CANON_TEXT};
    message[call->message_count] =
        (struct canon_message){.role = CANON_USER, .content = CANON_PLAIN_CONTENT, .parts = part, .part_count = 1};
    call->messages = message;
    call->message_count++;
    call->has_messages = true;
    return take_text(reading, value, row, &part->text);
}

static const struct member llama_rows[] = {
    MEMBER("prompt", take_one, canon_call, input),
    MEMBER("max_gen_len", take_number, canon_call, wish.old_limit),
    MEMBER("temperature", take_number, canon_call, sampling.temperature),
    MEMBER("top_p", take_number, canon_call, sampling.top_p),
    REFUSED("images", "is not passed on with a prompt: call Converse"),
};
TABLE(llama_table, llama_rows, NULL);

static const struct member mistral_rows[] = {
    MEMBER("prompt", take_one, canon_call, input),
    MEMBER("max_tokens", take_number, canon_call, wish.old_limit),
    MEMBER("stop", take_texts, canon_call, wish.stop),
    MEMBER("temperature", take_number, canon_call, sampling.temperature),
    MEMBER("top_p", take_number, canon_call, sampling.top_p),
    MEMBER("top_k", take_number, canon_call, sampling.top_k),
};
TABLE(mistral_table, mistral_rows, NULL);

static const struct member titan_config_rows[] = {
    MEMBER("maxTokenCount", take_number, canon_call, wish.limit),
    MEMBER("temperature", take_number, canon_call, sampling.temperature),
    MEMBER("topP", take_number, canon_call, sampling.top_p),
    MEMBER("stopSequences", take_texts, canon_call, wish.stop),
};
TABLE(titan_config_table, titan_config_rows, NULL);
static const struct member titan_rows[] = {
    {.name = TEXT_INIT("inputText"), .read = take_question},
    INNER("textGenerationConfig", &titan_config_table),
};
TABLE(titan_table, titan_rows, NULL);

/* --- vectors -------------------------------------------------------------------------------------------------------
 */

static bool take_types(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_list words = {0};
    (void)field;
    if (!take_words(reading, value, row, &words))
        return false;
    for (size_t i = 0; i < words.count; i++)
        if (!text_equal(words.entries[i].text, TEXT("float")))
            return reading_may_not(reading, "may only be [\"float\"]: nothing else is made here");
    return true;
}

static const struct member vector_rows[] = {
    MEMBER("inputText", take_one, canon_call, input),
    MEMBER("dimensions", take_number, canon_call, wish.dimensions),
    {.name = TEXT_INIT("embeddingTypes"), .read = take_types},
    REFUSED("inputImage", "is no text, and only texts have vectors here"),
};
TABLE(vector_table, vector_rows, NULL);

/* --- one of them -----------------------------------------------------------------------------------------------------
 */

bool bedrock_read_invoke(struct reading *reading, enum bedrock_body body, struct canon_call *call)
{
    static const struct {
        const struct members *table;
        struct text must;
    } rows[] = {
        [BODY_TITAN] = {&titan_table, TEXT_INIT("inputText")},
        [BODY_TITAN_VECTORS] = {&vector_table, TEXT_INIT("inputText")},
        [BODY_LLAMA] = {&llama_table, TEXT_INIT("prompt")},
        [BODY_MISTRAL] = {&mistral_table, TEXT_INIT("prompt")},
    };
    if (!read_members(reading, 0, rows[body].table, call))
        return false;
    return call->message_count + call->input.count > 0 ||
           reading_member_is_wrong(reading, rows[body].must, "is missing");
}
