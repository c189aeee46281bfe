/* SPDX-License-Identifier: Apache-2.0 */
/* Cohere's calls as canonical ones, by tables. */
#ifndef EXEAT_COHERE_READ_H
#define EXEAT_COHERE_READ_H

#include "exeat/canon/chat.h"
#include "exeat/canon/rank.h"

/* read_messages.c; the field is the struct canon_call */
bool cohere_take_messages(struct reading *reading, uint32_t value, const struct member *row, void *field);
/* read_embed.c */
MUST_CHECK bool cohere_read_embed(struct reading *reading, struct canon_call *call);

MUST_CHECK bool cohere_read_call(struct reading *reading, struct canon_call *call);

#endif
