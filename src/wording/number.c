/* SPDX-License-Identifier: Apache-2.0 */
/* Between two digits of one number stand at most three points, of which one is no blank: "(030) 12", "4111 - 1111". */
#include "exeat/wording/number.h"

/* The gap that begins at `at`, if a digit follows it: `next` is where. */
static enum gap read_gap(struct text text, size_t at, enum detect_spelling spelling, size_t *next)
{
    enum gap kind = GAP_NONE;
    unsigned strong = 0;
    for (unsigned points = 0; points <= NUMBER_GAP_POINTS && at < text.length; points++) {
        struct point point = point_at(text, at, spelling);
        if (point_digit(point.code) >= 0) {
            *next = at;
            return points == 0 || strong > 2 ? GAP_NONE : kind;
        }
        enum gap gap = point_gap(point.code);
        if (gap == GAP_NONE || (gap == GAP_SPACE && kind == GAP_DOT)) /* the end of a sentence */
            return GAP_NONE;
        strong += gap != GAP_SPACE;
        kind = gap > kind ? gap : kind;
        at += point.length;
    }
    return GAP_NONE;
}

/* A digit of one byte or more. */
static void add_digit(struct number *number, unsigned digit, enum gap gap, size_t start, size_t end)
{
    number->digits[number->count] = (uint8_t)digit;
    number->gap[number->count] = (uint8_t)gap;
    number->start[number->count] = start;
    number->end[number->count++] = end;
}

void number_read(struct text text, size_t at, enum detect_spelling spelling, struct number *number)
{
    enum gap gap = GAP_NONE;
    number->count = 0;
    number->goes_on = false;
    while (at < text.length) {
        for (; at < text.length && is_ascii_digit(text.data[at]) && number->count < NUMBER_DIGITS; gap = GAP_NONE, at++)
            add_digit(number, (unsigned)(text.data[at] - '0'), gap, at, at + 1);
        if (at == text.length)
            return;
        struct point point = point_at(text, at, spelling);
        int digit = point_digit(point.code);
        if (digit < 0) {
            gap = read_gap(text, at, spelling, &at);
            if (gap == GAP_NONE)
                return;
            continue;
        }
        if (number->count == NUMBER_DIGITS) {
            number->goes_on = true;
            return;
        }
        add_digit(number, (unsigned)digit, gap, at, at + point.length);
        at += point.length;
        gap = GAP_NONE;
    }
}

/* The digit behind a tab or the end of a line at `at`; 0: none is. */
static size_t over_line(struct text text, size_t at, enum detect_spelling spelling)
{
    for (unsigned points = 0; points < NUMBER_GAP_POINTS && at < text.length; points++) {
        struct point point = point_at(text, at, spelling);
        if (point_digit(point.code) >= 0)
            return points > 0 ? at : 0;
        if (point.code != '\t' && point.code != '\r' && point.code != '\n')
            return 0;
        at += point.length;
    }
    return 0;
}

bool number_read_on(struct text text, enum detect_spelling spelling, struct number *number)
{
    struct number more;
    size_t next = over_line(text, number->end[number->count - 1], spelling);
    if (next == 0)
        return false;
    number_read(text, next, spelling, &more);
    for (size_t i = 0; i < more.count && number->count < NUMBER_DIGITS; i++, number->count++) {
        number->digits[number->count] = more.digits[i];
        number->gap[number->count] = i == 0 ? GAP_LINE : more.gap[i];
        number->start[number->count] = more.start[i];
        number->end[number->count] = more.end[i];
    }
    return true;
}

bool number_group_begins(const struct number *number, size_t digit)
{
    return digit == 0 || number->gap[digit] != GAP_NONE;
}

size_t number_group(const struct number *number, size_t from)
{
    size_t length = 1;
    while (from + length < number->count && number->gap[from + length] == GAP_NONE)
        length++;
    return length;
}

bool number_gaps_are(const struct number *number, size_t from, size_t count, unsigned kinds)
{
    for (size_t i = from + 1; i < from + count; i++)
        if ((1u << number->gap[i] & (kinds | 1u << GAP_NONE)) == 0)
            return false;
    return true;
}

unsigned number_value(const struct number *number, size_t from, size_t length)
{
    unsigned value = 0;
    for (size_t i = 0; i < length; i++)
        value = value * 10 + number->digits[from + i];
    return value;
}

bool number_luhn(const struct number *number, size_t from, size_t count)
{
    unsigned sum = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned digit = number->digits[from + count - 1 - i];
        if (i % 2 == 1)
            digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        sum += digit;
    }
    return sum % 10 == 0;
}
