/* SPDX-License-Identifier: Apache-2.0 */
/* What a server says that is asked for a response: the items of a whole one, and its events. What is known of an item
 * is told by its pieces, so that its end says nothing new. */
#include "compatible_internal.h"
#include "exeat/canon/server.h"

static enum canon_finish finish_of(const struct canon_telling *telling, struct scan response)
{
    struct scan details;
    struct text reason = TEXT("");
    if (scan_member(response, TEXT("incomplete_details"), &details))
        reason = canon_tell_member(telling, details, TEXT("reason"));
    if (text_equal(reason, TEXT("content_filter")))
        return CANON_FILTERED;
    if (reason.length > 0)
        return CANON_TOO_LONG;
    return telling->call_count > 0 ? CANON_CALLS : CANON_FINISHED;
}

static void note_response(struct canon_telling *telling, struct scan response)
{
    struct scan usage;
    canon_tell_count(response, TEXT("created_at"), &telling->created);
    if (scan_member(response, TEXT("usage"), &usage))
        compatible_note_usage(usage, &telling->usage);
}

static bool tell_end(struct canon_telling *telling, struct scan response)
{
    note_response(telling, response);
    return canon_tell_finish(telling, finish_of(telling, response), TEXT(""));
}

static bool tell_texts(struct canon_telling *telling, enum canon_part_kind kind, struct scan item, struct text list)
{
    struct scan parts;
    struct scan part;
    struct text key;
    if (!scan_member(item, list, &parts))
        return true;
    struct scan_walk walk = scan_walk(parts);
    while (scan_next(&walk, &key, &part))
        if (!canon_tell_text(telling, kind, canon_tell_member(telling, part, TEXT("text"))) ||
            !canon_tell_text(telling, CANON_REFUSAL, canon_tell_member(telling, part, TEXT("refusal"))))
            return false;
    return true;
}

static bool tell_call(struct canon_telling *telling, uint32_t place, struct scan item)
{
    return canon_tell_call(
        telling, place, canon_tell_member(telling, item, TEXT("call_id")),
        canon_tell_member(telling, item, TEXT("name")), canon_tell_member(telling, item, TEXT("arguments")));
}

static bool tell_item(struct canon_telling *telling, uint32_t place, struct scan item)
{
    struct text type = canon_tell_member(telling, item, TEXT("type"));
    if (text_equal(type, TEXT("function_call")))
        return tell_call(telling, place, item);
    if (text_equal(type, TEXT("reasoning")))
        return tell_texts(telling, CANON_SUMMARY, item, TEXT("summary")) &&
               tell_texts(telling, CANON_REASONING, item, TEXT("content"));
    return !text_equal(type, TEXT("message")) || tell_texts(telling, CANON_TEXT, item, TEXT("content"));
}

static bool tell_whole(struct canon_telling *telling, struct scan whole)
{
    struct scan output;
    struct scan item;
    struct text key;
    uint32_t place = 0;
    if (text_equal(canon_tell_member(telling, whole, TEXT("status")), TEXT("failed")) ||
        !scan_member(whole, TEXT("output"), &output) || output.kind != SCAN_ARRAY)
        return false;
    struct scan_walk walk = scan_walk(output);
    while (scan_next(&walk, &key, &item))
        if (!tell_item(telling, place++, item))
            return false;
    return tell_end(telling, whole);
}

bool compatible_read_response(
    const struct canon_call *call, struct text body, struct arena *arena, struct canon_replies *answer)
{
    struct scan whole;
    return scan_whole(body, &whole) && whole.kind == SCAN_OBJECT &&
           canon_read_whole(call, tell_whole, whole, arena, answer);
}

static uint32_t place_of(struct scan event)
{
    uint64_t place = 0;
    canon_tell_count(event, TEXT("output_index"), &place);
    return (uint32_t)place;
}

static bool tell_begun_item(struct canon_telling *telling, struct scan event)
{
    struct scan item;
    return !scan_member(event, TEXT("item"), &item) ||
           !text_equal(canon_tell_member(telling, item, TEXT("type")), TEXT("function_call")) ||
           tell_call(telling, place_of(event), item);
}

static bool tell_arguments(struct canon_telling *telling, struct scan event)
{
    return canon_tell_call(
        telling, place_of(event), TEXT(""), TEXT(""), canon_tell_member(telling, event, TEXT("delta")));
}

static const struct {
    struct text type;
    enum canon_part_kind kind;
} pieces[] = {
    {TEXT_INIT("response.output_text.delta"), CANON_TEXT},
    {TEXT_INIT("response.refusal.delta"), CANON_REFUSAL},
    {TEXT_INIT("response.reasoning_text.delta"), CANON_REASONING},
    {TEXT_INIT("response.reasoning_summary_text.delta"), CANON_SUMMARY},
};

static bool tell_piece(struct canon_telling *telling, struct text type, struct scan event)
{
    for (size_t i = 0; i < COUNT_OF(pieces); i++)
        if (text_equal(type, pieces[i].type))
            return canon_tell_text(telling, pieces[i].kind, canon_tell_member(telling, event, TEXT("delta")));
    if (text_equal(type, TEXT("response.output_item.added")))
        return tell_begun_item(telling, event);
    return !text_equal(type, TEXT("response.function_call_arguments.delta")) || tell_arguments(telling, event);
}

/* Its error is one level deeper than that of others. */
static enum told tell_failed(struct canon_telling *telling, struct scan response)
{
    struct scan error;
    struct buffer words = {0};
    if (!scan_member(response, TEXT("error"), &error))
        return TOLD_FAILURE;
    json_spelled_append(&words, canon_tell_member(telling, error, TEXT("message")));
    bool good = canon_tell_failure(telling, buffer_text(&words));
    buffer_clear(&words);
    return good ? TOLD_BROKEN : TOLD_LOST;
}

enum told compatible_tell_response(struct canon_telling *telling, struct scan event)
{
    struct scan response = {.kind = SCAN_WORD};
    struct text type = canon_tell_member(telling, event, TEXT("type"));
    if (text_equal(type, TEXT("error")))
        return TOLD_FAILURE;
    if (scan_member(event, TEXT("response"), &response))
        note_response(telling, response);
    if (text_equal(type, TEXT("response.failed")))
        return tell_failed(telling, response);
    if (text_equal(type, TEXT("response.completed")) || text_equal(type, TEXT("response.incomplete")))
        return tell_end(telling, response) ? TOLD_END : TOLD_LOST;
    return tell_piece(telling, type, event) ? TOLD_ON : TOLD_LOST;
}
