/* SPDX-License-Identifier: Apache-2.0 */
/* Answers without a model: a fixed text in the shape that was asked for, so that the shop keeps working. */
#include "openai_internal.h"

/* What the shapes have in common. */
struct canned {
    const struct canon_call *call;
    struct text text;
    struct text id;
    int64_t now;
};

static json_t *string_of(struct text text)
{
    json_t *string = json_stringn(text.data, text.length);
    return string != NULL ? string : json_string("");
}

static json_t *id_of(const struct canned *canned, const char *prefix)
{
    return json_sprintf("%s%.*s", prefix, TEXT_ARG(canned->id));
}

/* With the details that the vendor always sends: typed SDKs read them unasked. */
static json_t *usage_of(void)
{
    return json_pack(
        "{s:i, s:{s:i}, s:i, s:{s:i}, s:i}", "input_tokens", 0, "input_tokens_details", "cached_tokens", 0,
        "output_tokens", 0, "output_tokens_details", "reasoning_tokens", 0, "total_tokens", 0);
}

static void write_event(struct buffer *out, json_t *tree)
{
    buffer_append(out, TEXT("data: "));
    json_append_tree(out, tree);
    buffer_append(out, TEXT("\n\n"));
    json_decref(tree);
}

/* --- responses -----------------------------------------------------------------------------------------------------
 */

static json_t *part_of(struct text text)
{
    return json_pack(
        "{s:s, s:o, s:[], s:[]}", "type", "output_text", "text", string_of(text), "annotations", "logprobs");
}

static json_t *item_of(const struct canned *canned, const char *status, json_t *content)
{
    return json_pack(
        "{s:s, s:o, s:s, s:s, s:o}", "type", "message", "id", id_of(canned, "msg_"), "status", status, "role",
        "assistant", "content", content);
}

/* What the vendor repeats of the call, and what this gate does with it: it keeps nothing. */
static json_t *settings_of_response(void)
{
    return json_pack(
        "{s:n, s:n, s:n, s:{s:n, s:n}, s:b, s:f, s:{s:{s:s}}, s:s, s:[], s:f, s:s, s:b, s:n, s:{}}", "instructions",
        "max_output_tokens", "previous_response_id", "reasoning", "effort", "summary", "store", 0, "temperature", 1.0,
        "text", "format", "type", "text", "tool_choice", "auto", "tools", "top_p", 1.0, "truncation", "disabled",
        "parallel_tool_calls", 1, "user", "metadata");
}

static json_t *response_of(const struct canned *canned, const char *status, json_t *output)
{
    json_t *response = json_pack(
        "{s:o, s:s, s:I, s:s, s:n, s:n, s:o, s:o, s:o}", "id", id_of(canned, "resp_"), "object", "response",
        "created_at", (json_int_t)canned->now, "status", status, "error", "incomplete_details", "model",
        string_of(canned->call->model_name), "output", output, "usage", usage_of());
    json_object_update_new(response, settings_of_response());
    return response;
}

static json_t *finished_item(const struct canned *canned)
{
    return item_of(canned, "completed", json_pack("[o]", part_of(canned->text)));
}

static void write_response_event(struct buffer *out, const char *type, int *sequence, json_t *members)
{
    json_object_set_new(members, "type", json_string(type));
    json_object_set_new(members, "sequence_number", json_integer((*sequence)++));
    buffer_printf(out, "event: %s\n", type);
    write_event(out, members);
}

static json_t *in_part(const struct canned *canned)
{
    return json_pack("{s:o, s:i, s:i}", "item_id", id_of(canned, "msg_"), "output_index", 0, "content_index", 0);
}

static json_t *with(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value);
    return object;
}

static void write_response_stream(const struct canned *canned, struct buffer *out)
{
    int sequence = 0;
    write_response_event(
        out, "response.created", &sequence,
        json_pack("{s:o}", "response", response_of(canned, "in_progress", json_array())));
    write_response_event(
        out, "response.output_item.added", &sequence,
        json_pack("{s:i, s:o}", "output_index", 0, "item", item_of(canned, "in_progress", json_array())));
    write_response_event(
        out, "response.content_part.added", &sequence, with(in_part(canned), "part", part_of(TEXT(""))));
    write_response_event(
        out, "response.output_text.delta", &sequence, with(in_part(canned), "delta", string_of(canned->text)));
    write_response_event(
        out, "response.output_text.done", &sequence, with(in_part(canned), "text", string_of(canned->text)));
    write_response_event(
        out, "response.content_part.done", &sequence, with(in_part(canned), "part", part_of(canned->text)));
    write_response_event(
        out, "response.output_item.done", &sequence,
        json_pack("{s:i, s:o}", "output_index", 0, "item", finished_item(canned)));
    write_response_event(
        out, "response.completed", &sequence,
        json_pack("{s:o}", "response", response_of(canned, "completed", json_pack("[o]", finished_item(canned)))));
}

static void write_response(const struct canned *canned, struct buffer *out)
{
    json_t *tree = response_of(canned, "completed", json_pack("[o]", finished_item(canned)));
    json_append_tree(out, tree);
    json_decref(tree);
}

bool openai_write_canned(
    const struct canon_call *call, struct text text, struct text id, int64_t now, struct buffer *out)
{
    struct canned canned = {call, text, id, now};
    switch (call->operation) {
    case LLM_RESPONSES:
        (canon_streams(call) ? write_response_stream : write_response)(&canned, out);
        return true;
    case LLM_CHAT: /* told as if an endpoint had said it */
    case LLM_COMPLETIONS:
    case LLM_EMBEDDINGS:
    case LLM_MODELS:
    case LLM_NONE:
    case LLM_OTHER:
    case LLM_UNKNOWN:
    case LLM_RERANK:
    case LLM_COUNT_TOKENS:
        break;
    }
    return false;
}
