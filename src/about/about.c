/* SPDX-License-Identifier: Apache-2.0 */
/* An event of a model's stream, as its clients read it: by its members' names, its numbers and its type. Nothing that
 * is not known makes a text whole, or ends it. */
#include "exeat/about.h"

#include <string.h>

/* --- words -----------------------------------------------------------------------------------------------------------
 */

/* By rank. */
static const struct text mark_names[] = {
    TEXT_INIT("index"), TEXT_INIT("output_index"), TEXT_INIT("content_index"), TEXT_INIT("summary_index"),
    TEXT_INIT("contentBlockIndex")};

static const struct text end_names[] = {
    TEXT_INIT("finish_reason"), TEXT_INIT("finishReason"), TEXT_INIT("stop_reason"), TEXT_INIT("stopReason"),
    TEXT_INIT("done_reason")};

/* Members in which models go on with a text. All others are whole in each event. */
static const struct text text_names[] = {
    TEXT_INIT("content"),           TEXT_INIT("text"),          TEXT_INIT("delta"),
    TEXT_INIT("arguments"),         TEXT_INIT("input"),         TEXT_INIT("partial_json"),
    TEXT_INIT("thinking"),          TEXT_INIT("response"),      TEXT_INIT("reasoning"),
    TEXT_INIT("reasoning_content"), TEXT_INIT("refusal"),       TEXT_INIT("completion"),
    TEXT_INIT("tool_plan"),         TEXT_INIT("transcript"),    TEXT_INIT("outputText"),
    TEXT_INIT("generation"),        TEXT_INIT("generated_text")};

static const struct text argument_names[] = {TEXT_INIT("arguments"), TEXT_INIT("partial_json"), TEXT_INIT("input")};

/* Types whose events name a block by their own `index`; elsewhere it may count the events (TGI). */
static const struct text index_types[] = {TEXT_INIT("content"), TEXT_INIT("tool-"), TEXT_INIT("citation-")};

/* Ends of the types that end what they are about. */
static const struct text end_types[] = {TEXT_INIT("done"),       TEXT_INIT("stop"),        TEXT_INIT("-end"),
                                        TEXT_INIT(".completed"), TEXT_INIT(".incomplete"), TEXT_INIT(".failed")};
/* ... of those that begin something, with what there is of it so far. */
static const struct text begin_types[] = {
    TEXT_INIT("_start"), TEXT_INIT("-start"), TEXT_INIT(".added"), TEXT_INIT(".created")};

/* Paths whose clients do not ask for a type. */
static const struct text untyped[] = {TEXT_INIT("choices["),       TEXT_INIT("candidates["), TEXT_INIT("generation"),
                                      TEXT_INIT("generated_text"), TEXT_INIT("outputText"),  TEXT_INIT("content"),
                                      TEXT_INIT("token.")};
static const struct text untyped_alone[] = {
    TEXT_INIT("response"), TEXT_INIT("message.content"), TEXT_INIT("message.thinking")};
/* Texts that go on whatever the type is. */
static const struct text typed[] = {TEXT_INIT("delta"), TEXT_INIT("completion")};

/* Whoever puts a block together begins with what stands there. Source: Anthropic's Messages and OpenAI's Responses,
 * streaming events. */
static const struct {
    struct text type;
    struct text path;
    struct text then; /* the path of what goes on, ... */
    struct text field;
    struct text of; /* ... in events of this type */
} beginnings[] = {
    {TEXT_INIT("content_block_start"), TEXT_INIT("content_block.text"), TEXT_INIT("delta.text"), TEXT_INIT("text"),
     TEXT_INIT("")},
    {TEXT_INIT("content_block_start"), TEXT_INIT("content_block.thinking"), TEXT_INIT("delta.thinking"),
     TEXT_INIT("thinking"), TEXT_INIT("")},
    {TEXT_INIT("response.content_part.added"), TEXT_INIT("part.text"), TEXT_INIT("delta"), TEXT_INIT("delta"),
     TEXT_INIT("response.output_text.delta")},
    {TEXT_INIT("response.content_part.added"), TEXT_INIT("part.refusal"), TEXT_INIT("delta"), TEXT_INIT("delta"),
     TEXT_INIT("response.refusal.delta")},
    {TEXT_INIT("response.output_item.added"), TEXT_INIT("item.arguments"), TEXT_INIT("delta"), TEXT_INIT("delta"),
     TEXT_INIT("response.function_call_arguments.delta")},
    {TEXT_INIT("response.reasoning_summary_part.added"), TEXT_INIT("part.text"), TEXT_INIT("delta"), TEXT_INIT("delta"),
     TEXT_INIT("response.reasoning_summary_text.delta")},
};

