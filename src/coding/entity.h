/* SPDX-License-Identifier: Apache-2.0 */
/* Entities of markup, one by one. */
#ifndef EXEAT_CODING_ENTITY_H
#define EXEAT_CODING_ENTITY_H

#include "exeat/base/attributes.h"
#include "exeat/base/text.h"

/* The entity at the front of `rest`, which begins with an ampersand: how many bytes it has; 0: none stands there.
 * `is_html`: its semicolon may be missing where browsers let it. */
MUST_CHECK size_t entity_read(struct text rest, bool is_html, uint32_t *code);

#endif
