/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over a value: the scan tells where to look, the detectors what is there, and where two found the same place
 * the more certain one stays. */
#include <stdlib.h>

#include "known.h"
#include "signs.h"

/* The operator's patterns; false: one gave up. */
static bool find_patterns(struct look *look)
{
    for (size_t i = 0; i < look->set->custom_count; i++) {
        enum pattern_result result = PATTERN_NO_MATCH;
        size_t start = 0;
        size_t end = 0;
        while (look->set->patterns[i] != NULL &&
               (result = pattern_search(look->set->patterns[i], look->value, end, &start, &end)) == PATTERN_MATCH)
            look_match(look, DETECTOR_CUSTOM, start, end, CERTAINTY_CUSTOM)->custom = (uint16_t)i;
        if (result == PATTERN_LIMIT)
            return false;
    }
    return true;
}

static void
find_words(struct look *look, const struct word_list *list, enum detector detector, enum certainty certainty)
{
    struct word_hit hit;
    size_t at = 0;
    while (list != NULL && word_list_find(list, look->value, &at, &hit))
        look_match(look, detector, hit.start, hit.end, certainty)->custom = hit.id;
}

static unsigned weight_of(const struct detect_set *set, const struct detect_match *match)
{
    return match->detector == DETECTOR_CUSTOM ? set->custom_weights[match->custom] : set->weights[match->detector];
}

/* The weightier, then the more certain, then the longer one. */
static bool outdoes(const struct detect_set *set, const struct detect_match *one, const struct detect_match *other)
{
    unsigned weight = weight_of(set, one);
    unsigned other_weight = weight_of(set, other);
    if (weight != other_weight)
        return weight > other_weight;
    return one->certainty != other->certainty ? one->certainty > other->certainty : one->length > other->length;
}

static int compare_place(const void *left, const void *right)
{
    const struct detect_match *a = left;
    const struct detect_match *b = right;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return a->length > b->length ? -1 : a->length < b->length;
}

/* Those that meet become one that is all of them, as what the best of them is: no part of any is left over. */
static void resolve(const struct detect_set *set, struct detect_matches *matches)
{
    struct detect_match *items = matches->items;
    size_t kept = 0;
    if (matches->count < 2)
        return;
    qsort(items, matches->count, sizeof(*items), compare_place);
    for (size_t from = 0, to = 0; from < matches->count; from = to) {
        size_t start = items[from].start;
        size_t end = start + items[from].length;
        size_t best = from;
        for (to = from + 1; to < matches->count && items[to].start < end; to++) {
            end = items[to].start + items[to].length > end ? items[to].start + items[to].length : end;
            best = outdoes(set, &items[to], &items[best]) ? to : best;
        }
        items[kept] = items[best];
        items[kept].start = start;
        items[kept++].length = end - start;
    }
    matches->count = kept;
}

/* What begins in the part that was looked at before is known already. */
static void drop_known(struct detect_matches *matches, size_t context)
{
    size_t known = 0;
    while (known < matches->count && matches->items[known].start < context)
        known++;
    for (size_t i = known; i < matches->count; i++)
        matches->items[i - known] = matches->items[i];
    matches->count -= known;
}

/* The name of the field, or in a pair what stands beside. */
static void take_hint(struct look *look, const struct detect_hint *hint)
{
    bool beside = hint->beside.length > 0 && hint->beside.length <= BESIDE_MOST;
    look->field = beside ? hint->beside : hint->field;
    const struct known_name *known = known_name(look->set, look->scratch, look->field);
    look->kind = (enum field_kind)known->kind;
    look->field_labels = known->labels;
    look->names_price = (known->traits & NAME_IS_OF_PRICE) != 0;
    if (look->kind == FIELD_PERSONS_NAME || look->kind == FIELD_ADDRESS_PART) {
        known = known_name(look->set, look->scratch, field_parent(hint->path));
        look->kind = field_kind_under(look->kind, (enum field_kind)known->kind);
    }
}

enum detect_result detect_find(
    const struct detect_set *set, struct detect_scratch *scratch, struct text value, const struct detect_hint *hint,
    struct detect_matches *matches)
{
    struct sign_scan scan;
    struct look look = {
        .set = set,
        .scratch = scratch,
        .scan = &scan,
        .value = value,
        .path = hint->path,
        .labels_at = SIZE_MAX,
        .matches = matches};
    struct sign_found sign;
    matches->count = 0;
    take_hint(&look, hint);
    sign_scan_init(&scan, value, false);
    while ((sign = sign_next(&scan)).kind != SIGN_END)
        signs_look(&look, sign);
    if (hint->context == 0)
        find_field(&look);
    find_words(&look, set->words, DETECTOR_CUSTOM, CERTAINTY_CUSTOM);
    find_words(&look, set->canaries, DETECTOR_CANARY, CERTAINTY_EXACT);
    if (!find_patterns(&look))
        return DETECT_GAVE_UP;
    resolve(set, matches);
    drop_known(matches, hint->context);
    return DETECT_LOOKED;
}
