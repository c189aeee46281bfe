/* SPDX-License-Identifier: Apache-2.0 */
/* What is in a text that goes on, in each reading of it that a whole body has: as it stands, with escapes undone, in
 * base64. The first look finds where something stands or may come to stand, so that the text is never cut there; the
 * second changes what lies before the cut. */
#include <stdlib.h>
#include <string.h>

#include "exeat/base/memory.h"
#include "lane.h"

enum { ESCAPE_MOST = 12, ENTITY_MOST = 10, CONTEXT_SAYS = 12 * DETECT_CONTEXT };

/* A part of the text that is one: a match, a word, a file in base64. */
struct region {
    struct body_span span;
    enum inspect_action counted; /* it is in the findings, as this */
    size_t restored_by;          /* the number of the place in which a word of it became a value */
};

struct lane_reading {
    struct lane *lane;
    struct look *look;
    struct text all; /* what went on last, and behind it what is held */
    enum body_kind kind;
    size_t cut;             /* up to here it is settled */
    struct region *regions; /* owned */
    size_t count;
    enum { READING_FINDS, READING_CHANGES } step;
};

static size_t context_of(const struct lane_reading *reading)
{
    return reading->lane->context;
}

/* --- regions ---------------------------------------------------------------------------------------------------------
 */

static void add_region(struct lane_reading *reading, struct body_span span)
{
    if ((reading->count & (reading->count - 1)) == 0)
        reading->regions =
            base_resize(reading->regions, reading->count == 0 ? 1 : reading->count * 2, sizeof(*reading->regions));
    reading->regions[reading->count++] = (struct region){.span = span};
}

static int by_start(const void *left, const void *right)
{
    const struct region *one = left;
    const struct region *other = right;
    return (one->span.start > other->span.start) - (one->span.start < other->span.start);
}

/* Those that meet are one. */
static void merge_regions(struct lane_reading *reading)
{
    size_t count = 0;
    if (reading->count > 1)
        qsort(reading->regions, reading->count, sizeof(*reading->regions), by_start);
    for (size_t i = 0; i < reading->count; i++) {
        struct region *last = count == 0 ? NULL : &reading->regions[count - 1];
        struct body_span span = reading->regions[i].span;
        if (last == NULL || span.start >= last->span.end)
            reading->regions[count++] = reading->regions[i];
        else if (span.end > last->span.end)
            last->span.end = span.end;
    }
    reading->count = count;
}

static struct region *region_of(struct lane_reading *reading, struct body_span span)
{
    size_t low = 0;
    for (size_t high = reading->count; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (reading->regions[middle].span.end <= span.start)
            low = middle + 1;
        else
            high = middle;
    }
    return low < reading->count ? &reading->regions[low] : NULL;
}

/* The region of what stands there, if it is settled now. */
static struct region *settled_region(struct lane_reading *reading, struct body_span span)
{
    struct region *region = region_of(reading, span);
    bool is_settled = region != NULL && region->span.start >= context_of(reading) && region->span.end <= reading->cut;
    return is_settled ? region : NULL;
}

/* --- where it may be cut ---------------------------------------------------------------------------------------------
 */

static void hold_from(struct lane_reading *reading, size_t at)
{
    if (at < reading->cut)
        reading->cut = at;
}

/* What may still become something, in a text that reaches to the end of all. */
static void hold_open(
    struct lane_reading *reading, struct body *body, const struct body_place *place, const struct detect_hint *hint)
{
    const struct look *look = reading->look;
    const struct detect_matches *matches = &look->inspected->inspector->matches;
    size_t settled = place->value.length;
    struct body_span span;
    if (look->side->set != NULL)
        settled = detect_settled(look->side->set, place->value, hint, matches);
    size_t of_words = look->restores ? stand_ins_settled(&look->inspected->stand_ins, place->value) : settled;
    settled = of_words < settled ? of_words : settled;
    if (settled < place->value.length && body_outer(body, place, settled, place->value.length - settled, &span) &&
        span.end == reading->all.length)
        hold_from(reading, span.start);
}

