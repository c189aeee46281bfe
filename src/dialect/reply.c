/* SPDX-License-Identifier: Apache-2.0 */
/* What the endpoint answered, as the caller expects it: its name of the model, and the fields that clients read. */
#include "dialect_internal.h"

/* Clients that pace themselves by these fields (seen: a Magento module that sleeps or fails without them). */
static const struct dialect_field pace[] = {
    {TEXT_INIT("X-Ratelimit-Limit-Requests"), TEXT_INIT("10000")},
    {TEXT_INIT("X-Ratelimit-Remaining-Requests"), TEXT_INIT("10000")},
    {TEXT_INIT("X-Ratelimit-Reset-Requests"), TEXT_INIT("1s")},
    {TEXT_INIT("X-Ratelimit-Limit-Tokens"), TEXT_INIT("10000000")},
    {TEXT_INIT("X-Ratelimit-Remaining-Tokens"), TEXT_INIT("10000000")},
    {TEXT_INIT("X-Ratelimit-Reset-Tokens"), TEXT_INIT("1s")},
};

void dialect_answer_fields(struct dialect_answer *answer, struct text id, bool streams)
{
    answer_add(
        answer, TEXT("Content-Type"), streams ? TEXT("text/event-stream; charset=utf-8") : TEXT("application/json"));
    if (streams)
        answer_add(answer, TEXT("Cache-Control"), TEXT("no-cache"));
    answer_add(answer, TEXT("X-Request-Id"), id);
    for (size_t i = 0; i < COUNT_OF(pace); i++)
        answer_add(answer, pace[i].name, pace[i].value);
}

static void note(const json_t *usage, const char *first, const char *second, uint64_t *tokens)
{
    const json_t *value = json_object_get(usage, first);
    if (value == NULL)
        value = json_object_get(usage, second);
    if (json_is_integer(value) && json_integer_value(value) >= 0)
        *tokens = (uint64_t)json_integer_value(value);
}

void reply_restore(const struct dialect_call *call, json_t *object, struct dialect_usage *usage)
{
    if (json_object_get(object, "model") != NULL)
        json_object_set_new(object, "model", json_stringn(call->model.data, call->model.length));
    const json_t *counted = json_object_get(object, "usage");
    note(counted, "prompt_tokens", "input_tokens", &usage->tokens_in);
    note(counted, "completion_tokens", "output_tokens", &usage->tokens_out);
}

bool dialect_reply_rewrite(
    const struct dialect_call *call, struct text body, struct buffer *out, struct dialect_usage *usage)
{
    char error[160];
    json_t *tree = json_read(body, error);
    bool done = json_is_object(tree);
    if (done) {
        reply_restore(call, tree, usage);
        json_append_tree(out, tree);
    }
    json_decref(tree);
    return done;
}
