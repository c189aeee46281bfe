/* SPDX-License-Identifier: Apache-2.0 */
/* Phone numbers: international ones (ITU-T E.164) by `+` or 00, with the lengths of each country's plan; national ones
 * by a word or a field beside them, or in groupings that little else has. libphonenumber knows every plan to the last
 * range, but is C++ with a megabyte of them, and would take most ids of a shop for numbers too: what tells is the `+`
 * or the word. */
#include "detectors.h"
#include "set.h"

enum { NATIONAL_LEAST = 6, NATIONAL_MOST = 13, E164_LEAST = 8, E164_MOST = 15, WORD_REACH = 48 };

/* Country codes with what may follow them. Codes that no row has: those of three digits, with 5 to 12. */
static const struct plan {
    uint16_t code;
    uint8_t least;
    uint8_t most;
} plans[] = {
    {1, 10, 10},  {7, 10, 10}, {20, 8, 10}, {27, 9, 9},   {30, 10, 10}, {31, 9, 9},   {32, 8, 9},   {33, 9, 9},
    {34, 9, 9},   {36, 8, 9},  {39, 6, 11}, {40, 9, 9},   {41, 9, 9},   {43, 5, 13},  {44, 9, 10},  {45, 8, 8},
    {46, 7, 10},  {47, 8, 8},  {48, 9, 9},  {49, 6, 13},  {51, 8, 9},   {52, 10, 10}, {53, 6, 8},   {54, 10, 11},
    {55, 10, 11}, {56, 9, 9},  {57, 8, 10}, {58, 10, 10}, {60, 8, 10},  {61, 9, 9},   {62, 8, 12},  {63, 8, 10},
    {64, 8, 10},  {65, 8, 8},  {66, 8, 9},  {81, 9, 10},  {82, 8, 10},  {84, 9, 10},  {86, 10, 11}, {90, 10, 10},
    {91, 10, 10}, {92, 9, 10}, {93, 9, 9},  {94, 9, 9},   {95, 7, 10},  {98, 10, 10}, {350, 8, 8},  {351, 9, 9},
    {352, 4, 11}, {353, 7, 9}, {354, 7, 9}, {356, 8, 8},  {357, 8, 8},  {358, 5, 12}, {359, 7, 9},  {370, 8, 8},
    {371, 8, 8},  {372, 7, 8}, {380, 9, 9}, {381, 8, 9},  {385, 8, 9},  {386, 8, 8},  {420, 9, 9},  {421, 9, 9},
};

/* `count` digits from `from` on are a country code and what its plan has behind it. */
static bool fits_plan(const struct number *number, size_t from, size_t count)
{
    for (size_t length = 1; length <= 3 && length < count; length++) {
        unsigned code = number_value(number, from, length);
        for (size_t i = 0; i < COUNT_OF(plans); i++) {
            size_t rest = count - length;
            bool trunk = rest > 1 && number->digits[from + length] == 0; /* +49 (0)30 */
            if (plans[i].code == code)
                return rest >= plans[i].least && rest <= plans[i].most + (trunk ? 1u : 0u);
        }
    }
    unsigned first = number->digits[from];
    return count >= E164_LEAST && count <= E164_MOST && first >= 2;
}

/* The most groups from `from` on that are not more than `most` digits, and at least `least`; 0: there are none. */
static size_t take_groups(const struct number *number, size_t from, size_t least, size_t most)
{
    size_t count = 0;
    while (from + count < number->count) {
        size_t group = number_group(number, from + count);
        if (count + group > most)
            break;
        count += group;
    }
    return count >= least && !(from + count == number->count && number->goes_on) ? count : 0;
}

/* Where the `+` stands that the number begins with, a bracket between allowed; `start`: there is none. */
static size_t plus_before(const struct look *look, const struct number *number, size_t from)
{
    size_t start = number->start[from];
    size_t behind = number->end[from + number_group(number, from) - 1];
    bool closed = behind < look->value.length && look->value.data[behind] == ')'; /* "(+49) 30" */
    size_t at = start;
    if (at > 0 && look->value.data[at - 1] == '(')
        at--;
    if (at > 0 && look->value.data[at - 1] == '+')
        return closed && at > 1 && look->value.data[at - 2] == '(' ? at - 2 : at - 1;
    if (at > 0 && point_before(look->value, at).code == 0xff0b) /* full-width */
        return at - 3;
    return start;
}

/* As people write the numbers of France (01 23 45 67 89), of America ((555) 123-4567), of area codes in brackets or
 * before a slash or blank (030/123456). */
static bool has_national_grouping(const struct look *look, const struct number *number, size_t from, size_t count)
{
    size_t first = number_group(number, from);
    size_t groups = 0;
    bool pairs = true;
    for (size_t at = 0; at < count; at += number_group(number, from + at), groups++)
        pairs = pairs && number_group(number, from + at) == 2;
    bool bracketed = number->start[from] > 0 && look->value.data[number->start[from] - 1] == '(';
    if (bracketed && count == 10 && groups == 3 && first == 3 && number_group(number, from + 3) == 3)
        return true; /* (555) 123-4567 */
    if (number->digits[from] != 0 || number->digits[from + 1] == 0 || groups < 2)
        return false;
    if (pairs && groups == 5)
        return true;
    enum gap gap = (enum gap)number->gap[from + first];
    bool parted = gap == GAP_SLASH || gap == GAP_SPACE || bracketed;
    return parted && first >= 3 && first <= 5 && groups <= 5 && count >= 9 && count <= 12 &&
           number_gaps_are(number, from + first, count - first, 1u << GAP_SPACE | 1u << GAP_DASH);
}

