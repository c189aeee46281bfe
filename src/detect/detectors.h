/* SPDX-License-Identifier: Apache-2.0 */
/* The detectors. Each is asked at a place where the scan saw its sign, and adds what it finds there. They are asked of
 * raw JSON too, where they may find more than is there, never less. */
#ifndef EXEAT_DETECT_DETECTORS_H
#define EXEAT_DETECT_DETECTORS_H

#include "look.h"

void find_email(struct look *look, size_t at);                               /* at the `@` */
void find_card(struct look *look, const struct number *number, size_t from); /* from a group's first digit */
void find_key(struct look *look, size_t at);                                 /* in a long run */

#endif
