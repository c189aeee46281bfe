/* SPDX-License-Identifier: Apache-2.0 */
/* What may lie in a value, or what else it may say. */
#ifndef EXEAT_BODY_INSIDE_H
#define EXEAT_BODY_INSIDE_H

#include "body_internal.h"

/* Whether there could be anything in what stands there in `spelling`: false is certain. */
bool inside_may_be(enum spelling spelling, struct text value);
/* Tells a place of text, and all that lies in it; or walks it as what it is. False: the walk is over. */
MUST_CHECK bool inside_tell(struct body *body, struct body_place *place);
/* What lies in a text of the layer that is walked, and what it says otherwise. `told`: the place it was told as. */
MUST_CHECK bool inside_walk(struct body *body, enum body_what what, struct text text, size_t told);
/* Whether any of this is in a text of strings, in one of them, or in a text as a whole. */
bool inside_has_any(enum body_kind kind, struct text text);

#endif
