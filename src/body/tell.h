/* SPDX-License-Identifier: Apache-2.0 */
/* How the visitor is told. */
#ifndef EXEAT_BODY_TELL_H
#define EXEAT_BODY_TELL_H

#include "body_internal.h"

/* What `raw` says, in `kept` where that is something else. */
struct text tell_said(enum spelling spelling, struct text raw, struct buffer *kept);
/* Fills in the name. False: the walk is over. */
MUST_CHECK bool tell_place(struct body *body, struct body_place *place);
/* The visitor wants it as it stands. */
bool tell_is_kept(struct body *body, struct body_place *place);

#endif
