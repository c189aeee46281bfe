/* SPDX-License-Identifier: Apache-2.0 */
/* Who speaks OpenAI's words with some of its own: its clients look for these. */
#include "dialect_internal.h"

/* A list of models that is no object. */
static const struct models_words bare = {
    TEXT_INIT("["),
    TEXT_INIT("{\"id\":\"%\",\"object\":\"model\",\"created\":0,\"type\":\"chat\",\"display_name\":\"%\","
              "\"organization\":\"local\",\"link\":\"\",\"license\":\"\",\"context_length\":32768}"),
    TEXT_INIT("]"),
};

static const struct provider {
    struct text name; /* of the catalogue */
    struct text thoughts;
    const struct models_words *models; /* NULL: as OpenAI */
} providers[] = {
    {TEXT_INIT("DeepSeek"), TEXT_INIT("reasoning_content"), NULL},
    {TEXT_INIT("xAI"), TEXT_INIT("reasoning_content"), NULL},
    {TEXT_INIT("xAI regional hosts"), TEXT_INIT("reasoning_content"), NULL},
    {TEXT_INIT("OpenRouter"), TEXT_INIT("reasoning"), NULL},
    {TEXT_INIT("Groq"), TEXT_INIT("reasoning"), NULL},
    {TEXT_INIT("Together AI"), TEXT_INIT("reasoning"), &bare},
};

void provider_take_words(struct text name, struct dialect_call *call)
{
    for (size_t i = 0; i < COUNT_OF(providers); i++) {
        if (!text_equal(providers[i].name, name))
            continue;
        call->own_models = providers[i].models;
        call->canon.thoughts_name = providers[i].thoughts;
    }
}
