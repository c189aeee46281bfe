/* SPDX-License-Identifier: Apache-2.0 */
/* What an endpoint said, as canonical events: the chunks of a stream, and a whole answer, which says all at once. What
 * is no part of an answer (logprobs, timings, fingerprints) is not looked at. */
#include "compatible_internal.h"
#include "exeat/canon/server.h"

/* Who takes the events of one chunk. */
struct telling {
    const struct canon_sink *sink;
    struct arena *arena; /* of texts that are spelled anew */
    struct buffer *out;
    uint64_t created;
    struct text logprobs; /* of the present choice */
};

static struct text text_in(const struct telling *telling, struct scan object, struct text name)
{
    struct scan value;
    return scan_member(object, name, &value) ? canon_spelled(telling->arena, value) : TEXT("");
}

static bool tell(const struct telling *telling, struct canon_event event)
{
    event.created = telling->created;
    if (event.kind == CANON_SAYS && event.part == CANON_TEXT)
        event.logprobs = telling->logprobs;
    return telling->sink->take(telling->sink->to, &event, telling->out);
}

static uint64_t created_of(struct scan object)
{
    struct scan value;
    uint64_t created = 0;
    if (scan_member(object, TEXT("created"), &value) && !text_to_number(value.text, UINT32_MAX, &created))
        created = 0;
    return created;
}

/* --- texts ---------------------------------------------------------------------------------------------------------
 */

static bool tell_text(const struct telling *telling, size_t reply, enum canon_part_kind kind, struct text text)
{
    const struct canon_event event = {.kind = CANON_SAYS, .reply = reply, .part = kind, .text = text};
    return text.length == 0 || tell(telling, event);
}

/* Some servers say a list of parts. */
static bool tell_parts(const struct telling *telling, size_t reply, struct scan list)
{
    struct scan_walk walk = scan_walk(list);
    struct text key;
    struct scan part;
    while (scan_next(&walk, &key, &part))
        if (!tell_text(telling, reply, CANON_TEXT, text_in(telling, part, TEXT("text"))))
            return false;
    return true;
}

static bool tell_content(const struct telling *telling, size_t reply, struct scan content)
{
    if (content.kind == SCAN_ARRAY)
        return tell_parts(telling, reply, content);
    return tell_text(telling, reply, CANON_TEXT, canon_spelled(telling->arena, content));
}

/* --- calls ---------------------------------------------------------------------------------------------------------
 */

/* A text, or the object itself. */
static struct text arguments_of(const struct telling *telling, struct scan function)
{
    struct scan value;
    if (!scan_member(function, TEXT("arguments"), &value))
        return TEXT("");
    if (value.kind == SCAN_OBJECT)
        return canon_spell(telling->arena, value.text);
    return canon_spelled(telling->arena, value);
}

static bool tell_call(const struct telling *telling, size_t reply, size_t place, struct scan call)
{
    struct scan value;
    uint64_t index = place;
    struct scan function;
    if (scan_member(call, TEXT("index"), &value) && !text_to_number(value.text, CANON_CALLS_MAX - 1, &index))
        return false;
    if (!scan_member(call, TEXT("function"), &function))
        return false;
    const struct canon_event event = {
        .kind = CANON_SAYS,
        .reply = reply,
        .part = CANON_TOOL_CALL,
        .call = (size_t)index,
        .text = arguments_of(telling, function),
        .call_id = text_in(telling, call, TEXT("id")),
        .name = text_in(telling, function, TEXT("name")),
    };
    return tell(telling, event);
}

static bool tell_calls(const struct telling *telling, size_t reply, struct scan list)
{
    struct scan_walk walk = scan_walk(list);
    struct text key;
    struct scan call;
    for (size_t i = 0; scan_next(&walk, &key, &call); i++)
        if (i == CANON_CALLS_MAX || !tell_call(telling, reply, i, call))
            return false;
    return true;
}

/* --- one answer of several -----------------------------------------------------------------------------------------
 */

/* `said` is a message, or what is new of one. Servers have two names for thoughts. */
static bool tell_said(const struct telling *telling, size_t reply, struct scan said)
{
    struct scan value;
    struct text thought = text_in(telling, said, TEXT("reasoning_content"));
    if (thought.length == 0)
        thought = text_in(telling, said, TEXT("reasoning"));
    return tell_text(telling, reply, CANON_REASONING, thought) &&
           (!scan_member(said, TEXT("content"), &value) || tell_content(telling, reply, value)) &&
           tell_text(telling, reply, CANON_REFUSAL, text_in(telling, said, TEXT("refusal"))) &&
           (!scan_member(said, TEXT("tool_calls"), &value) || tell_calls(telling, reply, value));
}

