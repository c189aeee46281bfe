/* SPDX-License-Identifier: Apache-2.0 */
/* What jansson lacks: appending JSON to a buffer without a tree, safely for any input bytes. */
#ifndef EXEAT_BASE_JSON_H
#define EXEAT_BASE_JSON_H

#include <jansson.h>

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/base/text.h"

/* A quoted string: control characters, quotes, U+2028/2029, DEL and C1 escaped; invalid UTF-8 becomes U+FFFD. */
void json_append_string(struct buffer *out, struct text text);
/* Compact dump of a tree. */
void json_append_tree(struct buffer *out, const json_t *tree);
/* Strict: duplicate keys, trailing bytes, NUL bytes and more than 64 levels are refused; \u0000 in a string is not.
 * NULL, with `error` (borrowed, static text or empty) on bad input. The caller owns the tree (json_decref). */
MUST_CHECK json_t *json_read(struct text text, char error[160]);
/* A member's string as a slice borrowed from the tree; empty when absent or not a string. */
struct text json_text(const json_t *object, const char *key);

#endif