/* Where an escape begins of which the rest is still to come: nobody knows what it says. */
static size_t open_escape(const struct lane *lane)
{
    struct text text = buffer_text(&lane->text);
    size_t from = text.length > ESCAPE_MOST ? text.length - ESCAPE_MOST : 0;
    for (size_t at = from > lane->context ? from : lane->context; at < text.length; at++) {
        struct text rest = text_after(text, at);
        bool is_number = rest.length > 1 && (rest.data[1] == 'u' || rest.data[1] == 'U');
        bool is_pair = is_number && rest.length > 3 && (rest.data[2] | 0x20) == 'd' && strchr("89abAB", rest.data[3]);
        if ((rest.data[0] == '%' && rest.length < (is_number ? 6 : 3)) ||
            (rest.data[0] == '&' && rest.length <= ENTITY_MOST && !text_has(rest, ';') && !text_has(rest, ' ')) ||
            (rest.data[0] == '\\' && rest.length < (is_pair     ? ESCAPE_MOST
                                                    : is_number ? 6
                                                                : 2)))
            return at;
    }
    return text.length;
}

static void settle(struct lane_reading *reading)
{
    merge_regions(reading);
    for (size_t i = reading->count; i > 0; i--) {
        struct body_span span = reading->regions[i - 1].span;
        if (span.start < reading->cut && reading->cut < span.end)
            reading->cut = span.start;
    }
    while (reading->cut > 0 && reading->cut < reading->all.length &&
           ((unsigned char)reading->all.data[reading->cut] & 0xc0) == 0x80)
        reading->cut--; /* characters are whole */
    if (reading->cut < context_of(reading))
        reading->cut = context_of(reading);
}

/* --- what is there ---------------------------------------------------------------------------------------------------
 */

static void
find_in(struct lane_reading *reading, struct body *body, const struct body_place *place, const struct detect_hint *hint)
{
    const struct look *look = reading->look;
    const struct detect_matches *matches = &look->inspected->inspector->matches;
    const struct stand_ins *words = &look->inspected->stand_ins;
    struct body_span span;
    size_t at = 0;
    for (size_t i = 0; i < matches->count; i++)
        if (body_outer(body, place, matches->items[i].start, matches->items[i].length, &span))
            add_region(reading, span);
    const struct stand_in *one = look->restores ? stand_ins_find(words, place->value, 0, &at) : NULL;
    for (; one != NULL; one = stand_ins_find(words, place->value, at + one->word.length, &at))
        if (body_outer(body, place, at, one->word.length, &span))
            add_region(reading, span);
    if (place->value.length > 0 && body_outer(body, place, 0, place->value.length, &span) &&
        span.end == reading->all.length)
        hold_open(reading, body, place, hint);
}

static void change_match(
    struct lane_reading *reading, struct body *body, const struct body_place *place, const struct detect_match *match)
{
    struct look *look = reading->look;
    struct body_span span;
    struct region *region = NULL;
    if (body_outer(body, place, match->start, match->length, &span))
        region = settled_region(reading, span);
    if (region == NULL)
        return;
    struct text kind = side_kind(look->side, match);
    enum inspect_action action = look_action(look, match);
    if (action > region->counted)
        findings_add(look->findings, kind, action, look->place);
    region->counted = action > region->counted ? action : region->counted;
    if (action == ACTION_DENY)
        look_keep_out(look, kind, look->place);
    if (action != ACTION_REDACT)
        return;
    struct text word = look_word(look, match, place->value);
    if (word.length == 0 || !body_edit(body, place, match->start, match->length, word)) {
        look_raise(look, INSPECT_UNCHANGEABLE);
        look_tell(look, kind, look->place, "it would have to be redacted, and cannot be changed there");
    }
}

