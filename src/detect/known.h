/* SPDX-License-Identifier: Apache-2.0 */
/* Names of fields that were met before: a shop's bodies have a few hundred, again and again. */
#ifndef EXEAT_DETECT_KNOWN_H
#define EXEAT_DETECT_KNOWN_H

#include "set.h"

/* What a field's name says, undecided as to its kind; in `scratch` until it is asked again. */
const struct known_name *known_name(const struct detect_set *set, struct detect_scratch *scratch, struct text name);

#endif
