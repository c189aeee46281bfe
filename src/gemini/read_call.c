/* SPDX-License-Identifier: Apache-2.0 */
/* The top level of Gemini's calls. Members that only name, sort or count for the vendor (safetySettings, labels,
 * mediaResolution, ...) stand in no table and are dropped. The model and whether it streams stand in the path. */
#include "gemini_read.h"

/* ".../models/NAME:generateContent": to the first colon behind the last slash. */
struct text gemini_model_of_path(struct text path)
{
    size_t from = path.length;
    size_t end = path.length;
    while (from > 0 && path.data[from - 1] != '/') {
        from--;
        if (path.data[from] == ':')
            end = from;
    }
    return text_part(path, from, end - from);
}

/* --- how the answer shall be ---------------------------------------------------------------------------------------
 */

static bool take_answer_type(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    static const struct {
        struct text type;
        struct text kind;
    } rows[] = {
        {TEXT_INIT("application/json"), TEXT_INIT("json_object")},
        {TEXT_INIT("text/plain"), TEXT_INIT("text")},
    };
    struct canon_format *format = field;
    (void)row;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (!json_view_means(reading->view, value, rows[i].type))
            continue;
        if (format->kind.data == NULL)
            format->kind = rows[i].kind;
        return true;
    }
    return reading_may_not(reading, "is not made here: application/json and text/plain are");
}

/* Endpoints want a name for it. */
static void set_schema(struct canon_format *format, struct text schema)
{
    format->kind = TEXT("json_schema");
    format->name = TEXT("answer");
    format->schema = schema;
}

static bool take_own_format(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct text schema = {0};
    if (!gemini_take_schema(reading, value, row, &schema))
        return false;
    set_schema(field, schema);
    return true;
}

static bool take_json_format(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct text schema = {0};
    if (!take_schema(reading, value, row, &schema))
        return false;
    set_schema(field, schema);
    return true;
}

static bool take_level(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct text *effort = field;
    char word[32];
    if (!take_word(reading, value, row, effort) || effort->length > sizeof(word))
        return reading_is_wrong(reading, "must be one word");
    for (size_t i = 0; i < effort->length; i++)
        word[i] =
            (char)(effort->data[i] >= 'A' && effort->data[i] <= 'Z' ? effort->data[i] + ('a' - 'A') : effort->data[i]);
    *effort = arena_text(reading->arena, (struct text){word, effort->length});
    return true;
}

static bool take_modalities(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_list words = {0};
    (void)field;
    if (!take_words(reading, value, row, &words))
        return false;
    for (size_t i = 0; i < words.count; i++)
        if (!text_equal_nocase(words.entries[i].text, TEXT("text")))
            return reading_may_not(reading, "may only be [\"TEXT\"]: nothing else is made here");
    return true;
}

static const struct member thinking_rows[] = {
    MEMBER("includeThoughts", take_flag, canon_call, wish.thoughts),
    MEMBER("thinkingLevel", take_level, canon_call, wish.effort),
};
TABLE(thinking_table, thinking_rows, NULL);

#define NOT_MADE "is not made here: leave it out"
static const struct member config_rows[] = {
    MEMBER("temperature", take_number, canon_call, sampling.temperature),
    MEMBER("topP", take_number, canon_call, sampling.top_p),
    MEMBER("topK", take_number, canon_call, sampling.top_k),
    MEMBER("candidateCount", take_number, canon_call, wish.count),
    MEMBER("maxOutputTokens", take_number, canon_call, wish.limit),
    MEMBER("stopSequences", take_texts, canon_call, wish.stop),
    MEMBER("presencePenalty", take_number, canon_call, sampling.presence_penalty),
    MEMBER("frequencyPenalty", take_number, canon_call, sampling.frequency_penalty),
    MEMBER("seed", take_number, canon_call, sampling.seed),
    MEMBER("responseMimeType", take_answer_type, canon_call, wish.format),
    MEMBER("responseSchema", take_own_format, canon_call, wish.format),
    MEMBER("responseJsonSchema", take_json_format, canon_call, wish.format),
    INNER("thinkingConfig", &thinking_table),
    {.name = TEXT_INIT("responseModalities"), .read = take_modalities},
    MEMBER("responseLogprobs", take_flag, canon_call, wish.logprobs),
    MEMBER("logprobs", take_number, canon_call, wish.top_logprobs),
    REFUSED("speechConfig", NOT_MADE),
    REFUSED("imageConfig", NOT_MADE),
};
TABLE(config_table, config_rows, NULL);

/* --- calls ---------------------------------------------------------------------------------------------------------
 */

static const struct member generate_rows[] = {
    {.name = TEXT_INIT("contents"), .read = gemini_take_contents},
    {.name = TEXT_INIT("systemInstruction"), .read = gemini_take_system},
    {.name = TEXT_INIT("tools"), .read = gemini_take_tools},
    {.name = TEXT_INIT("toolConfig"), .read = gemini_take_choice},
    INNER("generationConfig", &config_table),
    REFUSED("cachedContent", "names what only the vendor keeps: send the contents themselves"),
};
TABLE(generate_table, generate_rows, NULL);

