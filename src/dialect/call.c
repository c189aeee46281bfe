/* SPDX-License-Identifier: Apache-2.0 */
/* A call of the OpenAI dialect: what it asks for, and what the endpoint gets of it.
 * 1. What would make the endpoint fetch something from the network is refused: it would be egress through a side door.
 * 2. What needs state that a local server does not keep is refused, instead of answered wrongly. */
#include "dialect_internal.h"
#include "exeat/base/check.h"
#include "exeat/base/memory.h"

/* Members of a `responses` call that name state on the vendor's side. */
static const char *const stateful[] = {"previous_response_id", "conversation", "prompt"};

static bool is_present(const json_t *tree, const char *key)
{
    const json_t *value = json_object_get(tree, key);
    return value != NULL && !json_is_null(value);
}

static bool is_remote(struct text url)
{
    return url.length > 0 && !text_starts_with(url, TEXT("data:"));
}

/* "image_url": "URL" or {"url": "URL"}; "file_url": "URL". */
static bool part_is_remote(const json_t *part)
{
    const json_t *image = json_object_get(part, "image_url");
    if (json_is_object(image))
        return is_remote(json_text(image, "url"));
    return is_remote(json_text(part, "image_url")) || is_remote(json_text(part, "file_url"));
}

static bool has_remote_part(const json_t *messages)
{
    size_t index;
    size_t inner;
    json_t *message;
    json_t *part;
    json_array_foreach(messages, index, message)
    {
        json_array_foreach(json_object_get(message, "content"), inner, part)
        {
            if (part_is_remote(part))
                return true;
        }
    }
    return false;
}

static const char *find_objection(enum llm_operation operation, const json_t *tree)
{
    if (has_remote_part(json_object_get(tree, "messages")) || has_remote_part(json_object_get(tree, "input")))
        return "images and files must be sent inline, not by URL";
    if (operation != LLM_RESPONSES)
        return NULL;
    for (size_t i = 0; i < COUNT_OF(stateful); i++)
        if (is_present(tree, stateful[i]))
            return "stored responses, conversations and prompts are not kept here";
    if (json_is_true(json_object_get(tree, "background")))
        return "background responses are not kept here";
    return NULL;
}

/* ".../deployments/NAME/...": the model that is meant when the body names none. */
static struct text deployment_of(struct text path)
{
    struct text segment;
    bool next = false;
    while (text_split(&path, '/', &segment)) {
        if (next)
            return segment;
        next = text_equal(segment, TEXT("deployments"));
    }
    return TEXT("");
}

static void name_model(struct dialect_call *call, struct text path)
{
    call->model = json_text(call->tree, "model");
    if (call->model.length > 0)
        return;
    call->named = text_copy(deployment_of(path));
    call->model = text_from(call->named);
}

enum reason dialect_call_read(
    enum llm_operation operation, struct text path, struct text body, struct dialect_call **call, const char **detail)
{
    char error[160];
    *call = NULL;
    *detail = "";
    json_t *tree = json_read(body, error);
    if (tree == NULL || !json_is_object(tree)) {
        json_decref(tree);
        *detail = "the body is no JSON object";
        return REASON_MALFORMED_BODY;
    }
    const char *objection = find_objection(operation, tree);
    if (objection != NULL) {
        json_decref(tree);
        *detail = objection;
        return REASON_LLM_OPERATION;
    }
    *call = base_zalloc(sizeof(**call));
    (*call)->operation = operation;
    (*call)->tree = tree;
    (*call)->streams = json_is_true(json_object_get(tree, "stream"));
    (*call)->wants_usage = json_is_true(json_object_get(json_object_get(tree, "stream_options"), "include_usage"));
    name_model(*call, path);
    if ((*call)->model.length > 0)
        return REASON_NONE;
    dialect_call_free(*call);
    *call = NULL;
    *detail = "the body names no model";
    return REASON_MALFORMED_BODY;
}

void dialect_call_free(struct dialect_call *call)
{
    if (call == NULL)
        return;
    json_decref(call->tree);
    base_free(call->named);
    base_free(call);
}

struct text dialect_call_model(const struct dialect_call *call)
{
    return call->model;
}

bool dialect_call_streams(const struct dialect_call *call)
{
    return call->streams;
}

/* Local servers know `system`; `developer` is the vendor's newer name for it. */
static void rename_roles(json_t *messages)
{
    size_t index;
    json_t *message;
    json_array_foreach(messages, index, message)
    {
        if (json_is_object(message) && text_equal(json_text(message, "role"), TEXT("developer")))
            json_object_set_new(message, "role", json_string("system"));
    }
}

static void ask_for_usage(json_t *tree)
{
    json_t *options = json_object_get(tree, "stream_options");
    if (!json_is_object(options)) {
        options = json_object();
        json_object_set_new(tree, "stream_options", options);
    }
    json_object_set_new(options, "include_usage", json_true());
}

void dialect_call_write(const struct dialect_call *call, struct text served_model, struct buffer *body)
{
    json_t *tree = json_deep_copy(call->tree);
    ASSERT(tree != NULL);
    json_object_set_new(tree, "model", json_stringn(served_model.data, served_model.length));
    rename_roles(json_object_get(tree, "messages"));
    if (call->streams && (call->operation == LLM_CHAT || call->operation == LLM_COMPLETIONS))
        ask_for_usage(tree);
    json_append_tree(body, tree);
    json_decref(tree);
}

struct text dialect_path(enum llm_operation operation)
{
    switch (operation) {
    case LLM_CHAT:
        return TEXT("/v1/chat/completions");
    case LLM_COMPLETIONS:
        return TEXT("/v1/completions");
    case LLM_EMBEDDINGS:
        return TEXT("/v1/embeddings");
    case LLM_RESPONSES:
        return TEXT("/v1/responses");
    case LLM_MODELS:
        return TEXT("/v1/models");
    case LLM_NONE:
    case LLM_OTHER:
    case LLM_UNKNOWN:
        break;
    }
    return TEXT("");
}
