/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are known by their first bytes. */
#ifndef EXEAT_CODING_MAGIC_H
#define EXEAT_CODING_MAGIC_H

#include <stdbool.h>

#include "exeat/base/text.h"

struct text magic_type(struct text bytes);   /* "image/png"; empty: none that is known. Static */
bool magic_is_compressed(struct text bytes); /* a coding that a head would have to name */

#endif
