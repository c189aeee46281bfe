/* SPDX-License-Identifier: Apache-2.0 */
/* Dates of birth: a date where a word or the field says that somebody was born. */
#include "exeat/wording/date.h"
#include "detectors.h"

/* Three groups of a date, or a day with a word behind it. */
static bool may_be_date(const struct look *look, const struct number *number)
{
    size_t first = number_group(number, 0);
    size_t behind = number->end[first - 1];
    if (date_digits(number) > 0)
        return true;
    return first <= 2 && behind < look->value.length &&
           (look->value.data[behind] == ' ' || look->value.data[behind] == '.' ||
            is_ascii_letter(look->value.data[behind]));
}

/* Words are looked at last: many numbers have one behind them, few a month. */
void find_birth_date(struct look *look, const struct number *number)
{
    size_t start = number->start[0];
    if (!may_be_date(look, number) || !look_begins(look, start))
        return;
    size_t end = date_end(look->value, number, look->spelling);
    if (end == 0)
        return;
    if (look->kind == FIELD_BIRTH)
        look_add(look, DETECTOR_BIRTH_DATE, start, end, CERTAINTY_CHECKED);
    else if ((look_labels(look, start) & LABEL_BIRTH) != 0)
        look_add(look, DETECTOR_BIRTH_DATE, start, end, CERTAINTY_LABEL);
}
