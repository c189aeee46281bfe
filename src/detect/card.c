/* SPDX-License-Identifier: Apache-2.0 */
/* Card numbers (ISO/IEC 7812-1): an issuer's range, its lengths, the check digit, and an edge of digits at both ends.
 * The check digit alone lets every tenth number through, so a form that articles, shipments and ids have too (13 or 14
 * digits together, say) needs a word or field beside it, or a grouping as on a card. */
#include "detectors.h"

#define LENGTH(n) (1u << (n))
enum { PREFIX_DIGITS = 6, CARD_LEAST = 12, CARD_MOST = 19, EXPIRY_DIGITS = 4 };

/* `low` to `high` as the first six digits. `lengths`: as bits; `plain`: those that need no word when written together.
 */
static const struct issuer {
    uint32_t low;
    uint32_t high;
    uint32_t lengths;
    uint32_t plain;
} issuers[] = {
    {222100, 272099, LENGTH(16), LENGTH(16)},                                        /* Mastercard */
    {510000, 559999, LENGTH(16), LENGTH(16)},                                        /* Mastercard */
    {400000, 499999, LENGTH(13) | LENGTH(16) | LENGTH(19), LENGTH(16)},              /* Visa */
    {340000, 349999, LENGTH(15), LENGTH(15)},                                        /* American Express */
    {370000, 379999, LENGTH(15), LENGTH(15)},                                        /* American Express */
    {300000, 305999, LENGTH(14) | LENGTH(16) | LENGTH(19), 0},                       /* Diners */
    {309500, 309599, LENGTH(14) | LENGTH(16) | LENGTH(19), 0},                       /* Diners */
    {360000, 369999, LENGTH(14) | LENGTH(16) | LENGTH(19), LENGTH(16)},              /* Diners */
    {380000, 399999, LENGTH(14) | LENGTH(16) | LENGTH(19), LENGTH(16)},              /* Diners */
    {352800, 358999, LENGTH(16) | LENGTH(17) | LENGTH(18) | LENGTH(19), LENGTH(16)}, /* JCB */
    {601100, 601199, LENGTH(16) | LENGTH(19), LENGTH(16)},                           /* Discover */
    {644000, 659999, LENGTH(16) | LENGTH(19), LENGTH(16)},                           /* Discover */
    {620000, 629999, LENGTH(16) | LENGTH(17) | LENGTH(18) | LENGTH(19), LENGTH(16)}, /* UnionPay */
    {810000, 817199, LENGTH(16) | LENGTH(17) | LENGTH(18) | LENGTH(19), 0},          /* UnionPay */
    {220000, 220499, LENGTH(16) | LENGTH(17) | LENGTH(18) | LENGTH(19), LENGTH(16)}, /* Mir */
    {500000, 509999, 0xff000, LENGTH(16)},                                           /* Maestro, 12 to 19 */
    {560000, 589999, 0xff000, LENGTH(16)},                                           /* Maestro */
    {600000, 600999, 0xff000, LENGTH(16)},                                           /* Maestro and others */
    {606000, 608999, 0xff000, LENGTH(16)},                                           /* Hipercard, RuPay */
    {630000, 639999, 0xff000, LENGTH(16)},                                           /* Maestro, InstaPayment */
    {660000, 699999, 0xff000, LENGTH(16)},                                           /* Maestro */
    {979200, 979299, LENGTH(16), LENGTH(16)},                                        /* Troy */
};

static uint32_t lengths_of(const struct number *number, size_t from, bool plain)
{
    uint32_t first = number_value(number, from, PREFIX_DIGITS);
    uint32_t lengths = 0;
    for (size_t i = 0; i < COUNT_OF(issuers); i++)
        if (first >= issuers[i].low && first <= issuers[i].high)
            lengths |= plain ? issuers[i].plain : issuers[i].lengths;
    return lengths;
}

static bool ends_group(const struct number *number, size_t end)
{
    return end == number->count ? !number->goes_on : number_group_begins(number, end);
}