/* Values in the place of their words; what was found is left alone. */
static void change_words(struct lane_reading *reading, struct body *body, const struct body_place *place)
{
    struct look *look = reading->look;
    const struct stand_ins *all = &look->inspected->stand_ins;
    size_t at = 0;
    struct body_span span;
    const struct stand_in *one = stand_ins_find(all, place->value, 0, &at);
    for (; one != NULL; one = stand_ins_find(all, place->value, at + one->word.length, &at)) {
        struct region *region = NULL;
        if (!one->is_spoilt && body_outer(body, place, at, one->word.length, &span))
            region = settled_region(reading, span);
        if (region == NULL || region->counted > ACTION_RESTORE ||
            (region->counted == ACTION_RESTORE && region->restored_by != place->number))
            continue; /* another reading of what has become a value */
        bool is_put = body_edit(body, place, at, one->word.length, one->value);
        if (is_put && region->counted == ACTION_NONE)
            findings_add(look->findings, TEXT("placeholder"), ACTION_RESTORE, TEXT(""));
        region->counted = is_put ? ACTION_RESTORE : region->counted;
        region->restored_by = place->number;
    }
}

static void change_in(struct lane_reading *reading, struct body *body, const struct body_place *place)
{
    const struct detect_matches *matches = &reading->look->inspected->inspector->matches;
    for (size_t i = 0; i < matches->count; i++)
        change_match(reading, body, place, &matches->items[i]);
    if (reading->look->restores && (place->what == BODY_VALUE || place->what == BODY_OUTSIDE))
        change_words(reading, body, place);
}

/* --- readings --------------------------------------------------------------------------------------------------------
 */

static void take_opaque(struct lane_reading *reading, struct body *body, const struct body_place *place)
{
    struct look *look = reading->look;
    const struct inspection *inspection = look->inspected->inspection;
    struct body_span span;
    if (look->side->set == NULL || !body_outer(body, place, 0, 0, &span))
        return;
    if (!inspection_passes_type(inspection, place->type)) {
        look_raise(look, INSPECT_UNREADABLE);
        look_tell(look, TEXT("a file"), look->place, "nobody can look into it: inspect.types lets its type pass");
    }
    if (reading->step == READING_FINDS)
        add_region(reading, span);
    else if (settled_region(reading, span) != NULL)
        findings_add(look->findings, TEXT("body"), ACTION_UNSEEN, place->type);
}

/* How much of a value was looked at before, as it is read here. */
static size_t inner_context(const struct lane_reading *reading, struct body *body, const struct body_place *place)
{
    struct body_span span;
    size_t most = place->value.length < CONTEXT_SAYS ? place->value.length : CONTEXT_SAYS;
    if (context_of(reading) == 0 || !body_outer(body, place, 0, 0, &span) || span.start >= context_of(reading))
        return 0;
    for (size_t at = 1; at < most; at++)
        if (body_outer(body, place, at, 0, &span) && span.start >= context_of(reading))
            return at;
    return place->value.length;
}

static void take_reading(struct lane_reading *reading, struct body *body, const struct body_place *place)
{
    bool has_name = place->what == BODY_VALUE && place->field.length > 0;
    struct detect_hint hint = {.field = buffer_text(&reading->lane->field), .path = reading->look->place};
    if (has_name)
        hint =
            (struct detect_hint){.field = place->field, .path = body_path_text(body, place), .beside = place->beside};
    if (place->what == BODY_NAME)
        hint.field = TEXT("");
    hint.context = inner_context(reading, body, place);
    look_detect(reading->look, place->value, &hint);
    if (reading->step == READING_FINDS)
        find_in(reading, body, place, &hint);
    else
        change_in(reading, body, place);
}

static bool is_all(const struct lane_reading *reading, const struct body_place *place)
{
    return place->layer == 0 && reading->kind == BODY_TEXT && place->raw.length == reading->all.length &&
           place->value.length == reading->all.length;
}

