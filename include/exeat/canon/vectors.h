/* SPDX-License-Identifier: Apache-2.0 */
/* The two spellings of a vector: a list of numbers, or a text that is base64 (RFC 4648) of little-endian float32. */
#ifndef EXEAT_CANON_VECTORS_H
#define EXEAT_CANON_VECTORS_H

#include "exeat/canon/scan.h"

/* The vector in the other spelling, appended as JSON: as base64, or as numbers. False, and nothing is appended: it is
 * no vector in the one spelling, or holds what no float32 does. */
MUST_CHECK bool vector_respell(bool as_base64, struct scan vector, struct buffer *out);

#endif
