/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes of codes: `9` a digit, `a` a letter, `x` one of both, others themselves. */
#ifndef EXEAT_NATIONAL_SHAPE_H
#define EXEAT_NATIONAL_SHAPE_H

#include <stdbool.h>

#include "exeat/base/text.h"

/* Of all of `code`. */
bool shape_fits(const char *shape, struct text code);

#endif
