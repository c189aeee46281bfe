/* SPDX-License-Identifier: Apache-2.0 */
/* Responses with all that the vendor always sends: typed clients read it unasked, and servers that speak these words
 * leave out what they have no use for. What is put there is what holds here: nothing is kept, and no setting is known
 * that the call did not make. */
#include "kin_internal.h"
#include "object.h"

static const struct kin_member settings[] = {
    {TEXT_INIT("error"), TEXT_INIT("null")},
    {TEXT_INIT("incomplete_details"), TEXT_INIT("null")},
    {TEXT_INIT("instructions"), TEXT_INIT("null")},
    {TEXT_INIT("max_output_tokens"), TEXT_INIT("null")},
    {TEXT_INIT("metadata"), TEXT_INIT("{}")},
    {TEXT_INIT("output"), TEXT_INIT("[]")},
    {TEXT_INIT("parallel_tool_calls"), TEXT_INIT("true")},
    {TEXT_INIT("previous_response_id"), TEXT_INIT("null")},
    {TEXT_INIT("store"), TEXT_INIT("false")},
    {TEXT_INIT("temperature"), TEXT_INIT("1.0")},
    {TEXT_INIT("text"), TEXT_INIT("{\"format\":{\"type\":\"text\"}}")},
    {TEXT_INIT("tool_choice"), TEXT_INIT("\"auto\"")},
    {TEXT_INIT("tools"), TEXT_INIT("[]")},
    {TEXT_INIT("top_p"), TEXT_INIT("1.0")},
    {TEXT_INIT("truncation"), TEXT_INIT("\"disabled\"")},
};
static const struct kin_member details[] = {
    {TEXT_INIT("input_tokens_details"), TEXT_INIT("{\"cached_tokens\":0}")},
    {TEXT_INIT("output_tokens_details"), TEXT_INIT("{\"reasoning_tokens\":0}")},
};

static void write_usage(struct scan usage, struct buffer *out)
{
    struct scan_walk walk = scan_walk(usage);
    struct text key;
    struct scan value;
    object_begin(out);
    while (scan_next(&walk, &key, &value))
        object_put(out, key, value.text);
    object_put_missing(usage, details, COUNT_OF(details), out);
    object_end(out);
}

static void write_response(struct scan response, struct buffer *out)
{
    struct scan_walk walk = scan_walk(response);
    struct text key;
    struct scan value;
    object_begin(out);
    while (scan_next(&walk, &key, &value)) {
        object_put_key(out, key);
        if (scan_is_key(key, TEXT("usage")) && value.kind == SCAN_OBJECT)
            write_usage(value, out);
        else
            buffer_append(out, value.text);
    }
    object_put_missing(response, settings, COUNT_OF(settings), out);
    object_end(out);
}

/* An event has it as a member. */
static void write_event(struct scan event, struct buffer *out)
{
    struct scan_walk walk = scan_walk(event);
    struct text key;
    struct scan value;
    object_begin(out);
    while (scan_next(&walk, &key, &value)) {
        object_put_key(out, key);
        if (scan_is_key(key, TEXT("response")) && value.kind == SCAN_OBJECT)
            write_response(value, out);
        else
            buffer_append(out, value.text);
    }
    object_end(out);
}

static void dress(const struct canon_call *call, struct text json, const struct canon_usage *usage, struct buffer *out)
{
    struct scan whole;
    struct scan value;
    (void)call, (void)usage;
    bool is_object = scan_whole(json, &whole) && whole.kind == SCAN_OBJECT;
    if (is_object && scan_member(whole, TEXT("response"), &value) && value.kind == SCAN_OBJECT)
        write_event(whole, out);
    else if (is_object && scan_member(whole, TEXT("status"), &value) && scan_member(whole, TEXT("output"), &value))
        write_response(whole, out);
    else
        buffer_append(out, json); /* an error, an event of a part: as it is */
}

const struct kin kin_of_responses = {.manner = {.dress = dress}};
