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
    uint8_t check_at;                  /* its digits in the shape */
    uint8_t check_length;
} countries[] = {
    {"AD", "99999999xxxxxxxxxxxx", NULL, 0, 0},
    {"AE", "9999999999999999999", NULL, 0, 0},
    {"AL", "99999999xxxxxxxxxxxxxxxx", NULL, 0, 0},
    {"AT", "9999999999999999", NULL, 0, 0},
    {"AZ", "aaaaxxxxxxxxxxxxxxxxxxxx", NULL, 0, 0},
    {"BA", "9999999999999999", NULL, 0, 0},
    {"BE", "999999999999", check_be_account, 10, 2},
    {"BG", "aaaa999999xxxxxxxx", NULL, 0, 0},
    {"BH", "aaaaxxxxxxxxxxxxxx", NULL, 0, 0},
    {"BI", "99999999999999999999999", NULL, 0, 0},
    {"BR", "99999999999999999999999ax", NULL, 0, 0},
    {"BY", "xxxx9999xxxxxxxxxxxxxxxx", NULL, 0, 0},
    {"CH", "99999xxxxxxxxxxxx", NULL, 0, 0},
    {"CR", "999999999999999999", NULL, 0, 0},
    {"CY", "99999999xxxxxxxxxxxxxxxx", NULL, 0, 0},
    {"CZ", "99999999999999999999", NULL, 0, 0},
    {"DE", "999999999999999999", NULL, 0, 0},
    {"DJ", "99999999999999999999999", NULL, 0, 0},
    {"DK", "99999999999999", NULL, 0, 0},
    {"DO", "xxxx99999999999999999999", NULL, 0, 0},
    {"EE", "9999999999999999", NULL, 0, 0},
    {"EG", "9999999999999999999999999", NULL, 0, 0},
    {"ES", "99999999999999999999", check_es_account, 8, 2},
    {"FI", "99999999999999", NULL, 0, 0},
    {"FO", "99999999999999", NULL, 0, 0},
    {"FR", "9999999999xxxxxxxxxxx99", NULL, 0, 0},
    {"GB", "aaaa99999999999999", NULL, 0, 0},
    {"GE", "aa9999999999999999", NULL, 0, 0},
    {"GI", "aaaaxxxxxxxxxxxxxxx", NULL, 0, 0},
    {"GL", "99999999999999", NULL, 0, 0},
    {"GR", "9999999xxxxxxxxxxxxxxxx", NULL, 0, 0},
    {"GT", "xxxxxxxxxxxxxxxxxxxxxxxx", NULL, 0, 0},
    {"HR", "99999999999999999", NULL, 0, 0},
    {"HU", "999999999999999999999999", NULL, 0, 0},
    {"IE", "aaaa99999999999999", NULL, 0, 0},
    {"IL", "9999999999999999999", NULL, 0, 0},
    {"IQ", "aaaa999999999999999", NULL, 0, 0},
    {"IS", "9999999999999999999999", NULL, 0, 0},
    {"IT", "a9999999999xxxxxxxxxxxx", NULL, 0, 0},
    {"JO", "aaaa9999xxxxxxxxxxxxxxxxxx", NULL, 0, 0},
    {"KW", "aaaaxxxxxxxxxxxxxxxxxxxxxx", NULL, 0, 0},
    {"KZ", "999xxxxxxxxxxxxx", NULL, 0, 0},
    {"LB", "9999xxxxxxxxxxxxxxxxxxxx", NULL, 0, 0},
    {"LC", "aaaaxxxxxxxxxxxxxxxxxxxxxxxx", NULL, 0, 0},
    {"LI", "99999xxxxxxxxxxxx", NULL, 0, 0},
    {"LT", "9999999999999999", NULL, 0, 0},
    {"LU", "999xxxxxxxxxxxxx", NULL, 0, 0},
    {"LV", "aaaaxxxxxxxxxxxxx", NULL, 0, 0},
    {"LY", "999999999999999999999", NULL, 0, 0},
    {"MC", "9999999999xxxxxxxxxxx99", NULL, 0, 0},
    {"MD", "xxxxxxxxxxxxxxxxxxxx", NULL, 0, 0},
    {"ME", "999999999999999999", check_me_account, 16, 2},
    {"MK", "999xxxxxxxxxx99", NULL, 0, 0},
    {"MR", "99999999999999999999999", NULL, 0, 0},
    {"MT", "aaaa99999xxxxxxxxxxxxxxxxxx", NULL, 0, 0},
    {"MU", "aaaa9999999999999999999aaa", NULL, 0, 0},
    {"NI", "aaaa99999999999999999999", NULL, 0, 0},
    {"NL", "aaaa9999999999", NULL, 0, 0},
    {"NO", "99999999999", check_no_account, 10, 1},
    {"PK", "aaaaxxxxxxxxxxxxxxxx", NULL, 0, 0},
    {"PL", "999999999999999999999999", NULL, 0, 0},
    {"PS", "aaaaxxxxxxxxxxxxxxxxxxxxx", NULL, 0, 0},
    {"PT", "999999999999999999999", NULL, 0, 0},
    {"QA", "aaaaxxxxxxxxxxxxxxxxxxxxx", NULL, 0, 0},
    {"RO", "aaaaxxxxxxxxxxxxxxxx", NULL, 0, 0},
    {"RS", "999999999999999999", NULL, 0, 0},
    {"SA", "99xxxxxxxxxxxxxxxxxx", NULL, 0, 0},
    {"SC", "aaaa99999999999999999999aaa", NULL, 0, 0},
    {"SD", "99999999999999", NULL, 0, 0},
    {"SE", "99999999999999999999", NULL, 0, 0},
    {"SI", "999999999999999", NULL, 0, 0},
    {"SK", "99999999999999999999", NULL, 0, 0},
    {"SM", "a9999999999xxxxxxxxxxxx", NULL, 0, 0},
    {"ST", "999999999999999999999", NULL, 0, 0},
    {"SV", "aaaa99999999999999999999", NULL, 0, 0},
    {"TL", "9999999999999999999", NULL, 0, 0},
    {"TN", "99999999999999999999", NULL, 0, 0},
    {"TR", "999999xxxxxxxxxxxxxxxx", NULL, 0, 0},
    {"UA", "999999xxxxxxxxxxxxxxxxxxx", NULL, 0, 0},
    {"VA", "999999999999999999", NULL, 0, 0},
    {"VG", "aaaa9999999999999999", NULL, 0, 0},
    {"XK", "9999999999999999", NULL, 0, 0},
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

/* --- accounts of nobody ----------------------------------------------------------------------------------------------
 */

enum { MADE_DIGITS = 5 };

static bool is_check(const struct country *country, size_t at)
{
    return at >= country->check_at && at < (size_t)country->check_at + country->check_length;
}

/* The places of the last MADE_DIGITS digits, and of one before them, that are free: from the right. */
static void find_free(const struct country *country, size_t places[MADE_DIGITS + 1])
{
    size_t count = 0;
    for (size_t at = strlen(country->shape); at > 0 && count <= MADE_DIGITS; at--)
        if (country->shape[at - 1] != 'a' && !is_check(country, at - 1))
            places[count++] = at - 1;
}

static void put_digits(char *code, size_t at, size_t length, unsigned number)
{
    for (size_t i = length; i > 0; i--, number /= 10)
        code[at + i - 1] = (char)('0' + number % 10);
}

/* Whatever check digits fit, if any do. */
static bool fit_inner(const struct country *country, char *account)
{
    unsigned most = country->check_length == 1 ? 10 : 100;
    for (unsigned i = 0; i < most; i++) {
        if (country->check == NULL || country->check(account))
            return true;
        put_digits(account, country->check_at, country->check_length, i);
    }
    return country->check(account);
}

static void fit_outer(char *code, size_t length)
{
    char turned[NATIONAL_CODE_MAX];
    memcpy(turned, code + FRONT, length - FRONT);
    memcpy(turned + length - FRONT, code, 2);
    memset(turned + length - 2, '0', 2);
    put_digits(code, 2, 2, 98 - check_remainder(turned, length, 97));
}

size_t national_iban_made(struct text country, uint32_t number, char code[NATIONAL_CODE_MAX])
{
    const struct country *found = country_of(country);
    size_t places[MADE_DIGITS + 1] = {0};
    char *account = code + FRONT;
    if (found == NULL || number > NATIONAL_MADE_MAX)
        return 0;
    size_t length = strlen(found->shape);
    memcpy(code, found->code, 2);
    for (size_t i = 0; i < length; i++)
        account[i] = found->shape[i] == 'a' ? 'X' : '0';
    find_free(found, places);
    for (size_t i = 0; i < MADE_DIGITS; i++, number /= 10)
        account[places[i]] = (char)('0' + number % 10);
    while (!fit_inner(found, account)) /* with some digit before the number it can */
        account[places[MADE_DIGITS]]++;
    fit_outer(code, FRONT + length);
    return FRONT + length;
}

bool national_iban_is_made(struct text code, uint32_t *number)
{
    const struct country *country = country_of(code);
    size_t places[MADE_DIGITS + 1] = {0};
    char made[NATIONAL_CODE_MAX];
    *number = 0;
    if (country == NULL || code.length != FRONT + strlen(country->shape))
        return false;
    find_free(country, places);
    for (size_t i = MADE_DIGITS; i > 0; i--) {
        char digit = code.data[FRONT + places[i - 1]];
        if (digit < '0' || digit > '9')
            return false;
        *number = *number * 10 + digit_at(&digit, 0);
    }
    return national_iban_made(code, *number, made) == code.length && memcmp(made, code.data, code.length) == 0;
}
