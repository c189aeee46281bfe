/* SPDX-License-Identifier: Apache-2.0 */
/* Digits as people group them: one number with the places of its digits and what stands between them. */
#ifndef EXEAT_WORDING_NUMBER_H
#define EXEAT_WORDING_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exeat/wording/points.h"

enum { NUMBER_DIGITS = 44, NUMBER_GAP_POINTS = 3 };
/* A gap beside those of points.h: a tab or the end of a line. */
enum { GAP_LINE = GAP_BRACKET + 1 };

/* Digit i stands at [start[i], end[i]) and has gap[i] before it (the first: GAP_NONE). */
struct number {
    uint8_t digits[NUMBER_DIGITS]; /* 0 to 9 */
    uint8_t gap[NUMBER_DIGITS];    /* enum gap: the strongest of the points between */
    size_t start[NUMBER_DIGITS];
    size_t end[NUMBER_DIGITS];
    size_t count;
    bool goes_on; /* there are more digits than fit */
};

/* Reads the number whose first digit is at `at`. */
void number_read(struct text text, size_t at, enum detect_spelling spelling, struct number *number);
/* Adds the digits that stand behind a tab or the end of a line behind it; false: none do. */
bool number_read_on(struct text text, enum detect_spelling spelling, struct number *number);
/* How many digits stand together from digit `from` on. */
size_t number_group(const struct number *number, size_t from);
/* A group begins with this digit. */
bool number_group_begins(const struct number *number, size_t digit);
/* Only gaps of these kinds (bits 1 << enum gap) stand between `count` digits from `from` on. */
bool number_gaps_are(const struct number *number, size_t from, size_t count, unsigned kinds);
/* What `length` digits (at most 9) from `from` on say. */
unsigned number_value(const struct number *number, size_t from, size_t length);
/* The check of ISO/IEC 7812-1 Annex B over `count` digits from `from` on. */
bool number_luhn(const struct number *number, size_t from, size_t count);

#endif