/* `stop_reason` is vLLM's, and names the sequence that was met. */
static bool tell_finish(const struct telling *telling, size_t reply, struct scan choice)
{
    struct scan word;
    if (!scan_member(choice, TEXT("finish_reason"), &word) || word.kind != SCAN_STRING || word.text.length == 2)
        return true;
    const struct canon_event event = {
        .kind = CANON_FINISHES,
        .reply = reply,
        .finish = compatible_finish(word),
        .stop = text_in(telling, choice, TEXT("stop_reason")),
    };
    return tell(telling, event);
}

/* They go on as they are, so they must be JSON for everybody. */
static struct text logprobs_of(struct scan choice)
{
    struct scan logprobs;
    struct scan content;
    struct json_view view = {0};
    if (!scan_member(choice, TEXT("logprobs"), &logprobs) || !scan_member(logprobs, TEXT("content"), &content) ||
        content.kind != SCAN_ARRAY)
        return TEXT("");
    bool good = json_view_read(&view, content.text, JSON_UTF8, NULL);
    json_view_clear(&view);
    return good ? content.text : TEXT("");
}

static bool tell_choice(struct telling *telling, size_t place, struct scan choice)
{
    struct scan value;
    telling->logprobs = logprobs_of(choice);
    uint64_t index = place;
    if (scan_member(choice, TEXT("index"), &value) && !text_to_number(value.text, UINT16_MAX, &index))
        return false;
    if (!scan_member(choice, TEXT("delta"), &value) && !scan_member(choice, TEXT("message"), &value))
        return tell_text(telling, (size_t)index, CANON_TEXT, text_in(telling, choice, TEXT("text"))) &&
               tell_finish(telling, (size_t)index, choice); /* of completions */
    return tell_said(telling, (size_t)index, value) && tell_finish(telling, (size_t)index, choice);
}

bool compatible_tell(struct scan object, struct arena *arena, const struct canon_sink *sink, struct buffer *out)
{
    struct telling telling = {.sink = sink, .arena = arena, .out = out, .created = created_of(object)};
    struct scan choices;
    struct text key;
    struct scan choice;
    if (!scan_member(object, TEXT("choices"), &choices))
        return true;
    struct scan_walk walk = scan_walk(choices);
    for (size_t i = 0; scan_next(&walk, &key, &choice); i++)
        if (!tell_choice(&telling, i, choice))
            return false;
    return true;
}

/* --- a whole answer --------------------------------------------------------------------------------------------------
 */

/* One member of each item of `data`, where it is a text or a list. */
static const struct text *column_of(struct scan data, struct text name, struct arena *arena, size_t *count)
{
    struct scan_walk walk = scan_walk(data);
    struct text key;
    struct scan item;
    struct scan value;
    struct text *column = arena_array(arena, canon_count_items(data), sizeof(*column));
    *count = 0;
    while (scan_next(&walk, &key, &item))
        if (scan_member(item, name, &value) && (value.kind == SCAN_STRING || value.kind == SCAN_ARRAY))
            column[(*count)++] = value.text;
    return column;
}

static bool
read_data(enum llm_operation operation, struct scan whole, struct arena *arena, struct canon_replies *answer)
{
    struct scan data;
    if (operation == LLM_MODELS)
        return canon_read_names(whole, TEXT("data"), TEXT("id"), arena, answer);
    if (!scan_member(whole, TEXT("data"), &data) || data.kind != SCAN_ARRAY)
        return false;
    answer->vectors = column_of(data, TEXT("embedding"), arena, &answer->vector_count);
    return canon_vectors_are_strict(answer->vectors, answer->vector_count);
}

static bool read_replies(struct scan whole, struct arena *arena, struct canon_replies *answer)
{
    struct scan choices;
    struct canon_collector collector = {.arena = arena};
    const struct canon_sink sink = {canon_collect, &collector};
    if (!scan_member(whole, TEXT("choices"), &choices) || canon_count_items(choices) == 0 ||
        !compatible_tell(whole, arena, &sink, NULL))
        return false;
    answer->replies = collector.replies;
    answer->reply_count = collector.reply_count;
    return true;
}

bool compatible_read_answer(
    enum llm_operation operation, struct text body, struct arena *arena, struct canon_replies *answer)
{
    struct scan whole;
    struct scan usage;
    if (!scan_whole(body, &whole) || whole.kind != SCAN_OBJECT)
        return false;
    answer->created = created_of(whole);
    if (scan_member(whole, TEXT("usage"), &usage))
        compatible_note_usage(usage, &answer->usage);
    if (operation == LLM_MODELS || operation == LLM_EMBEDDINGS)
        return read_data(operation, whole, arena, answer);
    return read_replies(whole, arena, answer);
}
