/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of models. */
#include "dialect_internal.h"

/* Who speaks OpenAI's words, and lists models in others: its own SDK reads no other list. */
static const struct own_list {
    struct text provider; /* of the catalogue */
    struct models_words words;
} own_lists[] = {
    {TEXT_INIT("Together AI"),
     {TEXT_INIT("["),
      TEXT_INIT("{\"id\":\"%\",\"object\":\"model\",\"created\":0,\"type\":\"chat\",\"display_name\":\"%\","
                "\"organization\":\"local\",\"link\":\"\",\"license\":\"\",\"context_length\":32768}"),
      TEXT_INIT("]")}},
};

const struct models_words *models_of_provider(struct text provider)
{
    for (size_t i = 0; i < COUNT_OF(own_lists); i++)
        if (text_equal(own_lists[i].provider, provider))
            return &own_lists[i].words;
    return NULL;
}

/* ".../models/NAME" */
static struct text behind_models(struct text path)
{
    size_t at = path.length;
    while (at > 0 && path.data[at - 1] != '/')
        at--;
    struct text last = text_after(path, at);
    return text_equal(last, TEXT("models")) ? TEXT("") : last;
}

static struct text one_of_models(const struct dialect_call *call)
{
    const struct vendor *vendor = call->vendor;
    return (vendor->one_of_models != NULL ? vendor->one_of_models : behind_models)(call->canon.path);
}

static void write_list(
    const struct dialect_call *call, const struct text *names, size_t count, struct text name, struct buffer *out)
{
    const struct vendor *vendor = call->vendor;
    if (vendor->write_models != NULL)
        vendor->write_models(&call->canon, names, count, name, out);
    else
        models_write(call->models != NULL ? call->models : vendor->models, names, count, name, out);
}

void dialect_models(const struct dialect_call *call, const struct text *names, size_t count, struct buffer *out)
{
    write_list(call, names, count, one_of_models(call), out);
}

bool dialect_call_lists_models(const struct dialect_call *call)
{
    return call->canon.operation == LLM_MODELS && one_of_models(call).length == 0;
}

bool models_are_rewritten(const struct dialect_call *call)
{
    return call->canon.operation == LLM_MODELS &&
           (!call->vendor->passes || call->models != NULL || !call_is_openai(call));
}

bool models_rewrite(const struct dialect_call *call, struct text body, struct buffer *out)
{
    struct arena arena = {0};
    struct canon_replies answer = {.id = call->canon.id};
    bool good = call->server->read_answer(&call->said, body, &arena, &answer);
    if (good)
        write_list(call, answer.names, answer.name_count, TEXT(""), out);
    arena_clear(&arena);
    return good;
}
