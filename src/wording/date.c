/* SPDX-License-Identifier: Apache-2.0 */
/* Days of the years in which people live: in digits, and with the month in the languages of the shops. */
#include "exeat/wording/date.h"

#include <string.h>

#include "exeat/base/attributes.h"
#include "exeat/wording/letters.h"

enum { YEAR_LEAST = 1900, YEAR_MOST = 2035, MONTH_LETTERS = 3, WORD_MOST = 14 };

/* The first three letters of the months, without accents, in the languages of the shops. */
static const char *const months[] = {
    "jan", "ene", "gen", "sty", "feb", "fev", "lut", "mar", "maa", "mrt", "mae", "apr", "avr", "abr", "kwi",
    "may", "mai", "mei", "mag", "maj", "jun", "jui", "giu", "cze", "jul", "lip", "lug", "aug", "aou", "ago",
    "sie", "sep", "set", "wrz", "oct", "okt", "ott", "paz", "nov", "lis", "dec", "dez", "dic", "gru",
};

static bool is_year(unsigned year)
{
    return year >= YEAR_LEAST && year <= YEAR_MOST;
}

static bool is_day_and_month(unsigned one, unsigned other)
{
    return one >= 1 && other >= 1 && one <= 31 && other <= 31 && (one <= 12 || other <= 12);
}

size_t date_digits(const struct number *number)
{
    size_t length[3] = {0};
    size_t at = 0;
    for (size_t i = 0; i < 3 && at < number->count; i++) {
        length[i] = number_group(number, at);
        at += length[i];
    }
    if (length[0] == 8 && is_year(number_value(number, 0, 4)))
        return is_day_and_month(number_value(number, 4, 2), number_value(number, 6, 2)) ? 8 : 0;
    if (length[0] == 0 || length[1] == 0 || length[1] > 2 || length[2] == 0 || number->gap[length[0]] == GAP_BRACKET)
        return 0;
    unsigned first = number_value(number, 0, length[0]);
    unsigned second = number_value(number, length[0], length[1]);
    unsigned third = number_value(number, length[0] + length[1], length[2]);
    if (length[0] == 4 && length[2] <= 2)
        return is_year(first) && is_day_and_month(second, third) ? at : 0;
    bool two_or_four = length[2] == 2 || (length[2] == 4 && is_year(third));
    return length[0] <= 2 && two_or_four && is_day_and_month(first, second) ? at : 0;
}

static bool is_month(struct text word, enum detect_spelling spelling)
{
    char plain[MONTH_LETTERS + 2];
    size_t length = 0;
    for (size_t at = 0; at < word.length && length < MONTH_LETTERS;) {
        struct point point = point_at(word, at, spelling);
        length += letters_plain(point.code, plain + length, MONTH_LETTERS - length);
        at += point.length;
    }
    for (size_t i = 0; i < COUNT_OF(months); i++)
        if (length == MONTH_LETTERS && memcmp(plain, months[i], MONTH_LETTERS) == 0)
            return true;
    return text_equal(word, TEXT("M\xc3\xa4rz"));
}

static size_t skip_blanks(struct text text, size_t at)
{
    for (unsigned i = 0; i < 2 && at < text.length; i++)
        if (text.data[at] == ' ' || text.data[at] == '.' || text.data[at] == ',')
            at++;
    return at;
}

static size_t word_end(struct text text, size_t at, enum detect_spelling spelling)
{
    size_t from = at;
    while (at < text.length && at - from <= WORD_MOST && !is_ascii_digit(text.data[at])) {
        struct point point = point_at(text, at, spelling);
        if (!point_is_word(point.code))
            break;
        at += point.length;
    }
    return at;
}

/* "12. März 1985", "12 de marzo de 1985", "1er mars 1985": from behind the day's digits. */
static size_t read_words(struct text text, size_t at, enum detect_spelling spelling)
{
    for (unsigned words = 0; words < 3; words++) {
        size_t begin = skip_blanks(text, at);
        size_t end = word_end(text, begin, spelling);
        if (end == begin || end - begin > WORD_MOST)
            return 0;
        at = end;
        if (is_month(text_part(text, begin, end - begin), spelling))
            break;
    }
    at = skip_blanks(text, at);
    if (text_starts_with(text_after(text, at), TEXT("de ")))
        at += 3;
    struct number year;
    number_read(text, at, spelling, &year);
    bool four = year.count >= 4 && number_group(&year, 0) == 4 && is_year(number_value(&year, 0, 4));
    return four ? year.end[3] : 0;
}

size_t date_end(struct text text, const struct number *number, enum detect_spelling spelling)
{
    size_t digits = date_digits(number);
    if (digits > 0)
        return number->end[digits - 1];
    size_t day = number_group(number, 0);
    if (day > 2 || number_value(number, 0, day) > 31)
        return 0;
    return read_words(text, number->end[day - 1], spelling);
}