static bool see(void *context, struct body *body, const struct body_place *place)
{
    struct lane_reading *reading = context;
    if (place->what == BODY_OPAQUE)
        take_opaque(reading, body, place);
    else if (!is_all(reading, place)) /* it was looked at before the walk */
        take_reading(reading, body, place);
    return true;
}

/* False: it cannot be read. */
static bool walk(struct lane_reading *reading)
{
    struct body *body = reading->look->inspected->inspector->within;
    const struct body_place all = {.what = BODY_VALUE, .value = reading->all, .raw = reading->all};
    if (reading->kind == BODY_TEXT)
        take_reading(reading, body, &all);
    return body_walk(body, see, reading, reading->look->detail) == BODY_FINE;
}

static bool read_as(struct lane_reading *reading, enum body_kind kind)
{
    struct body *body = reading->look->inspected->inspector->within;
    const struct body_label label = body_label_of(kind);
    reading->kind = kind;
    return body_read(body, &label, bytes_of_text(reading->all), &body_limits_usual, NULL) == BODY_FINE;
}

/* JSON as what it is, where it is whole: so that its fields are known by their names. */
static bool read_text(struct lane_reading *reading)
{
    struct body *body = reading->look->inspected->inspector->within;
    bool is_json = reading->lane->reads >= LANE_JSON;
    if (is_json && text_starts_with(text_trim(reading->all, " \t\r\n"), TEXT("{")) && read_as(reading, BODY_JSON) &&
        body_walk(body, NULL, NULL, NULL) == BODY_FINE)
        return true;
    return read_as(reading, is_json ? BODY_JSON_PART : BODY_TEXT);
}

/* What reaches over the end of a text that goes on all the same: the first part of it has left. */
static void look_over_end(struct lane_reading *reading)
{
    struct look *look = reading->look;
    const struct detect_matches *matches = &look->inspected->inspector->matches;
    const struct detect_hint hint = {.field = buffer_text(&reading->lane->field), .path = look->place};
    size_t context = context_of(reading);
    look_detect(look, reading->all, &hint);
    for (size_t i = 0; i < matches->count; i++) {
        const struct detect_match *match = &matches->items[i];
        if (look_action(look, match) < ACTION_REDACT || match->start >= context ||
            match->start + match->length <= context)
            continue;
        look_raise(look, INSPECT_UNREADABLE);
        look_tell(look, side_kind(look->side, match), look->place, "this text went on after it had ended");
    }
}

static void write_settled(struct lane_reading *reading, struct buffer *out)
{
    struct body *body = reading->look->inspected->inspector->within;
    size_t context = context_of(reading);
    struct buffer changed = {0};
    reading->step = READING_CHANGES;
    bool has_changed = reading->count > 0 && walk(reading) && body_is_edited(body);
    if (!has_changed || !body_rewrite(body, &changed)) {
        if (has_changed)
            look_raise(reading->look, INSPECT_UNCHANGEABLE);
        buffer_append(out, text_part(reading->all, context, reading->cut - context));
    } else {
        size_t rest = reading->all.length - reading->cut;
        buffer_append(out, text_part(buffer_text(&changed), context, changed.length - rest - context));
    }
    buffer_forget(&changed);
}

size_t lane_look(struct lane *lane, struct look *look, bool is_last, struct buffer *out)
{
    size_t length = is_last ? lane->text.length : open_escape(lane);
    struct lane_reading reading = {
        .lane = lane, .look = look, .all = text_part(buffer_text(&lane->text), 0, length), .cut = length};
    look->findings->reading = (struct reading){0};
    bool is_read = read_text(&reading);
    if (is_read && lane->state == LANE_AGAIN)
        look_over_end(&reading);
    if (!is_read || !walk(&reading)) {
        look_raise(look, INSPECT_UNREADABLE);
        reading.count = 0;
        is_last = true;
    }
    if (is_last)
        reading.cut = length;
    settle(&reading);
    write_settled(&reading, out);
    base_free(reading.regions);
    body_forget(look->inspected->inspector->within);
    return reading.cut;
}
