/* SPDX-License-Identifier: Apache-2.0 */
/* Dates as people write them. */
#ifndef EXEAT_DETECT_DATE_H
#define EXEAT_DETECT_DATE_H

#include "detectors.h"
#include "exeat/wording/letters.h"

/* Where the date ends that begins with this number; 0: none does. */
size_t date_end(struct text text, const struct number *number, enum detect_spelling spelling);

#endif