/* Which of them it is; their number: none. */
static size_t beginning_of(const struct about *about, struct text path)
{
    size_t i = 0;
    while (i < COUNT_OF(beginnings) &&
           (!text_equal(path, beginnings[i].path) || !text_equal(text_from(about->type), beginnings[i].type)))
        i++;
    return i;
}

static bool ends_with_one(struct text text, const struct text *ends, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text_ends_with(text, ends[i]))
            return true;
    return false;
}

static bool begins_with_one(struct text text, const struct text *starts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text_starts_with(text, starts[i]))
            return true;
    return false;
}

static bool is_untyped(struct text path)
{
    return begins_with_one(path, untyped, COUNT_OF(untyped)) ||
           text_is_among(path, untyped_alone, COUNT_OF(untyped_alone));
}

/* Of OpenAI's responses all but the deltas tell again what was told; what begins a block is a text of its own. */
static bool tells_again(struct text type)
{
    return (text_starts_with(type, TEXT("response.")) && !text_ends_with(type, TEXT("delta"))) ||
           ends_with_one(type, begin_types, COUNT_OF(begin_types));
}

bool about_goes_on(const struct about *about, struct text field, struct text path)
{
    if (path.length == 0)
        return true; /* the event is a string */
    if (!text_is_among(field, text_names, COUNT_OF(text_names)) || beginning_of(about, path) < COUNT_OF(beginnings))
        return false;
    return is_untyped(path) || begins_with_one(path, typed, COUNT_OF(typed)) || !tells_again(text_from(about->type));
}

bool about_is_arguments(const struct about *about, struct text field, struct text path)
{
    if (text_equal(path, TEXT("delta")))
        return strstr(about->type, "arguments") != NULL;
    return text_is_among(field, argument_names, COUNT_OF(argument_names));
}

/* --- noting ----------------------------------------------------------------------------------------------------------
 */

void about_begin(struct about *about)
{
    about->mark_count = 0;
    about->end_count = 0;
    about->type[0] = '\0';
    about->sense = ABOUT_CLEAR;
}

/* The path of the object that has the member. */
static struct text parent_of(struct text path, struct text field)
{
    size_t length = path.length > field.length ? path.length - field.length - 1 : 0; /* without the dot */
    return text_part(path, 0, length);
}

static void add_end(struct about *about, struct text parent)
{
    if (about->end_count == ENDS_MAX)
        about->sense = ABOUT_UNCLEAR;
    else
        text_store(parent, about->ends[about->end_count++], PARENT_SIZE);
}

void about_end_all(struct about *about)
{
    add_end(about, TEXT(""));
}

static bool is_number(struct text text)
{
    uint64_t number;
    return text_to_number(text, UINT64_MAX, &number) && (text.length == 1 || text.data[0] != '0');
}

/* A number that is said in another way, or twice, may be another to another reader. */
static void add_mark(struct about *about, uint8_t rank, enum about_what what, struct text value, struct text parent)
{
    bool is_plain = is_number(value);
    if (!is_plain && what != ABOUT_NUMBER)
        return;
    bool is_clear = is_plain && about->mark_count < MARKS_MAX;
    for (size_t i = 0; i < about->mark_count; i++)
        is_clear = is_clear && (about->marks[i].rank != rank || !text_equal(text_from(about->marks[i].parent), parent));
    if (!is_clear) {
        about->sense = ABOUT_UNCLEAR;
        return;
    }
    struct event_mark *mark = &about->marks[about->mark_count++];
    mark->rank = rank;
    text_store(parent, mark->parent, sizeof(mark->parent));
    text_store(value, mark->number, sizeof(mark->number));
}

void about_note(struct about *about, enum about_what what, struct text field, struct text path, struct text value)
{
    struct text parent = parent_of(path, field);
    for (size_t i = 0; i < COUNT_OF(mark_names); i++)
        if (text_equal(field, mark_names[i]))
            add_mark(about, (uint8_t)i, what, value, parent);
    if (what != ABOUT_TEXT || value.length == 0)
        return;
    if (text_is_among(field, end_names, COUNT_OF(end_names)))
        add_end(about, parent);
    if (text_equal(path, TEXT("type")))
        text_store(value, about->type, sizeof(about->type));
}

/* --- keys ------------------------------------------------------------------------------------------------------------
 */

