/* SPDX-License-Identifier: Apache-2.0 */
/* How the visitor is told. */
#ifndef EXEAT_BODY_TELL_H
#define EXEAT_BODY_TELL_H

#include "body_internal.h"

/* `raw` is part of the text that is walked. */
struct body_place place_at(struct body *body, enum body_what what, enum spelling spelling, struct text raw);
/* Fills in the name and the number. False: the walk is over. */
MUST_CHECK bool tell_place(struct body *body, struct body_place *place);
/* The visitor wants it as it stands. */
bool tell_is_kept(struct body *body, struct body_place *place);
/* The same bytes in another spelling: what it says there, and nothing that lies within. */
MUST_CHECK bool
tell_again(struct body *body, enum body_what what, enum spelling spelling, struct text raw, size_t same_as);

#endif
