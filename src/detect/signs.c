/* SPDX-License-Identifier: Apache-2.0 */
/* Most numbers of a shop are prices, dates and ids: they are told apart here before anybody looks closely. */
#include "signs.h"

#include <string.h>

/* "2024-01-15", perhaps with a time behind it: of interest only as a date of birth. */
static bool is_iso_date(const struct number *number)
{
    return number->count >= 8 && number_group(number, 0) == 4 && number->gap[4] == GAP_DASH &&
           number_group(number, 4) == 2 && number->gap[6] == GAP_DASH && number_group(number, 6) >= 2 &&
           (number->digits[0] == 1 || number->digits[0] == 2) && number->digits[4] <= 1;
}

void signs_look_at_digits(struct look *look, size_t at)
{
    struct number number;
    number_read(look->value, at, look->spelling, &number);
    find_birth_date(look, &number);
    if (is_iso_date(&number))
        return;
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