/* "01.02.1990", "12:30": dates and times have gaps that numbers have too. */
static bool looks_like_date(const struct number *number, size_t from, size_t count)
{
    size_t first = number_group(number, from);
    size_t second = first < count ? number_group(number, from + first) : 0;
    size_t third = first + second < count ? number_group(number, from + first + second) : 0;
    bool ends = first + second + third == count;
    if (first == 4 && second <= 2 && third <= 2)
        return number->digits[from] <= 2 && number->digits[from] > 0;
    return ends && first <= 2 && second <= 2 && (third == 4 || third == 2) &&
           number_gaps_are(number, from, count, 1u << GAP_DOT | 1u << GAP_SLASH | 1u << GAP_DASH);
}

static bool find_international(struct look *look, const struct number *number, size_t from)
{
    size_t start = number->start[from];
    size_t plus = plus_before(look, number, from);
    bool zeros =
        plus == start && number->count - from > 2 && number->digits[from] == 0 && number->digits[from + 1] == 0;
    size_t skip = zeros ? 2 : 0;
    if ((plus == start && !zeros) || !look_begins(look, plus))
        return false;
    size_t count = take_groups(number, from + skip, E164_LEAST, E164_MOST + 1);
    for (; count >= E164_LEAST; count--) {
        bool ends = from + skip + count == number->count || number_group_begins(number, from + skip + count);
        if (ends && fits_plan(number, from + skip, count) && look_ends(look, number->end[from + skip + count - 1]))
            break;
    }
    if (count < E164_LEAST)
        return false;
    if (zeros) { /* ids begin with zeros too */
        uint32_t labels = look_labels(look, start);
        bool grouped = number_group(number, from) < skip + count;
        if ((labels & LABEL_PHONE) == 0 && !(grouped && (look->field_labels & (LABEL_OTHER | LABEL_ID)) == 0))
            return false;
    }
    look_add(look, DETECTOR_PHONE, plus, number->end[from + skip + count - 1], CERTAINTY_FORM);
    return true;
}

/* "call at 10:30 about 123456": of a short number that no zero begins, with digits between the word and it, the word is
 * not said; but of each in a list. (Of JSON as it is written: escapes have digits too.) */
static bool is_beside(const struct look *look, const struct number *number, size_t from, size_t count)
{
    const struct detect_matches *found = look->matches;
    size_t start = number->start[from];
    size_t near = start > WORD_REACH ? start - WORD_REACH : 0;
    size_t at = start;
    if (look->spelling == DETECT_JSON || number->digits[from] == 0 || count >= 9)
        return true;
    while (at > near && !is_ascii_digit(look->value.data[at - 1]))
        at--;
    struct text between = text_part(look->value, at, start - at);
    if (at == near || (labels_in(&look->set->labels, between, look->spelling) & LABEL_PHONE) != 0)
        return true;
    const struct detect_match *last = found->count == 0 ? NULL : &found->items[found->count - 1];
    return last != NULL && last->detector == DETECTOR_PHONE && last->start + last->length >= at;
}

static void find_national(struct look *look, const struct number *number, size_t from)
{
    size_t count = take_groups(number, from, NATIONAL_LEAST, NATIONAL_MOST);
    size_t start = number->start[from];
    if (count == 0 || !look_begins(look, start))
        return;
    if (!look_ends(look, number->end[from + count - 1]) || looks_like_date(number, from, count))
        return;
    if (start > 0 && (look->value.data[start - 1] == '.' || look->value.data[start - 1] == ','))
        return; /* behind a decimal point */
    if (start > 0 && look->value.data[start - 1] == '(' && number_group(number, from) < count)
        start--;
    bool grouped =
        has_national_grouping(look, number, from, count) && (look->field_labels & (LABEL_OTHER | LABEL_ID)) == 0;
    uint32_t labels = look->kind == FIELD_PHONE ? LABEL_PHONE : look_labels(look, number->start[from]);
    bool of_field = look->kind == FIELD_PHONE || (look->field_labels & LABEL_PHONE) != 0;
    if ((labels & LABEL_PHONE) != 0 && (of_field || is_beside(look, number, from, count)))
        look_add(look, DETECTOR_PHONE, start, number->end[from + count - 1], CERTAINTY_LABEL);
    else if (grouped && (labels & LABEL_OTHER) == 0)
        look_add(look, DETECTOR_PHONE, start, number->end[from + count - 1], CERTAINTY_FIELD);
}

void find_phone(struct look *look, const struct number *number, size_t from)
{
    if (number->count - from < NATIONAL_LEAST)
        return;
    if (!find_international(look, number, from))
        find_national(look, number, from);
}
