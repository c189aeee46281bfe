/* SPDX-License-Identifier: Apache-2.0 */
/* Card numbers (ISO/IEC 7812-1): an issuer's range, its lengths, the check digit, and an edge of digits at both ends.
 * The check digit alone lets every tenth number through, so a form that articles, shipments and ids have too (13 or 14
 * digits together, say) needs a word or field beside it, or a grouping as on a card. */
#include "detectors.h"

#define LENGTH(n) (1u << (n))
enum { PREFIX_DIGITS = 6, CARD_LEAST = 12, CARD_MOST = 19 };

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
    uint32_t first = 0;
    uint32_t lengths = 0;
    for (size_t i = 0; i < PREFIX_DIGITS; i++)
        first = first * 10 + number->digits[from + i];
    for (size_t i = 0; i < COUNT_OF(issuers); i++)
        if (first >= issuers[i].low && first <= issuers[i].high)
            lengths |= plain ? issuers[i].plain : issuers[i].lengths;
    return lengths;
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
        if (number->gap[from + at] == GAP_BRACKET ||
            (*groups > 1 && number->gap[from + at] != number->gap[from + first]))
            return false;
        at += length;
    }
    bool amex = first == 4 && *groups == 3 && number_group(number, from + 4) == 6;
    return *groups == 1 || equal || amex;
}

/* A digit, a point or a dash with digits behind it touches: it is part of something longer. */
static bool is_alone(const struct look *look, const struct number *number, size_t from, size_t count)
{
    size_t last = from + count;
    size_t start = number->start[from];
    bool touches_before = from > 0 && number->gap[from] != GAP_SPACE && number->end[from - 1] + 1 == start;
    bool touches_after = last < number->count && number->gap[last] != GAP_SPACE && number->gap[last] != GAP_SLASH &&
                         number->end[last - 1] + 1 == number->start[last];
    if (touches_before || touches_after || number->goes_on)
        return false;
    /* "0.4111": behind a point, where this number began to be read */
    if (start > 1 && look->value.data[start - 1] == '.' && is_ascii_digit(look->value.data[start - 2]))
        return false;
    return look_begins(look, start) && look_ends(look, number->end[last - 1]);
}

/* "…/4111", "-4111": a part of an address or of an id. */
static bool is_part(const struct look *look, size_t start)
{
    return start > 1 && (look->value.data[start - 1] == '/' || look->value.data[start - 1] == '-') &&
           is_ascii_alnum(look->value.data[start - 2]);
}

/* Some issuers' lengths are those of articles and ids too. */
static bool is_plausible(struct look *look, const struct number *number, size_t from, size_t count, size_t groups)
{
    size_t start = number->start[from];
    bool plain = (lengths_of(number, from, true) & LENGTH(count)) != 0;
    if ((look_labels(look, start) & LABEL_CARD) != 0)
        return true;
    if (groups >= 3)
        return (look->field_labels & LABEL_PHONE) == 0;
    return plain && groups == 1 && !is_part(look, start) &&
           (look->field_labels & (LABEL_OTHER | LABEL_ID | LABEL_PHONE)) == 0;
}

static bool all_alike(const struct number *number, size_t from, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (number->digits[from + i] != number->digits[from])
            return false;
    return true;
}

void find_card(struct look *look, const struct number *number, size_t from)
{
    if (number->count - from < CARD_LEAST)
        return;
    uint32_t lengths = lengths_of(number, from, false);
    size_t most = number->count - from < CARD_MOST ? number->count - from : CARD_MOST;
    for (size_t count = most; lengths != 0 && count >= CARD_LEAST; count--) {
        size_t groups = 0;
        bool ends_group = from + count == number->count || number_group_begins(number, from + count);
        if ((lengths & LENGTH(count)) == 0 || !ends_group || !number_luhn(number, from, count))
            continue;
        if (!is_grouped_well(number, from, count, &groups) || !is_alone(look, number, from, count))
            continue;
        if (all_alike(number, from, count) || !is_plausible(look, number, from, count, groups))
            continue;
        look_add(look, DETECTOR_CARD, number->start[from], number->end[from + count - 1], CERTAINTY_SURE);
        return;
    }
}
