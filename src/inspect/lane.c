/* SPDX-License-Identifier: Apache-2.0 */
/* One text of a stream: what is settled of it goes on, in its new words; the rest waits for what follows. */
#include "lane.h"

#include "exeat/base/memory.h"

enum { HELD_FEW = 2048, HELD_PART = 16 };

size_t lane_held(const struct lane *lane)
{
    return lane->text.length - lane->context;
}

void kept_event_drop(struct kept_event *event)
{
    if (event == NULL || --event->users > 0)
        return;
    buffer_forget(&event->raw);
    buffer_forget(&event->data);
    buffer_clear(&event->name);
    base_free(event);
}

void lane_drop_event(struct lane *lane)
{
    kept_event_drop(lane->event);
    lane->event = NULL;
}

void lane_clear(struct lane *lane)
{
    lane_drop_event(lane);
    buffer_forget(&lane->text);
    buffer_clear(&lane->key);
    buffer_clear(&lane->field);
    buffer_clear(&lane->seen_at);
}

/* An answer in JSON is one from its first byte on. */
static void decide(struct lane *lane, struct text more)
{
    struct text begin = text_trim(more, " \t\r\n");
    if (lane->reads == LANE_UNDECIDED && begin.length > 0)
        lane->reads = begin.data[0] == '{' ? LANE_JSON : LANE_TEXT;
}

/* Much that is held is looked at again when a part as large has come: so that the work is in proportion to the text. */
static bool waits(const struct lane *lane, const struct look *look)
{
    size_t held = lane_held(lane);
    if (lane->reads == LANE_ARGUMENTS && look->side->set != NULL)
        return true;
    return lane->looked > HELD_FEW && held - lane->looked < lane->looked / HELD_PART;
}

/* Of what went on, so much is kept as says what stands before the rest. */
static void go_on(struct lane *lane, size_t cut)
{
    size_t kept = cut < DETECT_CONTEXT ? cut : DETECT_CONTEXT;
    while (kept > 0 && kept < cut && ((unsigned char)lane->text.data[cut - kept] & 0xc0) == 0x80)
        kept--; /* characters are whole */
    if (cut > lane->context && lane->state == LANE_AGAIN)
        lane->state = LANE_OPEN;
    buffer_consume(&lane->text, cut - kept);
    lane->context = kept;
    lane->looked = lane_held(lane);
}

void lane_begin_behind(struct lane *lane, struct text whole)
{
    if (whole.length == 0)
        return;
    buffer_append(&lane->text, whole);
    go_on(lane, lane->text.length);
    lane->state = LANE_AGAIN;
}

void lane_take(struct lane *lane, struct look *look, struct text more, bool is_last, struct buffer *out)
{
    if (more.length > 0 && lane->state == LANE_ENDED)
        lane->state = LANE_AGAIN;
    decide(lane, more);
    buffer_append(&lane->text, more);
    if (!is_last && waits(lane, look))
        return;
    if (lane_held(lane) > 0)
        go_on(lane, lane_look(lane, look, is_last, out));
    if (is_last)
        lane->state = LANE_ENDED;
    if (lane_held(lane) == 0)
        lane_drop_event(lane);
}
