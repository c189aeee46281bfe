/* SPDX-License-Identifier: Apache-2.0 */
/* Most numbers of a shop are prices, dates and ids: they are told apart here before anybody looks closely. */
#include "signs.h"

#include <string.h>

enum { SMALL = 6 }; /* digits: fewer are no number of anybody */

/* Where the digits and colons end that begin at `at`, at most `most` of them. */
static size_t time_end(struct text text, size_t at, size_t most)
{
    size_t end = at;
    while (end < text.length && end - at < most && (is_ascii_digit(text.data[end]) || text.data[end] == ':'))
        end++;
    return end;
}

/* "2024-01-15", perhaps with a time behind it: of interest only as a date of birth. Where it ends; 0: it is none. */
static size_t iso_date_end(const struct look *look, const struct number *number)
{
    enum { DATE = 8, TIME = 8 };
    struct text text = look->value;
    bool is_one = number->count >= DATE && number_group(number, 0) == 4 && number->gap[4] == GAP_DASH &&
                  number->gap[5] == GAP_NONE && number->gap[6] == GAP_DASH && number->gap[7] == GAP_NONE &&
                  (number->digits[0] == 1 || number->digits[0] == 2) && number->digits[4] <= 1;
    if (!is_one || (number->count > DATE && number->gap[DATE] == GAP_NONE))
        return 0;
    size_t end = number->end[DATE - 1];
    bool timed = end + 3 < text.length && (text.data[end] == ' ' || text.data[end] == 'T') && text.data[end + 3] == ':';
    return timed ? time_end(text, end + 1, TIME) : end;
}

/* "12.99", and nothing else in the value: too few digits for anything but a date, which has more groups. */
static bool is_small_value(const struct look *look, const struct number *number)
{
    struct text text = look->value;
    size_t start = number->start[0];
    size_t end = number->end[number->count - 1];
    size_t first = number_group(number, 0);
    bool raw = look->spelling == DETECT_JSON;
    bool begins = start == 0 || (raw && start > 1 && (text.data[start - 1] == '"' || text.data[start - 2] == ':') &&
                                 text.data[start - 2] != '\\');
    bool ends = end >= text.length || (raw && (text.data[end] == '"' || text.data[end] == '}' ||
                                               (text.data[end] == ',' && text.data[start - 1] != '"')));
    bool two = first == number->count || first + number_group(number, first) == number->count;
    return begins && ends && two && number->count < SMALL;
}

void signs_look_at_digits(struct look *look, size_t at)
{
    struct number number;
    if (at < look->skip)
        return;
    number_read(look->value, at, look->spelling, &number);
    if (number.count < SMALL && number_gaps_are(&number, 0, number.count, 1u << GAP_DOT))
        look->skip = number.end[number.count - 1]; /* what is behind the point of a decimal begins nothing */
    if (is_small_value(look, &number))
        return;
    find_birth_date(look, &number);
    size_t date = iso_date_end(look, &number);
    if (date > 0) {
        look->skip = date;
        return;
    }
    find_card(look, &number, 0);
    find_phone(look, &number, 0);
    find_code(look, &number);
    find_ipv4(look, at);
    find_geo(look, at);
    find_address(look, at);
}

void signs_look(struct look *look, struct scan_sign sign)
{
    switch (sign.sign) {
    case SIGN_AT:
        find_email(look, sign.at);
        break;
    case SIGN_DIGITS:
        signs_look_at_digits(look, sign.at);
        break;
    case SIGN_HOUSE:
        find_address(look, sign.at);
        break;
    case SIGN_DASHES:
        find_private_key(look, sign.at);
        break;
    case SIGN_COLON:
        find_ipv6(look, sign.at);
        break;
    case SIGN_RUN:
        find_token(look, sign.at);
        break;
    case SIGN_KEY:
    case SIGN_CLOSE:
    case SIGN_ESCAPE:
    case SIGN_END:
        break;
    }
}

static struct known_name name_of(const struct detect_set *set, struct text name)
{
    return (struct known_name){
        .kind = (uint8_t)field_kind_open(name), .labels = (uint16_t)labels_of_name(&set->labels, name)};
}

static size_t place_of(struct text name)
{
    uint64_t hash = name.length;
    for (size_t i = 0; i < name.length; i++)
        hash = (hash ^ (unsigned char)name.data[i]) * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(hash >> 32) % NAME_PLACES;
}

struct known_name signs_name(const struct detect_set *set, struct detect_scratch *scratch, struct text name)
{
    if (name.length == 0 || name.length > NAME_MOST)
        return name_of(set, name);
    struct known_name *known = &scratch->names[place_of(name)];
    if (known->length != name.length || memcmp(known->name, name.data, name.length) != 0) {
        *known = name_of(set, name);
        known->length = (uint8_t)name.length;
        memcpy(known->name, name.data, name.length);
    }
    return *known;
}
