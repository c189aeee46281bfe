/* SPDX-License-Identifier: Apache-2.0 */
/* What exactly was wrong: one clause for people, in our own words. It goes into replies, logs and records, so it never
 * repeats what a peer sent but single bytes in hex, numbers, and names that have been parsed. */
#ifndef EXEAT_BASE_DETAIL_H
#define EXEAT_BASE_DETAIL_H

#include "exeat/base/attributes.h"
#include "exeat/base/text.h"

enum { DETAIL_SIZE = 160 }; /* with its NUL; what is longer is cut */
struct detail {
    char text[DETAIL_SIZE]; /* empty: nothing to add */
};

/* Writes it; `detail` may be NULL. Gives false, so that a parser may end with it. */
bool detail_say(struct detail *detail, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
