/* SPDX-License-Identifier: Apache-2.0 */
/* What may still become a match at the end of a text: the last token; before it numbers and codes whose groups go on;
 * an armour that was begun; words and patterns that are half there; and what was found as far as it reaches. */
#include <string.h>

#include "detectors.h"

enum {
    TOKEN_MOST = 1024,
    CHAIN_LETTERS = 56,
    CHAIN_BYTES = 224,
    CHAIN_GAP = 4,
    PREFIX_BYTES = 4,
    FRONT_BYTES = 16,
    TOWN_REACH = 100,
    ARMOUR_MOST = 80
};

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r';
}

static size_t last_token(struct text text)
{
    size_t start = text.length;
    while (start > 0 && text.length - start < TOKEN_MOST && !is_blank(text.data[start - 1]))
        start--;
    return start;
}

/* The end of a line, which parts no number but that of a card: digits stand before it, and behind it, if anything does.
 */
static bool is_inside_number(struct text text, size_t line)
{
    size_t before = line > 0 && text.data[line - 1] == '\r' ? line - 1 : line;
    return before > 0 && is_ascii_digit(text.data[before - 1]) &&
           (line + 1 == text.length || is_ascii_digit(text.data[line + 1]));
}

/* Letters, digits and what is between them from `start` on are few enough, and close enough, for one number or code. */
static bool may_be_one(struct text text, size_t start)
{
    size_t letters = 0;
    unsigned gap = 0;
    for (size_t at = start; at < text.length;) {
        struct point point = point_at(text, at, DETECT_PLAIN);
        bool word = point_is_word(point.code);
        gap = word ? 0 : gap + 1;
        letters += word;
        if (gap > CHAIN_GAP || letters > CHAIN_LETTERS || (point.code == '\n' && !is_inside_number(text, at)))
            return false;
        at += point.length;
    }
    return true;
}

/* What belongs to a number and stands before its first digit: letters, `+`, brackets, and a country's capitals. */
static size_t with_front(struct text text, size_t start)
{
    size_t at = start;
    while (at > 0 && start - at < FRONT_BYTES && !is_blank(text.data[at - 1]))
        at--;
    size_t from = at;
    while (from > 0 && at - from < PREFIX_BYTES && !is_ascii_digit(text.data[from - 1]) && text.data[from - 1] != '\n')
        from--;
    return from;
}

/* A group of digits may begin there; each of another script begins one. */
static bool may_begin(struct text text, size_t at)
{
    unsigned char byte = (unsigned char)text.data[at];
    if (is_ascii_digit((char)byte))
        return at == 0 || !is_ascii_digit(text.data[at - 1]);
    return byte == 0xd9 || byte == 0xdb || byte == 0xe0 || byte == 0xef || byte == 0xf0;
}

/* The first group of digits from which on all may be one number or code, with what stands before it. */
static size_t last_chain(struct text text, size_t token)
{
    size_t held = text.length;
    for (size_t at = text.length; at > 0 && text.length - at < CHAIN_BYTES; at--) {
        if (!may_begin(text, at - 1))
            continue;
        if (!may_be_one(text, at - 1))
            break;
        held = at - 1;
    }
    size_t front = held < text.length ? with_front(text, held) : held;
    return front < token ? front : token;
}

/* An armour of which the first line is not whole. */
static size_t last_armour(struct text text)
{
    size_t from = text.length > ARMOUR_MOST ? text.length - ARMOUR_MOST : 0;
    struct text near = text_after(text, from);
    const char *dashes = near.length == 0 ? NULL : memmem(near.data, near.length, "----", 4);
    return dashes == NULL ? text.length : (size_t)(dashes - text.data);
}

static size_t least(size_t one, size_t other)
{
    return one < other ? one : other;
}

static size_t own_settled(const struct detect_set *set, struct text value, size_t context)
{
    size_t settled = value.length;
    if (set->words != NULL)
        settled = least(settled, value.length - word_list_open(set->words, value));
    if (set->canaries != NULL)
        settled = least(settled, value.length - word_list_open(set->canaries, value));
    for (size_t i = 0; i < set->custom_count; i++)
        if (set->patterns[i] != NULL)
            settled = least(settled, pattern_open_from(set->patterns[i], value, context));
    return settled;
}

/* The value of a field that says what it is may be all of it, however long it gets. */
static bool is_held_whole(const struct detect_hint *hint, size_t length)
{
    bool beside = hint->beside.length > 0 && hint->beside.length <= BESIDE_MOST;
    struct text name = beside ? hint->beside : hint->field;
    enum field_kind kind = field_kind(field_kind_open(name), field_parent(hint->path));
    return hint->context == 0 && length <= FIELD_VALUE_MOST &&
           ((kind > FIELD_NONE && kind < FIELD_PERSON) || field_is_in_tiers(hint->path));
}

size_t detect_settled(
    const struct detect_set *set, struct text value, const struct detect_hint *hint,
    const struct detect_matches *matches)
{
    if (is_held_whole(hint, value.length))
        return 0;
    size_t token = last_token(value);
    size_t settled = least(least(last_chain(value, token), last_armour(value)), own_settled(set, value, hint->context));
    if ((set->detectors & DETECTOR_BIT(DETECTOR_ADDRESS)) != 0)
        settled = least(settled, address_open_from(&(struct look){.set = set, .value = value}));
    for (size_t i = matches->count; i > 0; i--) {
        const struct detect_match *match = &matches->items[i - 1];
        size_t end = match->start + match->length;
        size_t reach = match->detector == DETECTOR_ADDRESS ? TOWN_REACH : 0; /* the town of a street may be to come */
        bool goes_on = match->detector == DETECTOR_PRIVATE_KEY && private_key_goes_on(value, end);
        if (end + reach >= settled || goes_on)
            settled = least(settled, match->start);
    }
    return settled > hint->context ? settled : hint->context;
}
