/* SPDX-License-Identifier: Apache-2.0 */
/* Matches are added as they are found; words beside a place are looked for in a short window before it. */
#include "look.h"

#include "exeat/base/memory.h"
#include "set.h"

enum { LABEL_WINDOW = 48 };

bool look_wants(const struct look *look, enum detector detector)
{
    return (look->set->detectors & DETECTOR_BIT(detector)) != 0;
}

struct detect_match *
look_match(struct look *look, enum detector detector, size_t start, size_t end, enum certainty certainty)
{
    struct detect_matches *matches = look->matches;
    if (detector < DETECTOR_CUSTOM && !look_wants(look, detector))
        return NULL;
    if (matches->count == matches->capacity) {
        matches->capacity = matches->capacity == 0 ? 8 : matches->capacity * 2;
        matches->items = base_resize(matches->items, matches->capacity, sizeof(*matches->items));
    }
    matches->items[matches->count] = (struct detect_match){
        .detector = detector, .certainty = (uint8_t)certainty, .start = start, .length = end - start};
    return &matches->items[matches->count++];
}

void look_add(struct look *look, enum detector detector, size_t start, size_t end, enum certainty certainty)
{
    (void)look_match(look, detector, start, end, certainty);
}

uint32_t look_labels(const struct look *look, size_t at)
{
    size_t from = at > LABEL_WINDOW ? at - LABEL_WINDOW : 0;
    while (from > 0 && from < at && point_is_word(point_before(look->value, from).code))
        from++; /* not from the middle of a word */
    return labels_in(&look->set->labels, text_part(look->value, from, at - from)) | look->field_labels;
}

static bool touches(uint32_t code)
{
    return code == '_' || point_is_word(code);
}

bool look_begins(const struct look *look, size_t at)
{
    if (at == 0)
        return true;
    /* behind a backslash stands the letter of an escape, where JSON is looked at as it is written */
    if (look->spelling == DETECT_JSON && at > 1 && look->value.data[at - 2] == '\\')
        return true;
    return !touches(point_before(look->value, at).code);
}

bool look_ends(const struct look *look, size_t at)
{
    return at >= look->value.length || !touches(point_at(look->value, at, look->spelling).code);
}
