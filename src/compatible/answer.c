/* SPDX-License-Identifier: Apache-2.0 */
/* What the endpoint answered, as the caller expects it: its name of the model, and the fields that clients read. */
#include "compatible_internal.h"

/* --- what is read ----------------------------------------------------------------------------------------------------
 */

static void note_tokens(struct text key, struct scan value, struct canon_usage *usage)
{
    uint64_t tokens;
    if (value.kind != SCAN_WORD || !text_to_number(value.text, UINT32_MAX, &tokens))
        return;
    if (scan_is_key(key, TEXT("prompt_tokens")) || scan_is_key(key, TEXT("input_tokens")))
        usage->tokens_in = tokens;
    if (scan_is_key(key, TEXT("completion_tokens")) || scan_is_key(key, TEXT("output_tokens")))
        usage->tokens_out = tokens;
    if (scan_is_key(key, TEXT("cached_tokens")))
        usage->cached = tokens;
    if (scan_is_key(key, TEXT("reasoning_tokens")))
        usage->thought = tokens;
}

/* Some counts are one level deeper, as details of others. */
void compatible_note_usage(struct scan counts, struct canon_usage *usage)
{
    struct scan_walk walk = scan_walk(counts);
    struct text key;
    struct scan value;
    while (scan_next(&walk, &key, &value)) {
        note_tokens(key, value, usage);
        struct scan_walk details = scan_walk(value);
        while (scan_next(&details, &key, &value))
            note_tokens(key, value, usage);
    }
}

