/* SPDX-License-Identifier: Apache-2.0 */
/* Gemini's calls as canonical ones, by tables. */
#ifndef EXEAT_GEMINI_READ_H
#define EXEAT_GEMINI_READ_H

#include "exeat/canon/said.h"

/* read_parts.c; the field is a struct said, whose results have the tool's name */
bool gemini_take_parts(struct reading *reading, uint32_t value, const struct member *row, void *field);
/* The texts of a content as one; nothing else may be in it. */
MUST_CHECK bool gemini_read_text(struct reading *reading, uint32_t content, struct text *text);
/* read_contents.c; the field is the struct canon_call */
bool gemini_take_contents(struct reading *reading, uint32_t value, const struct member *row, void *field);
bool gemini_take_system(struct reading *reading, uint32_t value, const struct member *row, void *field);
/* read_tools.c; the field is the struct canon_call */
bool gemini_take_tools(struct reading *reading, uint32_t value, const struct member *row, void *field);
bool gemini_take_choice(struct reading *reading, uint32_t value, const struct member *row, void *field);
/* read_schema.c: a struct text; the vendor's schemas have types in capitals */
bool gemini_take_schema(struct reading *reading, uint32_t value, const struct member *row, void *field);

MUST_CHECK bool gemini_read_call(struct reading *reading, struct canon_call *call);
struct text gemini_model_of_path(struct text path);

#endif
