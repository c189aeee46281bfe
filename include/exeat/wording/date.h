/* SPDX-License-Identifier: Apache-2.0 */
/* Dates as people write them. */
#ifndef EXEAT_WORDING_DATE_H
#define EXEAT_WORDING_DATE_H

#include "exeat/wording/number.h"

/* How many digits of the number are a date: "1985-03-12", "12.03.1985", "3/12/85", "19850312"; 0: it begins with none.
 */
size_t date_digits(const struct number *number);
/* Where the date ends that begins with this number, in digits or with a month by its name; 0: none does. */
size_t date_end(struct text text, const struct number *number, enum detect_spelling spelling);

#endif