/* The check digit of ISO/IEC 7812-1 fits, in one of `lengths`. */
static bool is_checked(const struct number *number, size_t from, size_t count, uint32_t lengths)
{
    bool alike = true;
    for (size_t i = 1; alike && i < count; i++)
        alike = number->digits[from + i] == number->digits[from];
    return (lengths & LENGTH(count)) != 0 && ends_group(number, from + count) && !alike &&
           number_luhn(number, from, count);
}

static size_t most_of(const struct number *number, size_t from)
{
    size_t left = number->count - from;
    return left < CARD_MOST ? left : CARD_MOST;
}

static bool begins_card(const struct number *number, size_t from)
{
    size_t most = most_of(number, from);
    uint32_t lengths = most < CARD_LEAST ? 0 : lengths_of(number, from, false);
    for (size_t count = most; lengths != 0 && count >= CARD_LEAST; count--)
        if (is_checked(number, from, count, lengths))
            return true;
    return false;
}

/* The ends of lines part groups as blanks do. */
static unsigned gap_at(const struct number *number, size_t digit)
{
    return number->gap[digit] == GAP_LINE ? GAP_SPACE : number->gap[digit];
}

/* Grouped as on cards: 4-4-4-4 and its kin of equal groups, 4-6-5, 4-6-4. `groups` is how many there are. */
static bool is_grouped_well(const struct number *number, size_t from, size_t count, size_t *groups)
{
    size_t first = number_group(number, from);
    bool equal = true;
    *groups = 1;
    for (size_t at = first; at < count; ++*groups) {
        size_t length = number_group(number, from + at);
        if (at + length > count)
            return false;
        bool last = at + length == count;
        equal = equal && (last ? length <= first : length == first);
        if (gap_at(number, from + at) == GAP_BRACKET ||
            (*groups > 1 && gap_at(number, from + at) != gap_at(number, from + first)))
            return false;
        at += length;
    }
    bool amex = first == 4 && *groups == 3 && number_group(number, from + 4) == 6;
    return *groups == 1 || equal || amex;
}

/* "12/27", "1227", "12-2027": a month and a year, and no digits close behind. */
static bool is_expiry(const struct number *number, size_t from)
{
    size_t first = number_group(number, from);
    size_t end = from + first;
    size_t second = first == 2 && end < number->count ? number_group(number, end) : 0;
    unsigned month = first < 2 ? 0 : number_value(number, from, 2);
    bool whole = first == EXPIRY_DIGITS || (first == 2 && (second == 2 || second == 4));
    end += second;
    return whole && month >= 1 && month <= 12 && (end == number->count || number->gap[end] == GAP_SPACE);
}

/* "4111111111111111.0" is the same number in JSON. */
static bool is_zeros(const struct number *number, size_t from)
{
    size_t length = number_group(number, from);
    for (size_t i = 0; i < length; i++)
        if (number->digits[from + i] != 0)
            return false;
    return from + length == number->count;
}

/* A point or a dash with digits behind it touches: the card is part of something longer. Not so what is grouped
 * otherwise than it, an expiry, and another card. */
static bool touches_behind(const struct number *number, size_t from, size_t count, size_t groups)
{
    size_t last = from + count;
    unsigned gap = last < number->count ? gap_at(number, last) : GAP_SPACE;
    bool close = (gap == GAP_DASH || gap == GAP_DOT) && number->end[last - 1] + 1 == number->start[last];
    bool otherwise = groups > 2 && gap != gap_at(number, from + number_group(number, from));
    return close && !otherwise && !is_expiry(number, last) && !(gap == GAP_DOT && is_zeros(number, last)) &&
           !begins_card(number, last);
}

/* An underscore and another card touch at `end`. */
static bool precedes_card(const struct look *look, size_t end)
{
    struct number next;
    if (end + 1 >= look->value.length || look->value.data[end] != '_' || !is_ascii_digit(look->value.data[end + 1]))
        return false;
    number_read(look->value, end + 1, look->spelling, &next);
    return begins_card(&next, 0);
}

