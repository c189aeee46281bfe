/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are known by their first bytes. */
#ifndef EXEAT_BODY_OPAQUE_H
#define EXEAT_BODY_OPAQUE_H

#include <stdbool.h>

#include "exeat/base/text.h"

struct text opaque_type(struct text bytes);   /* "image/png"; empty: none that is known. Static */
bool opaque_is_compressed(struct text bytes); /* a coding that a head would have to name */

#endif
