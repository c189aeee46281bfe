/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing here knows a country. */
#include "sums.h"

#include "checks.h"
#include "exeat/national.h"

unsigned long long sums_number(const char *digits, size_t length)
{
    unsigned long long number = 0;
    for (size_t i = 0; i < length; i++)
        number = number * 10 + digit_at(digits, i);
    return number;
}

unsigned sums_weighted(const char *digits, const char *weights)
{
    unsigned sum = 0;
    for (size_t i = 0; weights[i] != '\0'; i++)
        sum += digit_at(digits, i) * (unsigned)(weights[i] - '0');
    return sum;
}

bool sums_is_date(unsigned month, unsigned day)
{
    static const unsigned char days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
}

unsigned check_remainder(const char *digits, size_t length, unsigned modulus)
{
    unsigned rest = 0;
    for (size_t i = 0; i < length; i++) {
        if (digits[i] >= 'A')
            rest = (rest * 100 + (unsigned)(digits[i] - 'A') + 10) % modulus;
        else
            rest = (rest * 10 + digit_at(digits, i)) % modulus;
    }
    return rest;
}

bool check_luhn(const char *digits, size_t length)
{
    unsigned sum = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned digit = digit_at(digits, length - 1 - i);
        digit = i % 2 == 1 ? digit * 2 : digit;
        sum += digit > 9 ? digit - 9 : digit;
    }
    return sum % 10 == 0;
}

bool national_luhn(const char *digits, size_t length)
{
    return check_luhn(digits, length);
}

bool check_mod11_10(const char *digits, size_t length)
{
    unsigned product = 10;
    for (size_t i = 0; i + 1 < length; i++) {
        unsigned sum = (digit_at(digits, i) + product) % 10;
        product = (sum == 0 ? 10 : sum) * 2 % 11;
    }
    return (product + digit_at(digits, length - 1)) % 10 == 1;
}