/* Those of the event itself are not of what stands in its lists, which have numbers of their own. */
static bool is_above(const struct about *about, const struct event_mark *mark, struct text path)
{
    struct text parent = text_from(mark->parent);
    if (parent.length == 0 && mark->rank == 0 &&
        !begins_with_one(text_from(about->type), index_types, COUNT_OF(index_types)))
        return false;
    if (parent.length == 0)
        return !text_has(path, '[');
    return path.length > parent.length && text_starts_with(path, parent) &&
           (path.data[parent.length] == '.' || path.data[parent.length] == '[');
}

static bool has_number(const struct about *about, struct text parent)
{
    for (size_t i = 0; i < about->mark_count; i++)
        if (text_equal(text_from(about->marks[i].parent), parent))
            return true;
    return false;
}

/* The path; where an item has a number, its place in the list is written as "[#]". */
static void append_path(const struct about *about, struct text path, struct buffer *key)
{
    size_t at = 0;
    for (size_t end = text_index(path, ']', 0); end < path.length; end = text_index(path, ']', at)) {
        size_t start = end;
        while (start > at && path.data[start] != '[')
            start--;
        bool is_numbered = has_number(about, text_part(path, 0, end + 1));
        buffer_append(key, text_part(path, at, start - at));
        buffer_append(key, is_numbered ? TEXT("[#]") : text_part(path, start, end + 1 - start));
        at = end + 1;
    }
    buffer_append(key, text_after(path, at));
}

/* The outer before the inner, whatever their order in the event. */
static bool comes_before(const struct event_mark *one, const struct event_mark *other)
{
    size_t length = strlen(one->parent);
    size_t others = strlen(other->parent);
    return length < others || (length == others && one->rank < other->rank);
}

static const struct event_mark *next_mark(const struct about *about, struct text path, const struct event_mark *last)
{
    const struct event_mark *next = NULL;
    for (size_t i = 0; i < about->mark_count; i++) {
        const struct event_mark *mark = &about->marks[i];
        if (is_above(about, mark, path) && (last == NULL || comes_before(last, mark)) &&
            (next == NULL || comes_before(mark, next)))
            next = mark;
    }
    return next;
}

static size_t key_of(const struct about *about, struct text type, struct text path, struct buffer *key)
{
    size_t scope = 0;
    const struct event_mark *mark = next_mark(about, path, NULL);
    for (; mark != NULL; mark = next_mark(about, path, mark)) {
        append_path(about, text_from(mark->parent), key);
        BUFFER_APPEND_ALL(key, TEXT("."), mark_names[mark->rank], TEXT("="), text_from(mark->number), TEXT(" "));
        scope = scope == 0 ? key->length : scope;
    }
    append_path(about, path, key);
    if (text_equal(path, TEXT("delta")))
        BUFFER_APPEND_ALL(key, TEXT(" "), type); /* which text it is says the type alone */
    return scope;
}

size_t about_key(const struct about *about, struct text path, struct buffer *key)
{
    return key_of(about, text_from(about->type), path, key);
}

bool about_begins(const struct about *about, struct text path, struct buffer *key, size_t *scope, struct text *field)
{
    size_t which = beginning_of(about, path);
    if (which == COUNT_OF(beginnings))
        return false;
    *scope = key_of(about, beginnings[which].of, beginnings[which].then, key);
    *field = beginnings[which].field;
    return true;
}

/* Of what an object of this path says, is the text's block meant? */
static bool is_of(const struct about *about, struct text parent, struct text scope)
{
    struct buffer member = {0};
    struct buffer key = {0};
    BUFFER_APPEND_ALL(&member, parent, parent.length > 0 ? TEXT(".x") : TEXT("x"));
    size_t length = about_key(about, buffer_text(&member), &key);
    bool is_of = (parent.length == 0 && length == 0) || text_equal(scope, text_part(buffer_text(&key), 0, length));
    buffer_clear(&member);
    buffer_clear(&key);
    return is_of;
}

bool about_ends(const struct about *about, struct text key, size_t scope)
{
    struct text block = text_part(key, 0, scope);
    bool by_type = ends_with_one(text_from(about->type), end_types, COUNT_OF(end_types));
    bool ends = by_type && !is_untyped(key) && !is_untyped(text_after(key, scope)) && is_of(about, TEXT(""), block);
    for (size_t i = 0; i < about->end_count && !ends; i++)
        ends = is_of(about, text_from(about->ends[i]), block);
    return ends;
}
