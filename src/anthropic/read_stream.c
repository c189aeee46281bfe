/* SPDX-License-Identifier: Apache-2.0 */
/* The events of a server that speaks Anthropic's words. A block begins, has pieces and ends; what is not known (pings,
 * citations, signatures, events to come) says nothing. */
#include "anthropic_server.h"

static uint32_t place_of(struct scan event)
{
    uint64_t place = 0;
    canon_tell_count(event, TEXT("index"), &place);
    return (uint32_t)place;
}

static bool tell_start(struct canon_telling *telling, struct scan event)
{
    struct scan message;
    struct scan usage;
    if (scan_member(event, TEXT("message"), &message) && scan_member(message, TEXT("usage"), &usage))
        anthropic_note_usage(usage, &telling->usage);
    return true;
}

/* Mostly {}, and what it is comes in pieces. */
static struct text input_of(const struct canon_telling *telling, struct scan block)
{
    struct scan input;
    bool is_empty = !scan_member(block, TEXT("input"), &input) || canon_count_items(input) == 0;
    return is_empty ? TEXT("") : canon_tell_json(telling, block, TEXT("input"));
}

/* Some servers have the front of a text here already. */
static bool tell_block(struct canon_telling *telling, struct scan event)
{
    struct scan block;
    if (!scan_member(event, TEXT("content_block"), &block))
        return true;
    struct text type = canon_tell_member(telling, block, TEXT("type"));
    if (text_equal(type, TEXT("tool_use")))
        return canon_tell_call(
            telling, place_of(event), canon_tell_member(telling, block, TEXT("id")),
            canon_tell_member(telling, block, TEXT("name")), input_of(telling, block));
    return canon_tell_text(telling, CANON_TEXT, canon_tell_member(telling, block, TEXT("text"))) &&
           canon_tell_text(telling, CANON_REASONING, canon_tell_member(telling, block, TEXT("thinking")));
}

static bool tell_piece(struct canon_telling *telling, struct scan event)
{
    struct scan delta;
    struct scan json;
    if (!scan_member(event, TEXT("delta"), &delta))
        return true;
    if (scan_member(delta, TEXT("partial_json"), &json))
        return canon_tell_call(telling, place_of(event), TEXT(""), TEXT(""), canon_tell_spelled(telling, json));
    return canon_tell_text(telling, CANON_REASONING, canon_tell_member(telling, delta, TEXT("thinking"))) &&
           canon_tell_text(telling, CANON_TEXT, canon_tell_member(telling, delta, TEXT("text")));
}

static bool tell_delta(struct canon_telling *telling, struct scan event)
{
    struct scan delta;
    struct scan usage;
    if (scan_member(event, TEXT("usage"), &usage))
        anthropic_note_usage(usage, &telling->usage);
    return !scan_member(event, TEXT("delta"), &delta) || anthropic_tell_stop(telling, delta);
}

static bool tell_ping(struct canon_telling *telling, struct scan event)
{
    (void)event;
    return canon_tell_alone(telling, CANON_WAITS);
}

static const struct {
    struct text type;
    bool (*tell)(struct canon_telling *telling, struct scan event);
} events[] = {
    {TEXT_INIT("content_block_delta"), tell_piece},
    {TEXT_INIT("content_block_start"), tell_block},
    {TEXT_INIT("message_start"), tell_start},
    {TEXT_INIT("message_delta"), tell_delta},
    {TEXT_INIT("ping"), tell_ping},
};

enum told anthropic_tell(struct canon_telling *telling, struct scan event)
{
    struct text type = canon_tell_member(telling, event, TEXT("type"));
    if (text_equal(type, TEXT("error")))
        return TOLD_FAILURE;
    if (text_equal(type, TEXT("message_stop")))
        return TOLD_END;
    for (size_t i = 0; i < COUNT_OF(events); i++)
        if (text_equal(type, events[i].type))
            return events[i].tell(telling, event) ? TOLD_ON : TOLD_LOST;
    return TOLD_ON;
}