static const struct member count_rows[] = {INNER("generateContentRequest", &generate_table)};
TABLE(count_table, count_rows, &generate_table);

/* --- vectors -------------------------------------------------------------------------------------------------------
 */

static bool take_content_text(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_entry *entry = field;
    (void)row;
    return gemini_read_text(reading, value, &entry->text);
}

struct said_embedding {
    struct canon_entry entry;
    struct text dimensions;
};
static const struct member embed_rows[] = {
    MEMBER("content", take_content_text, said_embedding, entry),
    MEMBER("outputDimensionality", take_number, said_embedding, dimensions),
};
TABLE(embed_table, embed_rows, NULL);

static bool read_embedding(struct reading *reading, uint32_t value, void *item)
{
    struct said_embedding *said = item;
    if (!read_members(reading, value, &embed_table, said))
        return false;
    return said->entry.text.data != NULL || reading_member_is_wrong(reading, TEXT("content"), "is missing");
}

static void set_input(struct reading *reading, const struct said_embedding *said, size_t count, struct canon_call *call)
{
    struct canon_entry *entries = arena_array(reading->arena, count, sizeof(*entries));
    for (size_t i = 0; i < count; i++)
        entries[i] = said[i].entry;
    call->input.entries = entries;
    call->input.count = count;
    call->wish.dimensions = count > 0 ? said[0].dimensions : (struct text){0};
}

static bool take_requests(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_call *call = field;
    const void *items = NULL;
    size_t count = 0;
    (void)row;
    if (!read_items(reading, value, sizeof(struct said_embedding), read_embedding, &items, &count))
        return false;
    call->input.form = CANON_MANY;
    set_input(reading, items, count, call);
    return count > 0 || reading_is_wrong(reading, "is empty");
}

static const struct member batch_rows[] = {{.name = TEXT_INIT("requests"), .read = take_requests}};
TABLE(batch_table, batch_rows, NULL);

/* Vertex AI's `predict` has them as instances of a model. */
static bool take_plain_content(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_entry *entry = field;
    return take_text(reading, value, row, &entry->text);
}

static const struct member instance_rows[] = {
    MEMBER("content", take_plain_content, said_embedding, entry),
    REFUSED("image", "is no text, and only texts have vectors here"),
    REFUSED("video", "is no text, and only texts have vectors here"),
};
TABLE(instance_table, instance_rows, NULL);

static bool read_instance(struct reading *reading, uint32_t value, void *item)
{
    struct said_embedding *said = item;
    if (!read_members(reading, value, &instance_table, said))
        return false;
    return said->entry.text.data != NULL || reading_member_is_wrong(reading, TEXT("content"), "is missing");
}

static bool take_instances(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_call *call = field;
    const void *items = NULL;
    size_t count = 0;
    struct text dimensions = call->wish.dimensions;
    (void)row;
    if (!read_items(reading, value, sizeof(struct said_embedding), read_instance, &items, &count))
        return false;
    call->input.form = CANON_MANY;
    set_input(reading, items, count, call);
    call->wish.dimensions = dimensions;
    return count > 0 || reading_is_wrong(reading, "is empty");
}

static const struct member parameter_rows[] = {
    MEMBER("outputDimensionality", take_number, canon_call, wish.dimensions),
};
TABLE(parameter_table, parameter_rows, NULL);
static const struct member predict_rows[] = {
    {.name = TEXT_INIT("instances"), .read = take_instances},
    INNER("parameters", &parameter_table),
};
TABLE(predict_table, predict_rows, NULL);

static bool read_vectors(struct reading *reading, struct canon_call *call)
{
    struct said_embedding said = {0};
    if (text_ends_with(call->path, TEXT(":predict")))
        return read_members(reading, 0, &predict_table, call) &&
               (call->input.count > 0 || reading_member_is_wrong(reading, TEXT("instances"), "is missing"));
    if (text_ends_with(call->path, TEXT(":batchEmbedContents")))
        return read_members(reading, 0, &batch_table, call) &&
               (call->input.count > 0 || reading_member_is_wrong(reading, TEXT("requests"), "is missing"));
    if (!read_embedding(reading, 0, &said))
        return false;
    call->input.form = CANON_ONE;
    set_input(reading, &said, 1, call);
    return true;
}

/* --- either --------------------------------------------------------------------------------------------------------
 */

static bool read_generate(struct reading *reading, const struct members *table, struct canon_call *call)
{
    bool streams = text_ends_with(call->path, TEXT(":streamGenerateContent"));
    call->wish.streams = call->wish.usage = streams ? CANON_YES : CANON_UNSAID;
    if (!read_members(reading, 0, table, call))
        return false;
    return call->has_messages || reading_member_is_wrong(reading, TEXT("contents"), "is missing or empty");
}

bool gemini_read_call(struct reading *reading, struct canon_call *call)
{
    reading->names = NAMES_OF_PROTOBUF;
    if (call->operation == LLM_EMBEDDINGS)
        return read_vectors(reading, call);
    return read_generate(reading, call->operation == LLM_COUNT_TOKENS ? &count_table : &generate_table, call);
}
