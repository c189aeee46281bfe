/* SPDX-License-Identifier: Apache-2.0 */
/* What the body of an endpoint's call may be, whatever dialect it was made of: JSON of members that are named here, and
 * only texts, data and schemas may hold anything that looks like a place. */
#ifndef TESTS_FUZZ_ENDPOINT_CALL_H
#define TESTS_FUZZ_ENDPOINT_CALL_H

#include "exeat/base/json.h"
#include "exeat/base/json_view.h"
#include "exeat/base/memory.h"

/* What each member may hold. Told here once more, apart from the tables that read and write. */
enum holds { TEXTS, NAMES, WORDS, DATA, NUMBERS, FLAGS, INSIDE, JSON };
static const struct {
    const char *name;
    enum holds holds;
} members[] = {
    {"model", TEXTS},
    {"messages", INSIDE},
    {"role", WORDS},
    {"content", TEXTS},
    {"name", NAMES},
    {"tool_call_id", NAMES},
    {"refusal", TEXTS},
    {"reasoning_content", TEXTS},
    {"tool_calls", INSIDE},
    {"function_call", TEXTS},
    {"id", NAMES},
    {"type", WORDS},
    {"function", INSIDE},
    {"custom", INSIDE},
    {"arguments", TEXTS},
    {"input", TEXTS},
    {"text", TEXTS},
    {"image_url", DATA},
    {"url", DATA},
    {"detail", WORDS},
    {"input_audio", INSIDE},
    {"data", DATA},
    {"format", WORDS},
    {"file", INSIDE},
    {"file_data", DATA},
    {"filename", WORDS},
    {"tools", INSIDE},
    {"description", TEXTS},
    {"parameters", JSON},
    {"schema", JSON},
    {"strict", FLAGS},
    {"grammar", INSIDE},
    {"syntax", WORDS},
    {"definition", TEXTS},
    {"tool_choice", WORDS},
    {"allowed_tools", INSIDE},
    {"mode", WORDS},
    {"parallel_tool_calls", FLAGS},
    {"functions", INSIDE},
    {"temperature", NUMBERS},
    {"top_p", NUMBERS},
    {"top_k", NUMBERS},
    {"min_p", NUMBERS},
    {"presence_penalty", NUMBERS},
    {"frequency_penalty", NUMBERS},
    {"repetition_penalty", NUMBERS},
    {"seed", NUMBERS},
    {"logit_bias", JSON},
    {"max_tokens", NUMBERS},
    {"max_completion_tokens", NUMBERS},
    {"n", NUMBERS},
    {"stop", TEXTS},
    {"logprobs", NUMBERS},
    {"top_logprobs", NUMBERS},
    {"response_format", INSIDE},
    {"json_schema", INSIDE},
    {"reasoning_effort", WORDS},
    {"verbosity", WORDS},
    {"stream", FLAGS},
    {"stream_options", INSIDE},
    {"include_usage", FLAGS},
    {"prompt", TEXTS},
    {"suffix", TEXTS},
    {"query", TEXTS},
    {"documents", TEXTS},
    {"top_n", NUMBERS},
    {"best_of", NUMBERS},
    {"echo", FLAGS},
    {"encoding_format", WORDS},
    {"dimensions", NUMBERS},
    {"instructions", TEXTS},
    {"max_output_tokens", NUMBERS},
    {"reasoning", INSIDE},
    {"effort", WORDS},
    {"summary", WORDS},
    {"include", WORDS},
    {"truncation", WORDS},
    {"store", FLAGS},
    {"call_id", NAMES},
    {"status", WORDS},
    {"output", TEXTS},
    {"annotations", INSIDE},
};

static enum holds find_member(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(members); i++)
        if (text_equal(text_from(members[i].name), text_from(name)))
            return members[i].holds;
    __builtin_trap();
}

static bool has(struct text text, struct text part)
{
    for (size_t i = 0; i + part.length <= text.length; i++)
        if (text_starts_with(text_after(text, i), part))
            return true;
    return false;
}

static void check_string(struct text text, enum holds holds)
{
    bool is_data_url = text_starts_with(text, TEXT("data:"));
    if (holds != TEXTS && has(text, TEXT("://")))
        __builtin_trap();
    if (holds == DATA && text_has(text, ':') && !is_data_url)
        __builtin_trap();
    if (holds == WORDS && text_has(text, '/'))
        __builtin_trap();
    if (holds == NUMBERS || holds == FLAGS || holds == INSIDE)
        __builtin_trap();
}

/* Schemas: references stay inside. */
static void check_schema(json_t *tree)
{
    const char *name;
    size_t index;
    json_t *value;
    json_object_foreach(tree, name, value)
    {
        struct text reference = json_text(tree, "$ref");
        if (reference.length > 0 && reference.data[0] != '#')
            __builtin_trap();
        check_schema(value);
    }
    json_array_foreach(tree, index, value) check_schema(value);
}

static void check(json_t *tree, enum holds holds)
{
    const char *name;
    size_t index;
    json_t *value;
    if (holds == JSON) {
        check_schema(tree);
        return;
    }
    if (json_is_string(tree))
        check_string((struct text){json_string_value(tree), json_string_length(tree)}, holds);
    json_array_foreach(tree, index, value) check(value, holds);
    json_object_foreach(tree, name, value) check(value, find_member(name));
}

static void check_body(struct text body)
{
    char error[160];
    struct json_view view = {0};
    if (!json_view_read(&view, body, JSON_UTF8, NULL))
        __builtin_trap();
    json_view_clear(&view);
    json_t *tree = json_read(body, error); /* jansson knows less than JSON: halves of surrogates, large numbers */
    if (tree != NULL)
        check(tree, INSIDE);
    json_decref(tree);
}

#endif
