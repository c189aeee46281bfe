/* SPDX-License-Identifier: Apache-2.0 */
/* Mistral's calls as canonical ones, by tables. */
#ifndef EXEAT_MISTRAL_READ_H
#define EXEAT_MISTRAL_READ_H

#include "exeat/canon/chat.h"

/* read_messages.c; the field is the struct canon_call */
bool mistral_take_messages(struct reading *reading, uint32_t value, const struct member *row, void *field);

MUST_CHECK bool mistral_read_call(struct reading *reading, struct canon_call *call);

#endif