/* A card was found directly before, or the number begins with this one. */
static bool is_alone(const struct look *look, const struct number *number, size_t from, size_t count, size_t groups)
{
    size_t start = number->start[from];
    size_t end = number->end[from + count - 1];
    if (touches_behind(number, from, count, groups) || !(look_ends(look, end) || precedes_card(look, end)))
        return false;
    if (look->card_end > 0 && start == look->card_end + 1)
        return true;
    /* "0.4111": behind a point, where this number began to be read */
    if (start > 1 && look->value.data[start - 1] == '.' && is_ascii_digit(look->value.data[start - 2]))
        return false;
    return look_begins(look, start);
}

/* "…/4111", "-4111": a part of an address or of an id. */
static bool is_part(const struct look *look, size_t start)
{
    return start > 1 && (look->value.data[start - 1] == '/' || look->value.data[start - 1] == '-') &&
           is_ascii_alnum(look->value.data[start - 2]) && !(look->card_end > 0 && start == look->card_end + 1);
}

/* Without a word: some issuers' lengths are those of articles and ids too. */
static bool is_plausible(const struct look *look, const struct number *number, size_t from, size_t count)
{
    size_t groups = 0;
    if (!is_grouped_well(number, from, count, &groups) || !is_alone(look, number, from, count, groups))
        return false;
    if (groups >= 3)
        return (look->field_labels & LABEL_PHONE) == 0;
    bool plain = (lengths_of(number, from, true) & LENGTH(count)) != 0;
    return plain && groups == 1 && !is_part(look, number->start[from]) &&
           (look->field_labels & (LABEL_OTHER | LABEL_ID | LABEL_PHONE)) == 0;
}

/* Beside a word: whatever touches it, "4111111111111111e0"; and in any groups, if the length is one of its own. */
static bool is_said(struct look *look, const struct number *number, size_t from, size_t count)
{
    size_t groups = 0;
    return ((lengths_of(number, from, true) & LENGTH(count)) != 0 || is_grouped_well(number, from, count, &groups)) &&
           (look_labels(look, number->start[from]) & LABEL_CARD) != 0;
}

/* Over a line's end only what is not one of the numbers in a column or row: no digits follow over another, nor stand
 * before. */
static bool is_in_table(const struct look *look, const struct number *number, size_t from, size_t count)
{
    size_t start = number->start[from];
    bool lines = false;
    for (size_t i = from + 1; i < from + count; i++)
        lines = lines || number->gap[i] == GAP_LINE;
    bool behind = from + count < number->count && number->gap[from + count] == GAP_LINE;
    size_t before = start;
    while (before > 0 && start - before < 2 && (unsigned char)look->value.data[before - 1] < ' ')
        before--;
    bool digit = before < start && before > 0 && is_ascii_digit(look->value.data[before - 1]);
    return lines && (behind || digit);
}

static bool find_in(struct look *look, const struct number *number, size_t from)
{
    size_t most = most_of(number, from);
    uint32_t lengths = most < CARD_LEAST ? 0 : lengths_of(number, from, false);
    for (size_t count = most; lengths != 0 && count >= CARD_LEAST; count--) {
        if (!is_checked(number, from, count, lengths))
            continue;
        bool plausible = is_plausible(look, number, from, count) && !is_in_table(look, number, from, count);
        if (!plausible && !is_said(look, number, from, count))
            continue;
        look->card_end = number->end[from + count - 1];
        look_add(look, DETECTOR_CARD, number->start[from], look->card_end, CERTAINTY_SURE);
        return true;
    }
    return false;
}

void find_card(struct look *look, const struct number *number, size_t from)
{
    struct number whole;
    if ((number->count - from >= CARD_LEAST && find_in(look, number, from)) || number->count - from >= CARD_MOST)
        return;
    char behind =
        number->end[number->count - 1] < look->value.length ? look->value.data[number->end[number->count - 1]] : ' ';
    if (behind >= ' ' && behind != '\\')
        return;
    whole = *number;
    while (whole.count - from <= CARD_MOST && number_read_on(look->value, look->spelling, &whole))
        ;
    if (whole.count > number->count)
        (void)find_in(look, &whole, from);
}
