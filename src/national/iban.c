/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts: the registry of ISO 13616, as far as it says what stands where, in the order of countries. */
#include <string.h>

#include "checks.h"
#include "exeat/national.h"
#include "shape.h"
#include "sums.h"

enum { FRONT = 4 }; /* the country and two check digits */

/* Ten digits mod 97, or 97. */
static bool check_be_account(const char *digits)
{
    unsigned rest = check_remainder(digits, 10, 97);
    return (rest == 0 ? 97 : rest) == sums_number(digits + 10, 2);
}

/* Two digits: of bank and office, of the account. */
static bool check_es_account(const char *digits)
{
    unsigned one = 11 - sums_weighted(digits, "485:9736") % 11;
    unsigned two = 11 - sums_weighted(digits + 10, "12485:9736") % 11;
    return (one < 10 ? one : 11 - one) == digit_at(digits, 8) && (two < 10 ? two : 11 - two) == digit_at(digits, 9);
}

static bool check_me_account(const char *digits)
{
    return check_remainder(digits, 18, 97) == 1;
}

static bool check_no_account(const char *digits)
{
    return (11 - sums_weighted(digits, "5432765432") % 11) % 11 == digit_at(digits, 10);
}

// clang-format off
static const struct country {
    char code[3];
    const char *shape;
    bool (*check)(const char *digits); /* NULL: it has none */
} countries[] = {
    {"AD", "99999999xxxxxxxxxxxx", NULL},
    {"AE", "9999999999999999999", NULL},
    {"AL", "99999999xxxxxxxxxxxxxxxx", NULL},
    {"AT", "9999999999999999", NULL},
    {"AZ", "aaaaxxxxxxxxxxxxxxxxxxxx", NULL},
    {"BA", "9999999999999999", NULL},
    {"BE", "999999999999", check_be_account},
    {"BG", "aaaa999999xxxxxxxx", NULL},
    {"BH", "aaaaxxxxxxxxxxxxxx", NULL},
    {"BI", "99999999999999999999999", NULL},
    {"BR", "99999999999999999999999ax", NULL},
    {"BY", "xxxx9999xxxxxxxxxxxxxxxx", NULL},
    {"CH", "99999xxxxxxxxxxxx", NULL},
    {"CR", "999999999999999999", NULL},
    {"CY", "99999999xxxxxxxxxxxxxxxx", NULL},
    {"CZ", "99999999999999999999", NULL},
    {"DE", "999999999999999999", NULL},
    {"DJ", "99999999999999999999999", NULL},
    {"DK", "99999999999999", NULL},
    {"DO", "xxxx99999999999999999999", NULL},
    {"EE", "9999999999999999", NULL},
    {"EG", "9999999999999999999999999", NULL},
    {"ES", "99999999999999999999", check_es_account},
    {"FI", "99999999999999", NULL},
    {"FO", "99999999999999", NULL},
    {"FR", "9999999999xxxxxxxxxxx99", NULL},
    {"GB", "aaaa99999999999999", NULL},
    {"GE", "aa9999999999999999", NULL},
    {"GI", "aaaaxxxxxxxxxxxxxxx", NULL},
    {"GL", "99999999999999", NULL},
    {"GR", "9999999xxxxxxxxxxxxxxxx", NULL},
    {"GT", "xxxxxxxxxxxxxxxxxxxxxxxx", NULL},
    {"HR", "99999999999999999", NULL},
    {"HU", "999999999999999999999999", NULL},
    {"IE", "aaaa99999999999999", NULL},
    {"IL", "9999999999999999999", NULL},
    {"IQ", "aaaa999999999999999", NULL},
    {"IS", "9999999999999999999999", NULL},
    {"IT", "a9999999999xxxxxxxxxxxx", NULL},
    {"JO", "aaaa9999xxxxxxxxxxxxxxxxxx", NULL},
    {"KW", "aaaaxxxxxxxxxxxxxxxxxxxxxx", NULL},
    {"KZ", "999xxxxxxxxxxxxx", NULL},
    {"LB", "9999xxxxxxxxxxxxxxxxxxxx", NULL},
    {"LC", "aaaaxxxxxxxxxxxxxxxxxxxxxxxx", NULL},
    {"LI", "99999xxxxxxxxxxxx", NULL},
    {"LT", "9999999999999999", NULL},
    {"LU", "999xxxxxxxxxxxxx", NULL},
    {"LV", "aaaaxxxxxxxxxxxxx", NULL},
    {"LY", "999999999999999999999", NULL},
    {"MC", "9999999999xxxxxxxxxxx99", NULL},
    {"MD", "xxxxxxxxxxxxxxxxxxxx", NULL},
    {"ME", "999999999999999999", check_me_account},
    {"MK", "999xxxxxxxxxx99", NULL},
    {"MR", "99999999999999999999999", NULL},
    {"MT", "aaaa99999xxxxxxxxxxxxxxxxxx", NULL},
    {"MU", "aaaa9999999999999999999aaa", NULL},
    {"NI", "aaaa99999999999999999999", NULL},
    {"NL", "aaaa9999999999", NULL},
    {"NO", "99999999999", check_no_account},
    {"PK", "aaaaxxxxxxxxxxxxxxxx", NULL},
    {"PL", "999999999999999999999999", NULL},
    {"PS", "aaaaxxxxxxxxxxxxxxxxxxxxx", NULL},
    {"PT", "999999999999999999999", NULL},
    {"QA", "aaaaxxxxxxxxxxxxxxxxxxxxx", NULL},
    {"RO", "aaaaxxxxxxxxxxxxxxxx", NULL},
    {"RS", "999999999999999999", NULL},
    {"SA", "99xxxxxxxxxxxxxxxxxx", NULL},
    {"SC", "aaaa99999999999999999999aaa", NULL},
    {"SD", "99999999999999", NULL},
    {"SE", "99999999999999999999", NULL},
    {"SI", "999999999999999", NULL},
    {"SK", "99999999999999999999", NULL},
    {"SM", "a9999999999xxxxxxxxxxxx", NULL},
    {"ST", "999999999999999999999", NULL},
    {"SV", "aaaa99999999999999999999", NULL},
    {"TL", "9999999999999999999", NULL},
    {"TN", "99999999999999999999", NULL},
    {"TR", "999999xxxxxxxxxxxxxxxx", NULL},
    {"UA", "999999xxxxxxxxxxxxxxxxxxx", NULL},
    {"VA", "999999999999999999", NULL},
    {"VG", "aaaa9999999999999999", NULL},
    {"XK", "9999999999999999", NULL},
};
// clang-format on

