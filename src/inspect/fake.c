/* SPDX-License-Identifier: Apache-2.0 */
/* Fakes of the same shape, from ranges that are nobody's: test cards of the issuers, example.com (RFC 2606), numbers
 * for drama, addresses for documentation (RFC 5737, RFC 3849), and IBANs of a bank code that no bank has. */
#include "fake.h"

#include <ctype.h>
#include <string.h>

#include "exeat/national.h"

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

static bool number_digits(char *at, size_t width, uint32_t number)
{
    for (size_t i = width; i > 0; i--, number /= 10)
        at[i - 1] = (char)('0' + number % 10);
    return number == 0;
}

/* --- cards -----------------------------------------------------------------------------------------------------------
 */

const struct fake_issuer fake_issuers[] = {
    {"34", "343434"}, {"37", "378282"}, {"30", "305693"}, {"36", "361485"}, {"38", "385200"},
    {"39", "385200"}, {"35", "353011"}, {"50", "675964"}, {"56", "675964"}, {"57", "675964"},
    {"58", "675964"}, {"5", "555555"},  {"2", "222300"},  {"62", "620000"}, {"60", "601111"},
    {"64", "601111"}, {"65", "601111"}, {"6", "675964"},  {"", "411111"},
};
const size_t fake_issuer_count = COUNT_OF(fake_issuers);

/* The first six digits of the issuers' own test cards, by the first ones of the value. */
static const char *test_issuer(const char *digits)
{
    size_t i = 0;
    while (strncmp(digits, fake_issuers[i].begins, strlen(fake_issuers[i].begins)) != 0)
        i++;
    return fake_issuers[i].test;
}

static bool fake_card(struct text value, uint32_t number, struct buffer *out)
{
    char digits[DIGITS_MAX];
    const char *next = digits;
    size_t count = digits_of(value, digits);
    if (count < FAKE_CARD_LEAST)
        return false;
    memcpy(digits, test_issuer(digits), FAKE_ISSUER);
    if (!number_digits(digits + FAKE_ISSUER, count - FAKE_ISSUER - 1, number))
        return false;
    digits[count - 1] = '0';
    while (!national_luhn(digits, count))
        digits[count - 1]++;
    for (size_t i = 0; i < value.length; i++)
        buffer_append_byte(out, isdigit((unsigned char)value.data[i]) ? *next++ : value.data[i]);
    return true;
}

/* --- all others ------------------------------------------------------------------------------------------------------
 */

/* The country, in capitals. How many digits and letters there are in all. */
static size_t read_iban(struct text value, char country[2])
{
    size_t count = 0;
    for (size_t i = 0; i < value.length; i++) {
        char one = ascii_lower(value.data[i]);
        if (count < 2 && isalnum((unsigned char)one))
            country[count] = (char)(one & ~0x20);
        count += isalnum((unsigned char)one) ? 1 : 0;
    }
    return count;
}

static bool fake_iban(struct text value, uint32_t number, struct buffer *out)
{
    char made[NATIONAL_CODE_MAX];
    char country[2] = {0};
    size_t count = read_iban(value, country);
    size_t next = 0;
    if (count < sizeof(country) || national_iban_made((struct text){country, sizeof(country)}, number, made) != count)
        return false;
    for (size_t i = 0; i < value.length; i++)
        buffer_append_byte(out, isalnum((unsigned char)value.data[i]) ? made[next++] : value.data[i]);
    return true;
}

const struct fake_form fake_forms[] = {
    {DETECTOR_EMAIL, "", "customer", 0, "@example.com"},
    {DETECTOR_PHONE, "49", "+49 30 23125 ", 3, ""},
    {DETECTOR_PHONE, "44", "+44 20 7946 0", 3, ""},
    {DETECTOR_PHONE, "33", "+33 1 99 00 ", 4, ""},
    {DETECTOR_PHONE, "", "+1 202 555 01", 2, ""},
    {DETECTOR_IP, ":", "2001:db8::", 0, ""},
    {DETECTOR_IP, "", "192.0.2.", 0, ""},
};
const size_t fake_form_count = COUNT_OF(fake_forms);

/* Phones by their country, after + or 00; addresses by their colon. */
static bool is_of(const struct fake_form *form, struct text value)
{
    char digits[DIGITS_MAX];
    struct text plain = {digits, digits_of(value, digits)};
    if (form->detector == DETECTOR_IP)
        return form->of[0] == '\0' || text_has(value, ':');
    if (text_starts_with(plain, TEXT("00")))
        plain = text_after(plain, 2);
    return text_starts_with(plain, text_from(form->of));
}

static bool write_number(const struct fake_form *form, uint32_t number, struct buffer *out)
{
    enum { IPV4_MOST = 254, IPV6_MOST = 9999 };
    char digits[8];
    if (form->width > 0 && !number_digits(digits, form->width, number))
        return false;
    if (form->detector == DETECTOR_IP && number > (form->of[0] == '\0' ? IPV4_MOST : IPV6_MOST))
        return false;
    buffer_append_string(out, form->front);
    if (form->width > 0)
        buffer_append(out, (struct text){digits, form->width});
    else
        buffer_append_number(out, number); /* decimal digits are hex ones too */
    buffer_append_string(out, form->back);
    return true;
}

static bool fake_by_form(int detector, struct text value, uint32_t number, struct buffer *out)
{
    for (size_t i = 0; i < fake_form_count; i++)
        if ((int)fake_forms[i].detector == detector && is_of(&fake_forms[i], value) &&
            write_number(&fake_forms[i], number, out))
            return true;
    return false;
}

/* Of the others (names, addresses, what has a meaning of its own) there are none: they get a placeholder. */
bool fake_write(int detector, struct text value, uint32_t number, struct buffer *out)
{
    if (detector == DETECTOR_CARD)
        return fake_card(value, number, out);
    if (detector == DETECTOR_IBAN)
        return fake_iban(value, number, out);
    return fake_by_form(detector, value, number, out);
}
