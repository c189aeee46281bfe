/* SPDX-License-Identifier: Apache-2.0 */
/* A call: read once into its canonical form, and written anew for the endpoint that gets it. Of the caller's body
 * nothing goes on but what the canonical form has. */
#include "endpoint.h"
#include "exeat/base/memory.h"
#include "openai.h"

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
    struct buffer name = {0};
    json_spelled_append(&name, call->canon.model);
    call->model = arena_text(&call->arena, name.length > 0 ? buffer_text(&name) : deployment_of(path));
    buffer_clear(&name);
}

/* Each event of a stream has the name: one as long as a body would come back a thousandfold. */
static bool check_model(struct text model, struct detail *detail)
{
    enum { MODEL_MAX = 1024 };
    if (model.length > MODEL_MAX)
        return detail_say(detail, "the name of the model is longer than %d bytes", MODEL_MAX);
    return model.length > 0 || detail_say(detail, "the body names no model");
}

static enum reason read_canon(struct dialect_call *call, struct text path, struct detail *detail)
{
    struct json_view view = {0};
    struct reading reading = {.view = &view, .arena = &call->arena, .detail = detail, .reason = REASON_MALFORMED_BODY};
    bool good =
        json_view_read(&view, buffer_text(&call->body), JSON_UTF8, detail) && openai_read_call(&reading, &call->canon);
    json_view_clear(&view);
    if (!good)
        return reading.reason;
    name_model(call, path);
    return check_model(call->model, detail) ? REASON_NONE : REASON_MALFORMED_BODY;
}

/* How many answers to one question; what the canonical call does not bound is bounded here. */
static size_t choices_of(const struct canon_wish *wish)
{
    enum { CHOICES_MOST = 128 };
    uint64_t count;
    return text_to_number(wish->count, CHOICES_MOST, &count) && count > 0 ? (size_t)count : 1;
}

enum reason dialect_call_read(
    enum llm_operation operation, struct text path, struct buffer *body, struct dialect_call **call,
    struct detail *detail)
{
    struct dialect_call *one = base_zalloc(sizeof(*one));
    one->operation = one->canon.operation = operation;
    one->body = *body;
    *body = (struct buffer){0};
    *call = NULL;
    enum reason reason = read_canon(one, path, detail);
    if (reason != REASON_NONE) {
        dialect_call_free(one);
        return reason;
    }
    one->streams = one->canon.wish.streams == CANON_YES;
    one->wants_usage = one->canon.wish.usage == CANON_YES;
    one->encoding = json_spelled_means(one->canon.wish.encoding, TEXT("base64")) ? ENCODING_BASE64 : ENCODING_FLOAT;
    one->choices = choices_of(&one->canon.wish);
    *call = one;
    return REASON_NONE;
}

struct dialect_call *dialect_call_for_models(void)
{
    struct dialect_call *call = base_zalloc(sizeof(*call));
    call->operation = call->canon.operation = LLM_MODELS;
    return call;
}

void dialect_call_free(struct dialect_call *call)
{
    if (call == NULL)
        return;
    arena_clear(&call->arena);
    buffer_clear(&call->body);
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

void dialect_call_write(const struct dialect_call *call, const struct dialect_endpoint *endpoint, struct buffer *body)
{
    if (call->operation == LLM_MODELS)
        return;
    buffer_reserve(body, call->body.length + 256);
    endpoint_write(&call->canon, endpoint, body);
}

struct text dialect_method(enum llm_operation operation)
{
    return operation == LLM_MODELS ? TEXT("GET") : TEXT("POST");
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
