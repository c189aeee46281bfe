/* SPDX-License-Identifier: Apache-2.0 */
/* What Ollama's chat and generate have in common: how the answer shall be. */
#include "ollama_read.h"

/* Below zero: without a limit. */
static bool take_limit(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct text limit = {0};
    if (!take_number(reading, value, row, &limit))
        return false;
    if (!text_starts_with(limit, TEXT("-")))
        *(struct text *)field = limit;
    return true;
}

static const struct member option_rows[] = {
    MEMBER("temperature", take_number, canon_call, sampling.temperature),
    MEMBER("top_p", take_number, canon_call, sampling.top_p),
    MEMBER("top_k", take_number, canon_call, sampling.top_k),
    MEMBER("min_p", take_number, canon_call, sampling.min_p),
    MEMBER("presence_penalty", take_number, canon_call, sampling.presence_penalty),
    MEMBER("frequency_penalty", take_number, canon_call, sampling.frequency_penalty),
    MEMBER("repeat_penalty", take_number, canon_call, sampling.repetition_penalty),
    MEMBER("seed", take_number, canon_call, sampling.seed),
    MEMBER("num_predict", take_limit, canon_call, wish.limit),
    MEMBER("stop", take_texts, canon_call, wish.stop),
};
TABLE(option_table, option_rows, NULL);

/* "json", or a schema. Endpoints want a name for one. */
static bool take_format(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_format *format = field;
    if (json_view_shape(reading->view, value) == JSON_SHAPE_OBJECT) {
        format->kind = TEXT("json_schema");
        format->name = TEXT("answer");
        return take_schema(reading, value, row, &format->schema);
    }
    if (json_view_means(reading->view, value, TEXT("")))
        return true;
    format->kind = TEXT("json_object");
    return json_view_means(reading->view, value, TEXT("json")) ||
           reading_is_wrong(reading, "must be json or a JSON schema");
}

/* true, false, or how much. */
static bool take_think(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_wish *wish = field;
    if (json_view_shape(reading->view, value) == JSON_SHAPE_BOOL)
        return take_flag(reading, value, row, &wish->thoughts);
    wish->thoughts = CANON_YES;
    return take_word(reading, value, row, &wish->effort);
}

static const struct member setting_rows[] = {
    MEMBER("model", take_name, canon_call, model),
    MEMBER("stream", take_flag, canon_call, wish.streams),
    MEMBER("format", take_format, canon_call, wish.format),
    MEMBER("think", take_think, canon_call, wish),
    INNER("options", &option_table),
    MEMBER("logprobs", take_flag, canon_call, wish.logprobs),
    MEMBER("top_logprobs", take_number, canon_call, wish.top_logprobs),
};
const struct members ollama_settings = {setting_rows, COUNT_OF(setting_rows), NULL};