static const struct country *country_of(struct text code)
{
    size_t low = 0;
    size_t high = COUNT_OF(countries);
    while (low < high && code.length >= 2) {
        size_t middle = (low + high) / 2;
        int order = memcmp(countries[middle].code, code.data, 2);
        if (order == 0)
            return &countries[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

size_t national_iban_length(struct text country)
{
    const struct country *found = country_of(country);
    return found == NULL ? 0 : FRONT + strlen(found->shape);
}

enum national_iban national_iban(struct text code)
{
    const struct country *country = country_of(code);
    char turned[NATIONAL_CODE_MAX];
    if (country == NULL || code.length <= FRONT || code.length > NATIONAL_CODE_MAX)
        return NATIONAL_IBAN_NONE;
    if (!shape_fits("99", text_part(code, 2, 2)) || !shape_fits(country->shape, text_after(code, FRONT)))
        return NATIONAL_IBAN_NONE;
    memcpy(turned, code.data + FRONT, code.length - FRONT);
    memcpy(turned + code.length - FRONT, code.data, FRONT);
    if (check_remainder(turned, code.length, 97) != 1)
        return NATIONAL_IBAN_NONE;
    return country->check == NULL || country->check(code.data + FRONT) ? NATIONAL_IBAN_WHOLE : NATIONAL_IBAN_OUTER;
}
