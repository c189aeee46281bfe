/* SPDX-License-Identifier: Apache-2.0 */
/* Events of one answer, on their way to who takes them. */
#include "exeat/canon/telling.h"

#include "exeat/base/json.h"
#include "exeat/base/json_view.h"

static bool tell(struct canon_telling *telling, struct canon_event event)
{
    event.created = telling->created;
    return telling->sink.take(telling->sink.to, &event, telling->out);
}

bool canon_tell_text(struct canon_telling *telling, enum canon_part_kind kind, struct text text)
{
    const struct canon_event event = {
        .kind = CANON_SAYS,
        .part = kind,
        .text = text,
        .logprobs = kind == CANON_TEXT ? telling->logprobs : TEXT(""),
    };
    if (text.length == 0)
        return true;
    telling->has_spoken = true;
    return tell(telling, event);
}

/* Places may have gaps and be large; callers count from 0. CANON_CALLS_MAX: there are too many. */
static size_t number_of(struct canon_telling *telling, uint32_t place)
{
    for (size_t i = 0; i < telling->call_count; i++)
        if (telling->places[i] == place)
            return i;
    if (telling->call_count == CANON_CALLS_MAX)
        return CANON_CALLS_MAX;
    telling->places[telling->call_count] = place;
    return telling->call_count++;
}

bool canon_tell_call(
    struct canon_telling *telling, uint32_t place, struct text id, struct text name, struct text arguments)
{
    size_t known = telling->call_count;
    size_t number = number_of(telling, place);
    bool is_first = number >= known;
    if (number == CANON_CALLS_MAX)
        return false;
    const struct canon_event event = {
        .kind = CANON_SAYS,
        .part = CANON_TOOL_CALL,
        .call = number,
        .call_id = is_first ? id : TEXT(""),
        .name = is_first ? name : TEXT(""),
        .text = arguments,
    };
    telling->has_spoken = true;
    return tell(telling, event);
}

bool canon_tell_finish(struct canon_telling *telling, enum canon_finish finish, struct text stop)
{
    const struct canon_event event = {.kind = CANON_FINISHES, .finish = finish, .stop = stop};
    telling->has_spoken = true;
    telling->has_finished = true;
    return tell(telling, event);
}

bool canon_tell_alone(struct canon_telling *telling, enum canon_event_kind kind)
{
    const struct canon_event event = {.kind = kind, .usage = telling->usage};
    return tell(telling, event);
}

bool canon_tell_failure(struct canon_telling *telling, struct text words)
{
    const struct canon_event event = {.kind = CANON_FAILS, .text = canon_spell(telling->arena, words)};
    return tell(telling, event);
}

/* --- texts -----------------------------------------------------------------------------------------------------------
 */

struct text canon_tell_spelled(const struct canon_telling *telling, struct scan string)
{
    return canon_spelled(telling->arena, string);
}

struct text canon_tell_member(const struct canon_telling *telling, struct scan object, struct text name)
{
    struct scan value;
    return scan_member(object, name, &value) ? canon_tell_spelled(telling, value) : TEXT("");
}

struct text canon_tell_json(const struct canon_telling *telling, struct scan object, struct text name)
{
    struct scan value;
    return scan_member(object, name, &value) ? canon_spell(telling->arena, value.text) : TEXT("");
}

void canon_tell_count(struct scan object, struct text name, uint64_t *count)
{
    struct scan value;
    uint64_t number;
    if (scan_member(object, name, &value) && value.kind == SCAN_WORD && text_to_number(value.text, UINT32_MAX, &number))
        *count = number;
}
