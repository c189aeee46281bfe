/* SPDX-License-Identifier: Apache-2.0 */
/* Anthropic's calls (messages, count_tokens) as canonical ones, by tables. */
#ifndef EXEAT_ANTHROPIC_READ_H
#define EXEAT_ANTHROPIC_READ_H

#include "exeat/canon/said.h"

/* read_messages.c; the field is the struct canon_call */
bool anthropic_take_system(struct reading *reading, uint32_t value, const struct member *row, void *field);
bool anthropic_take_messages(struct reading *reading, uint32_t value, const struct member *row, void *field);
/* read_blocks.c; the field is a struct said */
bool anthropic_take_content(struct reading *reading, uint32_t value, const struct member *row, void *field);
/* A list of texts alone, as one: templates know no other for who is no user. */
MUST_CHECK bool anthropic_join_texts(struct reading *reading, uint32_t list, struct text *joined);
/* read_tools.c; the field is a struct canon_tools, of take_format a struct canon_format */
bool anthropic_take_tools(struct reading *reading, uint32_t value, const struct member *row, void *field);
bool anthropic_take_choice(struct reading *reading, uint32_t value, const struct member *row, void *field);
bool anthropic_take_format(struct reading *reading, uint32_t value, const struct member *row, void *field);

MUST_CHECK bool anthropic_read_call(struct reading *reading, struct canon_call *call);

#endif
