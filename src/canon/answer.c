/* SPDX-License-Identifier: Apache-2.0 */
/* What the writers of answers share. */
#include "exeat/canon/answer.h"

#include "exeat/base/json.h"
#include "exeat/base/json_view.h"
#include "exeat/base/memory.h"
#include "exeat/canon/scan.h"

struct text canon_finish_name(enum canon_finish finish)
{
    static const struct text names[] = {
        [CANON_UNFINISHED] = TEXT_INIT(""),
        [CANON_FINISHED] = TEXT_INIT("stop"),
        [CANON_TOO_LONG] = TEXT_INIT("length"),
        [CANON_CALLS] = TEXT_INIT("tool_calls"),
        [CANON_FILTERED] = TEXT_INIT("content_filter"),
    };
    return names[finish];
}

enum canon_finish canon_reply_finish(const struct canon_reply *reply)
{
    for (size_t i = 0; i < reply->part_count; i++)
        if (reply->parts[i].kind == CANON_TOOL_CALL)
            return canon_finish_behind(reply->finish, true);
    return reply->finish;
}

bool canon_hold(struct canon_held *held, const struct canon_event *event)
{
    if (event->call >= CANON_CALLS_MAX)
        return false;
    if (held->calls == NULL)
        held->calls = base_zalloc(CANON_CALLS_MAX * sizeof(*held->calls));
    struct canon_held_call *call = &held->calls[event->call];
    held->count = event->call >= held->count ? event->call + 1 : held->count;
    held->bytes += event->text.length + event->call_id.length + event->name.length;
    buffer_append(&call->id, call->id.length == 0 ? event->call_id : TEXT(""));
    buffer_append(&call->name, call->name.length == 0 ? event->name : TEXT(""));
    buffer_append(&call->arguments, event->text);
    return true;
}

bool canon_hold_shared(struct canon_held *held, const struct canon_event *event, size_t *bytes, size_t limit)
{
    size_t before = held->bytes;
    if (!canon_hold(held, event))
        return false;
    *bytes += held->bytes - before;
    return *bytes <= limit;
}

void canon_held_clear(struct canon_held *held)
{
    for (size_t i = 0; i < held->count; i++) {
        buffer_clear(&held->calls[i].id);
        buffer_clear(&held->calls[i].name);
        buffer_clear(&held->calls[i].arguments);
    }
    base_free(held->calls);
    *held = (struct canon_held){0};
}

enum canon_turn canon_take_turn(struct canon_turns *turns, const struct canon_event *event, bool is_open, size_t limit)
{
    if (!turns->has_call && event->name.length > 0) {
        turns->has_call = true;
        turns->told = event->call;
        return CANON_TURN_BEGINS;
    }
    if (turns->has_call && event->call == turns->told) {
        if (is_open)
            return CANON_TURN_GOES_ON;
        return event->text.length == 0 ? CANON_TURN_WAITS : CANON_TURN_FAILS; /* it has ended */
    }
    bool is_held = canon_hold(&turns->held, event) && turns->held.bytes <= limit;
    return is_held ? CANON_TURN_WAITS : CANON_TURN_FAILS;
}

struct canon_part canon_held_part(const struct canon_held *held, size_t index)
{
    const struct canon_held_call *call = &held->calls[index];
    return (struct canon_part){
        .kind = CANON_TOOL_CALL,
        .text = buffer_text(&call->arguments),
        .name = buffer_text(&call->name),
        .call_id = buffer_text(&call->id),
    };
}

bool canon_is_asked_stop(const struct canon_call *call, struct text stop)
{
    for (size_t i = 0; stop.length > 0 && i < call->wish.stop.count; i++)
        if (text_equal(call->wish.stop.entries[i].text, stop))
            return true;
    return false;
}

bool canon_has_vectors(const struct canon_call *call, const struct canon_replies *answer)
{
    struct text front = canon_wants_base64(call) ? TEXT("\"") : TEXT("[");
    for (size_t i = 0; i < answer->vector_count; i++)
        if (!text_starts_with(answer->vectors[i], front))
            return false;
    return answer->vector_count == call->input.count;
}

/* --- a whole answer of events --------------------------------------------------------------------------------------
 */

enum { PARTS_MAX = CANON_CALLS_MAX + 16, REPLIES_MAX = 128 };

static bool collect_part(struct canon_collector *collector, const struct canon_event *event)
{
    if (collector->parts == NULL)
        collector->parts = arena_array(collector->arena, PARTS_MAX, sizeof(*collector->parts));
    if (collector->part_count == PARTS_MAX)
        return false;
    if (event->logprobs.length > 0)
        collector->logprobs = event->logprobs;
    collector->reply = event->reply;
    collector->parts[collector->part_count++] =
        (struct canon_part){.kind = event->part, .text = event->text, .name = event->name, .call_id = event->call_id};
    return true;
}

static bool collect_reply(struct canon_collector *collector, const struct canon_event *event)
{
    if (collector->replies == NULL)
        collector->replies = arena_array(collector->arena, REPLIES_MAX, sizeof(*collector->replies));
    if (collector->reply_count == REPLIES_MAX)
        return false;
    collector->replies[collector->reply_count++] = (struct canon_reply){
        .parts = collector->parts,
        .part_count = collector->part_count,
        .finish = event->finish,
        .stop = event->stop,
        .logprobs = collector->logprobs,
    };
    collector->logprobs = TEXT("");
    collector->parts = NULL;
    collector->part_count = 0;
    return true;
}

/* The reply before has no end: it is no part of this one, and no answer. */
static bool is_mixed(const struct canon_collector *collector, const struct canon_event *event)
{
    return collector->part_count > 0 && event->reply != collector->reply;
}

bool canon_collect(void *collector, const struct canon_event *event, struct buffer *out)
{
    (void)out;
    if ((event->kind == CANON_SAYS || event->kind == CANON_FINISHES) && is_mixed(collector, event))
        return false;
    switch (event->kind) {
    case CANON_SAYS:
        return collect_part(collector, event);
    case CANON_FINISHES:
        return collect_reply(collector, event);
    case CANON_WAITS:
    case CANON_ENDS:
    case CANON_FAILS:
        break;
    }
    return true;
}

/* --- texts ---------------------------------------------------------------------------------------------------------
 */

bool canon_append_arguments(struct buffer *out, struct text spelled)
{
    struct buffer meaning = {0};
    struct json_view view = {0};
    json_spelled_append(&meaning, spelled);
    struct text text = text_trim(buffer_text(&meaning), " \t\r\n");
    if (text.length == 0)
        text = TEXT("{}");
    bool good = json_view_read(&view, text, JSON_UTF8, NULL) && json_view_shape(&view, 0) == JSON_SHAPE_OBJECT;
    if (good)
        buffer_append(out, json_view_source(&view, 0));
    json_view_clear(&view);
    buffer_clear(&meaning);
    return good;
}

struct text canon_spell(struct arena *arena, struct text text)
{
    struct buffer spelled = {0};
    json_append_string(&spelled, text);
    struct text copy = arena_text(arena, text_part(buffer_text(&spelled), 1, spelled.length - 2));
    buffer_clear(&spelled);
    return copy;
}

static bool has_control(struct text text)
{
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.data[i] < 0x20)
            return true;
    return false;
}

struct text canon_spelled(struct arena *arena, struct scan string)
{
    struct text spelled = scan_spelled(string);
    if (!has_control(spelled))
        return spelled;
    struct buffer meaning = {0};
    json_spelled_append(&meaning, spelled);
    spelled = canon_spell(arena, buffer_text(&meaning));
    buffer_clear(&meaning);
    return spelled;
}
