/* SPDX-License-Identifier: Apache-2.0 */
/* Fakes of the same shape, from ranges that are nobody's: test cards of the issuers, example.com (RFC 2606), numbers
 * for drama, addresses for documentation (RFC 5737, RFC 3849), and IBANs of a bank code that no bank has. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "inspect_internal.h"

enum { DIGITS_MAX = 40 };

/* The ASCII digits of a value. */
static size_t digits_of(struct text value, char digits[DIGITS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < value.length; i++)
        if (isdigit((unsigned char)value.data[i])) {
            if (count == DIGITS_MAX)
                return 0;
            digits[count++] = value.data[i];
        }
    return count;
}

/* Those of `value` become `digits`, one by one; all else stays. */
static void write_shaped(struct text value, const char *digits, struct buffer *out)
{
    for (size_t i = 0; i < value.length; i++)
        buffer_append_byte(out, isdigit((unsigned char)value.data[i]) ? *digits++ : value.data[i]);
}

static bool number_digits(char *at, size_t width, uint32_t number)
{
    for (size_t i = width; i > 0; i--, number /= 10)
        at[i - 1] = (char)('0' + number % 10);
    return number == 0;
}

/* --- cards -----------------------------------------------------------------------------------------------------------
 */

static char luhn_digit(const char *digits, size_t count)
{
    int sum = 0;
    for (size_t i = 0; i < count; i++) {
        int digit = digits[count - 1 - i] - '0';
        digit = i % 2 == 0 ? digit * 2 : digit;
        sum += digit > 9 ? digit - 9 : digit;
    }
    return (char)('0' + (10 - sum % 10) % 10);
}

/* The first six digits of the issuers' own test cards, by the first one or two of the value. */
static const char *test_issuer(const char *digits)
{
    static const struct {
        const char *begins;
        const char *test;
    } issuers[] = {{"34", "343434"}, {"37", "378282"}, {"5", "555555"}, {"2", "222300"}, {"6", "601111"}};
    for (size_t i = 0; i < COUNT_OF(issuers); i++)
        if (strncmp(digits, issuers[i].begins, strlen(issuers[i].begins)) == 0)
            return issuers[i].test;
    return "411111";
}

static bool fake_card(struct text value, uint32_t number, struct buffer *out)
{
    enum { ISSUER = 6, LEAST = 12 };
    char digits[DIGITS_MAX];
    size_t count = digits_of(value, digits);
    if (count < LEAST)
        return false;
    memcpy(digits, test_issuer(digits), ISSUER);
    if (!number_digits(digits + ISSUER, count - ISSUER - 1, number))
        return false;
    digits[count - 1] = luhn_digit(digits, count - 1);
    write_shaped(value, digits, out);
    return true;
}

/* --- IBANs -----------------------------------------------------------------------------------------------------------
 */

/* ISO 7064, mod 97-10, of the account with the country behind it. */
static unsigned mod_97(const char *text, size_t length, unsigned rest)
{
    for (size_t i = 0; i < length; i++)
        rest = isdigit((unsigned char)text[i])
                   ? (rest * 10 + (unsigned)(text[i] - '0')) % 97
                   : (rest * 100 + (unsigned)(toupper((unsigned char)text[i]) - 'A' + 10)) % 97;
    return rest;
}

static bool fake_iban(struct text value, uint32_t number, struct buffer *out)
{
    enum { HEAD = 4 };
    char plain[DIGITS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < value.length; i++)
        if (isalnum((unsigned char)value.data[i])) {
            if (count == DIGITS_MAX)
                return false;
            plain[count++] = value.data[i];
        }
    if (count <= HEAD || !isalpha((unsigned char)plain[0]) || !isalpha((unsigned char)plain[1]) ||
        !number_digits(plain + HEAD, count - HEAD, number))
        return false;
    plain[2] = plain[3] = '0';
    unsigned check = 98 - mod_97(plain, HEAD, mod_97(plain + HEAD, count - HEAD, 0));
    (void)number_digits(plain + 2, 2, check);
    for (size_t i = 0, at = 0; i < value.length; i++)
        buffer_append_byte(out, isalnum((unsigned char)value.data[i]) ? plain[at++] : value.data[i]);
    return true;
}

/* --- all others ------------------------------------------------------------------------------------------------------
 */

/* Of broadcasters and novels; no number of them is given to anybody. */
static bool fake_phone(struct text value, uint32_t number, struct buffer *out)
{
    static const struct {
        const char *begins;
        const char *drama;
        size_t width;
    } countries[] = {{"49", "+49 30 23125 ", 3}, {"44", "+44 20 7946 0", 3}, {"33", "+33 1 99 00 ", 4}};
    char digits[DIGITS_MAX];
    char last[8];
    size_t count = digits_of(value, digits);
    size_t from = count > 2 && digits[0] == '0' && digits[1] == '0' ? 2 : 0;
    for (size_t i = 0; i < COUNT_OF(countries); i++)
        if (count > from + 2 && memcmp(digits + from, countries[i].begins, 2) == 0 &&
            number_digits(last, countries[i].width, number)) {
            BUFFER_APPEND_ALL(out, text_from(countries[i].drama), ((struct text){last, countries[i].width}));
            return true;
        }
    if (!number_digits(last, 2, number))
        return false;
    BUFFER_APPEND_ALL(out, TEXT("+1 202 555 01"), ((struct text){last, 2}));
    return true;
}

static bool fake_email(struct text value, uint32_t number, struct buffer *out)
{
    (void)value;
    buffer_printf(out, "customer%u@example.com", number);
    return true;
}

static bool fake_ip(struct text value, uint32_t number, struct buffer *out)
{
    if (text_has(value, ':'))
        buffer_printf(out, "2001:db8::%x", number);
    else if (number < 255)
        buffer_printf(out, "192.0.2.%u", number);
    return out->length > 0;
}

/* Of the others (names, addresses, what has a meaning of its own) there are none: they get a placeholder. */
bool fake_write(int detector, struct text value, uint32_t number, struct buffer *out)
{
    static bool (*const fakes[DETECTOR_COUNT])(struct text value, uint32_t number, struct buffer * out) = {
        [DETECTOR_CARD] = fake_card,   [DETECTOR_IBAN] = fake_iban, [DETECTOR_EMAIL] = fake_email,
        [DETECTOR_PHONE] = fake_phone, [DETECTOR_IP] = fake_ip,
    };
    return fakes[detector] != NULL && fakes[detector](value, number, out);
}
