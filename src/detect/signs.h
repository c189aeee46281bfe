/* SPDX-License-Identifier: Apache-2.0 */
/* What is done at a sign, and what a name says: the same for values and for JSON as it is written. */
#ifndef EXEAT_DETECT_SIGNS_H
#define EXEAT_DETECT_SIGNS_H

#include "detectors.h"
#include "exeat/sign.h"

/* Asks the detectors whose sign it is. */
void signs_look(struct look *look, struct sign_found sign);
/* From a digit on that begins a group, of which `together` are ASCII and stand together. */
void signs_look_at_digits(struct look *look, size_t at, size_t together);

#endif
