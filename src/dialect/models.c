/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of models. */
#include "dialect_internal.h"
#include "exeat/openai.h"

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
        models_write(vendor->models, names, count, name, out);
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
           (!call->vendor->passes || call->vendor->models != openai_vendor.models || !call_is_openai(call));
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
