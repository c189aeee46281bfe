/* SPDX-License-Identifier: Apache-2.0 */
/* What is done at a sign, and what a name says: the same for values and for JSON as it is written. */
#ifndef EXEAT_DETECT_SIGNS_H
#define EXEAT_DETECT_SIGNS_H

#include "detectors.h"
#include "scan.h"

/* Asks the detectors whose sign it is. */
void signs_look(struct look *look, struct scan_sign sign);
/* From a digit on that begins a group. */
void signs_look_at_digits(struct look *look, size_t at);
/* What a field's name says, undecided as to its kind; remembered in `scratch`. */
struct known_name signs_name(const struct detect_set *set, struct detect_scratch *scratch, struct text name);

#endif
