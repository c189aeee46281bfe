/* SPDX-License-Identifier: Apache-2.0 */
/* Weighted sums and dates, of which nearly all checks are made. */
#ifndef EXEAT_NATIONAL_SUMS_H
#define EXEAT_NATIONAL_SUMS_H

#include <stdbool.h>
#include <stddef.h>

static inline unsigned digit_at(const char *digits, size_t at)
{
    return (unsigned)(digits[at] - '0');
}
/* The number that `length` digits are. */
unsigned long long sums_number(const char *digits, size_t length);
/* The sum of the digits, each times its weight: a character of `weights` is `0` to `9`, and on in ASCII:
 * `:` is 10, `;` 11, `=` 13, `A` 17, `C` 19, `E` 21. */
unsigned sums_weighted(const char *digits, const char *weights);
/* The month and the day are of the calendar; what a year is depends on the century, so that it is not looked at. */
bool sums_is_date(unsigned month, unsigned day);

#endif