enum canon_finish compatible_finish(struct scan word)
{
    static const struct {
        struct text word;
        enum canon_finish finish;
    } rows[] = {
        {TEXT_INIT("length"), CANON_TOO_LONG},         {TEXT_INIT("model_length"), CANON_TOO_LONG},
        {TEXT_INIT("tool_calls"), CANON_CALLS},        {TEXT_INIT("function_call"), CANON_CALLS},
        {TEXT_INIT("content_filter"), CANON_FILTERED},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (json_spelled_means(scan_spelled(word), rows[i].word))
            return rows[i].finish;
    return CANON_FINISHED;
}

/* The first answer of several. */
static void note_finish(struct scan choices, struct canon_usage *usage)
{
    struct scan_walk walk = scan_walk(choices);
    struct text key;
    struct scan choice;
    struct scan word;
    bool is_said = usage->finish == CANON_UNFINISHED && scan_next(&walk, &key, &choice) &&
                   scan_member(choice, TEXT("finish_reason"), &word) && word.kind == SCAN_STRING;
    if (is_said && word.text.length > 2)
        usage->finish = compatible_finish(word);
}

/* How a `response` stands. */
static void note_status(struct scan word, struct canon_usage *usage)
{
    if (json_spelled_means(scan_spelled(word), TEXT("completed")))
        usage->finish = CANON_FINISHED;
    else if (json_spelled_means(scan_spelled(word), TEXT("incomplete")))
        usage->finish = CANON_TOO_LONG;
}

static bool asks_for_usage(const struct canon_call *call)
{
    return canon_streams(call) && (call->operation == LLM_CHAT || call->operation == LLM_COMPLETIONS);
}

static bool is_empty(struct scan value)
{
    struct scan_walk walk = scan_walk(value);
    struct text key;
    struct scan item;
    return value.kind != SCAN_STRING && !scan_next(&walk, &key, &item);
}

bool compatible_is_usage_alone(const struct canon_call *call, struct scan object)
{
    struct scan value;
    return asks_for_usage(call) && scan_member(object, TEXT("usage"), &value) && value.kind == SCAN_OBJECT &&
           !scan_member(object, TEXT("error"), &value) &&
           (!scan_member(object, TEXT("choices"), &value) || is_empty(value));
}

/* --- what is written -------------------------------------------------------------------------------------------------
 */

static void put_model(const struct canon_call *call, struct scan value, struct edit *edit)
{
    if (value.kind != SCAN_STRING)
        return;
    edit_drop(edit, value.text);
    json_append_string(edit->out, call->model_name);
}

/* The vendor's usage event has an empty list of choices; some servers leave it out, or write null. */
static void put_choices(struct scan object, struct edit *edit)
{
    struct scan choices;
    if (!scan_member(object, TEXT("choices"), &choices)) {
        edit_reach(edit, text_after(object.text, 1));
        buffer_append(edit->out, TEXT("\"choices\":[],"));
    }
}

static bool restore_name_and_count(
    const struct canon_call *call, struct text key, struct scan value, struct edit *edit, struct canon_usage *usage)
{
    if (scan_is_key(key, TEXT("model")))
        put_model(call, value, edit);
    else if (scan_is_key(key, TEXT("usage")))
        compatible_note_usage(value, usage);
    else if (call->operation == LLM_RESPONSES && scan_is_key(key, TEXT("status")))
        note_status(value, usage);
    else
        return false;
    return true;
}

/* An event of `responses` has the response as a member. */
static void
restore_response(const struct canon_call *call, struct scan response, struct edit *edit, struct canon_usage *usage)
{
    struct scan_walk walk = scan_walk(response);
    struct text key;
    struct scan value;
    while (scan_next(&walk, &key, &value))
        (void)restore_name_and_count(call, key, value, edit, usage);
}

static void restore_member(
    const struct canon_call *call, struct text key, struct scan value, struct edit *edit, struct canon_usage *usage)
{
    if (restore_name_and_count(call, key, value, edit, usage))
        return;
    if (scan_is_key(key, TEXT("response")))
        restore_response(call, value, edit, usage);
    if (call->operation == LLM_EMBEDDINGS && scan_is_key(key, TEXT("data")))
        compatible_respell(call, value, edit);
    if (!scan_is_key(key, TEXT("choices")))
        return;
    note_finish(value, usage);
    compatible_name_thoughts(call, value, edit);
    if (asks_for_usage(call) && scan_is_null(value)) {
        edit_drop(edit, value.text);
        buffer_append(edit->out, TEXT("[]"));
    }
}

static void restore(const struct canon_call *call, struct scan object, struct buffer *out, struct canon_usage *usage)
{
    struct edit edit = edit_begin(object.text, out);
    struct scan_walk walk = scan_walk(object);
    struct text key;
    struct scan value;
    if (compatible_is_usage_alone(call, object))
        put_choices(object, &edit);
    while (scan_next(&walk, &key, &value))
        restore_member(call, key, value, &edit, usage);
    edit_end(&edit);
}

void compatible_restore(
    const struct canon_call *call, struct scan object, struct buffer *out, struct canon_usage *usage)
{
    struct buffer plain = {0};
    bool is_dressed = call->manner != NULL && call->manner->dress != NULL;
    restore(call, object, is_dressed ? &plain : out, usage);
    if (is_dressed)
        call->manner->dress(call, buffer_text(&plain), usage, out);
    buffer_clear(&plain);
}

/* The string behind `"model":` at `at`, or nothing. */
static struct text name_behind(struct text text, size_t at)
{
    static const struct text blanks = TEXT_INIT(" \t\r\n");
    struct text rest = text_after(text, at);
    while (rest.length > 0 && text_has(blanks, rest.data[0]))
        rest = text_after(rest, 1);
    if (rest.length == 0 || rest.data[0] != ':')
        return TEXT("");
    do {
        rest = text_after(rest, 1);
    } while (rest.length > 0 && text_has(blanks, rest.data[0]));
    if (rest.length == 0 || rest.data[0] != '"')
        return TEXT("");
    size_t end = 1;
    while (end < rest.length && rest.data[end] != '"')
        end += rest.data[end] == '\\' ? 2 : 1;
    return text_part(rest, 0, end + 1);
}

void compatible_restore_loosely(const struct canon_call *call, struct text text, struct buffer *out)
{
    static const struct text member = TEXT_INIT("\"model\"");
    struct edit edit = edit_begin(text, out);
    for (size_t at = text_index(text, '"', 0); at < text.length; at = text_index(text, '"', at + 1)) {
        if (!text_starts_with(text_after(text, at), member))
            continue;
        struct text name = name_behind(text, at + member.length);
        if (name.length < 2)
            continue;
        edit_drop(&edit, name);
        json_append_string(out, call->model_name);
        at = (size_t)(name.data - text.data) + name.length - 1;
    }
    edit_end(&edit);
}

bool compatible_pass_answer(
    const struct canon_call *call, struct text body, struct buffer *out, struct canon_usage *usage)
{
    static const struct text mark = TEXT_INIT("\xef\xbb\xbf"); /* of byte order: RFC 8259 8.1 lets it be ignored */
    struct scan whole;
    if (text_starts_with(body, mark))
        body = text_after(body, mark.length);
    if (!scan_whole(body, &whole) || whole.kind != SCAN_OBJECT)
        return false;
    compatible_restore(call, whole, out, usage);
    return true;
}
