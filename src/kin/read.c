/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of the kin: what OpenAI's tables know is read by them, and what only these vendors' callers say after it. As
 * everywhere, what would change the answer is refused where it cannot be had, and what only sorts or counts for the
 * vendor (provider, route, transforms, service_tier, ...) stands in no table. */
#include "exeat/openai.h"
#include "kin_internal.h"

static bool read_also(struct reading *reading, struct canon_call *call, const struct members *table)
{
    return openai_read_call(reading, call) && (call->operation != LLM_CHAT || read_members(reading, 0, table, call));
}

/* --- Groq ----------------------------------------------------------------------------------------------------------
 */

static bool take_reasoning_format(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    if (json_view_means(reading->view, value, TEXT("hidden")))
        *(enum canon_answer *)field = CANON_NO;
    return true;
}

static const struct member groq_rows[] = {
    MEMBER("include_reasoning", take_flag, canon_call, wish.thoughts),
    MEMBER("reasoning_format", take_reasoning_format, canon_call, wish.thoughts),
    REFUSED("search_settings", OPENAI_NO_SEARCH),
    REFUSED("include_domains", OPENAI_NO_SEARCH),
    REFUSED("exclude_domains", OPENAI_NO_SEARCH),
    REFUSED("compound_custom", "names tools of the vendor's, which do not run here: leave it out"),
};
TABLE(groq_table, groq_rows, NULL);

bool kin_read_groq(struct reading *reading, struct canon_call *call)
{
    return read_also(reading, call, &groq_table);
}

/* --- DeepSeek ------------------------------------------------------------------------------------------------------
 */

/* How much is thought is the endpoint's own matter; whether it is told, the caller's. */
static bool take_thinking(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    uint32_t type = json_view_member(reading->view, value, TEXT("type"));
    (void)row;
    if (json_view_means(reading->view, type, TEXT("disabled")))
        *(enum canon_answer *)field = CANON_NO;
    return true;
}

static const struct member deepseek_rows[] = {MEMBER("thinking", take_thinking, canon_call, wish.thoughts)};
TABLE(deepseek_table, deepseek_rows, NULL);

bool kin_read_deepseek(struct reading *reading, struct canon_call *call)
{
    return read_also(reading, call, &deepseek_table);
}

/* --- OpenRouter ----------------------------------------------------------------------------------------------------
 */

static bool take_exclusion(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    enum canon_answer is_excluded = CANON_UNSAID;
    if (!take_flag(reading, value, row, &is_excluded))
        return false;
    if (is_excluded == CANON_YES)
        *(enum canon_answer *)field = CANON_NO;
    return true;
}

static bool read_model(struct reading *reading, uint32_t value, void *field)
{
    struct text *model = field;
    return model->data != NULL || take_name(reading, value, NULL, model);
}

/* The first of them, where the call names none: who answers is the policy's choice. */
static bool take_models(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    return read_each(reading, value, read_model, field);
}

static const struct member usage_rows[] = {KNOWN("include")}; /* it is told to all */
TABLE(usage_table, usage_rows, NULL);
static const struct member reasoning_rows[] = {MEMBER("exclude", take_exclusion, canon_call, wish.thoughts)};
TABLE(reasoning_table, reasoning_rows, NULL);
static const struct member openrouter_rows[] = {
    MEMBER("models", take_models, canon_call, model),
    MEMBER("include_reasoning", take_flag, canon_call, wish.thoughts),
    INNER("reasoning", &reasoning_table),
    INNER("usage", &usage_table),
    REFUSED("preset", "names settings that only the vendor keeps: send them with the call"),
};
TABLE(openrouter_table, openrouter_rows, NULL);

bool kin_read_openrouter(struct reading *reading, struct canon_call *call)
{
    return read_also(reading, call, &openrouter_table);
}

/* --- Perplexity ----------------------------------------------------------------------------------------------------
 */

/* The web is what is meant where nothing is said. */
static bool take_search_mode(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    return json_view_means(reading->view, value, TEXT("web")) || refuse_member(reading, value, row, field);
}

static const struct member perplexity_rows[] = {
    {.name = TEXT_INIT("search_mode"), .read = take_search_mode, .cure = OPENAI_NO_SEARCH},
    REFUSED("last_updated_after_filter", OPENAI_NO_SEARCH),
    REFUSED("last_updated_before_filter", OPENAI_NO_SEARCH),
    REFUSED("search_language_filter", OPENAI_NO_SEARCH),
    REFUSED("image_domain_filter", OPENAI_NO_SEARCH),
    REFUSED("image_format_filter", OPENAI_NO_SEARCH),
};
TABLE(perplexity_table, perplexity_rows, NULL);

bool kin_read_perplexity(struct reading *reading, struct canon_call *call)
{
    return read_also(reading, call, &perplexity_table);
}
